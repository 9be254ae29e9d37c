"""The part of the API's description that is about prices."""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.pricing.buckets import BUCKETS
from inferlog.pricing.names import NAME_MAX
from inferlog.pricing.own import ALIASES_MAX, PRICE_MAX, STEPS_MAX

Schema = dict[str, Any]

_JSON: Final = "application/json"
_TEXT: Final[Schema] = {"type": "string"}
_NAME: Final[Schema] = {"type": "string", "maxLength": NAME_MAX, "pattern": "^[ -~]*$"}
_MODEL: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": NAME_MAX, "pattern": "^[!-~]+$"}
_WHOLE: Final[Schema] = {"type": "integer"}
_NULL: Final[Schema] = {"type": "null"}
_USD: Final[Schema] = {"type": "number", "minimum": 0, "maximum": int(PRICE_MAX), "multipleOf": 0.0001}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_TIER: Final[Schema] = {
    "enum": ["standard", "batch", "flex", "priority", "fast", "scale", "performance", "reserved", "provisioned",
             "ultrafast"]
}  # fmt: skip
_ERRORS: Final = ("401", "403", "429")
_PER_MILLION: Final = "USD per million tokens"


def schemas() -> Schema:
    """Return the schemas of what is sent and answered."""
    known = {"type": "object", "additionalProperties": True}
    shown = {
        "id": _TEXT, "source": {"enum": ["project"]}, "model": _TEXT, "aliases": {"type": "array", "items": _TEXT},
        "provider_id": _TEXT, "service_tier": _TIER, **{name: _maybe({"type": "number"}) for name in BUCKETS},
        "tiers": {"type": "array", "items": known}, "from": _maybe(_TEXT), "until": _maybe(_TEXT), "note": _TEXT,
        "version": _WHOLE, "price_id": _TEXT, "price_version": _TEXT, "created_at": _TEXT, "changed_at": _TEXT,
    }  # fmt: skip
    public = {"model_name": _TEXT, "max_context_window": _maybe(_WHOLE),
              "input_cost": {"type": "number", "description": "USD a token"},
              "output_cost": {"type": "number", "description": "USD a token"}, "rate_limit": _NULL}  # fmt: skip
    return {
        "PriceFields": _price_fields(),
        "NewPrice": _new_price(),
        "OwnPrice": {**_object(shown), "additionalProperties": True},
        "Prices": _object(
            {
                "results": {"type": "array", "items": known},
                "count": _WHOLE,
                "next": _maybe(_TEXT),
                "previous": _maybe(_TEXT),
            }
        ),
        "PublicModels": _object({"models": {"type": "array", "items": _object(public)}}),
        "Resolved": {
            **_object({"model": _TEXT, "provider_id": _TEXT, "service_tier": _TEXT, "found": {"type": "boolean"}}),
            "additionalProperties": True,
            "description": "With a price its id, version, rates and marks; else `detail` and the `nearest` names.",
        },
    }  # fmt: skip


