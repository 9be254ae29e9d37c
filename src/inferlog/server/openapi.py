"""The API's description (OpenAPI 3.1), from the tables that decode the requests and the types that are answered."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, get_type_hints

import msgspec

from inferlog import __version__
from inferlog.dialects.fields import BODIES, SCALARS, Count, Identifier, Int64, StatusCode, Time, TokenLimit
from inferlog.model import Log
from inferlog.query.render import AS_STORED, Receipt
from inferlog.server import (
    openapi_budgets,
    openapi_changes,
    openapi_customers,
    openapi_dashboard,
    openapi_deletions,
    openapi_groups,
    openapi_models,
    openapi_reading,
    openapi_reconcile,
    openapi_reprices,
    openapi_scores,
    openapi_spans,
    openapi_sql,
)

Schema = dict[str, Any]

_JSON: Final = "application/json"
_HOLDERS: Final = ("keywordsai_params", "respan_params")
_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_NULL: Final[Schema] = {"type": "null"}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_DIGITS: Final[Schema] = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,8})$"}
_NUMERAL: Final[Schema] = {"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,15})?$"}
_AMOUNT: Final[Schema] = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,15})?$"}
_SCALAR_FORMS: Final[dict[Any, list[Schema]]] = {
    str: [_TEXT],
    bool: [{"type": "boolean"}, {"enum": [0, 1, "0", "1", "true", "false"]}],
    float: [{"type": "number", "minimum": -1e300, "maximum": 1e300}, _NUMERAL],
    Count: [{"type": "integer", "minimum": 0, "maximum": 2**32 - 1}, _DIGITS],
    StatusCode: [{"type": "integer", "minimum": 0, "maximum": 999}, {"type": "string", "pattern": "^[1-5][0-9][0-9]$"}],
    TokenLimit: [{"type": "integer", "minimum": -1, "maximum": 2**63 - 1}, _DIGITS],
    Int64: [{"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}, _DIGITS],
    Identifier: [_TEXT, _WHOLE],
    Time: [{"type": "number", "minimum": -1e300, "maximum": 1e300}, _DATE],
    Decimal | None: [{"type": "number", "minimum": 0, "exclusiveMaximum": 1e15}, _AMOUNT],
}
"""A parameter's type → the JSON that is read as it: numbers also as text, as many clients write them."""


def describe() -> Schema:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "inferlog",
            "version": __version__,
            "description": "The open log of every LLM call. Each path also works with or without /api in front and "
            "with or without a slash at the end.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [
            {"name": "logs", "description": "Logging calls and reading them"},
            {"name": "figures", "description": "Totals, averages and charts of logs"},
            {"name": "scores", "description": "What evaluators say of logs"},
            {"name": "spans", "description": "Logging calls as spans: OpenTelemetry, JSON span logs, Langfuse"},
            {"name": "money", "description": "What calls cost"},
            {"name": "prices", "description": "What models cost: published, and by the project's own prices"},
            {"name": "budgets", "description": "How much may be spent, how much is, and who is told"},
            {"name": "sql", "description": "SQL over the logs of the key's project"},
            {"name": "system", "description": "About inferlog itself; no key is needed"},
        ],
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}, "schemas": _schemas()},
        "paths": _paths(),
    }


# What is sent and answered


