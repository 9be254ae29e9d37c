"""Scores on every kind of store there is: kept through a restart, changed by many at once, forgotten for good."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from inferlog import ids
from inferlog.dialects.scores import Draft, number_text, read_draft
from inferlog.errors import Conflict, NotFound
from inferlog.jsontext import dumps, read_object
from inferlog.model import Log
from inferlog.query.filters import read_filters
from inferlog.query.logs import fetch_page
from inferlog.query.pages import Page
from inferlog.query.scores import Score, Wanted, fetch_score, fetch_score_page, fetch_scores
from inferlog.scores import Scores
from inferlog.store.clickhouse import Store
from tests.clickhouse import ClickHouse
from tests.store.conftest import Place
from tests.unit.journey import PROJECT

_OTHER: Final = "00000000-0000-0000-0000-0000000000ff"
_LOGS: Final = [f"{number:032x}" for number in range(1, 5)]


def _draft(**fields: object) -> Draft:
    return read_draft(read_object(dumps({"evaluator_id": "quality"} | fields)))


def _with_logs(store: Store) -> Store:
    """Return a store with four logs in each of two projects."""
    rows = [
        Log(project_id=project_id, id=log_id, timestamp=1_760_000_000.0 + at)
        for project_id in (PROJECT, _OTHER)
        for at, log_id in enumerate(_LOGS)
    ]
    store.insert([dumps(row) + b"\n" for row in rows], "token")
    return store


def _all(store: Store, project_id: str = PROJECT) -> list[Score]:
    return fetch_score_page(store, Wanted(project_id), 1, 100)[1]


def test_what_was_answered_is_there_after_a_restart(place: Place) -> None:
    """Each score as it was said last; one that was taken back is gone, and another one may come."""
    scores = Scores(_with_logs(place.open()))
    kept, changed, gone = (scores.create(PROJECT, log, _draft(numerical_value=1)) for log in _LOGS[:3])
    scores.change(PROJECT, changed.id, _draft(numerical_value=2.5))
    scores.delete(PROJECT, gone.id)
    place.close()
    store = place.open()
    scores = Scores(store)
    assert {score.id: score.number for score in _all(store)} == {kept.id: 1.0, changed.id: 2.5}
    assert fetch_score(store, PROJECT, gone.id) is None
    with pytest.raises(NotFound):
        scores.change(PROJECT, gone.id, _draft(numerical_value=3))
    again = scores.create(PROJECT, _LOGS[2], _draft(string_value="again"))
    assert fetch_scores(store, PROJECT, _LOGS)[_LOGS[2]] == [again]


def test_of_many_scores_at_once_one_is_kept(store: Store) -> None:
    """An evaluator that scores a log from many threads has one score there; the others are told so."""
    scores = Scores(_with_logs(store))

    def score(number: int) -> Score | None:
        try:
            return scores.create(PROJECT, _LOGS[0], _draft(numerical_value=number))
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(score, range(16)) if each]
    assert [each.id for each in _all(store)] == [each.id for each in made]
    assert len(made) == 1


def test_a_log_that_is_not_there_has_no_score(store: Store) -> None:
    """Whoever deletes logs and forgets their scores then finds none that came in between."""
    with pytest.raises(NotFound, match="Log not found"):
        Scores(store).create(PROJECT, _LOGS[0], _draft(numerical_value=1))
    assert _all(store) == []


def test_forgotten_scores_leave_no_row(store: Store) -> None:
    """Neither what they said last nor what they said before; other logs' and projects' scores stay."""
    scores = Scores(_with_logs(store))
    for log_id in _LOGS:
        made = scores.create(PROJECT, log_id, _draft(string_value="said first"))
        scores.change(PROJECT, made.id, _draft(comments="said last"))
    scores.create(_OTHER, _LOGS[0], _draft(numerical_value=1))
    assert scores.forget(PROJECT, _LOGS[:3]) >= 3
    assert scores.forget(PROJECT, _LOGS[:3]) == 0
    assert [score.log_id for score in _all(store)] == _LOGS[3:]
    assert len(_all(store, _OTHER)) == 1
    left = store.query("SELECT count() AS n FROM {database}.scores WHERE project_id = {p:UUID}", {"p": PROJECT})
    assert left in (b'{"n":1}\n', b'{"n":2}\n')  # revisions that are not merged yet


_VALUES: Final = [0, 1, 2.5, -3, "calm", "Calm, 1", "2.5", True, False, ["a", "1"], None]
_OPERATORS: Final = ["", "not", "lt", "gte", "contains", "not_contains", "empty", "not_empty"]
_said = st.lists(st.sampled_from(_VALUES), min_size=len(_LOGS), max_size=len(_LOGS))


def _fields(value: object) -> dict[str, object]:
    """Return a value under the name of its kind."""
    names = {bool: "boolean_value", str: "string_value", list: "categorical_value"}
    return {names.get(type(value), "numerical_value"): value}


def _holds(operator: str, wanted: float | str, value: Any) -> bool:
    """Tell whether a score passes a condition, as docs/api.md has it; None is a log without one."""
    if operator in ("empty", "not_empty"):
        return (value is None) == (operator == "empty")
    if value is None:
        return False
    number = float(value) if isinstance(value, int | float) else None
    text = ", ".join(value) if isinstance(value, list) else value if isinstance(value, str) else number_text(value)
    if operator in ("lt", "gte"):
        return number is not None and (number < float(wanted) if operator == "lt" else number >= float(wanted))
    if operator in ("contains", "not_contains"):
        return (str(wanted) in text) == (operator == "contains")
    categories = value if isinstance(value, list) else []
    same = str(wanted) == text or str(wanted) in categories or (number is not None and _as_number(wanted) == number)
    return same == (operator == "")


def _as_number(wanted: float | str) -> float | None:
    try:
        return float(wanted)
    except ValueError:
        return None


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(said=_said, operator=st.sampled_from(_OPERATORS), wanted=st.sampled_from([0, 1, 2.5, "calm", "true", "1", "a"]))
def test_a_filter_finds_the_logs_that_a_naive_reading_finds(
    scored_store: Store, said: list[object], operator: str, wanted: float | str
) -> None:
    """Whatever evaluators say, of whatever kind, and whatever is asked: the same logs."""
    assume(operator not in ("lt", "gte") or _as_number(wanted) is not None)
    evaluator = ids.new_uuid()
    scores = Scores(scored_store)
    for log_id, value in zip(_LOGS, said, strict=True):
        if value is not None:
            scores.create(PROJECT, log_id, _draft(evaluator_id=evaluator, **_fields(value)))
    filters = read_filters(
        read_object(dumps({f"scores__{evaluator}": {"operator": operator, "value": [wanted]}})), conditions_max=10
    )
    page = Page(project_id=PROJECT, filters=filters, descending=False)
    expected = [log for log, value in zip(_LOGS, said, strict=True) if _holds(operator, wanted, value)]
    assert [listed.log.id for listed in fetch_page(scored_store, page, 10**9).logs] == expected


@pytest.fixture(scope="module")
def scored_store(tmp_path_factory: pytest.TempPathFactory, clickhouse: ClickHouse) -> Iterator[Store]:
    """A store with four logs, over HTTP: the engine within takes one path at a time."""
    store = Store(clickhouse.url(f"test_{ids.new_uuid().replace('-', '')}"), scratch=tmp_path_factory.mktemp("scratch"))
    yield _with_logs(store)
    store.close()
