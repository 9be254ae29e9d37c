"""The API's description (OpenAPI 3.1), from the types that decode the requests and the routes that serve them."""

from typing import Any, Final

import msgspec

from inferlog import __version__
from inferlog.dialects.fields import BODIES, CreateLog
from inferlog.query.render import Receipt

_JSON: Final = "application/json"
_TEXT_OR_NUMBER: Final = {"string": {"type": "string"}, "number": {"type": "number"}, "boolean": {"type": "boolean"}}


def describe() -> dict[str, Any]:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "inferlog",
            "version": __version__,
            "description": "The open log of every LLM call. Each path also works behind /api and with a final slash.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"key": []}],
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Log": _log_schema(),
                "Receipt": _receipt_schema(),
                "Error": _object({"detail": {"type": "string"}, "retry_after": {"type": "integer"}}, ["detail"]),
                "ItemError": _object({"index": {"type": "integer"}, "error": {"type": "string"}}, ["index", "error"]),
                "StoredLog": _object(
                    {"id": {"type": "string"}, "unique_id": {"type": "string"}, "timestamp": {"type": "string"}},
                    ["id", "unique_id", "timestamp"],
                ),
                "Page": _page_schema(),
            },
        },
        "paths": _paths(),
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or []}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _log_schema() -> dict[str, Any]:
    """Return the schema of one log: the scalars that CreateLog decodes and the bodies that are kept as JSON."""
    properties = dict(msgspec.json.schema(CreateLog)["$defs"]["CreateLog"]["properties"])
    for name, body in BODIES.items():
        kinds = [_TEXT_OR_NUMBER.get(each, {"type": each}) for each in body.kinds]
        properties[name] = {"anyOf": [*kinds, {"type": "null"}], "description": body.description}
    return {
        "type": "object",
        "description": "One LLM call. Every field is optional; a field that is not listed is kept with the log.",
        "properties": {name: properties[name] for name in sorted(properties)},
        "additionalProperties": True,
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


def _receipt_schema() -> dict[str, Any]:
    schema = dict(msgspec.json.schema(Receipt)["$defs"]["Receipt"])
    schema["properties"]["cost"] = {"anyOf": [{"type": "number"}, {"type": "null"}], "description": "USD"}
    schema["required"] = ["message"]  # with block: false there is nothing else
    return schema


def _page_schema() -> dict[str, Any]:
    address = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return _object(
        {
            "results": {"type": "array", "items": _ref("StoredLog")},
            "count": {"type": "integer"},
            "next": address,
            "previous": address,
        },
        ["results", "count", "next", "previous"],
    )


def _responses(success: dict[str, Any], status: str = "200", *others: str) -> dict[str, Any]:
    texts = {
        "400": "The request cannot be read; the text names the field, what came and what was expected",
        "401": "No key, or none that is known",
        "403": "The key lacks the scope",
        "404": "Not found",
        "408": "The body came too slowly",
        "413": "Over a stated limit",
        "415": "Not JSON, or an unknown encoding",
        "422": "The query was cut at a stated limit",
        "429": "Too much under way; see Retry-After",
        "503": "The store or the journal does not take part now; see Retry-After",
        "507": "The disk is full; nothing was stored",
    }
    answers = {status: {"description": "Done", "content": {_JSON: {"schema": success}}}}
    for code in others:
        answers[code] = {"description": texts[code], "content": {_JSON: {"schema": _ref("Error")}}}
    return answers


_WRITE_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "429", "503", "507")
_READ_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "422", "429", "503")

_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a repeat of this request the same log.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9_.:-]+$"},
}


def _query_parameters() -> list[dict[str, Any]]:
    flag = {"type": "string", "enum": ["true", "false"]}
    described = (
        ("page", {"type": "integer", "minimum": 1, "maximum": 1_000_000}, "Page number, from 1."),
        ("page_size", {"type": "integer", "minimum": 1, "maximum": 1_000}, "Logs on a page. Default: 100."),
        (
            "sort_by",
            {"type": "string", "enum": ["-id", "id", "-timestamp", "timestamp"]},
            "Default: -id, newest first.",
        ),
        ("start_time", {"type": "string", "format": "date-time"}, "Earliest timestamp. Default: none."),
        ("end_time", {"type": "string", "format": "date-time"}, "Latest timestamp. Default: none."),
        ("environment", {"type": "string", "enum": ["prod", "test"]}, "Default: the key's own."),
        ("all_envs", flag, "Show every environment."),
        ("is_test", flag, "Show test (true) or prod (false); beats all_envs."),
    )
    return [
        {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        for name, schema, text in described
    ]


def _body(schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {_JSON: {"schema": schema}}}


def _many(logs_max: int) -> dict[str, Any]:
    logs = {"type": "array", "items": _ref("Log"), "maxItems": logs_max}
    return _body(_object({"logs": logs}, ["logs"]))


def _paths() -> dict[str, Any]:
    created = {"anyOf": [_ref("Receipt"), _object({"message": {"type": "string"}}, ["message"])]}
    counts = {name: {"type": "integer"} for name in ("success_count", "error_count")}
    errors = {"errors": {"type": "array", "items": _ref("ItemError")}}
    one_or_many = _body({"anyOf": [_ref("Log"), {"type": "array", "items": _ref("Log")}]})
    listed = _responses(_ref("Page"), "200", *_READ_ERRORS)
    return {
        "/api/request-logs/create/": {
            "post": _operation("create", "Log a call", _responses(created, "200", *_WRITE_ERRORS), one_or_many,
                               [_IDEMPOTENCY]),
        },
        "/api/request-logs/": {
            "post": _operation("create_or_list", "Log a call (or list, if the body has `filters`)",
                               _responses(created, "200", *_WRITE_ERRORS), one_or_many, [_IDEMPOTENCY]),
            "get": _operation("list", "List logs", listed, None, _query_parameters()),
        },
        "/api/request-logs/list/": {
            "get": _operation("list_logs", "List logs", listed, None, _query_parameters()),
            "post": _operation("list_by_body", "List logs", listed,
                               _body(_object({"filters": {"type": "object", "maxProperties": 0}})),
                               _query_parameters()),
        },
        "/api/request-logs/batch/create": {
            "post": _operation("create_batch", "Log up to 5,000 calls",
                               _responses(_object({**counts, **errors}), "200", *_WRITE_ERRORS), _many(5_000)),
        },
        "/api/request-logs/bulk/": {
            "post": _operation("create_bulk", "Log up to 500 calls",
                               _responses(_object({**counts, **errors}), "201", *_WRITE_ERRORS), _many(500)),
        },
        "/api/request-logs/{log_id}/": {
            "get": _operation("show", "One log", _responses(_ref("StoredLog"), "200", "404", *_READ_ERRORS), None,
                              [{"name": "log_id", "in": "path", "required": True, "schema": {"type": "string"}}]),
        },
        "/health": {"get": _open("health", "Does the process serve?")},
        "/ready": {"get": _open("ready", "Are logs taken, and does the store answer?", "503")},
    }  # fmt: skip


def _operation(
    name: str,
    summary: str,
    responses: dict[str, Any],
    body: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": summary, "responses": responses, "tags": ["logs"]}
    if body:
        operation["requestBody"] = body
    if parameters:
        operation["parameters"] = parameters
    return operation


def _open(name: str, summary: str, *others: str) -> dict[str, Any]:
    responses = _responses({"type": "object"}, "200", *others)
    return {"operationId": name, "summary": summary, "security": [], "responses": responses, "tags": ["system"]}
