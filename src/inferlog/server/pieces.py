"""Spans on their way into the journal, whatever dialect they came in."""

from collections.abc import Callable, Iterable

from inferlog import ids, metrics
from inferlog.errors import InferlogError, JournalFull, StorageFull
from inferlog.ingest import Piece, Prepared, prepare_pieces
from inferlog.model import ItemError
from inferlog.server.commits import Append
from inferlog.server.http import Call

Decode = Callable[[bytes], Iterable[Piece | ItemError]]
"""Reads a body: each log, or what is wrong with it, in order."""


async def store_pieces(call: Call, body: bytes, decode: Decode) -> list[str | ItemError]:
    """Store what can be read of a body, in one commit; return for each item its log's id, or why it was refused.

    Exporters of spans send again after a 503 and give up after a 507 (OTLP), so that a full disk is a 503 here.
    """

    def prepare() -> list[Prepared | ItemError]:
        return prepare_pieces(decode(body), call.key, ids.now(), call.settings)

    prepared = await call.work(len(body), prepare)
    good = [each.entry for each in prepared if isinstance(each, Prepared)]
    metrics.received.inc(len(prepared) - len(good))
    try:
        stored = iter(await call.runtime.commits.submit(Append(good)) if good else [])
    except InferlogError as error:
        metrics.received.inc(len(good))
        metrics.refused.labels(error.reason).inc(len(good))
        if isinstance(error, StorageFull):
            raise JournalFull(str(error)) from error
        raise
    return [next(stored) if isinstance(each, Prepared) else each for each in prepared]


def refused(results: list[str | ItemError]) -> list[ItemError]:
    """Return what was refused, of the results of `store_pieces`."""
    return [each for each in results if isinstance(each, ItemError)]
