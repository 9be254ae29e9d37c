"""Where the time of a create goes: the time of each step of one log, without HTTP, in a loop over the corpus.

`python -m bench.profile` prints µs a log. In a running server the same steps take about twice as long, because
uvicorn's code and theirs take turns in the processor's caches.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bench.load import corpus_file, keep
from inferlog import ids, jsontext
from inferlog.config import Settings
from inferlog.dialects import request_logs
from inferlog.enrich import COMPLETE, PACK
from inferlog.enrich.cost import price
from inferlog.identities import Identities
from inferlog.ingest import Intake, Prepared, prepare
from inferlog.journal import Journal
from inferlog.model import SCOPES, Key, Sent
from inferlog.pricing.book import PriceBook
from inferlog.query.render import receipt
from inferlog.server.http import json_reply

_KEY = Key("bench", "bench", "01890000-0000-7000-8000-000000000000", "bench", "prod", SCOPES, 0.0)
_ROUNDS = 5
_PRICES = PriceBook()


def price_by_book(sent: Sent) -> None:
    price(sent, _PRICES)


_STEPS = (*COMPLETE, price_by_book, *PACK)


def run(directory: Path) -> dict[str, Any]:
    """Return microseconds a log for each step, the best of some rounds."""
    lines = corpus_file(directory, 4_000).read_bytes().splitlines()
    intake = Intake(Settings(), PriceBook())
    made = [prepare(line, _KEY, ids.now(), intake) for line in lines]
    encode = msgspec.json.Encoder().encode
    steps: dict[str, float] = {
        "parse (what the floor does)": best(msgspec.json.Decoder().decode, lines),
        "check the text": best(jsontext.check, lines),
        "decode, fields checked": best(request_logs.decode, lines),
        **_enriching(lines),
        "encode the row": best(lambda each: encode(each.log), made),
        "prepare, all of it": best(lambda line: prepare(line, _KEY, ids.now(), intake), lines),
        "make the receipt": best(lambda each: json_reply(receipt(each.log, each.log.id)), made),
    }
    for size in (1, 16, 100):
        steps[f"journal, {size} a commit"] = _commits(made, size)
    return keep("profile", {name: round(microseconds, 1) for name, microseconds in steps.items()})


def best(function: Callable[[Any], Any], values: list[Any]) -> float:
    """Return the microseconds that a function takes for one of the values: the best of some rounds over all."""
    least = float("inf")
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        for value in values:
            function(value)
        least = min(least, time.perf_counter() - begun)
    return least / len(values) * 1e6


def _enriching(lines: list[bytes]) -> dict[str, float]:
    totals = dict.fromkeys((f"enrich: {step.__name__.lstrip('_')}" for step in _STEPS), float("inf"))
    for _ in range(_ROUNDS):
        logs = [request_logs.decode(line) for line in lines]
        for sent in logs:
            sent.log.project_id, sent.log.received_at = _KEY.project_id, ids.now()
        for step in _STEPS:
            begun = time.perf_counter()
            for sent in logs:
                step(sent)
            name = f"enrich: {step.__name__.lstrip('_')}"
            totals[name] = min(totals[name], (time.perf_counter() - begun) / len(lines) * 1e6)
    return totals


def _commits(made: list[Prepared], size: int) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        identities = Identities(Path(scratch) / "identities.db", days=1)
        journal = Journal(Path(scratch) / "journal", identities, bytes_max=10**10, segment_bytes_max=10**10)
        entries = [each.entry for each in made[:2_000]]
        begun = time.perf_counter()
        for at in range(0, len(entries), size):
            journal.append(entries[at : at + size])
        seconds = time.perf_counter() - begun
        journal.close()
        identities.close()
    return seconds / len(entries) * 1e6