def _schemas() -> Schema:
    error = {"detail": {**_TEXT, "description": "What came, and what was expected"}, "retry_after": _WHOLE}
    error["error"] = {**_TEXT, "description": "What the detail is about"}
    counts = {"success_count": _WHOLE, "error_count": _WHOLE, "errors": _array(_ref("ItemError"))}
    item = {"index": {**_WHOLE, "description": "Position in the request, from 0"}, "error": _TEXT}
    stored = {"id": _TEXT, "unique_id": _TEXT}
    result = {"id": _maybe(_TEXT), "unique_id": _TEXT, "status": {"enum": ["success", "error"]}, **item}
    created = {"message": _TEXT, "results": _array(_object(stored)), "errors": _array(_ref("ItemError"))}
    return {
        "Parameters": _parameters_schema(),
        "Log": _log_schema(),
        "Receipt": _receipt_schema(),
        "Created": _object(created),
        "Batch": _object({"message": _TEXT, "results": _array(_object(result, ["id", "status"])), **counts}),
        "Bulk": _object(counts),
        "ItemError": _object(item),
        "StoredLog": _stored_log_schema(),
        "Health": _object({"status": {"const": "ok"}, "version": _TEXT}),
        "Readiness": _object(
            {
                "status": {"enum": ["ok", "degraded", "full"]},
                "store": {**_TEXT, "description": "ok, or why the store does not take logs"},
                "journal_rows": _WHOLE,
                "journal_bytes": _WHOLE,
            }
        ),
        "Error": _object(error, ["detail"]),
        **openapi_reading.schemas(),
        **openapi_changes.schemas(),
        **openapi_deletions.schemas(),
        **openapi_groups.schemas(),
        **openapi_customers.schemas(),
        **openapi_dashboard.schemas(),
        **openapi_reprices.schemas(),
        **openapi_reconcile.schemas(),
        **openapi_spans.schemas(),
        **openapi_models.schemas(),
        **openapi_budgets.schemas(),
        **openapi_scores.schemas(),
        **openapi_sql.schemas(),
    }


def _object(properties: Mapping[str, Any], required: list[str] | None = None) -> Schema:
    """Return an object's schema; without `required`, every property is always there."""
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required}


def _array(items: Schema, **bounds: int) -> Schema:
    return {"type": "array", "items": items, **bounds}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NULL]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameters_schema() -> Schema:
    """Return the schema of a log's parameters: the scalars that are decoded and the bodies that are kept as JSON."""
    properties = {
        name: {"anyOf": [*_SCALAR_FORMS[scalar.type], _NULL], "description": scalar.description}
        for name, scalar in SCALARS.items()
    }
    for name, body in BODIES.items():
        kinds = [{"type": each} for each in (*body.kinds, "null")]
        properties[name] = {"anyOf": kinds, "description": body.description}
    properties["unique_id"]["anyOf"] = [_TEXT, {"type": "number"}, _NULL]
    return {
        "type": "object",
        "description": "Every field is optional; a field that is not listed is kept with the log.",
        "properties": {name: properties[name] for name in sorted(properties) if name not in _HOLDERS},
        "additionalProperties": True,
    }


def _log_schema() -> Schema:
    parameters = _parameters_schema()
    held = {name: {**_maybe(_ref("Parameters")), "description": BODIES[name].description} for name in _HOLDERS}
    return {
        **parameters,
        "description": f"One LLM call. {parameters['description']}",
        "properties": {**parameters["properties"], **held},
        "example": {
            "model": "gpt-4o-mini",
            "prompt_messages": [{"role": "user", "content": "Hi"}],
            "completion_message": {"role": "assistant", "content": "Hi, how can I assist you today?"},
            "prompt_tokens": 8,
            "completion_tokens": 9,
            "generation_time": 1.2,
            "customer_identifier": "customer-1",
        },
    }


def _receipt_schema() -> Schema:
    schema: Schema = dict(msgspec.json.schema(Receipt)["$defs"]["Receipt"])
    schema["properties"]["cost"] = {**_maybe({"type": "number"}), "description": "USD"}
    schema["required"] = list(schema["properties"])
    schema["description"] = "What a create answers. With block: false it is the message alone."
    return schema


_STORED_FORMS: Final[dict[Any, Schema]] = {
    str: _TEXT,
    int: _WHOLE,
    float: {"type": "number"},
    bool: {"type": "boolean"},
    bool | None: _maybe({"type": "boolean"}),
    dict[str, int]: {"type": "object", "additionalProperties": _WHOLE},
    tuple[str, ...]: {"type": "array", "items": _TEXT},
}


