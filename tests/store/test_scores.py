"""Scores on every kind of store there is: kept through a restart, changed by many at once, forgotten for good."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from inferlog.dialects.scores import Draft, read_draft
from inferlog.errors import Conflict, NotFound
from inferlog.jsontext import dumps, read_object
from inferlog.query.scores import Score, Wanted, fetch_score, fetch_score_page, fetch_scores
from inferlog.scores import Scores
from inferlog.store.clickhouse import Store
from tests.store.conftest import Place
from tests.unit.journey import PROJECT

_OTHER: Final = "00000000-0000-0000-0000-0000000000ff"
_LOGS: Final = [f"{number:032x}" for number in range(1, 5)]


def _draft(**fields: object) -> Draft:
    return read_draft(read_object(dumps({"evaluator_id": "quality"} | fields)))


def _all(store: Store, project_id: str = PROJECT) -> list[Score]:
    return fetch_score_page(store, Wanted(project_id), 1, 100)[1]


def test_what_was_answered_is_there_after_a_restart(place: Place) -> None:
    """Each score as it was said last; one that was taken back is gone, and another one may come."""
    scores = Scores(place.open())
    kept, changed, gone = (scores.create(PROJECT, log, "prod", _draft(numerical_value=1)) for log in _LOGS[:3])
    scores.change(PROJECT, changed.id, _draft(numerical_value=2.5))
    scores.delete(PROJECT, gone.id)
    place.close()
    store = place.open()
    scores = Scores(store)
    assert {score.id: score.number for score in _all(store)} == {kept.id: 1.0, changed.id: 2.5}
    assert fetch_score(store, PROJECT, gone.id) is None
    with pytest.raises(NotFound):
        scores.change(PROJECT, gone.id, _draft(numerical_value=3))
    again = scores.create(PROJECT, _LOGS[2], "prod", _draft(string_value="again"))
    assert fetch_scores(store, PROJECT, _LOGS)[_LOGS[2]] == [again]


def test_of_many_scores_at_once_one_is_kept(store: Store) -> None:
    """An evaluator that scores a log from many threads has one score there; the others are told so."""
    scores = Scores(store)

    def score(number: int) -> Score | None:
        try:
            return scores.create(PROJECT, _LOGS[0], "prod", _draft(numerical_value=number))
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(score, range(16)) if each]
    assert [each.id for each in _all(store)] == [each.id for each in made]
    assert len(made) == 1


def test_forgotten_scores_leave_no_row(store: Store) -> None:
    """Neither what they said last nor what they said before; other logs' and projects' scores stay."""
    scores = Scores(store)
    for log_id in _LOGS:
        made = scores.create(PROJECT, log_id, "prod", _draft(string_value="said first"))
        scores.change(PROJECT, made.id, _draft(comments="said last"))
    scores.create(_OTHER, _LOGS[0], "prod", _draft(numerical_value=1))
    assert scores.forget(PROJECT, _LOGS[:3]) >= 3
    assert scores.forget(PROJECT, _LOGS[:3]) == 0
    assert [score.log_id for score in _all(store)] == _LOGS[3:]
    assert len(_all(store, _OTHER)) == 1
    left = store.query("SELECT count() AS n FROM {database}.scores WHERE project_id = {p:UUID}", {"p": PROJECT})
    assert left in (b'{"n":1}\n', b'{"n":2}\n')  # revisions that are not merged yet
