"""Handlers of /request-logs: create, batch, bulk, list, one log."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from inferlog import ids, jsontext, metrics
from inferlog.config import Settings
from inferlog.enrich.cost import UNPRICED
from inferlog.errors import InferlogError, InvalidInput, NotFound, TooLarge
from inferlog.ingest import Prepared, prepare, prepare_many
from inferlog.model import Entry, ItemError
from inferlog.pricing.book import PriceBook
from inferlog.query.logs import Count, Listed, Listing, count_within, fetch_log, fetch_page
from inferlog.query.pages import Page
from inferlog.query.render import receipt, render, render_reduced
from inferlog.query.scores import Score, fetch_scores, render_scores
from inferlog.server.asking import read_asked
from inferlog.server.commits import Append
from inferlog.server.http import Call, Reply, encode, is_large, json_reply
from inferlog.server.paging import PARAMETERS, beside, read_page
from inferlog.store.clickhouse import Store

_IDEMPOTENCY_MAX: Final = 255
NO_LOG: Final = "Log not found"


async def create(call: Call) -> Reply:
    """Store one log, or each log of an array."""
    return await _create(call, await call.json(call.settings.batch_bytes_max))


async def create_or_list(call: Call) -> Reply:
    """Store a log; or list logs, if the body is the older API's list request: an object with `filters`."""
    body = await call.json(call.settings.batch_bytes_max)
    if b'"filters"' in body:
        text: bytes = await call.work(len(body), jsontext.check, body)
        if text[:1] == b"{" and "filters" in jsontext.read_object(text):
            call.require("read")
            return await _list(call, text)
    call.require("ingest")
    return await _create(call, body)


async def create_batch(call: Call) -> Reply:
    """Store the logs of {"logs": […]}, good ones in any case, and say for each how it went."""
    texts = await read_batch(call, call.settings.batch_logs_max, "batch_logs_max")
    ids_or_none, errors = await _store_many(call, texts)
    results: list[dict[str, Any]] = [
        {"id": log_id, "unique_id": log_id, "status": "success"} if log_id else {} for log_id in ids_or_none
    ]
    for error in errors:
        results[error.index] = {"id": None, "status": "error", "index": error.index, "error": error.error}
    answer = {
        "message": _summary(len(texts), len(errors)),
        "results": results,
        "success_count": len(texts) - len(errors),
        "error_count": len(errors),
        "errors": errors,
    }
    return _many_reply(answer, len(texts), errors, 200)


async def create_bulk(call: Call) -> Reply:
    """Store the logs of {"logs": […]}: 201 with counts and errors by index if at least one was accepted."""
    texts = await read_batch(call, call.settings.bulk_logs_max, "bulk_logs_max")
    _, errors = await _store_many(call, texts)
    answer = {"success_count": len(texts) - len(errors), "error_count": len(errors), "errors": errors}
    return _many_reply(answer, len(texts), errors, 201)


async def show(call: Call) -> Reply:
    """Answer one log, whole."""
    log_id = named_log(call)
    project_id, book = call.key.project_id, call.runtime.services.prices.book
    reply = await call.runtime.query(lambda store: shown(store, project_id, log_id, book))
    if reply is None:
        raise NotFound(NO_LOG)
    return reply


def named_log(call: Call) -> str:
    """Return the id of the log that a path names. Raises NotFound for what is no id."""
    log_id = ids.read_uuid(call.scope["path_params"]["log_id"])
    if log_id is None:
        raise NotFound(NO_LOG)
    return log_id


async def list_logs(call: Call) -> Reply:
    """Answer a page of logs, asked for in the query string."""
    return await _list(call, b"{}")


async def list_by_body(call: Call) -> Reply:
    """Answer a page of logs, asked for in the query string and the body."""
    body = await call.body(call.settings.log_bytes_max)
    text = jsontext.check(body) if body.strip() else b"{}"
    return await _list(call, text)


async def _list(call: Call, body: bytes) -> Reply:
    asked = read_asked(call, jsontext.read_object(body), PARAMETERS)
    page = read_page(call, asked)
    settings = call.settings
    count, listing, results = await call.runtime.query_at_rest(lambda store: _page(store, page, settings))
    return json_reply(
        {"results": results, "count": count.number, "count_is_exact": count.exact}
        | beside(call, page, listing)._asdict()
        | {"current_filters": asked.filters, "filters_data": {}}
    )


# Run in a query's thread: rendering a page of large logs must not hold up the event loop.


def shown(store: Store, project_id: str, log_id: str, book: PriceBook) -> Reply | None:
    """Return the answer that is one log, or None."""
    log = fetch_log(store, project_id, log_id)
    if log is None:
        return None
    scores = fetch_scores(store, project_id, [log.id])
    content = render(log, render_scores(scores.get(log.id, ())))
    if UNPRICED in log.flags:
        content["price_note"] = book.unpriced_because(log.provider_id, log.model)
    return json_reply(content)


def _page(store: Store, page: Page, settings: Settings) -> tuple[Count, Listing, list[msgspec.Raw]]:
    """Return a page as JSON. It counts what it lists, even if the count was stopped before."""
    bytes_max = settings.page_bytes_max
    listing = fetch_page(store, page, bytes_max)
    by_log = fetch_scores(store, page.project_id, [log.id for log, _ in listing.logs])
    results = [msgspec.Raw(encode(_rendered(each, by_log.get(each.log.id, ()), bytes_max))) for each in listing.logs]
    count = count_within(store, page, logs_max=settings.count_logs_max, seconds_max=settings.count_seconds_max)
    listed = (page.number - 1) * page.size + len(results) + listing.more if results else 0
    if not count.exact and count.number < listed:
        count = Count(listed, exact=False)
    return count, listing, results


