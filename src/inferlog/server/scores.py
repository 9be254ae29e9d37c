"""Handlers of scores: what evaluators say of logs, one of each evaluator and log (dossier §2.7).

A score is found by its id, and also by its log's and its own: both must be right then.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from inferlog import ids, jsontext
from inferlog.dialects.scores import Draft, read_draft
from inferlog.errors import InvalidInput, NotFound, hint
from inferlog.query.logs import fetch_environment
from inferlog.query.scores import Score, Wanted, fetch_score, fetch_score_page, render_score
from inferlog.scores import NO_LOG, NO_SCORE, Scores
from inferlog.server.asking import read_environment, whole_number
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.paging import PAGE_MAX, links
from inferlog.store.clickhouse import Store

PAGING: Final = ("page", "page_size")
PARAMETERS: Final = (*PAGING, "log_id", "evaluator_id", "environment", "all_envs", "is_test")
_SIZE: Final = 100


async def score_log(call: Call) -> Reply:
    """Keep a score of the log that the path names."""
    return await _create(call, call.scope["path_params"]["log_id"])


async def create_score(call: Call) -> Reply:
    """Keep a score of the log that the body names."""
    return await _create(call, "")


async def list_scores_of_log(call: Call) -> Reply:
    """Answer a page of one log's scores."""
    log_id = ids.read_uuid(call.scope["path_params"]["log_id"])
    environment = await call.runtime.query(lambda store: _environment(store, call, log_id))
    if log_id is None or environment is None:
        raise NotFound(NO_LOG)
    return await _list(call, Wanted(call.key.project_id, log_id=log_id), _given(call, PAGING))


async def list_scores(call: Call) -> Reply:
    """Answer a page of scores, the newest first: of one log, or of one evaluator, if the query string says so."""
    given = _given(call, PARAMETERS)
    log_id = given.get("log_id", "")
    found = ids.read_uuid(log_id)
    if log_id and found is None:
        raise InvalidInput(f"log_id: expected a log's id of 32 hexadecimal digits, received: {log_id[:80]}")
    environment = read_environment(given, call.key.environment)
    wanted = Wanted(call.key.project_id, environment, given.get("evaluator_id", ""), found or "")
    return await _list(call, wanted, given)


async def show_score(call: Call) -> Reply:
    """Answer one score."""
    return await _show(call, "")


async def show_score_of_log(call: Call) -> Reply:
    """Answer one score of a log."""
    return await _show(call, _log_id(call))


async def change_score(call: Call) -> Reply:
    """Change some of what a score says."""
    return await _change(call, Scores.change, "")


async def change_score_of_log(call: Call) -> Reply:
    """Change some of what a score of a log says."""
    return await _change(call, Scores.change, _log_id(call))


async def replace_score(call: Call) -> Reply:
    """Change all that a score says."""
    return await _change(call, Scores.replace, "")


async def replace_score_of_log(call: Call) -> Reply:
    """Change all that a score of a log says."""
    return await _change(call, Scores.replace, _log_id(call))


async def delete_score(call: Call) -> Reply:
    """Take a score back."""
    return await _delete(call, "")


async def delete_score_of_log(call: Call) -> Reply:
    """Take a score of a log back."""
    return await _delete(call, _log_id(call))


async def _create(call: Call, log_id: str) -> Reply:
    draft = await _draft(call)
    named = ids.read_uuid(log_id) if log_id else draft.log_id
    if log_id and draft.log_id not in ("", named):
        raise InvalidInput(f"log_id: the path names the log {log_id[:80]}, the body {draft.log_id}")
    if named == "":
        raise InvalidInput("log_id: a score needs the id of its log, as creating the log answered it")

    if named is None:
        raise NotFound(NO_LOG)
    scores = call.runtime.services.scores
    score = await call.runtime.query(lambda _: scores.create(call.key.project_id, named, draft))
    return json_reply(render_score(score), 201)


async def _list(call: Call, wanted: Wanted, given: dict[str, str]) -> Reply:
    number = whole_number(given, "page", 1, PAGE_MAX)
    most = call.settings.page_size_max
    size = whole_number(given, "page_size", min(_SIZE, most), most)
    total, found = await call.runtime.query(lambda store: fetch_score_page(store, wanted, number, size))
    following, preceding = links(call, number, size, total)
    results = [render_score(score) for score in found]
    return json_reply({"results": results, "count": total, "next": following, "previous": preceding})


async def _show(call: Call, log_id: str) -> Reply:
    score_id = _score_id(call)
    score = await call.runtime.query(lambda store: fetch_score(store, call.key.project_id, score_id))
    if score is None or log_id not in ("", score.log_id):
        raise NotFound(NO_SCORE)
    return json_reply(render_score(score))


async def _change(call: Call, change: Callable[..., Score], log_id: str) -> Reply:
    draft, score_id = await _draft(call), _score_id(call)
    scores = call.runtime.services.scores
    score = await call.runtime.write(lambda: change(scores, call.key.project_id, score_id, draft, log_id=log_id))
    return json_reply(render_score(score))


async def _delete(call: Call, log_id: str) -> Reply:
    score_id = _score_id(call)
    scores = call.runtime.services.scores
    await call.runtime.write(lambda: scores.delete(call.key.project_id, score_id, log_id=log_id))
    return Reply(b"", 204, ())


def _given(call: Call, names: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters of the query string. Raises InvalidInput that names an unknown one."""
    given = dict(parse_qsl(call.scope["query_string"].decode("latin-1")))
    for name in given:
        if name not in names:
            raise InvalidInput(
                f"{name[:80]}: unknown parameter{hint(name, names)}; this route reads {', '.join(names)}"
            )
    return given


async def _draft(call: Call) -> Draft:
    body = await call.json(call.settings.log_bytes_max)
    return read_draft(jsontext.read_object(jsontext.check(body)))


def _environment(store: Store, call: Call, log_id: str | None) -> str | None:
    return fetch_environment(store, call.key.project_id, log_id) if log_id else None


def _log_id(call: Call) -> str:
    return _read_id(call.scope["path_params"], "log_id", NO_LOG)


def _score_id(call: Call) -> str:
    return _read_id(call.scope["path_params"], "score_id", NO_SCORE)


def _read_id(parameters: dict[str, Any], name: str, missing: str) -> str:
    found = ids.read_uuid(parameters[name])
    if found is None:
        raise NotFound(missing)
    return found
