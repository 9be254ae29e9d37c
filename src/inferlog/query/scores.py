"""Scores in the store: of logs, a page of them, one of them, and figures of the selected logs' scores."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from inferlog.dialects.scores import VALUES
from inferlog.ids import read_uuid
from inferlog.query.compile import score_statement
from inferlog.query.logs import Rows
from inferlog.query.render import iso_time
from inferlog.query.selection import Selection, bind
from inferlog.query.statements import statement

_EVALUATORS_MAX: Final = 1_000
"""How many evaluators a summary shows: those with the most scores."""
_PART_SCORES: Final = 2_000_000
"""How many scores are summed up at once: more than three million do not fit into query_bytes_max."""


class Score(msgspec.Struct, kw_only=True):
    """A row of `scores`. Times are seconds since 1970 UTC, ids 32 hex digits; `said` is JSON as it was sent.

    `logged_at` is the time that the log's id carries, 0 if it carries none.

    `evaluator` is the evaluator's id, or its slug if it has no id.
    """

    project_id: str
    evaluator: str
    log_id: str
    id: str
    logged_at: int
    environment: str
    evaluator_slug: str
    evaluator_name: str
    created_at: float
    number: float | None
    flag: bool | None
    text: str
    categories: list[str]
    said: str
    revision: int
    is_deleted: int = 0


class Wanted(NamedTuple):
    """Which scores; what is empty does not matter."""

    project_id: str
    environment: str = ""
    evaluator: str = ""
    log_id: str = ""


_row: Final = msgspec.json.Decoder(Score, strict=False)


def fetch_latest(rows: Rows, project_id: str, evaluator: str, log_id: str) -> Score | None:
    """Return what an evaluator last said of a log, also if it was taken back."""
    parameters = {"project_id": project_id, "evaluator": evaluator, "log_id": log_id}
    return next(iter(_read(rows.query(statement("scores.latest"), parameters))), None)


def fetch_score(rows: Rows, project_id: str, score_id: str) -> Score | None:
    """Return the score with this id (32 hex digits) of this project, or None."""
    return next(iter(_read(rows.query(statement("scores.by_id"), {"project_id": project_id, "id": score_id}))), None)


def fetch_scores(rows: Rows, project_id: str, log_ids: Iterable[str]) -> dict[str, list[Score]]:
    """Return the scores of logs by the logs' ids, those of one log by evaluator."""
    by_log: dict[str, list[Score]] = defaultdict(list)
    wanted = list(log_ids)
    if wanted and has_scores(rows, project_id):
        parameters = {"project_id": project_id, "log_ids": wanted}
        for score in _read(rows.query(statement("scores.of_logs"), parameters)):
            by_log[score.log_id].append(score)
    return by_log


def fetch_score_page(rows: Rows, wanted: Wanted, number: int, size: int) -> tuple[int, list[Score]]:
    """Return how many scores there are on all pages, and those of one page, the newest first."""
    parameters = wanted._asdict() | {"log_ids": [wanted.log_id] if wanted.log_id else []}
    parameters |= {"limit": size, "offset": (number - 1) * size}
    del parameters["log_id"]
    page, count = (
        statement(name).replace("{chosen}", statement("scores.chosen")) for name in ("scores.page", "scores.count")
    )
    total = int(msgspec.json.decode(rows.query(count, parameters))["count"])
    return total, _read(rows.query(page, parameters))


def has_scores(rows: Rows, project_id: str) -> bool:
    """Tell whether a project has scores at all: most have none, and then nothing need be looked for."""
    return bool(rows.query(statement("scores.any"), {"project_id": project_id}))


def count_known(rows: Rows, project_id: str, log_ids: list[str]) -> int:
    """Return how many rows there are of these logs' scores, earlier revisions among them."""
    answer = rows.query(statement("scores.known"), {"project_id": project_id, "log_ids": log_ids})
    return int(msgspec.json.decode(answer)["count"])