def _stored_log_schema() -> Schema:
    """Return the schema of one log as it is read: render.py's shape."""
    hints = get_type_hints(Log)
    described = {name: SCALARS[name].description for name in AS_STORED if name in SCALARS}
    properties: dict[str, Schema] = {name: dict(_STORED_FORMS[hints[name]]) for name in AS_STORED}
    for name, text in described.items():
        properties[name]["description"] = text
    listed, held = _array({}), {"type": "object"}
    properties |= {
        **dict.fromkeys(("id", "unique_id", "organization_id", "organization_key_id", "log_type"), _TEXT),
        **dict.fromkeys(("timestamp", "start_time", "received_at"), _DATE),
        **dict.fromkeys(("cost", "prompt_unit_price", "completion_unit_price"), _maybe({"type": "number"})),
        "failed": {"type": "boolean"},
        "error_bit": {"enum": [0, 1]},
        "input": {**_TEXT, "description": "What went in, as text or as JSON text"},
        "output": {**_TEXT, "description": "What came out, as text or as JSON text"},
        "prompt_messages": listed,
        "completion_message": _maybe(held),
        **dict.fromkeys(("completion_messages", "tools", "tool_calls"), _maybe(listed)),
        **dict.fromkeys(("response_format", "variables", "usage"), _maybe(held)),
        "tool_choice": {"anyOf": [_TEXT, held, _NULL]},
        "metadata": held,
        "full_request": {"anyOf": [held, listed]},
        "full_response": {"anyOf": [held, listed]},
        "flags": {**_array(_TEXT), "description": "What inferlog had to change or could not read, e.g. a time"},
        "size_bytes": _WHOLE,
        "blurred": {"type": "boolean", "description": "True: the bodies were left out of a page; read the log by id"},
    }
    schema = _object(properties)
    schema["description"] = "One log. What was sent under a name that is not listed comes back under that name."
    return {**schema, "additionalProperties": True}


# Parameters and bodies


_IDEMPOTENCY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a repeat of this request the same log.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9_.:-]+$"},
}
_LOG_ID: Final[Schema] = {
    "name": "log_id",
    "in": "path",
    "required": True,
    "description": "The log's id: 32 hex digits, or a UUID with dashes.",
    "schema": {**_TEXT, "pattern": "^[0-9a-f]{32}$"},
}


def _body(schema: Schema, *, required: bool = True) -> Schema:
    return {"required": required, "content": {_JSON: {"schema": schema}}}


def _many(logs_max: int) -> Schema:
    return _body(_object({"logs": _array(_ref("Log"), maxItems=logs_max)}))


# Operations


_ERROR_TEXTS: Final = {
    "400": "The request cannot be read; the text names the field, what came and what was expected",
    "401": "No key, or none that is known",
    "403": "The key lacks the scope",
    "404": "Not found",
    "408": "The body came too slowly",
    "409": "A name is taken, there are as many as there may be, or another job is under way",
    "413": "Over a stated limit",
    "415": "Not JSON, or an unknown encoding",
    "422": "The query was cut at a stated limit",
    "429": "Too much under way; see Retry-After",
    "503": "The store or the journal does not take part now; see Retry-After",
    "507": "The disk is full; nothing was stored",
}
_WRITE_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "429", "503", "507")
_READ_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "422", "429", "503")


def _responses(success: Schema, status: str = "200", *others: str, media_type: str = _JSON) -> Schema:
    answers: Schema = {status: {"description": "Done", "content": {media_type: {"schema": success}}}}
    for code in others:
        answers[code] = {"description": _ERROR_TEXTS[code], "content": {_JSON: {"schema": _ref("Error")}}}
    return answers


