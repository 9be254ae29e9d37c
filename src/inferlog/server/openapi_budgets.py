"""The description of the routes of budgets."""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.budgets.periods import PERIODS

Schema = dict[str, Any]

_JSON: Final = "application/json"
_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_USD: Final[Schema] = {"type": "number", "description": "USD"}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_NULL: Final[Schema] = {"type": "null"}
_THRESHOLDS: Final[Schema] = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1, "maximum": 1_000},
    "minItems": 1,
    "maxItems": 10,
    "description": "Percent of the amount. Default: 50, 80, 100.",
}
_CHANGEABLE: Final[Schema] = {
    "name": {**_TEXT, "minLength": 1, "maxLength": 200, "description": "One of its own in the project."},
    "amount": {
        "anyOf": [{"type": "number", "minimum": 1e-6, "exclusiveMaximum": 1e15}, {**_TEXT, "pattern": "^[0-9]{1,15}$"}],
        "description": "USD for each period, with at most six decimal places.",
    },
    "thresholds": _THRESHOLDS,
    "webhook_url": {
        "anyOf": [{**_TEXT, "format": "uri", "pattern": "^https?://", "maxLength": 2_000}, _NULL],
        "description": "Who is told when a threshold is reached.",
    },
}
_FIXED: Final[Schema] = {
    "customer_identifier": {
        **_TEXT,
        "minLength": 1,
        "maxLength": 1_000,
        "description": "Of this customer; * is each customer by itself.",
    },
    "api_key_prefix": {**_TEXT, "description": "Of the key with this visible prefix."},
    "scope": {"enum": ["project", "customer", "key"], "description": "Follows from what is given of these two."},
    "environment": {"enum": ["prod", "test"], "description": "Default: both."},
    "period": {"enum": list(PERIODS), "description": "Default: month. Weeks begin on Monday."},
    "time_zone": {
        **_TEXT,
        "description": "A name of the IANA database. Default: UTC.",
        "example": "Europe/Berlin",
    },
}
_READ_ERRORS: Final = ("400", "401", "403", "422", "429", "503")
_CHANGE_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "429", "507")
_BUDGET_ID: Final[Schema] = {
    "name": "budget_id",
    "in": "path",
    "required": True,
    "description": "The budget's id: 32 hex digits.",
    "schema": {**_TEXT, "pattern": "^[0-9a-f]{32}$"},
}
_AT: Final[Schema] = {
    "name": "at",
    "in": "query",
    "required": False,
    "description": "A time: the state is that of the period that holds it. Default: now.",
    "schema": {**_DATE},
}


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    return {
        "NewBudget": {
            "type": "object",
            "properties": {**_CHANGEABLE, **_FIXED},
            "required": ["name", "amount"],
            "additionalProperties": False,
        },
        "BudgetChange": {"type": "object", "properties": _CHANGEABLE, "additionalProperties": False},
        "BudgetDefinition": _definition(),
        "Budget": _budget(),
        "BudgetFigures": _figures(),
        "Budgets": _all({"results": {"type": "array", "items": _ref("Budget")}, "count": _WHOLE}),
    }


def paths(error_texts: Mapping[str, str]) -> Schema:
    """Return the operations of these routes."""
    made = _body("NewBudget"), _answers("BudgetDefinition", error_texts, "201", "409", *_CHANGE_ERRORS)
    changed = _body("BudgetChange"), _answers("BudgetDefinition", error_texts, "200", "404", "409", *_CHANGE_ERRORS)
    gone = _answers("BudgetDefinition", error_texts, "200", "401", "403", "404", "429", "507")
    gone["204"] = {"description": "Forgotten"}
    del gone["200"]
    return {
        "/api/budgets/": {
            "get": {
                **_operation("list_budgets", "List budgets with what is spent of each"),
                "parameters": [_AT],
                "responses": _answers("Budgets", error_texts, "200", *_READ_ERRORS),
            },
            "post": {
                **_operation("create_budget", "Make a budget; the answer alone has its webhook's secret"),
                "requestBody": made[0],
                "responses": made[1],
            },
        },
        "/api/budgets/{budget_id}/": {
            "get": {
                **_operation("show_budget", "Read one budget with what is spent of it"),
                "parameters": [_BUDGET_ID, _AT],
                "responses": _answers("Budget", error_texts, "200", "404", *_READ_ERRORS),
            },
            "patch": {
                **_operation(
                    "change_budget", "Change a budget; a given webhook has a new secret, in this answer alone"
                ),
                "parameters": [_BUDGET_ID],
                "requestBody": changed[0],
                "responses": changed[1],
            },
            "delete": {
                **_operation("delete_budget", "Forget a budget and what was not delivered of it"),
                "parameters": [_BUDGET_ID],
                "responses": gone,
            },
        },
    }


