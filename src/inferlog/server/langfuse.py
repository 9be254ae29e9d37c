"""Handlers of Langfuse's own API, as far as its SDKs need it to log: the ingestion batch, scores, and who they are."""

from collections.abc import Callable

from inferlog import jsontext
from inferlog.dialects import langfuse
from inferlog.dialects.langfuse import Item
from inferlog.ingest import Piece
from inferlog.model import ItemError
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.pieces import store_pieces


async def ingest_batch(call: Call) -> Reply:
    """Store the events of a batch of the SDKs before version 3: 207, with how each event fared.

    Events of one observation make one log; what a later batch says of it completes that log.
    """
    items, refusals = await _store(call, langfuse.decode)
    successes = [{"id": item.event_id, "status": 201} for item in items if item.event_id not in refusals]
    errors = [
        {"id": event_id, "status": 400, "message": "Invalid request data", "error": reason}
        for event_id, reason in refusals.items()
    ]
    return json_reply({"successes": successes, "errors": errors}, 207)


async def create_scores(call: Call) -> Reply:
    """Store a score, or each of an array of scores."""
    items, refusals = await _store(call, langfuse.decode_scores)
    for reason in refusals.values():
        return json_reply({"detail": reason}, 400)
    return json_reply({"id": items[0].event_id if items else ""})


async def show_projects(call: Call) -> Reply:
    """Answer the project of the key: what the SDKs ask to see whether a key is right."""
    project = {
        "id": call.key.project_id,
        "name": call.key.project_name,
        "organization": {"id": call.key.project_id, "name": call.key.project_name},
        "metadata": {},
    }
    return json_reply({"data": [project]})


async def _store(call: Call, read: Callable[[bytes], list[Item]]) -> tuple[list[Item], dict[str, str]]:
    """Store what events come to; return them, and why some are refused, by the event's id."""
    body = await call.json(call.settings.batch_bytes_max)
    items: list[Item] = []

    def decode(text: bytes) -> list[Piece | ItemError]:
        items.extend(read(jsontext.check(text)))
        return [_piece(index, item) for index, item in enumerate(items) if item.sent or item.error]

    results = iter(await store_pieces(call, body, decode))
    refusals: dict[str, str] = {}
    for item in items:
        result = next(results) if item.sent or item.error else None
        if isinstance(result, ItemError):
            refusals[item.event_id] = result.error
    return items, refusals


def _piece(index: int, item: Item) -> Piece | ItemError:
    if item.sent is None:
        return ItemError(index, item.error or "")
    return item.sent, item.mode
