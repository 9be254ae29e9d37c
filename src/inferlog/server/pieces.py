"""Spans on their way into the journal, whatever dialect they came in."""

from collections.abc import Callable
from typing import NamedTuple

from inferlog import ids, metrics
from inferlog.config import Settings
from inferlog.errors import InferlogError, JournalFull, StorageFull
from inferlog.ingest import Prepared, prepare_pieces
from inferlog.model import ItemError, Key, Merging, Sent
from inferlog.server.commits import Append
from inferlog.server.http import Call


class Pieces(NamedTuple):
    """What a request holds: logs, how each is merged into an earlier piece of it, and what is wrong with others."""

    logs: list[tuple[Sent, Merging]]
    errors: list[ItemError]


async def store_pieces(
    call: Call, body: bytes, decode: Callable[[bytes], Pieces]
) -> tuple[list[str | None], list[ItemError]]:
    """Store what can be read of a body, in one commit; return each log's id (None if refused) and the errors.

    Exporters of spans send again after a 503 and give up after a 507 (OTLP), so that a full disk is a 503 here.
    """
    prepared, errors = await call.work(len(body), _prepare, body, decode, call.key, ids.now(), call.settings)
    metrics.received.inc(len(errors))
    good = [each.entry for each in prepared if each is not None]
    try:
        stored = iter(await call.runtime.commits.submit(Append(good)) if good else [])
    except InferlogError as error:
        metrics.received.inc(len(good))
        metrics.refused.labels(error.reason).inc(len(good))
        if isinstance(error, StorageFull):
            raise JournalFull(str(error)) from error
        raise
    return [next(stored) if each is not None else None for each in prepared], errors


def _prepare(
    body: bytes, decode: Callable[[bytes], Pieces], key: Key, received_at: float, settings: Settings
) -> tuple[list[Prepared | None], list[ItemError]]:
    logs, unreadable = decode(body)
    metrics.refused.labels("invalid").inc(len(unreadable))
    prepared, errors = prepare_pieces(logs, key, received_at, settings)
    return prepared, [*unreadable, *errors]
