"""The description of the routes of scores."""

from typing import Any, Final

from inferlog.dialects.scores import EVALUATOR, VALUES
from inferlog.server.openapi_reading import object_of, query, ref

Schema = dict[str, Any]

_JSON: Final = "application/json"
_TEXT: Final[Schema] = {"type": "string"}
_NULL: Final[Schema] = {"type": "null"}
_DATE: Final[Schema] = {"type": "string", "format": "date-time"}
_NUMBER: Final[Schema] = {"type": "number", "minimum": -1e300, "maximum": 1e300}
_NAME: Final[Schema] = {"type": "string", "pattern": "^[a-z0-9_-]{1,200}$"}
_SAID: Final[Schema] = {
    "numerical_value": _NUMBER,
    "boolean_value": {"type": "boolean"},
    "categorical_value": {"type": "array", "items": _TEXT, "maxItems": 100},
    "string_value": _TEXT,
    "json_value": {"type": "object"},
    "comments": _TEXT,
    "is_passed": {"type": "boolean"},
    "cost": _NUMBER,
    "type": _TEXT,
    "reasoning": _TEXT,
    "metadata": {"type": "object"},
    "dataset_id": _TEXT,
}
_ERRORS: Final = ("400", "401", "403", "404", "408", "413", "415", "422", "429", "503")
_OF_LOG: Final = "/api/logs/{log_id}/scores/"
_ONE: Final = {"show": "Read a score", "change": "Change some of what a score says", "replace": "Say all anew",
               "delete": "Take a score back"}  # fmt: skip
_METHODS: Final = {"show": "get", "change": "patch", "replace": "put", "delete": "delete"}
_PAGING: Final[dict[str, tuple[Schema, str]]] = {
    "page": ({"type": "integer", "minimum": 1, "maximum": 2**40}, "Page number, from 1."),
    "page_size": ({"type": "integer", "minimum": 1, "maximum": 1_000}, "Scores on a page. Default: 100."),
}
_CHOOSING: Final[dict[str, tuple[Schema, str]]] = {
    "log_id": ({**_TEXT, "pattern": "^[0-9a-f]{32}$"}, "Of one log."),
    "evaluator_id": (_NAME, "Of one evaluator; of one without an id its slug."),
    "environment": ({"enum": ["prod", "test"]}, "Default: the key's own."),
    "all_envs": ({"enum": ["true", "false"]}, "Of every environment; beats environment."),
    "is_test": ({"enum": ["true", "false"]}, "Of test (true) or prod (false); beats all_envs."),
}


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    shown = {
        **dict.fromkeys(("id", "type", "environment", "log_id"), _TEXT),
        "created_at": _DATE,
        **{name: {"anyOf": [_SAID[name], _NULL]} for name in VALUES if name not in ("json_value", "categorical_value")},
        "json_value": {},
        "categorical_value": {},
        "is_passed": {"type": "boolean"},
        "cost": {"type": "number"},
        **{name: {"anyOf": [_TEXT, _NULL]} for name in (*EVALUATOR, "dataset_id")},
    }
    named = dict.fromkeys(EVALUATOR, _NAME)
    log_id = {**_TEXT, "pattern": "^[0-9a-f]{32}$"}
    address = {"anyOf": [_TEXT, _NULL]}
    page = {"results": {"type": "array", "items": ref("Score")}, "count": {"type": "integer"}, "next": address}
    return {
        "Score": object_of(shown),
        "Scores": object_of({**page, "previous": address}),
        "NewScore": {**object_of({**named, **_SAID}, []), "additionalProperties": False},
        "NewScoreOfLog": {
            **object_of({"log_id": log_id, **named, **_SAID}, ["log_id"]),
            "additionalProperties": False,
        },
        "ScoreChange": {**object_of(_SAID, []), "additionalProperties": False},
    }


def paths(errors: dict[str, str]) -> Schema:
    """Return the paths; `errors` says what each status of an error means."""
    described: Schema = {}
    places = {
        _OF_LOG: ("of_log", [_path("log_id")], _PAGING),
        "/api/scores/": ("", [], {**_PAGING, **_CHOOSING}),
        "/api/v1/scores/": ("of_v1", [], {**_PAGING, **_CHOOSING}),
    }
    for path, (suffix, named, parameters) in places.items():
        end = f"_{suffix}" if suffix else ""
        described[path] = {
            "get": _operation(f"list_scores{end}", "List scores, the newest first", "200", "Scores", errors,
                              [*named, *query(parameters)]),
            "post": _operation(f"create_score{end}", "Score a log: once by each evaluator", "201", "Score", errors,
                               named, "NewScore" if named else "NewScoreOfLog"),
        }  # fmt: skip
        described[path]["post"]["responses"]["409"] = _error(errors, "409")
    described["/api/scores/list/"] = {
        "get": _operation("list_scores_of_old", "List scores, the newest first", "200", "Scores", errors,
                          query({**_PAGING, **_CHOOSING})),
    }  # fmt: skip
    for path, suffix, named in (("/api/scores/", "", []), (_OF_LOG, "_of_log", [_path("log_id")])):
        described[f"{path}{{score_id}}/"] = {
            _METHODS[name]: _operation(
                f"{name}_score{suffix}", summary, "204" if name == "delete" else "200", "Score", errors,
                [*named, _path("score_id")], {"change": "ScoreChange", "replace": "ScoreChange"}.get(name, ""),
            )
            for name, summary in _ONE.items()
        }  # fmt: skip
    return described


def _path(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT, "description": "As it was answered"}


def _error(errors: dict[str, str], code: str) -> Schema:
    return {"description": errors[code], "content": {_JSON: {"schema": ref("Error")}}}


def _operation(
    name: str, summary: str, status: str, answer: str, errors: dict[str, str], parameters: list[Schema], body: str = ""
) -> Schema:
    done: Schema = {"description": "Done"}
    if status != "204":
        done["content"] = {_JSON: {"schema": ref(answer)}}
    described: Schema = {
        "operationId": name,
        "summary": summary,
        "tags": ["scores"],
        "parameters": parameters,
        "responses": {status: done, **{code: _error(errors, code) for code in _ERRORS}},
    }
    if body:
        described["requestBody"] = {"required": True, "content": {_JSON: {"schema": ref(body)}}}
    return described
