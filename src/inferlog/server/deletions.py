"""Handlers that delete: one log, selected logs, traces. What takes long is a job (docs/decisions/change.md)."""

import asyncio
from typing import Any, Final

import msgspec

from inferlog import ids, jsontext
from inferlog.deleting.jobs import Job, Request, erasure, selection
from inferlog.deleting.table import Preview, preview
from inferlog.deleting.worker import shown
from inferlog.dialects.times import read_time
from inferlog.errors import Conflict, InvalidInput, NotFound, StoreUnavailable, TooMany
from inferlog.jsontext import RawObject, kind
from inferlog.query.filters import read_connector
from inferlog.query.logs import fetch_held
from inferlog.query.render import iso_time
from inferlog.server.asking import read_asked
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.logs import NO_LOG, named_log

_OWN: Final = ("ids", "dry_run", "confirm")
_NOTHING: Final = msgspec.Raw(b"{}")
_TRACE_NAMES: Final = ("trace_unique_ids", "trace_ids", "ids")


async def delete_log(call: Call) -> Reply:
    """Delete one log."""
    log_id, project_id = named_log(call), call.key.project_id
    held = await call.runtime.query_settled(lambda store: fetch_held(store, project_id, [log_id]))
    if not held:
        raise NotFound(NO_LOG)
    await asyncio.to_thread(call.runtime.services.deleter.delete_log, project_id, log_id)
    return Reply(b"", 204, ())


async def delete_logs(call: Call) -> Reply:
    """Say what a deletion of the selected logs would take, or begin it, if what was said is confirmed."""
    body = await call.json(call.settings.log_bytes_max)
    fields = jsontext.read_object(jsontext.check(body)) if body.strip() else {}
    request, given = _request(call, fields)
    if given.get("dry_run", True):
        request = msgspec.structs.replace(request, received_until=ids.now())
        return json_reply({"dry_run": True} | _previewed(await _preview(call, request), request))
    count, until = _confirmed(given)
    request = msgspec.structs.replace(request, received_until=until or ids.now())
    found = await _preview(call, request)
    if found.logs != count:
        raise Conflict(f"{found.logs:,} logs are selected, {count:,} were confirmed: make a dry run again")
    return json_reply({"dry_run": False} | shown(await _submit(call, request)), 202)


async def list_deletions(call: Call) -> Reply:
    """Answer the project's deletions, the newest first."""
    jobs = await asyncio.to_thread(call.runtime.services.deleter.latest, call.key.project_id)
    return json_reply({"results": [shown(job) for job in jobs], "count": len(jobs)})


async def show_deletion(call: Call) -> Reply:
    """Answer one deletion, as far as it is; of one that is done it is the receipt."""
    job_id = call.scope["path_params"]["job_id"]
    return json_reply(shown(await asyncio.to_thread(call.runtime.services.deleter.find, call.key.project_id, job_id)))


async def delete_trace(call: Call) -> Reply:
    """Delete the spans of one trace."""
    return await _delete_traces(call, [call.scope["path_params"]["trace_id"]])


async def delete_traces(call: Call) -> Reply:
    """Delete the spans of some traces."""
    body = await call.json(call.settings.log_bytes_max)
    fields = jsontext.read_object(jsontext.check(body)) if body.strip() else {}
    name = next((name for name in _TRACE_NAMES if name in fields), _TRACE_NAMES[0])
    wanted = _texts(fields.get(name), name)
    most = call.settings.delete_ids_max
    if len(wanted) > most:
        raise TooMany(f"{name}: {len(wanted):,} traces; the limit delete_ids_max is {most:,}: send them in parts")
    return await _delete_traces(call, wanted)


async def erase_user(call: Call) -> Reply:
    """Say what there is of a customer, or begin to erase it, of every environment; the deletion is the receipt."""
    customer: str = call.scope["path_params"]["customer_identifier"]
    body = await call.json(call.settings.log_bytes_max)
    fields = jsontext.read_object(jsontext.check(body)) if body.strip() else {}
    for name in fields:
        if name != "dry_run":
            raise InvalidInput(f"{name[:80]}: unknown parameter; this route reads dry_run")
    dry_run = bytes(fields.get("dry_run", b"true"))
    if dry_run not in (b"true", b"false"):
        raise InvalidInput(f"dry_run: expected true or false, received: {dry_run[:80]!r}")
    request = erasure(call.key.project_id, customer)
    if dry_run == b"true":
        return json_reply({"dry_run": True} | _previewed(await _preview(call, request), request))
    return json_reply({"dry_run": False} | shown(await _submit(call, request)), 202)


