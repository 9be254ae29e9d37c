"""Handlers that answer figures of logs: the logging API's summary, and the metrics query under all charts."""

from typing import Any, Final, get_args

from inferlog import jsontext
from inferlog.errors import InvalidInput
from inferlog.query.fields import UNGROUPED, Field, field
from inferlog.query.metrics import Interval, Measured, Measurement, measure, metric, summarize
from inferlog.server import paging
from inferlog.server.asking import Asked, read_asked, whole_number
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.zones import read_zone

_PARAMETERS: Final = ("metrics", "group_by", "interval", "time_zone", "sort_by", "limit")
_DEFAULT: Final = ("number_of_requests", "total_cost", "total_tokens")
_INTERVALS: Final = get_args(Interval)
_INSTEAD: Final = {"metadata": "send metadata__<key>", "scores": "send scores__<evaluator>"}


async def show_summary(call: Call) -> Reply:
    """Answer the totals of the logs that the query string selects."""
    return await _summary(call, b"{}")


async def summarize_by_body(call: Call) -> Reply:
    """Answer the totals of the logs that the query string and the body select."""
    return await _summary(call, await _body(call))


async def query_metrics(call: Call) -> Reply:
    """Answer figures of logs, by fields and by time."""
    asked = read_asked(call, jsontext.read_object(await _body(call)), _PARAMETERS)
    wanted = _measurement(call, asked)
    found: Measured = await call.runtime.query_at_rest(lambda store: measure(store, wanted))
    return json_reply({"results": found.rows, "truncated": found.truncated, "current_filters": asked.filters})


async def _summary(call: Call, body: bytes) -> Reply:
    asked = read_asked(call, jsontext.read_object(body), paging.PARAMETERS)
    return json_reply(await call.runtime.query_at_rest(lambda store: summarize(store, asked.selection)))


async def _body(call: Call) -> bytes:
    body = await call.body(call.settings.log_bytes_max)
    return jsontext.check(body) if body.strip() else b"{}"


def _measurement(call: Call, asked: Asked) -> Measurement:
    given = asked.given
    metrics = _names(given, "metrics") or _DEFAULT
    for name in metrics:
        metric(name)  # which raises
    sort = str(given.get("sort_by") or "")
    if sort.removeprefix("-") not in ("", *metrics):
        raise InvalidInput(f"sort_by: expected one of metrics ({', '.join(metrics)}), received: {sort[:80]}")
    return Measurement(
        selection=asked.selection,
        metrics=metrics,
        group_by=_groups(given, call.settings.group_fields_max),
        interval=_interval(given),
        time_zone=read_zone(given.get("time_zone")),
        sort_by=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        rows_max=whole_number(given, "limit", call.settings.metric_rows_max, call.settings.metric_rows_max),
    )


def _names(given: dict[str, Any], parameter: str) -> tuple[str, ...]:
    """Return a list of names, each once: an array of strings, or one string with commas."""
    value = given.get(parameter)
    names = [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f"{parameter}: expected an array of names, received: {str(value)[:80]}")
    return tuple(dict.fromkeys(names))


def _groups(given: dict[str, Any], most: int) -> tuple[Field, ...]:
    names = _names(given, "group_by")
    if len(names) > most:
        raise InvalidInput(f"group_by: {len(names)} fields; the limit group_fields_max is {most}")
    groups = tuple(field(name, "group_by") for name in names)
    for found in groups:
        if found.kind in UNGROUPED:
            instead = _INSTEAD.get(found.name, "send interval for stretches of time")
            raise InvalidInput(f"group_by: {found.name} cannot be grouped by; {instead}")
    return groups


def _interval(given: dict[str, Any]) -> Interval | None:
    value = given.get("interval")
    for interval in _INTERVALS:
        if value == interval:
            found: Interval = interval
            return found
    if value in (None, ""):
        return None
    raise InvalidInput(f"interval: expected one of {', '.join(_INTERVALS)}, received: {str(value)[:80]}")
