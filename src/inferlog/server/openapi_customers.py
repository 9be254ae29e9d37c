"""The description of the routes that set what is known of customers."""

from typing import Any, Final

from inferlog.customers import DURATIONS
from inferlog.server.openapi_reading import object_of, ref

Schema = dict[str, Any]

_JSON: Final = "application/json"
_TEXT: Final[Schema] = {"type": "string"}
_NULL: Final[Schema] = {"type": "null"}
_NAME: Final[Schema] = {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 1_000}, _NULL]}
_USD: Final[Schema] = {"anyOf": [{"type": "number"}, _NULL]}
SET: Final[Schema] = {
    "metadata": {"type": "object"},
    "period_budget": {**_USD, "description": "USD in each period; a budget like any other"},
    "budget_duration": {"anyOf": [{"enum": [*DURATIONS]}, _NULL]},
    "total_budget": {**_USD, "description": "USD in all; kept, and compared by whoever reads it"},
    "markup_percentage": {"anyOf": [{"type": "number"}, _NULL]},
    "average_monthly_cost": {"type": "number", "description": "Cost of thirty days, from the first log to the last"},
}
"""What is shown of a customer beside the figures of its logs."""
_ERRORS: Final = ("400", "401", "403", "408", "409", "413", "415", "422", "429", "503", "507")
_IDENTIFIER: Final = {
    "name": "customer_identifier", "in": "path", "required": True, "schema": _TEXT, "description": "As logs have it",
}  # fmt: skip


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    amount = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 10**14}, _NULL]}
    percentage = {"anyOf": [{"type": "number", "minimum": -1e6, "maximum": 1e6}, _NULL]}
    fields: Schema = {
        "name": _NAME,
        "email": _NAME,
        "metadata": {"anyOf": [{"type": "object"}, _NULL]},
        "period_budget": amount,
        "budget_duration": {"enum": [*DURATIONS], "description": "Of period_budget. Default: monthly"},
        "total_budget": amount,
        "markup_percentage": percentage,
    }
    identifier = {"customer_identifier": {"type": "string", "minLength": 1, "maxLength": 1_000}}
    return {
        "UserFields": {**object_of(fields, []), "additionalProperties": False},
        "NewUser": {**object_of({**identifier, **fields}, [*identifier]), "additionalProperties": False},
    }


def paths(described: Schema, errors: dict[str, str]) -> Schema:
    """Return the paths together with those that read customers."""
    one, old = "/api/users/{customer_identifier}/", "/api/user/update/{customer_identifier}/"
    changed = "Set some of what is known of a customer; null takes back"
    added: Schema = {
        "/api/users/create/": {"post": _operation("create_user", "Set what is known of a customer", "201", errors)},
        one: {
            "patch": _operation("change_user", changed, "200", errors),
            "delete": _operation("delete_user", "Forget what is set of a customer; its logs stay", "204", errors),
        },
        old: {"patch": _operation("change_user_of_old", changed, "200", errors)},
    }
    return described | {path: described.get(path, {}) | methods for path, methods in added.items()}


def _operation(name: str, summary: str, status: str, errors: dict[str, str]) -> Schema:
    done: Schema = {"description": "Done"}
    if status != "204":
        shown = {"anyOf": [ref("User"), object_of({"message": _TEXT, "customer_identifier": _TEXT})]}
        done["content"] = {_JSON: {"schema": shown}}
    operation: Schema = {
        "operationId": name,
        "summary": summary,
        "tags": ["figures"],
        "responses": {
            status: done,
            **{code: {"description": errors[code], "content": {_JSON: {"schema": ref("Error")}}} for code in _ERRORS},
        },
    }
    if status != "201":
        operation["parameters"] = [_IDENTIFIER]
        operation["responses"]["404"] = {
            "description": errors["404"], "content": {_JSON: {"schema": ref("Error")}},
        }  # fmt: skip
    if status != "204":
        schema = ref("NewUser" if status == "201" else "UserFields")
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    return operation
