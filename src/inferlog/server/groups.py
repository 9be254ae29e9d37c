"""Handlers of lists of groups: by any field, threads, traces, and the dashboard's top lists (dossier §2.3)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from inferlog import jsontext
from inferlog.errors import InvalidInput, hint
from inferlog.query.fields import UNGROUPED, Field, field
from inferlog.query.groups import Groups, fetch_groups, fetch_trace_heads, present
from inferlog.query.metrics import Measurement
from inferlog.query.selection import Selection
from inferlog.server.asking import Asked, read_asked, whole_number
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.paging import PAGE_MAX, PARAMETERS, links
from inferlog.store.clickhouse import Store

GROUPS: Final[dict[str, str]] = {
    "trace": "trace_unique_id",
    "thread": "thread_identifier",
    "deployment_id": "deployment_name",
}
"""The API's names of groups that are not names of fields, → the fields."""
GROUP_FIGURES: Final = (
    "number_of_requests", "total_cost", "total_tokens", "total_prompt_tokens", "total_completion_tokens",
    "error_count", "error_rate", "avg_latency", "avg_ttft", "avg_tps", "first_seen", "last_seen",
)  # fmt: skip
TRACE_FIGURES: Final = {
    "start_time": "first_start",
    "end_time": "last_seen",
    "timestamp": "last_seen",
    "duration": "duration",
    "span_count": "number_of_requests",
    "total_cost": "total_cost",
    "total_tokens": "total_tokens",
    "total_prompt_tokens": "total_prompt_tokens",
    "total_completion_tokens": "total_completion_tokens",
    "error_count": "error_count",
}
THREAD_FIGURES: Final = {
    "log_count": "number_of_requests",
    "total_cost": "total_cost",
    "total_tokens": "total_tokens",
    "first_seen": "first_seen",
    "last_seen": "last_seen",
}
_SIZE: Final = 50


class Listing(NamedTuple):
    """A list of groups: by which fields, with which figures under which names, in which order unless told otherwise."""

    group_by: tuple[Field, ...]
    figures: Mapping[str, str]
    sort_by: str


_TRACE: Final = field("trace_unique_id", "traces")
_THREAD: Final = field("thread_identifier", "threads")
TRACES: Final = Listing((_TRACE,), TRACE_FIGURES, "-timestamp")
THREADS: Final = Listing((_THREAD, field("environment", "threads")), THREAD_FIGURES, "-last_seen")


async def group_logs(call: Call) -> Reply:
    """Answer a page of groups of the selected logs, by one field or several."""
    asked = await read_request(call, (*PARAMETERS, "group_by"))
    fields = _fields(asked.given.get("group_by"), call.settings.group_fields_max)
    listing = Listing(tuple(fields.values()), dict(zip(GROUP_FIGURES, GROUP_FIGURES, strict=True)), "-total_cost")
    wanted = measurement(call, asked, asked.selection, listing)
    found = await call.runtime.query_at_rest(lambda store: fetch_groups(store, wanted))
    names = {each.name: name for name, each in fields.items()}
    return page_reply(
        call,
        asked,
        found.total,
        [
            {names[name]: value for name, value in row["group"].items()} | figures(row, listing.figures)
            for row in found.rows
        ],
    )


async def list_threads(call: Call) -> Reply:
    """Answer a page of threads: the last active first."""
    asked = await read_request(call, PARAMETERS)
    wanted = measurement(call, asked, present(asked.selection, _THREAD), THREADS)
    found = await call.runtime.query_at_rest(lambda store: fetch_groups(store, wanted))
    return page_reply(call, asked, found.total, [row["group"] | figures(row, THREAD_FIGURES) for row in found.rows])


async def list_traces(call: Call) -> Reply:
    """Answer a page of traces with the totals of those of their spans that are selected."""
    asked = await read_request(call, PARAMETERS)
    selection = present(asked.selection, _TRACE)
    wanted = measurement(call, asked, selection, TRACES)
    found, results = await call.runtime.query_at_rest(lambda store: _traces(store, selection, wanted))
    return page_reply(call, asked, found.total, results)


