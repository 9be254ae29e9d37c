"""The description of the routes that change logs."""

from typing import Any, Final

from inferlog.dialects.fields import SCALARS
from inferlog.enrich.merge import CHANGEABLE
from inferlog.server.openapi_reading import body_of, object_of, ref

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_JSON: Final = "application/json"
_ERRORS: Final = ("400", "401", "403", "404", "408", "413", "415", "429", "503", "507")
_CHANGES: Final[dict[str, tuple[Schema, str]]] = {
    **{
        name: (
            {"anyOf": [_TEXT if name in ("note", "custom_identifier") else {"type": "boolean"}, {"type": "null"}]},
            SCALARS[name].description,
        )
        for name in CHANGEABLE
    },
    "metadata": ({"type": "object"}, "Keys to add or to replace; the others stay."),
}
_LOG_ID: Final[Schema] = {
    "name": "log_id", "in": "path", "required": True,
    "description": "The log's id: 32 hex digits, or a UUID with dashes.",
    "schema": {**_TEXT, "pattern": "^[0-9a-f]{32}$"},
}  # fmt: skip
_EXAMPLE: Final = {"note": "checked by hand", "positive_feedback": True, "metadata": {"reviewed": "yes"}}


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    return {"Change": _change_schema()}


def _change_schema() -> Schema:
    schema: Schema = body_of(_CHANGES)["content"][_JSON]["schema"]
    return schema | {"minProperties": 1, "example": _EXAMPLE}


def paths(errors: dict[str, str]) -> Schema:
    """Return the routes; `errors` says what each status means."""
    several = {
        **_change_schema(), "required": ["unique_id"], "minProperties": 2,
        "example": {"unique_id": "0" * 32, **_EXAMPLE},
    }  # fmt: skip
    several["properties"] = {**several["properties"], "unique_id": {**_TEXT, "pattern": "^[0-9a-f]{32}$"}}
    either = {"anyOf": [ref("StoredLog"), object_of({"message": _TEXT, "id": _TEXT, "unique_id": _TEXT})]}
    many = object_of({"logs": {"type": "array", "items": several, "maxItems": 5_000}})
    return {
        "/api/request-logs/{log_id}/": {
            "patch": {
                **_operation("change_log", "Change what is said of a log; the answer is the log", either, errors),
                "parameters": [_LOG_ID],
                "requestBody": _body(ref("Change")),
            },
        },
        "/api/request-logs/batch-update/": {
            "patch": {
                **_operation("change_logs", "Change many logs; the answer says for each how it went", ref("Batch"),
                             errors),
                "requestBody": _body(many),
            },
        },
    }  # fmt: skip


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {_JSON: {"schema": schema}}}


def _operation(name: str, summary: str, answer: Schema, errors: dict[str, str]) -> Schema:
    responses: Schema = {"200": {"description": "Done", "content": {_JSON: {"schema": answer}}}}
    for code in _ERRORS:
        responses[code] = {"description": errors[code], "content": {_JSON: {"schema": ref("Error")}}}
    return {"operationId": name, "summary": summary, "responses": responses, "tags": ["logs"]}
