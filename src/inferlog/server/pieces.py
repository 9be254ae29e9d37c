"""Spans on their way into the journal, whatever dialect they came in."""

from collections.abc import Callable, Iterable

from inferlog import ids, metrics
from inferlog.errors import InferlogError, JournalFull, StorageFull
from inferlog.ingest import Piece, Prepared, prepare_pieces
from inferlog.model import Entry, ItemError
from inferlog.server.commits import Append
from inferlog.server.http import Call

Decode = Callable[[bytes], Iterable[Piece | ItemError]]
"""Reads a body: each log, or what is wrong with it, in order."""


async def store_pieces(call: Call, body: bytes, decode: Decode) -> list[str | ItemError]:
    """Store what can be read of a body, in one commit; return for each item its log's id, or why it was refused.

    Exporters of spans send again after a 503 and give up after a 507 (OTLP), so that a full disk is a 503 here.
    """
    traces, project_id = call.runtime.traces, call.key.project_id

    def prepare() -> tuple[list[Prepared | ItemError], list[Prepared]]:
        items = list(decode(body))
        further = traces.complete(project_id, items)
        prepared = prepare_pieces([*items, *further], call.key, ids.now(), call.runtime.services.intake)
        return prepared[: len(items)], [each for each in prepared[len(items) :] if isinstance(each, Prepared)]

    prepared, further = await call.work(len(body), prepare)
    good = [each for each in prepared if isinstance(each, Prepared)]
    metrics.received.inc(len(prepared) - len(good))
    try:
        stored = iter(await _commit(call, [each.entry for each in (*good, *further)]))
    except InferlogError as error:
        metrics.received.inc(len(good))
        metrics.refused.labels(error.reason).inc(len(good))
        if isinstance(error, StorageFull):
            raise JournalFull(str(error)) from error
        raise
    traces.stored(project_id, [each.log for each in good])
    return [next(stored) if isinstance(each, Prepared) else each for each in prepared]


async def _commit(call: Call, entries: list[Entry]) -> list[str]:
    return await call.runtime.commits.submit(Append(entries)) if entries else []


def refused(results: list[str | ItemError]) -> list[ItemError]:
    """Return what was refused, of the results of `store_pieces`."""
    return [each for each in results if isinstance(each, ItemError)]
