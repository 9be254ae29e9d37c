"""The description of the routes that list logs and answer figures of them, from the tables of fields and metrics."""

from typing import Any, Final, get_args

from inferlog.query.exported import COLUMNS, FORMS
from inferlog.query.fields import UNGROUPED, Kind, fields
from inferlog.query.filters import OPERATORS
from inferlog.query.metrics import METRICS, SUMMARY, Interval
from inferlog.server.paging import SORTED_BY

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_NUMBER: Final[Schema] = {"type": "number"}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_FLAG: Final[Schema] = {"enum": ["true", "false"]}
_JSON: Final = "application/json"
_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "422", "429", "503")

SELECTING: Final[dict[str, tuple[Schema, str]]] = {
    "start_time": (_DATE, "Earliest timestamp. Default: none."),
    "end_time": (_DATE, "Latest timestamp. Default: none."),
    "environment": ({"enum": ["prod", "test"]}, "Default: the key's own."),
    "all_envs": (_FLAG, "Show every environment; beats environment."),
    "is_test": (_FLAG, "Show test (true) or prod (false); beats all_envs."),
    "operator": ({"enum": ["AND", "OR"]}, "How conditions of filters are joined that do not say it. Default: AND."),
}
_PAGING: Final[dict[str, tuple[Schema, str]]] = {
    "page": ({"type": "integer", "minimum": 1, "maximum": 2**40}, "Page number, from 1."),
    "page_size": ({"type": "integer", "minimum": 1, "maximum": 1_000}, "Logs on a page. Default: 100."),
    "cursor": (
        {**_TEXT, "enum": [""]},
        "Default: none. The next_cursor or previous_cursor of an answer to the same query, instead of page.",
    ),
    "sort_by": (
        {"enum": [name for sort in SORTED_BY for name in (f"-{sort}", sort)]},
        "With a minus the largest first. Default: -id, newest first.",
    ),
}
_QUICK: Final = (
    "Any field can also be filtered by in the query string: ?model=gpt-4o, or with an operator "
    "?cost[value]=0.01&cost[operator]=gte&cost[connector]=OR; a name that is no field is a key of the metadata."
)
_VALUES: Final[dict[Kind, Schema]] = {
    "text": _TEXT,
    "id": {**_TEXT, "pattern": "^[0-9a-f]{32}$"},
    "metadata": _TEXT,
    "keys": _TEXT,
    "list": _TEXT,
    "score": {"type": "number", "minimum": -1e300, "maximum": 1e300},
    "scores": _TEXT,
    "number": {"type": "number", "minimum": -1e300, "maximum": 1e300},
    "money": {"type": "integer", "minimum": -(10**15), "maximum": 10**15},
    "time": _DATE,
    "flag": {"type": "boolean"},
}
_SINGLE: Final = ("lt", "lte", "gt", "gte")
_ABSENCE: Final = ("empty", "not_empty", "isnull")
_PATTERNS: Final = ("regex", "ilike", "full_text_search")
FILTERS_TEXT: Final = (
    "Field → condition, list of conditions, or bundle {connector, filter_params}; docs/api.md says what operators mean."
)


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    listed = {
        "results": {"type": "array", "items": ref("StoredLog")},
        "count": {**_WHOLE, "description": "Logs on all pages; at least so many, if it is not exact"},
        "count_is_exact": {"type": "boolean", "description": "False: counting stopped at count_logs_max or its time"},
        "next": {"anyOf": [_TEXT, {"type": "null"}], "description": "Address of the next page"},
        "previous": {"anyOf": [_TEXT, {"type": "null"}], "description": "Address of the page before"},
        "next_cursor": {"anyOf": [_TEXT, {"type": "null"}], "description": "cursor of the next page"},
        "previous_cursor": {"anyOf": [_TEXT, {"type": "null"}], "description": "cursor of the page before"},
        "current_filters": {"type": "object", "description": "The filters that hold, also those of the query string"},
        "filters_data": {"type": "object"},
    }
    measured = {
        "results": {"type": "array", "items": ref("Figures")},
        "truncated": {"type": "boolean", "description": "There were more rows than limit"},
        "current_filters": {"type": "object"},
    }
    imported = {
        "success_count": _WHOLE,
        "known_count": {**_WHOLE, "description": "Logs that were there already"},
        "error_count": _WHOLE,
        "errors": {"type": "array", "items": object_of({"index": _WHOLE, "error": _TEXT})},
    }
    return {
        "Imported": object_of(imported),
        **{f"{kind.capitalize()}Condition": _condition(kind) for kind in OPERATORS},
        "Filters": _filters(),
        "Page": object_of(listed),
        "Summary": object_of({name: figure(name) for name in SUMMARY} | {"scores": {"type": "object"}}),
        "Figures": _figures(),
        "Measured": object_of(measured),
    }


