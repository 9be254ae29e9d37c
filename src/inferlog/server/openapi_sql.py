"""The description of the routes of SQL."""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.query.select.run import FORMATS

Schema = dict[str, Any]

_JSON: Final = "application/json"
_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}
_WHOLE: Final[Schema] = {"type": "integer"}
_VALUE: Final[Schema] = {"anyOf": [_TEXT, {"type": "number"}, {"type": "boolean"}, {"type": "null"}]}
_QUERY_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "422", "429", "503")
_SCHEMA_ERRORS: Final = ("400", "401", "403", "429")


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    request = {
        "query": {
            **_TEXT,
            "description": "One SELECT over the table logs, in ClickHouse's SQL. Values may stand as {name:Type}.",
            "example": "SELECT model, count() AS calls, sum(cost) AS usd FROM logs GROUP BY model ORDER BY usd DESC",
        },
        "format": {"enum": list(FORMATS), "description": "Form of the answer. Default: JSON."},
        "parameters": {
            "type": "object",
            "additionalProperties": {"anyOf": [_VALUE, {"type": "array", "items": _VALUE}]},
            "description": "A value for each {name:Type} in the query.",
        },
    }
    column = {"name": _TEXT, "type": {**_TEXT, "description": "ClickHouse's type"}}
    result = {
        "meta": {"type": "array", "items": _object(column), "description": "The columns"},
        "data": {"type": "array", "items": {"type": "object"}, "description": "The rows"},
        "rows": {**_WHOLE, "description": "How many there are"},
    }
    table = {
        "name": _TEXT,
        "description": _TEXT,
        "columns": {"type": "array", "items": _object({**column, "description": _TEXT})},
    }
    schema = {
        "dialect": _TEXT,
        "tables": {"type": "array", "items": _object(table)},
        "functions": _TEXTS,
        "aggregate_functions": {**_TEXTS, "description": "Also with -If, -Distinct, -OrNull and such at the end"},
        "formats": _TEXTS,
        "limits": {"type": "object", "additionalProperties": {"type": "number"}},
    }
    return {
        "SqlQuery": {**_object(request), "required": ["query"], "additionalProperties": False},
        "SqlResult": _object(result),
        "SqlSchema": _object(schema),
    }


def paths(error_texts: Mapping[str, str]) -> Schema:
    """Return the operations; `error_texts` describes each status of an error."""
    contents: Schema = {kind.split(";")[0]: {"schema": {}} for _, kind in FORMATS.values()}
    contents[_JSON] = {"schema": {"$ref": "#/components/schemas/SqlResult"}}
    schema = {_JSON: {"schema": {"$ref": "#/components/schemas/SqlSchema"}}}
    body = {"required": True, "content": {_JSON: {"schema": {"$ref": "#/components/schemas/SqlQuery"}}}}
    return {
        "/api/sql": {
            "post": {
                "operationId": "query_sql",
                "summary": "Run one SELECT over the logs of the key's project",
                "tags": ["sql"],
                "requestBody": body,
                "responses": _responses(contents, error_texts, _QUERY_ERRORS),
            }
        },
        "/api/sql/schema": {
            "get": {
                "operationId": "show_sql_schema",
                "summary": "The tables, columns, functions, formats and limits of a SELECT",
                "tags": ["sql"],
                "responses": _responses(schema, error_texts, _SCHEMA_ERRORS),
            }
        },
    }


def _object(properties: Mapping[str, Any]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _responses(contents: Schema, error_texts: Mapping[str, str], errors: tuple[str, ...]) -> Schema:
    answers: Schema = {"200": {"description": "Done", "content": contents}}
    for code in errors:
        error = {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
        answers[code] = {"description": error_texts[code], "content": error}
    return answers
