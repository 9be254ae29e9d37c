"""The description of the routes that delete logs and tell of it."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from inferlog.deleting.jobs import Kind, State
from inferlog.server.openapi_reading import FILTERS_TEXT, SELECTING, body_of, object_of, ref

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_NUMBER: Final[Schema] = {"type": "number"}
_NULL: Final[Schema] = {"type": "null"}
_DAYS: Final[Schema] = {**_WHOLE, "minimum": 0, "maximum": 36_500}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_JSON: Final = "application/json"
_READ: Final = ("401", "403", "429", "503")
_BODY: Final = ("400", "408", "413", "415", "422")
_LOG_ID: Final[Schema] = {**_TEXT, "pattern": "^[0-9a-f]{32}$"}
_IDS: Final[Schema] = {"type": "array", "items": _LOG_ID, "minItems": 1, "maxItems": 1_000}
_TRACE_IDS: Final[Schema] = {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 1_000}


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    confirm = object_of({"logs": {**_WHOLE, "minimum": 0}, "received_until": _DATE})
    dry = {
        "dry_run": {"const": True}, "logs": _WHOLE, "bytes": {**_WHOLE, "description": "As the logs came"},
        "pinned": {**_WHOLE, "description": "How many of the logs are pinned; they would go, too"},
        "first_timestamp": {"anyOf": [_DATE, _NULL]}, "last_timestamp": {"anyOf": [_DATE, _NULL]},
        "confirm": {**ref("DeletionConfirmed")},
    }  # fmt: skip
    return {
        "DeletionConfirmed": {**confirm, "description": "What a dry run answered: how many logs there were, and when"},
        "DeletionPreview": object_of(dry, [name for name in dry if name != "confirm"]),
        "Deletion": object_of(_deletion()),
        "Retention": object_of({
            "days": {**_WHOLE, "description": "For how long logs are kept; 0 is for ever"},
            "own_days": {"anyOf": [_WHOLE, _NULL], "description": "The project's own number"},
            "default_days": {**_WHOLE, "description": "The setting retention_days"},
            "expired_logs": _WHOLE, "expired_bytes": _WHOLE,
            "clock_doubt": {**_TEXT, "description": "Why the clock is not believed, so that nothing is deleted"},
        }),
        "RetentionRun": object_of({"deletion": {"anyOf": [ref("Deletion"), _NULL]}}),
        "Deletions": object_of({"results": {"type": "array", "items": ref("Deletion")}, "count": _WHOLE}),
        "TracesDeleted": object_of({"message": _TEXT, "logs": _WHOLE, "id": _TEXT}),
        "DeletionRequest": {"anyOf": [_request({"dry_run": {"const": True}}, []), _request(
            {"dry_run": {"const": False}, "confirm": ref("DeletionConfirmed")}, ["dry_run", "confirm"]
        )], "example": {"filters": {"environment": {"operator": "", "value": ["test"]}}, "dry_run": True}},
    }  # fmt: skip


def _request(own: Schema, required: list[str]) -> Schema:
    selecting = {name: given for name, given in SELECTING.items() if name not in ("all_envs", "is_test")}
    asked = {**selecting, "filters": (ref("Filters"), FILTERS_TEXT), "ids": (_IDS, "Only these logs")}
    schema: Schema = body_of(asked)["content"][_JSON]["schema"]
    return {**schema, "properties": {**schema["properties"], **own}, "required": required}


def _deletion() -> Schema:
    return {
        "id": _TEXT, "kind": {"enum": [*get_args(Kind)]}, "state": {"enum": [*get_args(State)]}, "error": _TEXT,
        "made_by": _TEXT, "created_at": _NUMBER, "finished_at": {"anyOf": [_NUMBER, _NULL]}, "logs": _WHOLE,
        "logs_deleted": _WHOLE, "bytes": {**_WHOLE, "description": "As the logs came"},
        "freed_bytes": {"anyOf": [_WHOLE, _NULL], "description": "Of the disk, where they are given back at once"},
        "logs_digest": {**_TEXT, "description": "SHA-256 of the ids of the logs, sorted, one a line"},
        "subject_digest": {**_TEXT, "description": "Of an erasure: SHA-256 of its id, a colon and the customer"},
        "copies": {"type": "object", "additionalProperties": _WHOLE,
                   "description": "Of an erasure: what was erased beside the logs"},
    }  # fmt: skip


def paths(errors: dict[str, str]) -> Schema:
    """Return the routes; `errors` says what each status means."""
    either = {"200": ref("DeletionPreview"), "202": ref("Deletion")}
    one_log = _operation("delete_log", "Delete one log", {"204": None}, (*_READ, "404"), errors)
    one_trace = _operation("delete_trace", "Delete the spans of a trace", {"200": ref("TracesDeleted")},
                           (*_READ, "404", "422", "507"), errors)  # fmt: skip
    many = {
        "/api/traces/bulk-delete/": "delete_traces",
        "/api/traces/bulk/": "delete_traces_by_later_path",
    }
    return {
        "/api/request-logs/{log_id}/": {"delete": one_log | {"parameters": [_named("log_id", "^[0-9a-f]{32}$")]}},
        "/api/request-logs/delete/": {
            "post": _operation("delete_logs", "Delete selected logs: a dry run until it is confirmed", either,
                               (*_READ, *_BODY, "409", "507"), errors) | _body(ref("DeletionRequest"), required=False),
        },
        "/api/traces/{trace_id}/": {"delete": one_trace | {"parameters": [_named("trace_id", "^[0-9a-z]{1,40}$")]}},
        **{
            path: {
                "post": _operation(name, "Delete the spans of some traces", {"200": ref("TracesDeleted")},
                                   (*_READ, *_BODY, "404", "507"), errors)
                | _body(object_of({"trace_unique_ids": _TRACE_IDS}), required=True),
            }
            for path, name in many.items()
        },
        "/api/users/{customer_identifier}/erase/": {
            "post": _operation("erase_user", "Erase a customer, every log and every copy; a dry run by default", either,
                               (*_READ, *_BODY, "507"), errors)
            | {"parameters": [_named("customer_identifier", "^[a-z0-9]{1,40}$")]}
            | _body(_closed({"dry_run": {"type": "boolean"}}, []), required=False),
        },
        "/api/retention/": {
            "get": _operation("show_retention", "For how long logs are kept, and what is expired",
                              {"200": ref("Retention")}, (*_READ, "422"), errors),
            "put": _operation("set_retention", "Keep the project's logs for so many days",
                              {"200": ref("Retention")}, (*_READ, *_BODY, "507"), errors)
            | _body(_closed({"days": {"anyOf": [_DAYS, _NULL]}}, ["days"]), required=True),
        },
        "/api/retention/run/": {
            "post": _operation("run_retention", "Delete what is expired now",
                               {"200": ref("RetentionRun"), "202": ref("RetentionRun")},
                               (*_READ, *_BODY, "409", "507"), errors)
            | _body(_closed({"clock_is_right": {"type": "boolean"}}, []), required=False),
        },
        "/api/deletions/": {
            "get": _operation("list_deletions", "List deletions, the newest first", {"200": ref("Deletions")}, _READ,
                              errors),
        },
        "/api/deletions/{job_id}/": {
            "get": _operation("show_deletion", "Read one deletion; of one that is done it is the receipt",
                              {"200": ref("Deletion")}, (*_READ, "404"), errors)
            | {"parameters": [_named("job_id", "^[0-9a-f]{32}$")]},
        },
    }  # fmt: skip


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {**object_of(properties, required), "additionalProperties": False}


def _named(name: str, pattern: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {**_TEXT, "pattern": pattern}}


def _body(schema: Schema, *, required: bool) -> Schema:
    return {"requestBody": {"required": required, "content": {_JSON: {"schema": schema}}}}


def _operation(
    name: str, summary: str, answers: Mapping[str, Schema | None], failures: tuple[str, ...], errors: dict[str, str]
) -> Schema:
    responses: Schema = {
        status: {"description": "Done", **({"content": {_JSON: {"schema": schema}}} if schema else {})}
        for status, schema in answers.items()
    }
    for code in failures:
        responses[code] = {"description": errors[code], "content": {_JSON: {"schema": ref("Error")}}}
    return {"operationId": name, "summary": summary, "responses": responses, "tags": ["logs"]}