def paths(error_texts: Mapping[str, str]) -> Schema:
    """Return the operations."""

    def operation(
        name: str, summary: str, answer: str, *others: str, parameters: list[Schema] | None = None, body: str = "",
        status: str = "200",
    ) -> Schema:  # fmt: skip
        described: Schema = {
            "operationId": name,
            "summary": summary,
            "tags": ["prices"],
            "responses": {
                status: {"description": "Done", "content": {_JSON: {"schema": _ref(answer)}}},
                **{
                    code: {"description": error_texts[code], "content": {_JSON: {"schema": _ref("Error")}}}
                    for code in sorted({*_ERRORS, *others})
                },
            },
        }
        if body:
            described["requestBody"] = {"required": True, "content": {_JSON: {"schema": _ref(body)}}}
        if parameters:
            described["parameters"] = parameters
        return described

    sent = ("400", "408", "413", "415")
    price_id = [_parameter("price_id", "path", {**_TEXT, "pattern": "^[0-9a-f]{12}$"}, "The price's id.")]
    unnest = _query("unnest", {"enum": ["true", "false"]}, "Bring the provider's fields up.")
    public = operation(
        "list_public", "List published models with their prices today", "PublicModels", "400", parameters=[unnest]
    )
    public["security"] = []
    return {
        "/api/models/public": {"get": public},
        "/api/models/resolve": {
            "get": operation("resolve_model", "By which price is a call charged?", "Resolved", "400",
                             parameters=_resolve_query()),
        },
        "/api/models/": {
            "get": operation("list_models", "List prices, the project's own first", "Prices", "400",
                             parameters=_list_query()),
            "post": operation("create_model", "Set a price of the project's own", "OwnPrice", *sent, body="NewPrice",
                              status="201"),
        },
        "/api/models/{price_id}/": {
            "get": operation("show_model", "Read one of the project's own prices, with its earlier versions",
                             "OwnPrice", "404", parameters=price_id),
            "patch": operation("change_model", "Change one: a new version of it", "OwnPrice", *sent, "404",
                               parameters=price_id, body="PriceFields"),
            "delete": operation("end_model", "End one now", "OwnPrice", "404", parameters=price_id),
        },
    }  # fmt: skip


def _price_fields() -> Schema:
    buckets = {name: {**_maybe(_USD), "description": _PER_MILLION} for name in BUCKETS}
    step = {
        "type": "object",
        "properties": {
            "above": {"type": "integer", "minimum": 1, "maximum": 2**32 - 1},
            **dict.fromkeys(BUCKETS, _USD),
        },
        "required": ["above", "input"],
        "additionalProperties": False,
    }
    properties = {
        "model": {**_MODEL, "description": "The name that logs have, in upper or lower case."},
        "aliases": {"type": "array", "items": _MODEL, "maxItems": ALIASES_MAX, "description": "Further such names."},
        "provider_id": {**_NAME, "description": "Only calls of this provider; empty: of any."},
        "service_tier": {**_TIER, "description": "Only calls in this tier. Default: standard."},
        **buckets,
        "tiers": {
            "type": "array",
            "items": step,
            "maxItems": STEPS_MAX,
            "description": "What differs, for all tokens of a call, once its prompt has more than `above` tokens.",
        },
        "from": {**_maybe(_DATE), "description": "Since when it holds. Default: ever."},
        "until": {**_maybe(_DATE), "description": "Until before when it holds. Default: on."},
        "note": {"type": "string", "maxLength": 1_000, "pattern": "^[ -~]*$"},
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _new_price() -> Schema:
    """Return what a price must have: output alone would do too, which this cannot say."""
    fields = _price_fields()
    properties = fields["properties"] | {"input": {**_USD, "description": _PER_MILLION}}
    return {**fields, "properties": properties, "required": ["model", "input"]}


def _list_query() -> list[Schema]:
    return [
        _query("model", _NAME, "Part of a model's name."),
        _query("provider_id", _NAME, "Only this provider's."),
        _query("source", {"enum": ["project", "price_book"]}, "Only the project's own, or only the published ones."),
        _query("page", {"type": "integer", "minimum": 1, "maximum": 2**40}, "Page number, from 1."),
        _query("page_size", {"type": "integer", "minimum": 1, "maximum": 1_000}, "Prices on a page. Default: 100."),
    ]


def _resolve_query() -> list[Schema]:
    return [
        _parameter("model", "query", _MODEL, "A model as a log names it."),
        _query("provider_id", _NAME, "Its provider as a log names it."),
        _query("timestamp", _DATE, "When the call was made. Default: now."),
        _query("service_tier", _NAME, "Its service tier. Default: standard."),
    ]


def _query(name: str, schema: Schema, text: str) -> Schema:
    return {**_parameter(name, "query", schema, text), "required": False}


def _parameter(name: str, place: str, schema: Schema, text: str) -> Schema:
    return {"name": name, "in": place, "required": True, "description": text, "schema": schema}


def _object(properties: Mapping[str, Any]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NULL]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