def summarize_scores(rows: Rows, selection: Selection) -> dict[str, dict[str, Any]]:
    """Return the figures of the selected logs' scores by evaluator, as the API's summary has them (dossier §2.3)."""
    where, parameters = bind(selection)
    size = int(msgspec.json.decode(rows.query(score_statement("scores.size"), parameters.values))["count"])
    if not size:
        return {}
    sql = score_statement("scores.summary").replace("{selection}", where)
    parts = size // _PART_SCORES + 1
    by_evaluator: dict[str, list[_Part]] = defaultdict(list)
    for part in range(parts):
        for found in _parts.decode_lines(rows.query(sql, parameters.values | {"parts": parts, "part": part})):
            by_evaluator[found.evaluator].append(found)
    summaries = [_summary(key, found) for key, found in by_evaluator.items()]
    summaries.sort(key=lambda each: (-each["count"], each["evaluator_id"]))
    return {each["evaluator_id"]: each for each in summaries[:_EVALUATORS_MAX]}


class _Part(msgspec.Struct):
    """What one evaluator says of a part of the logs; `latest` is its last score's revision, slug, name and kind."""

    evaluator: str
    latest: tuple[int, str, str, str]
    scores: int
    numbers: int
    total: float | None
    least: float | None
    most: float | None
    true_count: int
    false_count: int


_parts: Final = msgspec.json.Decoder(_Part, strict=False)


def _summary(evaluator: str, parts: list[_Part]) -> dict[str, Any]:
    _, slug, name, value_type = max(part.latest for part in parts)
    numbers = [part for part in parts if part.numbers]
    count = sum(part.numbers for part in numbers)
    return {
        "evaluator_id": evaluator,
        "evaluator_slug": slug,
        "evaluator_name": name,
        "score_value_type": value_type,
        "avg_score": sum(part.total or 0 for part in numbers) / count if count else None,
        "min_score": min((part.least for part in numbers if part.least is not None), default=None),
        "max_score": max((part.most for part in numbers if part.most is not None), default=None),
        "count": sum(part.scores for part in parts),
        "true_count": sum(part.true_count for part in parts),
        "false_count": sum(part.false_count for part in parts),
    }


def _read(lines: bytes) -> list[Score]:
    scores = _row.decode_lines(lines)
    for score in scores:
        score.id, score.log_id = read_uuid(score.id) or score.id, read_uuid(score.log_id) or score.log_id
    return scores


# As the API shows them (dossier §2.7)


def render_score(score: Score) -> dict[str, Any]:
    """Return everything of one score."""
    said = msgspec.json.decode(score.said, type=dict[str, msgspec.Raw])
    return {
        "id": score.id,
        "created_at": iso_time(score.created_at),
        "type": "llm",
        "environment": score.environment,
        **dict.fromkeys(VALUES),
        "is_passed": False,
        "cost": 0.0,
        "evaluator_id": _evaluator_id(score),
        "evaluator_slug": score.evaluator_slug or None,
        "evaluator_name": score.evaluator_name or None,
        "log_id": score.log_id,
        "dataset_id": None,
        **said,
    }


def render_scores(scores: Iterable[Score]) -> dict[str, dict[str, Any]]:
    """Return the `scores` of a log: by evaluator, each with the one value that stands for it."""
    shown = {}
    for score in scores:
        said = msgspec.json.decode(score.said, type=dict[str, msgspec.Raw])
        shown[score.evaluator] = {
            "id": score.id,
            "evaluator_id": _evaluator_id(score),
            "evaluator_slug": score.evaluator_slug,
            "evaluator_name": score.evaluator_name,
            "score_value": next((said[name] for name in VALUES if name in said), None),
        } | {name: raw for name, raw in said.items() if name in VALUES}
    return shown


def _evaluator_id(score: Score) -> str | None:
    """Return the evaluator's id; one that goes by its slug has none."""
    return None if score.evaluator == score.evaluator_slug else score.evaluator
