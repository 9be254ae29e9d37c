"""The description of the routes that list groups of logs: by any field, threads, traces, top lists."""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.query.groups import CustomerHead, TraceHead
from inferlog.server.customers import CUSTOMER_FIGURES
from inferlog.server.groups import GROUP_FIGURES, GROUPS, THREAD_FIGURES, TOPS, TRACE_FIGURES
from inferlog.server.openapi_customers import SET
from inferlog.server.openapi_reading import (
    FILTERS_TEXT,
    SELECTING,
    body_of,
    figure,
    object_of,
    operation,
    query,
    ref,
)

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_GROUP_BY: Final[dict[str, tuple[Schema, str]]] = {
    "group_by": (
        {"enum": ["model", "customer_identifier", "provider_id", "metadata__plan", *GROUPS]},
        "A field, or several with commas; metadata__<key>, trace and thread, too.",
    )
}


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    trace: Schema = {"id": _TEXT} | dict.fromkeys(TraceHead.__struct_fields__, _TEXT)
    trace |= {name: _nullable(metric) for name, metric in TRACE_FIGURES.items()}
    thread: Schema = {"thread_identifier": _TEXT, "environment": _TEXT}
    thread |= {name: _nullable(metric) for name, metric in THREAD_FIGURES.items()}
    user: Schema = dict.fromkeys(("id", "unique_organization_id", "environment"), _TEXT)
    user |= dict.fromkeys(CustomerHead.__struct_fields__, _TEXT)
    user |= {name: _nullable(metric) for name, metric in CUSTOMER_FIGURES.items()}
    user |= SET
    group = object_of({name: _nullable(name) for name in GROUP_FIGURES})
    return {
        "Groups": page_of({**group, "description": "Each field under its name, and figures"}),
        "Threads": page_of(object_of(thread)),
        "Traces": page_of(object_of(trace)),
        "Users": page_of(ref("User")),
        "User": object_of(user),
        "Trace": object_of(
            {
                **trace,
                "truncated": {"type": "boolean", "description": "There are more spans than trace_spans_max"},
                "blurred": {"type": "boolean", "description": "Some spans are without bodies (page_bytes_max)"},
                "span_tree": {"type": "array", "items": ref("Span")},
            }
        ),
        "Span": object_of(
            {
                **dict.fromkeys(("id", "unique_id", "input", "output", "log_type"), _TEXT),
                "children": {"type": "array", "items": {"type": "object"}, "description": "Spans like this one"},
            }
        ),
        "Top": page_of({"type": "object"}),
    }


def page_of(item: Schema) -> Schema:
    """Return the schema of a page of such items."""
    address = {"anyOf": [_TEXT, {"type": "null"}]}
    return object_of(
        {
            "results": {"type": "array", "items": item},
            "count": {"type": "integer", "description": "On all pages"},
            "next": address,
            "previous": address,
            "current_filters": {"type": "object"},
            "filters_data": {"type": "object"},
        }
    )


def paging(figures: Mapping[str, str]) -> dict[str, tuple[Schema, str]]:
    """Return the parameters of a page that is sorted by one of its figures."""
    return {
        "page": ({"type": "integer", "minimum": 1, "maximum": 2**40}, "Page number, from 1."),
        "page_size": ({"type": "integer", "minimum": 1, "maximum": 1_000}, "Groups on a page. Default: 50."),
        "sort_by": ({"enum": [each for name in figures for each in (name, f"-{name}")]}, "A figure, - largest first."),
    }


def paths(errors: dict[str, str]) -> Schema:
    """Return the paths; `errors` says what each status of an error means."""
    by_name = dict(zip(GROUP_FIGURES, GROUP_FIGURES, strict=True))
    lists = {
        "/api/request-logs/groups/": ("group_logs", "Groups of logs by any fields", "Groups", by_name, _GROUP_BY),
        "/api/users/list/": ("list_users", "List customers with figures", "Users", CUSTOMER_FIGURES, {}),
        "/api/log_threads/": ("list_threads", "List threads", "Threads", THREAD_FIGURES, {}),
        "/api/traces/list/": ("list_traces", "List traces with totals of their spans", "Traces", TRACE_FIGURES, {}),
    }
    described: Schema = {}
    for path, (name, summary, answer, figures, own) in lists.items():
        parameters = {**paging(figures), **SELECTING, **own}
        body = body_of({**parameters, "filters": (ref("Filters"), FILTERS_TEXT)})
        asked = query(parameters)
        for each in asked:
            each["required"] = each["name"] in own
        body["required"] = bool(own)
        body["content"]["application/json"]["schema"]["required"] = [*own]
        described[path] = {
            "get": operation(name, summary, "figures", answer, errors, asked),
            "post": operation(f"{name}_by_body", summary, "figures", answer, errors, query(SELECTING), body),
        }
    described["/api/users/"] = {
        "get": operation(
            "list_users_of_old", "List customers with figures", "figures", "Users", errors,
            query({**paging(CUSTOMER_FIGURES), **SELECTING}),
        )
    }  # fmt: skip
    described["/api/traces/{trace_id}/"] = {
        "get": _one("show_trace", "One trace with its spans as a tree", "Trace", "trace_id", errors, [])
    }
    described["/api/user/detail/{customer_identifier}/"] = {
        "get": _one("show_user_of_old", "One customer", "User", "customer_identifier", errors, query(SELECTING))
    }
    described["/api/users/{customer_identifier}/"] = {
        "get": _one("show_user", "One customer", "User", "customer_identifier", errors, query(SELECTING))
    }
    sorts = {name: name for name in ("number_of_requests", "total_cost", "total_tokens")}
    for name in TOPS:
        described[f"/api/dashboard/top-{name}/"] = {
            "get": operation(
                f"show_top_{name}", f"The {name} with the most requests", "figures", "Top", errors,
                query({**paging(sorts), **SELECTING}),
            )
        }  # fmt: skip
    return described


def _one(name: str, summary: str, answer: str, by: str, errors: dict[str, str], parameters: list[Schema]) -> Schema:
    """Return an operation on one thing of a path."""
    of_path = {"name": by, "in": "path", "required": True, "description": "As logs have it", "schema": _TEXT}
    described = operation(name, summary, "figures", answer, errors, [of_path, *parameters])
    described["responses"]["404"] = {
        "description": errors["404"],
        "content": {"application/json": {"schema": ref("Error")}},
    }
    return described


def _nullable(metric: str) -> Schema:
    schema = figure(metric)
    return {"anyOf": [schema, {"type": "null"}], "description": schema["description"]}
