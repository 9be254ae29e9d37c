"""Handlers of logs that come many in a JSON body: the vendor's span logs, and LiteLLM's."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from inferlog import jsontext
from inferlog.dialects import litellm, span_logs
from inferlog.errors import InvalidInput
from inferlog.ingest import Piece
from inferlog.jsontext import NESTED_TOO_DEEPLY
from inferlog.model import ItemError, Merging, Sent
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.pieces import refused, store_pieces

_OVERRIDE: Final[Merging] = "override"  # a span that is sent again has gone on meanwhile


async def ingest_spans(call: Call) -> Reply:
    """Store each span of a JSON array or of {"data": […]}; 400 if none could be read."""
    return await _ingest(call, lambda text: span_logs.split(jsontext.check(text)), span_logs.decode)


async def ingest_litellm(call: Call) -> Reply:
    """Store each call that LiteLLM's generic HTTP callback tells of; 400 if none could be read."""
    return await _ingest(call, litellm.split, litellm.decode)


async def _ingest(call: Call, split: Callable[[bytes], Iterable[Any]], read: Callable[[Any], Sent]) -> Reply:
    """Store each item of a body.

    The status is 200 and no other success: one exporter warns of any other (respan-exporter-litellm).
    """
    body = await call.json(call.settings.batch_bytes_max)
    traces: dict[str, None] = {}

    def decode(text: bytes) -> list[Piece | ItemError]:
        items = [_decode(read, index, item) for index, item in enumerate(split(text))]
        traces.update((item[0].log.trace_unique_id, None) for item in items if not isinstance(item, ItemError))
        return items

    results = await store_pieces(call, body, decode)
    errors = refused(results)
    stored = [each for each in results if isinstance(each, str)]
    answer: dict[str, Any] = {
        "message": "log successful" if not errors else f"{len(stored)} of {len(results)} spans stored; see errors",
        "success": not errors,
        "ingested_count": len(stored),
        "ids": stored,
        "trace_ids": [trace for trace in traces if trace],
        "errors": errors,
    }
    if errors and not stored:
        first = errors[0]
        reason = f"None of the {len(results):,} spans was stored. Span {first.index}: {first.error}"
        return json_reply({"detail": reason} | answer, 400)
    return json_reply(answer)


def _decode(read: Callable[[Any], Sent], index: int, item: Any) -> Piece | ItemError:
    try:
        return read(item), _OVERRIDE
    except InvalidInput as error:
        return ItemError(index, str(error))
    except RecursionError:
        return ItemError(index, NESTED_TOO_DEEPLY)
