"""The description of the route that sets a provider's invoice against the logs."""

from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_USD: Final[Schema] = {"type": "number", "description": "USD, with all digits"}
_PERCENT: Final[Schema] = {"anyOf": [{"type": "number"}, {"type": "null"}], "description": "Of theirs; null if 0"}
_DAY: Final[Schema] = {"type": "string", "format": "date"}
_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "422", "429", "503")
_CSV: Final[Schema] = {
    **_TEXT,
    "description": "The least that is read, of Anthropic; all other columns may be there, and OpenAI's instead.",
    "pattern": "^usage_date_utc,model,cost_usd\n20[0-9]{2}-0[1-9]-[01][1-9],[A-Za-z0-9 .-]{0,40},[0-9]{1,6}$",
}
_BUCKET: Final[Schema] = {
    "type": "object",
    "properties": {
        "start_time": {"type": "integer", "minimum": 10**9, "maximum": 4 * 10**9},
        "results": {"type": "array", "maxItems": 0, "description": "Costs as the provider's API gives them"},
    },
    "required": ["start_time"],
    "additionalProperties": False,
}
_PAGE: Final[Schema] = {
    "type": "object",
    "properties": {"data": {"type": "array", "items": _BUCKET, "minItems": 1, "maxItems": 1}},
    "required": ["data"],
}
_AMOUNTS: Final[Schema] = {"theirs": _USD, "ours": _USD, "difference": _USD, "difference_percent": _PERCENT}
_WITHIN: Final[Schema] = {"type": "boolean", "description": "The difference is within the tolerance"}


def schemas() -> Schema:
    """Return the schemas that the route refers to."""
    reason = _object({"reason": {**_TEXT, "description": "A name for programs"}, "text": _TEXT})
    row = _object(
        {
            "day": _DAY,
            "model": _TEXT,
            **_AMOUNTS,
            "within": _WITHIN,
            "logs": {"type": "integer"},
            "reasons": {"type": "array", "items": reason, "description": "Likely reasons, the most telling first"},
        }
    )
    report = {
        "provider": {"enum": ["openai", "anthropic"]},
        "format": _TEXT,
        "first_day": _DAY,
        "last_day": _DAY,
        "tolerance_percent": {"type": "number"},
        **_AMOUNTS,
        "within": {"type": "boolean", "description": "Every row is within the tolerance"},
        "rows": {"type": "array", "items": row},
        "notes": {"type": "array", "items": _TEXT},
    }
    return {"Reconciliation": _object(report)}


def paths(error_texts: dict[str, str]) -> Schema:
    """Return the operation."""
    failed = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    done = {"application/json": {"schema": {"$ref": "#/components/schemas/Reconciliation"}}}
    tolerance = {
        "name": "tolerance",
        "in": "query",
        "required": False,
        "description": "What may differ, in per cent of what was billed. Default: 1.",
        "schema": {"type": "number", "minimum": 0, "maximum": 100},
    }
    operation = {
        "operationId": "reconcile",
        "summary": "Compare a cost export of OpenAI or Anthropic with the logs, by day (UTC) and model",
        "tags": ["logs"],
        "parameters": [tolerance],
        "requestBody": {
            "required": True,
            "description": "The CSV that the provider exports, or a page of its costs API as JSON",
            "content": {"text/csv": {"schema": _CSV}, "application/json": {"schema": _PAGE}},
        },
        "responses": {
            "200": {"description": "Done", "content": done},
            **{code: {"description": error_texts[code], "content": failed} for code in _ERRORS},
        },
    }
    return {"/api/reconcile": {"post": operation}}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}
