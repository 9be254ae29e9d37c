"""Handlers that change logs: what somebody says of them after they came (dossier §2.2).

A change is journaled as a further piece of its log, and merged into it by the writer, like any other
(docs/decisions/change.md).
"""

from typing import Any, Final, NamedTuple

import msgspec

from inferlog import ids, jsontext
from inferlog.dialects import request_logs
from inferlog.enrich.merge import CHANGEABLE
from inferlog.errors import ImmutableField, InferlogError, InvalidInput, NotFound, TooLarge
from inferlog.jsontext import RawObject, kind
from inferlog.model import NO_JSON, Change, Entry, ItemError
from inferlog.query.logs import Held, fetch_held
from inferlog.server.commits import Append
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.logs import NO_LOG, named_log, read_batch, shown

_encode: Final = msgspec.json.Encoder().encode
CHANGING: Final = (*CHANGEABLE, "metadata")
_NAMES: Final = ("unique_id", "id")
_DONE: Final = "log updated"


async def change_log(call: Call) -> Reply:
    """Change one log, and answer it whole if the key may read."""
    log_id = named_log(call)
    body = await call.json(call.settings.log_bytes_max)
    project_id = call.key.project_id
    wanted: _Wanted = await call.work(len(body), _read_one, body, log_id)
    held = await call.runtime.query_settled(lambda store: fetch_held(store, project_id, [log_id]))
    entry = _entry(call, wanted, held)
    await call.runtime.commits.submit(Append([entry]))
    if "read" not in call.key.scopes:
        return json_reply({"message": _DONE, "id": log_id, "unique_id": log_id})
    book = call.runtime.services.prices.book
    reply = await call.runtime.query_settled(lambda store: shown(store, project_id, log_id, book))
    if reply is None:  # it was deleted meanwhile
        raise NotFound(NO_LOG)
    return reply


async def change_logs(call: Call) -> Reply:
    """Change the logs of {"logs": [{"unique_id": …, …}]}, and say for each how it went."""
    texts = await read_batch(call, call.settings.batch_logs_max, "batch_logs_max")
    size = sum(memoryview(text).nbytes for text in texts)
    read: list[_Wanted | str] = await call.work(size, _read_many, texts)
    log_ids = list(dict.fromkeys(each.log_id for each in read if isinstance(each, _Wanted)))
    project_id = call.key.project_id
    held = await call.runtime.query_settled(lambda store: fetch_held(store, project_id, log_ids)) if log_ids else {}
    entries: list[Entry] = []
    errors: list[ItemError] = []
    results: list[dict[str, Any]] = []
    for index, each in enumerate(read):
        try:
            if isinstance(each, str):
                raise InvalidInput(each)
            entries.append(_entry(call, each, held))
            results.append({"id": each.log_id, "unique_id": each.log_id, "status": "success"})
        except InferlogError as error:
            errors.append(ItemError(index, str(error)))
            results.append({"id": None, "status": "error", "index": index, "error": str(error)})
    if entries:
        await call.runtime.commits.submit(Append(entries))
    answer = {
        "message": _DONE if not errors else f"{len(entries)} of {len(texts)} logs updated; see errors",
        "results": results,
        "success_count": len(entries),
        "error_count": len(errors),
        "errors": errors,
    }
    if entries or not errors:
        return json_reply(answer)
    detail = f"None of the {len(texts):,} logs was updated. Log {errors[0].index}: {errors[0].error}"
    are_missing = all(error.error == NO_LOG for error in errors)
    return json_reply({"detail": detail} | answer, 404 if are_missing else 400)


class _Wanted(NamedTuple):
    """What is to be said otherwise of which log, but for whose it is and where."""

    log_id: str
    change: Change


def _read_one(body: bytes, log_id: str) -> _Wanted:
    text = jsontext.check(body)
    if kind(text) != "object":
        raise InvalidInput("Invalid request format: expected a JSON object of fields to change")
    return _Wanted(log_id, _read_change(jsontext.read_object(text)))


def _read_many(texts: list[msgspec.Raw]) -> list[_Wanted | str]:
    """Return each change of a batch, or what is wrong with it."""
    read: list[_Wanted | str] = []
    for text in texts:
        try:
            if kind(text) != "object":
                raise InvalidInput(f"expected an object with unique_id and fields to change, received {kind(text)}")
            fields = jsontext.read_object(text)
            named = next((fields[name] for name in _NAMES if name in fields), NO_JSON)
            log_id = ids.read_uuid(msgspec.json.decode(named)) if kind(named) == "string" else None
            if log_id is None:
                raise InvalidInput("unique_id: expected the id of a log, a UUID or 32 hex digits")
            change = _read_change({name: raw for name, raw in fields.items() if name not in _NAMES})
            read.append(_Wanted(log_id, change))
        except InvalidInput as error:
            read.append(str(error))
    return read


def _read_change(fields: RawObject) -> Change:
    """Return the change that fields say; they are read as those of a create. Raises ImmutableField and InvalidInput."""
    for name in fields:
        if name not in CHANGING:
            raise ImmutableField(
                f"The field '{name[:80]}' cannot be modified; those that can are {', '.join(CHANGING)}"
            )
    if not fields:
        raise InvalidInput(f"There is nothing to change; expected at least one of {', '.join(CHANGING)}")
    log = request_logs.decode(jsontext.dumps(fields)).log
    values = {name: getattr(log, name) for name in CHANGEABLE if name in fields}
    return Change(project_id="", timestamp=0.0, metadata=log.metadata, **values)


def _entry(call: Call, wanted: _Wanted, stored: dict[str, Held]) -> Entry:
    """Return a change as it is journaled. Raises NotFound, and TooLarge for metadata that would outgrow a log."""
    held = stored.get(wanted.log_id)
    if held is None:
        raise NotFound(NO_LOG)
    change, most = wanted.change, call.settings.log_bytes_max
    size = held.metadata_bytes + memoryview(change.metadata).nbytes
    if change.metadata is not NO_JSON and size > most:
        raise TooLarge(f"metadata: with this it has up to {size:,} bytes; the limit log_bytes_max is {most:,}")
    change.project_id, change.timestamp = call.key.project_id, held.at_us / 1_000_000
    return Entry(_encode(change), wanted.log_id, merges="change")
