"""What pricing adds to a log: the steps `count_tokens` and `price`, against one call of `genai_prices.calc_price`.

`price` is to take at most 5 µs a log. Its prices are a data directory's, as in a server, one project with 100 prices of
its own.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genai_prices import Usage, calc_price

from bench.load import corpus_file, keep
from inferlog import ids
from inferlog.dialects import request_logs
from inferlog.enrich import COMPLETE
from inferlog.enrich.cost import price
from inferlog.enrich.usage import count_tokens
from inferlog.kept_prices import KeptPrices
from inferlog.model import Sent

_PROJECT = "01890000-0000-7000-8000-000000000000"
_ROUNDS = 7
_FLOOR_CALLS = 2_000


def run(directory: Path) -> dict[str, Any]:
    """Return microseconds a log, the best of some rounds, and how many calls of calc_price take as long."""
    lines = corpus_file(directory, 4_000).read_bytes().splitlines()
    with tempfile.TemporaryDirectory() as scratch:
        prices = KeptPrices(Path(scratch) / "prices.db")
        count = _best(lines, count_tokens, before=COMPLETE[: COMPLETE.index(count_tokens)])
        book = _best(lines, lambda sent: price(sent, prices))
        prices.add_all(
            _PROJECT, [{"model": f"own-{number}", "input": "2.5", "output": 10} for number in range(100)], 100
        )
        beside_own = _best(lines, lambda sent: price(sent, prices))
        prices.add_all(_PROJECT, [{"model": name, "input": 1, "output": 2} for name in _models(lines)], 10_000)
        own = _best(lines, lambda sent: price(sent, prices))
        prices.close()
    floor = _calc_price(lines)
    return keep(
        "prices",
        {
            "price, by the book, µs a log (wanted: at most 5)": round(book, 2),
            "price, by the book, beside 100 own prices": round(beside_own, 2),
            "price, by own prices": round(own, 2),
            "count_tokens, µs a log": round(count, 2),
            "floor: genai_prices.calc_price, µs a call": round(floor, 1),
            "calc_price takes so many times as long as price": round(floor / book, 1),
        },
    )


def _models(lines: list[bytes]) -> list[str]:
    return sorted({request_logs.decode(line).log.model for line in lines} - {""})


def _completed(lines: list[bytes], steps: tuple[Callable[[Sent], None], ...]) -> list[Sent]:
    logs = [request_logs.decode(line) for line in lines]
    for sent in logs:
        sent.log.project_id, sent.log.received_at = _PROJECT, ids.now()
        for step in steps:
            step(sent)
    return logs


def _best(
    lines: list[bytes], step: Callable[[Sent], None], before: tuple[Callable[[Sent], None], ...] = COMPLETE
) -> float:
    least = float("inf")
    for _ in range(_ROUNDS):
        logs = _completed(lines, before)
        begun = time.perf_counter()
        for sent in logs:
            step(sent)
        least = min(least, time.perf_counter() - begun)
    return least / len(lines) * 1e6


def _calc_price(lines: list[bytes]) -> float:
    logs = [sent.log for sent in _completed(lines[:_FLOOR_CALLS], COMPLETE)]
    priced = [log for log in logs if log.usage_details and log.model]
    begun = time.perf_counter()
    for log in priced:
        usage = Usage(input_tokens=log.prompt_tokens, output_tokens=log.completion_tokens)
        try:
            calc_price(usage, log.model, genai_request_timestamp=datetime.fromtimestamp(log.timestamp, UTC))
        except LookupError:  # a model that it does not know
            continue
    return (time.perf_counter() - begun) / len(priced) * 1e6