def _definition() -> Schema:
    """Return what a budget is, as it is answered when it is made or changed."""
    properties = {
        **dict.fromkeys(("id", "name", "organization_id", "time_zone"), _TEXT),
        "scope": {"enum": ["project", "customer", "key"]},
        **dict.fromkeys(("customer_identifier", "api_key_prefix", "webhook_url"), _maybe(_TEXT)),
        "environment": _maybe({"enum": ["prod", "test"]}),
        "period": {"enum": list(PERIODS)},
        "amount": _USD,
        "thresholds": {"type": "array", "items": _WHOLE},
        **dict.fromkeys(("created_at", "changed_at"), _DATE),
    }
    secret = {
        **_maybe(_TEXT),
        "description": "What signs its webhooks; shown when the webhook is given, and never again",
    }
    schema = _all(properties)
    return {**schema, "properties": {**properties, "webhook_secret": secret}}


def _budget() -> Schema:
    """Return a budget with its state: of the whole, or of each customer."""
    period = {"period_start": _DATE, "period_end": _DATE}
    whole = {"allOf": [_all(period), _ref("BudgetFigures")]}
    each = {"allOf": [_all({"customer_identifier": _TEXT}), _ref("BudgetFigures")]}
    definition = _definition()
    properties = {name: schema for name, schema in definition["properties"].items() if name != "webhook_secret"}
    customers = {"type": "array", "items": each, "description": "Those who spent most, of a budget for each customer"}
    truncated = {"type": "boolean", "description": "There may be more customers (budget_customers_max)"}
    return {
        "type": "object",
        "properties": {
            **properties, "state": {"anyOf": [whole, _all(period)]}, "customers": customers, "truncated": truncated,
        },
        "required": [*properties, "state"],
    }  # fmt: skip


def _figures() -> Schema:
    webhook = {
        "status": {"enum": ["no_webhook", "pending", "delivered", "failed"]},
        "attempts": _WHOLE,
        "last_error": _maybe(_TEXT),
        **dict.fromkeys(("next_attempt_at", "delivered_at"), _maybe(_DATE)),
    }
    reached = {
        "threshold": {**_WHOLE, "description": "Percent"},
        "reached_at": {**_DATE, "description": "When it was seen"},
        "spent": {**_USD, "description": "What was spent by then, USD"},
        "event_id": _TEXT,
        "webhook": _all(webhook),
    }
    return _all(
        {
            "spent": _USD,
            "remaining": _USD,
            "fraction": {"type": "number", "description": "spent / amount, to six places, not rounded up"},
            "thresholds_reached": {"type": "array", "items": _all(reached)},
        }
    )


def _all(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NULL]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(name: str) -> Schema:
    return {"required": True, "content": {_JSON: {"schema": _ref(name)}}}


def _answers(name: str, error_texts: Mapping[str, str], status: str, *errors: str) -> Schema:
    answers: Schema = {status: {"description": "Done", "content": {_JSON: {"schema": _ref(name)}}}}
    for code in errors:
        answers[code] = {"description": error_texts[code], "content": {_JSON: {"schema": _ref("Error")}}}
    return answers


def _operation(name: str, summary: str) -> Schema:
    return {"operationId": name, "summary": summary, "tags": ["budgets"]}
