"""Handlers of /request-logs: create, batch, bulk, list, one log."""

from typing import Any, Final

import msgspec

from inferlog import ids, jsontext, metrics
from inferlog.errors import InferlogError, InvalidInput, NotFound, TooLarge
from inferlog.ingest import Prepared, prepare, prepare_many
from inferlog.model import ItemError
from inferlog.query.logs import count_logs, fetch_log, fetch_page
from inferlog.query.render import receipt, render
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.paging import links, read_page

_IDEMPOTENCY_MAX: Final = 255


async def create(call: Call) -> Reply:
    """Store one log, or each log of an array."""
    text = await _json_text(call, call.settings.log_bytes_max, several=call.settings.batch_bytes_max)
    if text[:1] == b"[":
        return await _create_array(call, text)
    return await _create_one(call, text)


async def create_or_list(call: Call) -> Reply:
    """Store a log; or list logs, if the body is the older API's list request: an object with `filters`."""
    text = await _json_text(call, call.settings.log_bytes_max, several=call.settings.batch_bytes_max)
    if text[:1] == b"[":
        return await _create_array(call, text)
    if b'"filters"' in text and "filters" in jsontext.read_object(text):
        call.require("read")
        return await _list(call, text)
    call.require("ingest")
    return await _create_one(call, text)


async def create_batch(call: Call) -> Reply:
    """Store the logs of {"logs": […]}, good ones in any case, and say for each how it went."""
    texts = await _batch(call, call.settings.batch_logs_max, "batch_logs_max")
    ids_or_none, errors = await _store_many(call, texts)
    results: list[dict[str, Any]] = [
        {"id": log_id, "unique_id": log_id, "status": "success"} if log_id else {} for log_id in ids_or_none
    ]
    for error in errors:
        results[error.index] = {"id": None, "status": "error", "index": error.index, "error": error.error}
    return json_reply(
        {
            "message": _summary(len(texts), len(errors)),
            "results": results,
            "success_count": len(texts) - len(errors),
            "error_count": len(errors),
            "errors": errors,
        },
        _many_status(texts, errors, 200),
    )


async def create_bulk(call: Call) -> Reply:
    """Store the logs of {"logs": […]}: 201 with counts and errors by index if at least one was accepted."""
    texts = await _batch(call, call.settings.bulk_logs_max, "bulk_logs_max")
    _, errors = await _store_many(call, texts)
    answer = {"success_count": len(texts) - len(errors), "error_count": len(errors), "errors": errors}
    return json_reply(answer, _many_status(texts, errors, 201))


async def show(call: Call) -> Reply:
    """Answer one log, whole."""
    given = call.scope["path_params"]["log_id"]
    log_id = ids.read_uuid(given)
    key = call.key
    log = await call.runtime.query(lambda store: fetch_log(store, key.project_id, log_id)) if log_id else None
    if log is None:
        raise NotFound("Log not found")
    return json_reply(render(log))


async def list_logs(call: Call) -> Reply:
    """Answer a page of logs, asked for in the query string."""
    return await _list(call, b"{}")


async def list_by_body(call: Call) -> Reply:
    """Answer a page of logs, asked for in the query string and the body."""
    body = await call.body(call.settings.log_bytes_max)
    text = jsontext.check(body, depth_max=call.settings.json_depth_max) if body.strip() else b"{}"
    return await _list(call, text)


async def _list(call: Call, body: bytes) -> Reply:
    page = read_page(call, jsontext.read_object(body))
    total, logs = await call.runtime.query(lambda store: (count_logs(store, page), fetch_page(store, page)))
    following, preceding = links(call, page, total)
    return json_reply(
        {
            "results": [render(log) for log in logs],
            "count": total,
            "next": following,
            "previous": preceding,
            "current_filters": {},
            "filters_data": {},
        }
    )