def list_operation(name: str, errors: dict[str, str]) -> Schema:
    """Return a GET that lists logs."""
    return operation(name, "List logs", "logs", "Page", errors, query({**_PAGING, **SELECTING}))


def paths(errors: dict[str, str]) -> Schema:
    """Return the paths; `errors` says what each status of an error means."""
    paged = {**_PAGING, **SELECTING}
    body = body_of({**paged, "filters": (ref("Filters"), FILTERS_TEXT)})
    totals = "The totals of logs, to the last digit"
    return {
        "/api/request-logs/list/": {
            "get": list_operation("list_logs", errors),
            "post": operation("list_by_body", "List logs", "logs", "Page", errors, query(paged), body),
        },
        "/api/request-logs/summary/": {
            "get": operation("show_summary", totals, "figures", "Summary", errors, query(SELECTING)),
            "post": operation("summarize_by_body", totals, "figures", "Summary", errors, query(SELECTING), body),
        },
        "/api/request-logs/export/": {
            "get": _export("export_selected", errors),
            "post": _export("export_by_body", errors) | {"requestBody": body_of({
                **_EXPORTING, **SELECTING, "include_fields": _COLUMNS,
                "filters": (ref("Filters"), FILTERS_TEXT),
            })},
        },
        "/api/request-logs/import/": {"post": _import(errors)},
        "/api/metrics/query/": {
            "post": operation(
                "query_metrics", "Figures of logs, by any fields and by time", "figures", "Measured", errors,
                query(SELECTING), body_of({**SELECTING, **_MEASURING, "filters": (ref("Filters"), FILTERS_TEXT)}),
            ),
        },
    }  # fmt: skip


_MEASURING: Final[dict[str, tuple[Schema, str]]] = {
    "metrics": (
        {"type": "array", "items": {"enum": [*METRICS]}},
        "Which figures. Default: requests, cost, tokens; avg_scores__<evaluator>, too.",
    ),
    "group_by": (
        {
            "type": "array",
            "items": {"enum": [field.name for field in fields() if field.kind not in UNGROUPED]},
            "maxItems": 8,
        },
        "Fields; metadata__<key>, too.",
    ),
    "interval": ({"enum": [*get_args(Interval)]}, "Stretches of time. Default: one for all."),
    "time_zone": ({"enum": ["UTC", "Europe/Berlin", "America/New_York"]}, "Whose days; any name of the IANA database."),
    "limit": ({"type": "integer", "minimum": 1, "maximum": 10_000}, "Most rows. Default: 10,000."),
}


_COLUMNS: Final = ({"type": "array", "items": {"enum": [*COLUMNS]}}, "Which columns. Default: all.")
_EXPORTING: Final[dict[str, tuple[Schema, str]]] = {
    "format": ({"enum": [*FORMS]}, "Default: jsonl."),
    "include_fields": ({"enum": ["id", "model,cost,timestamp"]}, "Which columns, by commas. Default: all."),
    "sample": ({"type": "number", "minimum": 0.000001, "maximum": 1}, "Which share of the logs; the same each time."),
}


def _export(name: str, errors: dict[str, str]) -> Schema:
    """Return an operation that answers with a stream of logs."""
    described = operation(
        name, "Export logs as a stream, oldest first", "logs", "Page", errors, query({**_EXPORTING, **SELECTING})
    )
    content: Schema = {content_type.split(";")[0]: {"schema": {}} for _, content_type in FORMS.values()}
    header = {"description": "Logs selected when it began", "schema": _WHOLE}
    described["responses"]["200"] = {
        "description": "The logs; an answer that is broken off is not whole",
        "content": content,
        "headers": {"Inferlog-Logs-Total": header},
    }
    return described


def _import(errors: dict[str, str]) -> Schema:
    """Return the operation that takes exported logs back."""
    described = operation("import_exported", "Take exported logs back as they were", "logs", "Imported", errors, [])
    lines = {**_TEXT, "description": "Lines of an export with all columns, in JSON"}
    return described | {"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": lines}}}}