def _rendered(listed: Listed, scores: Iterable[Score], bytes_max: int) -> dict[str, Any]:
    shown = render_scores(scores)
    return render_reduced(listed.log, bytes_max, shown) if listed.reduced else render(listed.log, shown)


class _CreateOne:
    """One log on its way into the journal: text in, receipt out."""

    __slots__ = ("_body", "_idempotency", "_intake", "_key", "_made")

    def __init__(self, call: Call, body: bytes) -> None:
        self._body = body
        self._key = call.key
        self._intake = call.runtime.services.intake
        self._idempotency = _idempotency(call)
        self._made: Prepared | None = None

    def prepare(self) -> tuple[Entry]:
        """Return the log's row."""
        if self._made is None:
            text = jsontext.check(self._body)
            self._made = prepare(text, self._key, ids.now(), self._intake, self._idempotency)
        return (self._made.entry,)

    def finish(self, log_ids: list[str]) -> Reply:
        """Return the receipt."""
        assert self._made is not None
        if not self._made.block:
            return json_reply({"message": "logging task started"})
        return json_reply(receipt(self._made.log, log_ids[0]))


async def _create(call: Call, body: bytes) -> Reply:
    if body[:1] != b"{" and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
        return await _create_array(call, body)
    try:
        job = _CreateOne(call, body)
        if is_large(len(body)):
            await call.runtime.work(job.prepare)
        return await call.runtime.commits.submit(job)
    except InferlogError as error:
        _count_refused(1, error.reason)
        raise


async def _create_array(call: Call, body: bytes) -> Reply:
    texts: list[msgspec.Raw] = await call.work(len(body), _read_items, body)
    _require_count(texts, call.settings.batch_logs_max, "batch_logs_max")
    ids_or_none, errors = await _store_many(call, texts)
    stored = [{"id": log_id, "unique_id": log_id} for log_id in ids_or_none if log_id]
    answer = {"message": _summary(len(texts), len(errors)), "results": stored, "errors": errors}
    return _many_reply(answer, len(texts), errors, 200)


async def read_batch(call: Call, logs_max: int, setting: str) -> list[msgspec.Raw]:
    """Return the items of {"logs": […]}."""
    body = await call.json(call.settings.batch_bytes_max)
    texts: list[msgspec.Raw] = await call.work(len(body), _read_batch, body)
    _require_count(texts, logs_max, setting)
    return texts


def _read_batch(body: bytes) -> list[msgspec.Raw]:
    text = jsontext.check(body)
    if text[:1] != b"{":
        raise InvalidInput('Invalid request format: expected a JSON object {"logs": […]}')
    fields = jsontext.read_object(text)
    if "logs" not in fields or jsontext.kind(fields["logs"]) != "array":
        raise InvalidInput('Invalid request format: expected {"logs": […]} with an array of logs')
    return jsontext.read_array(fields["logs"])


def _read_items(body: bytes) -> list[msgspec.Raw]:
    return jsontext.read_array(jsontext.check(body))


async def _store_many(call: Call, texts: list[msgspec.Raw]) -> tuple[list[str | None], list[ItemError]]:
    """Store what can be read of a batch, in one commit; return each log's id (None if refused) and the errors."""
    size = sum(memoryview(text).nbytes for text in texts)
    prepared, errors = await call.work(
        size, prepare_many, texts, call.key, ids.now(), call.runtime.services.intake, _idempotency(call)
    )
    metrics.received.inc(len(errors))
    good = [each for each in prepared if each is not None]
    try:
        append = Append([each.entry for each in good])
        stored = iter(await call.runtime.commits.submit(append) if good else [])
    except InferlogError as error:
        _count_refused(len(good), error.reason)
        raise
    return [next(stored) if each is not None else None for each in prepared], errors


def _require_count(texts: list[msgspec.Raw], logs_max: int, setting: str) -> None:
    if len(texts) > logs_max:
        _count_refused(len(texts), "too_large")
        raise TooLarge(f"The request has {len(texts):,} logs; the limit {setting} is {logs_max:,}: send them in parts")


def _count_refused(count: int, reason: str) -> None:
    metrics.received.inc(count)
    metrics.refused.labels(reason).inc(count)


def _many_reply(answer: dict[str, Any], count: int, errors: list[ItemError], success: int) -> Reply:
    """Answer a request of many logs: 400, and the first reason, if none of them could be stored."""
    if not errors or len(errors) < count:
        return json_reply(answer, success)
    first = errors[0]
    return json_reply(
        {"detail": f"None of the {count:,} logs was stored. Log {first.index}: {first.error}"} | answer, 400
    )


def _summary(count: int, failed: int) -> str:
    return "log successful" if not failed else f"{count - failed} of {count} logs stored; see errors"


def _idempotency(call: Call) -> tuple[str, ...]:
    if b"idempotency-key" not in call.headers:
        return ()
    name = call.headers[b"idempotency-key"].decode("latin-1")
    if not 0 < len(name) <= _IDEMPOTENCY_MAX:
        raise InvalidInput(f"Idempotency-Key: expected 1 to {_IDEMPOTENCY_MAX} characters, received {len(name)}")
    return (name,)