async def _json_text(call: Call, bytes_max: int, *, several: int) -> bytes:
    """Return the checked body: an object of at most `bytes_max` bytes, or an array of at most `several`."""
    try:
        body = await call.json(several)
        text: bytes = await call.work(len(body), lambda: jsontext.check(body, depth_max=call.settings.json_depth_max))
        if text[:1] != b"[" and len(text) > bytes_max:
            raise TooLarge(f"The log has {len(text):,} bytes; the limit log_bytes_max is {bytes_max:,}")
    except InferlogError as error:
        metrics.received.inc()
        metrics.refused.labels(error.reason).inc()
        raise
    return text


async def _create_one(call: Call, text: bytes) -> Reply:
    try:
        made: Prepared = await call.work(
            len(text), prepare, text, call.key, ids.now(), call.settings, _idempotency(call)
        )
        (log_id,) = await call.runtime.commits.append((made.entry,))
    except InferlogError as error:
        metrics.received.inc()
        metrics.refused.labels(error.reason).inc()
        raise
    if not made.block:
        return json_reply({"message": "logging task started"})
    return json_reply(receipt(made.log, log_id))


async def _create_array(call: Call, text: bytes) -> Reply:
    texts = jsontext.read_array(text)
    _require_count(texts, call.settings.batch_logs_max, "batch_logs_max")
    ids_or_none, errors = await _store_many(call, texts)
    stored = [{"id": log_id, "unique_id": log_id} for log_id in ids_or_none if log_id]
    answer = {"message": _summary(len(texts), len(errors)), "results": stored, "errors": errors}
    return json_reply(answer, _many_status(texts, errors, 200))


async def _batch(call: Call, logs_max: int, setting: str) -> list[msgspec.Raw]:
    """Return the items of {"logs": […]}."""
    body = await call.json(call.settings.batch_bytes_max)
    text: bytes = await call.work(len(body), lambda: jsontext.check(body, depth_max=call.settings.json_depth_max))
    if text[:1] != b"{":
        raise InvalidInput('Invalid request format: expected a JSON object {"logs": […]}')
    fields: jsontext.RawObject = await call.work(len(text), jsontext.read_object, text)
    if "logs" not in fields or jsontext.kind(fields["logs"]) != "array":
        raise InvalidInput('Invalid request format: expected {"logs": […]} with an array of logs')
    texts = jsontext.read_array(fields["logs"])
    _require_count(texts, logs_max, setting)
    return texts


async def _store_many(call: Call, texts: list[msgspec.Raw]) -> tuple[list[str | None], list[ItemError]]:
    """Store what can be read of a batch, in one commit; return each log's id (None if refused) and the errors."""
    size = sum(memoryview(text).nbytes for text in texts)
    prepared, errors = await call.work(
        size, prepare_many, texts, call.key, ids.now(), call.settings, _idempotency(call)
    )
    metrics.received.inc(len(errors))
    good = [each for each in prepared if each is not None]
    try:
        stored = iter(await call.runtime.commits.append([each.entry for each in good]) if good else [])
    except InferlogError as error:
        metrics.received.inc(len(good))
        metrics.refused.labels(error.reason).inc(len(good))
        raise
    return [next(stored) if each is not None else None for each in prepared], errors


def _require_count(texts: list[msgspec.Raw], logs_max: int, setting: str) -> None:
    if len(texts) > logs_max:
        metrics.received.inc(len(texts))
        metrics.refused.labels("too_large").inc(len(texts))
        raise TooLarge(f"The request has {len(texts):,} logs; the limit {setting} is {logs_max:,}: send them in parts")


def _many_status(texts: list[msgspec.Raw], errors: list[ItemError], success: int) -> int:
    return 400 if errors and len(errors) == len(texts) else success


def _summary(count: int, failed: int) -> str:
    return "log successful" if not failed else f"{count - failed} of {count} logs stored; see errors"


def _idempotency(call: Call) -> tuple[str, ...]:
    if b"idempotency-key" not in call.headers:
        return ()
    name = call.headers[b"idempotency-key"].decode("latin-1")
    if not 0 < len(name) <= _IDEMPOTENCY_MAX:
        raise InvalidInput(f"Idempotency-Key: expected 1 to {_IDEMPOTENCY_MAX} characters, received {len(name)}")
    return (name,)