def _paths() -> Schema:
    created = _responses(
        {"anyOf": [_ref("Receipt"), _ref("Created"), _object({"message": _TEXT})]}, "200", *_WRITE_ERRORS
    )
    created_or_listed = _responses({"anyOf": [_object({"message": _TEXT}), _ref("Page")]}, "200", *_WRITE_ERRORS, "422")
    one_or_many = _body({"anyOf": [_ref("Log"), _array(_ref("Log"), maxItems=5_000)]})
    batch = _responses(_ref("Batch"), "200", *_WRITE_ERRORS)
    bulk = _responses(_ref("Bulk"), "201", *_WRITE_ERRORS)
    shown = _responses(_ref("StoredLog"), "200", "404", *_READ_ERRORS)
    either = "Log a call, or each of an array of calls; or list, if the body has filters"
    return {
        "/api/request-logs/create/": {
            "post": _operation("create", "Log a call, or each of an array of calls", created, one_or_many,
                               [_IDEMPOTENCY]),
        },
        "/api/request-logs/": {
            "post": _operation("create_or_list", either, created_or_listed, one_or_many, [_IDEMPOTENCY]),
            "get": openapi_reading.list_operation("list", _ERROR_TEXTS),
        },
        "/api/request-logs/batch/create/": {
            "post": _operation("create_batch", "Log up to 5,000 calls; the answer says for each how it went", batch,
                               _many(5_000), [_IDEMPOTENCY]),
        },
        "/api/request-logs/bulk/": {
            "post": _operation("create_bulk", "Log up to 500 calls; the answer names those that were refused", bulk,
                               _many(500), [_IDEMPOTENCY]),
        },
        **_joined(
            {"/api/request-logs/{log_id}/": {"get": _operation("show", "Read one log", shown, None, [_LOG_ID])}},
            openapi_changes.paths(_ERROR_TEXTS),
            openapi_customers.paths(openapi_groups.paths(_ERROR_TEXTS), _ERROR_TEXTS),
            openapi_deletions.paths(_ERROR_TEXTS),
        ),
        **openapi_reading.paths(_ERROR_TEXTS),
        **openapi_dashboard.paths(_ERROR_TEXTS),
        **openapi_reprices.paths(_ERROR_TEXTS),
        **openapi_reconcile.paths(_ERROR_TEXTS),
        **openapi_spans.paths(_ERROR_TEXTS),
        **openapi_models.paths(_ERROR_TEXTS),
        **openapi_budgets.paths(_ERROR_TEXTS),
        **openapi_scores.paths(_ERROR_TEXTS),
        **openapi_sql.paths(_ERROR_TEXTS),
        "/health": {"get": _open("health", "Does the process serve?", _responses(_ref("Health")))},
        "/ready": {"get": _open("ready", "Are logs taken, and does the store answer?", _readiness())},
        "/metrics": {
            "get": _open("metrics", "Counters for Prometheus", _responses(_TEXT, media_type="text/plain")),
        },
        "/openapi.json": {"get": _open("openapi", "This description", _responses({"type": "object"}))},
    }  # fmt: skip


def _joined(*some: Schema) -> Schema:
    """Return paths of which several descriptions tell, each of its own methods."""
    joined: Schema = {}
    for paths in some:
        for path, operations in paths.items():
            joined[path] = joined.get(path, {}) | operations
    return joined


def _readiness() -> Schema:
    content = {_JSON: {"schema": _ref("Readiness")}}
    return {
        "200": {"description": "Logs are taken", "content": content},
        "503": {"description": "The journal is full: no logs are taken", "content": content},
    }


def _operation(
    name: str, summary: str, responses: Schema, body: Schema | None = None, parameters: list[Schema] | None = None
) -> Schema:
    operation: Schema = {"operationId": name, "summary": summary, "responses": responses, "tags": ["logs"]}
    if body:
        operation["requestBody"] = body
    if parameters:
        operation["parameters"] = parameters
    return operation


def _open(name: str, summary: str, responses: Schema) -> Schema:
    return {"operationId": name, "summary": summary, "security": [], "responses": responses, "tags": ["system"]}