def _traces(store: Store, selection: Selection, wanted: Measurement) -> tuple[Groups, list[dict[str, Any]]]:
    found = fetch_groups(store, wanted)
    heads = fetch_trace_heads(store, selection, _TRACE, [row["group"]["trace_unique_id"] for row in found.rows])
    results = []
    for row in found.rows:
        trace_id = row["group"]["trace_unique_id"]
        results.append({"id": trace_id} | msgspec.structs.asdict(heads[trace_id]) | figures(row, TRACE_FIGURES))
    return found, results


_TOP_METRICS: Final = (
    "number_of_requests", "total_cost", "total_tokens", "total_prompt_tokens", "total_completion_tokens",
    "error_count", "avg_latency", "avg_ttft",
)  # fmt: skip
TOPS: Final = {
    "models": "model",
    "users": "customer_identifier",
    "keys": "organization_key_id",
    "prompts": "prompt_id",
    "providers": "provider_id",
    "deployments": "deployment_name",
}


def show_top(name: str) -> Callable[[Call], Awaitable[Reply]]:
    """Return the handler of one of the dashboard's top lists: the groups with the most of `sort_by` first."""
    by = field(TOPS[name], "top lists")
    listing = Listing((by,), dict(zip(_TOP_METRICS, _TOP_METRICS, strict=True)), "-number_of_requests")

    async def show(call: Call) -> Reply:
        """Answer a top list."""
        asked = await read_request(call, PARAMETERS)
        wanted = measurement(call, asked, present(asked.selection, by), listing)
        found = await call.runtime.query_at_rest(lambda store: fetch_groups(store, wanted))
        return page_reply(
            call, asked, found.total, [row["group"] | figures(row, listing.figures) for row in found.rows]
        )

    show.__name__ = f"show_top_{name}"
    return show


# What the lists share


async def read_request(call: Call, names: tuple[str, ...]) -> Asked:
    """Return what is asked for in the query string and in the body, if there is one."""
    body = await call.body(call.settings.log_bytes_max)
    return read_asked(call, jsontext.read_object(jsontext.check(body) if body.strip() else b"{}"), names)


def measurement(call: Call, asked: Asked, selection: Selection, listing: Listing) -> Measurement:
    """Return the metrics query of the page that is asked for. Raises InvalidInput naming the parameter."""
    number, size = _place(call, asked)
    sort = str(asked.given.get("sort_by") or listing.sort_by)
    if sort.removeprefix("-") not in listing.figures:
        names = [*listing.figures]
        raise InvalidInput(
            f"sort_by: expected one of {', '.join(names)}, or one of them after a -, "
            f"received: {sort[:80]}{hint(sort.removeprefix('-'), names)}"
        )
    return Measurement(
        selection=selection,
        metrics=tuple(dict.fromkeys(listing.figures.values())),
        group_by=listing.group_by,
        sort_by=listing.figures[sort.removeprefix("-")],
        descending=sort.startswith("-"),
        rows_max=size,
        rows_skipped=(number - 1) * size,
    )


def figures(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a row's figures under the API's names."""
    return {name: row[metric] for name, metric in names.items()}


def page_reply(call: Call, asked: Asked, count: int, results: list[dict[str, Any]]) -> Reply:
    """Return a page as the API shows pages."""
    number, size = _place(call, asked)
    following, preceding = links(call, number, size, count)
    return json_reply(
        {
            "results": results,
            "count": count,
            "next": following,
            "previous": preceding,
            "current_filters": asked.filters,
            "filters_data": {},
        }
    )


def _place(call: Call, asked: Asked) -> tuple[int, int]:
    most = call.settings.page_size_max
    return whole_number(asked.given, "page", 1, PAGE_MAX), whole_number(
        asked.given, "page_size", min(_SIZE, most), most
    )


def _fields(value: Any, most: int) -> dict[str, Field]:
    """Return the fields to group by, by the names that were asked for."""
    names = [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f"group_by: expected a field, or several, received: {str(value)[:80]}")
    if len(names) > most:
        raise InvalidInput(f"group_by: {len(names)} fields; the limit group_fields_max is {most}")
    found = {name: field(GROUPS.get(name) or name, "group_by") for name in names}
    for each in found.values():
        if each.kind in UNGROUPED:
            raise InvalidInput(f"group_by: {each.name} cannot be grouped by")
    return found
