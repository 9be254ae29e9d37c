"""The description of the routes that price stored logs anew."""

from typing import Any, Final

from inferlog.repricing.jobs import LARGEST_MAX

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_USD: Final[Schema] = {"type": "number", "description": "USD"}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_BOOLEAN: Final[Schema] = {"type": "boolean"}
_JSON: Final = "application/json"
_READ: Final = ("401", "403", "408", "429")
_CHANGE: Final = ("400", "401", "403", "408", "413", "415", "429")
_JOB_ID: Final[Schema] = {
    "name": "job_id", "in": "path", "required": True, "description": "The job's id.",
    "schema": {**_TEXT, "pattern": "^[0-9a-f]{32}$"},
}  # fmt: skip


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    total = {
        "model": _TEXT, "cost_source": _TEXT, "logs": _WHOLE, "changed": _WHOLE, "cost_before": _USD,
        "cost_after": _USD,
    }  # fmt: skip
    change = {
        "id": _TEXT, "model": _TEXT, "timestamp": _DATE, "cost_before": _maybe(_USD), "cost_after": _maybe(_USD),
        "price_before": _TEXT, "price_after": _TEXT,
    }  # fmt: skip
    job = {
        "id": _TEXT,
        "state": {"enum": ["planned", "running", "done", "failed", "cancelled"]},
        "dry_run": _BOOLEAN,
        "include_given": _BOOLEAN,
        "made_by": {**_TEXT, "description": "The key's prefix, or the user of the command line"},
        "created_at": _DATE,
        "finished_at": _maybe(_DATE),
        "error": _TEXT,
        "filters": {"type": "object"},
        "environment": {**_TEXT, "description": "Empty: every environment"},
        "start_time": _maybe(_DATE),
        "end_time": _maybe(_DATE),
        "logs_selected": _WHOLE,
        "logs_seen": _WHOLE,
        "logs_changed": {**_WHOLE, "description": "In a dry run: those that would change"},
        "logs_unpriced": {**_WHOLE, "description": "Logs with tokens whose model has no known price"},
        "logs_given": {**_WHOLE, "description": "Logs left alone since their cost is the caller's own"},
        "cost_before": _USD,
        "cost_after": _USD,
        "price_versions": _array(_TEXT),
        "models": _array(_object(total)),
        "largest_changes": _array(_object(change)),
    }
    return {
        "Reprice": _object(job),
        "Reprices": _object({"results": _array(_ref("Reprice")), "count": _WHOLE}),
        "RepriceRequest": {
            "type": "object",
            "properties": {
                "filters": {**_ref("Filters"), "description": "Which logs, as for a list. Default: every log."},
                "operator": {"enum": ["AND", "OR"], "description": "How conditions are joined that do not say it."},
                "start_time": {**_DATE, "description": "Earliest timestamp. Default: none."},
                "end_time": {**_DATE, "description": "Latest timestamp. Default: none."},
                "environment": {"enum": ["prod", "test"], "description": "Default: the key's own."},
                "all_envs": {**_BOOLEAN, "description": "Every environment; beats environment."},
                "is_test": {**_BOOLEAN, "description": "test (true) or prod (false); beats all_envs."},
                "dry_run": {**_BOOLEAN, "description": "Only tell what would change. Default: true."},
                "include_given": {**_BOOLEAN, "description": "Replace the callers' own costs too. Default: false."},
                "largest": {**_WHOLE, "minimum": 0, "maximum": LARGEST_MAX,
                            "description": "How many of the largest changes are told. Default: 10."},
            },
            "additionalProperties": False,
        },
    }  # fmt: skip


def paths(errors: dict[str, str]) -> Schema:
    """Return the routes; `errors` says what each status means."""
    body = {"required": False, "content": {_JSON: {"schema": _ref("RepriceRequest")}}}
    begin = "Price stored logs anew: a dry run unless told otherwise"
    return {
        "/api/reprices/": {
            "get": _operation("list_reprices", "List re-pricings, the newest first", "Reprices", "200", _READ, errors),
            "post": {
                **_operation("start_reprice", begin, "Reprice", "202", (*_CHANGE, "409"), errors),
                "requestBody": body,
            },
        },
        "/api/reprices/{job_id}/": {
            "get": _of_one("show_reprice", "Read one re-pricing", "200", (*_READ, "404"), errors),
            "delete": _of_one("cancel_reprice", "Cancel a re-pricing; what it changed stays", "202", (*_READ, "404"),
                              errors),
        },
        "/api/reprices/{job_id}/resume/": {
            "post": _of_one("resume_reprice", "Go on with a re-pricing that failed or was cancelled", "202",
                            (*_READ, "404", "409"), errors),
        },
    }  # fmt: skip


def _of_one(name: str, summary: str, status: str, failures: tuple[str, ...], errors: dict[str, str]) -> Schema:
    return {**_operation(name, summary, "Reprice", status, failures, errors), "parameters": [_JOB_ID]}


def _operation(
    name: str, summary: str, answer: str, status: str, failures: tuple[str, ...], errors: dict[str, str]
) -> Schema:
    responses: Schema = {status: {"description": "Done", "content": {_JSON: {"schema": _ref(answer)}}}}
    for code in failures:
        responses[code] = {"description": errors[code], "content": {_JSON: {"schema": _ref("Error")}}}
    return {"operationId": name, "summary": summary, "responses": responses, "tags": ["money"]}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