async def _delete_traces(call: Call, trace_ids: list[str]) -> Reply:
    """Delete traces and wait for the end of it, for as long as a query may take."""
    filters = {"trace_unique_id": {"operator": "in", "value": trace_ids}}
    request = Request(project_id=call.key.project_id, filters=msgspec.Raw(jsontext.dumps(filters)))
    request = msgspec.structs.replace(request, received_until=ids.now())
    if not (await _preview(call, request)).logs:
        raise NotFound("Trace not found")
    job = await _submit(call, request)
    deleter, seconds_max = call.runtime.services.deleter, call.settings.query_seconds_max
    job = await asyncio.to_thread(deleter.wait, request.project_id, job.id, seconds_max)
    if job.state == "failed":
        raise StoreUnavailable(f"The deletion {job.id} failed: {job.error}")
    message = "Traces deleted" if job.state == "done" else f"The deletion goes on: GET /api/deletions/{job.id}/"
    return json_reply({"message": message, "logs": job.total, "id": job.id})


async def _preview(call: Call, request: Request) -> Preview:
    wanted = selection(request, call.settings.filter_conditions_max)
    pieces = call.runtime.services.pieces
    return await call.runtime.query_settled(lambda store: pieces.read_at_rest(lambda: preview(store, wanted)))


async def _submit(call: Call, request: Request) -> Job:
    return await asyncio.to_thread(call.runtime.services.deleter.submit, request, f"key {call.key.prefix}")


def _request(call: Call, body: RawObject) -> tuple[Request, dict[str, Any]]:
    """Return which logs a body asks for, and its parameters. Raises InvalidInput naming the field."""
    if call.scope["query_string"]:
        raise InvalidInput("A deletion is asked for in the body: send the parameters of the query string there")
    asked = read_asked(call, body, _OWN)
    given, wanted = asked.given, asked.selection
    if not isinstance(given.get("dry_run", True), bool):
        raise InvalidInput(f"dry_run: expected true or false, received: {str(given['dry_run'])[:80]}")
    filters = body.get("filters", _NOTHING)
    filters = filters if kind(filters) == "object" else _NOTHING
    if "ids" in given:
        log_ids = _log_ids(given["ids"], call.settings.delete_ids_max)
        named = {"operator": "in", "value": log_ids, "connector": "AND"}
        filters = msgspec.Raw(jsontext.dumps({"selected": {"filter_params": filters}, "unique_id": named}))
    request = Request(
        project_id=wanted.project_id,
        environment=wanted.environment,
        from_time=wanted.from_time,
        to_time=wanted.to_time,
        filters=filters,
        connector=read_connector(str(given.get("operator") or "AND"), "operator"),
    )
    return request, given


def _log_ids(value: Any, most: int) -> list[str]:
    if not isinstance(value, list) or not value:
        raise InvalidInput(f"ids: expected an array of ids of logs, received: {str(value)[:80]}")
    if len(value) > most:
        raise TooMany(f"ids: {len(value):,} logs; the limit delete_ids_max is {most:,}: use filters")
    for each in value:
        if not isinstance(each, str) or ids.read_uuid(each) is None:
            raise InvalidInput(f"ids: expected ids of 32 hex digits or UUIDs, received: {str(each)[:80]}")
    return value


def _texts(raw: msgspec.Raw | None, name: str) -> list[str]:
    try:
        found = msgspec.json.decode(raw or b"null", type=list[str])
    except msgspec.ValidationError:
        found = []
    if not found:
        raise InvalidInput(f"{name}: expected an array of ids of traces, received: {bytes(raw or b'nothing')[:80]!r}")
    return found


def _confirmed(given: dict[str, Any]) -> tuple[int, float | None]:
    """Return how many logs were confirmed, and until when they had been received."""
    confirm = given.get("confirm")
    count = confirm.get("logs") if isinstance(confirm, dict) else None
    if isinstance(count, float) and count.is_integer():  # 2.0 is a whole number in JSON
        count = int(count)
    if not isinstance(confirm, dict) or not isinstance(count, int) or isinstance(count, bool):
        raise InvalidInput(
            'confirm: expected what a dry run answered under this name, {"logs": …, "received_until": …}, '
            f"received: {str(confirm)[:80]}"
        )
    until = confirm.get("received_until")
    moment = read_time(until) if isinstance(until, str) else None
    if until is not None and moment is None:
        raise InvalidInput(f"confirm.received_until: expected a time as ISO 8601, received: {str(until)[:80]}")
    return count, moment


def _previewed(found: Preview, request: Request) -> dict[str, Any]:
    return {
        "logs": found.logs,
        "bytes": found.bytes,
        "pinned": found.pinned,
        "first_timestamp": iso_time(found.first_us / 1_000_000) if found.logs else None,
        "last_timestamp": iso_time(found.last_us / 1_000_000) if found.logs else None,
    } | (
        {"confirm": {"logs": found.logs, "received_until": iso_time(request.received_until)}}
        if request.received_until is not None
        else {}
    )