def _condition(kind: Kind) -> Schema:
    """Return the schema of a condition on a field of a kind: which operators, how many values."""
    many = [name for name in OPERATORS[kind] if name not in (*_SINGLE, *_ABSENCE, *_PATTERNS)]
    forms = [_form(["", "in", "not", *many] if "in" in OPERATORS[kind] else many, _VALUES[kind], 1, 10)]
    if "lt" in OPERATORS[kind]:
        forms.append(_form([*_SINGLE], _VALUES[kind], 1, 1))
    if "regex" in OPERATORS[kind]:
        forms.append(_form([*_PATTERNS], {**_TEXT, "pattern": "^[A-Za-z0-9]{1,20}$"}, 1, 10))
    forms.append(_form([*_ABSENCE], {"type": "boolean"}, 0, 1))
    return {"anyOf": forms}


def _form(operators: list[str], value: Schema, least: int, most: int) -> Schema:
    properties = {
        "operator": {"enum": list(dict.fromkeys(operators))},
        "value": {"type": "array", "items": value, "minItems": least, "maxItems": most},
        "connector": {"enum": ["AND", "OR"]},
    }
    return {**object_of(properties, ["operator", "value"]), "additionalProperties": False}


def _filters() -> Schema:
    properties = {field.name: _of_field(ref(f"{field.kind.capitalize()}Condition")) for field in fields()}
    return {
        "type": "object",
        "description": FILTERS_TEXT,
        # Without one, the docs page makes up an example of every field and operator, which takes it seconds.
        "example": {
            "status_code": {"operator": "gte", "value": [400]},
            "metadata__plan": {"operator": "", "value": ["pro"]},
        },
        "properties": properties,
        "patternProperties": {
            "^metadata__[A-Za-z0-9_]{1,50}$": _of_field(ref("MetadataCondition")),
            "^scores__[A-Za-z0-9_]{1,50}$": _of_field(ref("ScoreCondition")),
        },
        "additionalProperties": False,
        "maxProperties": 10,
    }


def _of_field(condition: Schema) -> Schema:
    return {"anyOf": [condition, {"type": "array", "items": condition, "maxItems": 5}]}


def figure(name: str) -> Schema:
    """Return the schema of a metric."""
    metric = METRICS[name]
    whole = metric.unit in ("logs", "tokens", "days", "customers")
    schema = _WHOLE if whole else _DATE if metric.unit == "time" else _NUMBER
    return {**schema, "description": f"{metric.description} ({metric.unit})"}


def _figures() -> Schema:
    """Return the schema of one row: its time, its group, and each metric that was asked for."""
    properties: Schema = {"time": _DATE, "group": {"type": "object", "description": "Field → value"}}
    properties |= {
        name: {"anyOf": [{key: value for key, value in figure(name).items() if key == "type"}, {"type": "null"}],
               "description": figure(name)["description"]}
        for name in METRICS
    }  # fmt: skip
    return object_of(properties, [])


def operation(
    name: str, summary: str, tag: str, answer: str, errors: dict[str, str], query: list[Schema],
    body: Schema | None = None,
) -> Schema:  # fmt: skip
    responses: Schema = {"200": {"description": "Done", "content": {_JSON: {"schema": ref(answer)}}}}
    for code in _ERRORS:
        responses[code] = {"description": errors[code], "content": {_JSON: {"schema": ref("Error")}}}
    operation: Schema = {
        "operationId": name, "summary": summary, "description": _QUICK, "parameters": query, "responses": responses,
        "tags": [tag],
    }  # fmt: skip
    return operation | ({"requestBody": body} if body else {})


def query(parameters: dict[str, tuple[Schema, str]]) -> list[Schema]:
    """Return the parameters of a query string."""
    return [
        {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        for name, (schema, text) in parameters.items()
    ]


def body_of(parameters: dict[str, tuple[Schema, str]]) -> Schema:
    """Return the body of a request: the query's parameters, which win over these, and filters."""
    properties = {
        name: schema if "$ref" in schema else {**schema, "description": text}
        for name, (schema, text) in parameters.items()
    }
    schema = {**object_of(properties, []), "additionalProperties": False}
    return {"required": False, "content": {_JSON: {"schema": schema}}}


def object_of(properties: Schema, required: list[str] | None = None) -> Schema:
    """Return the schema of an object; without `required` it has all its properties."""
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required}


def ref(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}
