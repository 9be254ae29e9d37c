"""Scores over HTTP: one of each evaluator and log, changed and taken back, found, sorted by and counted."""

from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from tests.api.calls import BATCH, LIST, Json, listed_ids, new_project_key, post_text, read, refusal
from tests.server import Server

SCORES: Final = "/api/scores/"
SUMMARY: Final = "/api/request-logs/summary/"
METRICS: Final = "/api/metrics/query/"
_MISSING: Final = "0" * 32


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of a project of this test's own."""
    with server.client(new_project_key(server)) as made:
        yield made


def _logs(client: httpx.Client, count: int) -> list[str]:
    """Store logs and return their ids; the models alternate."""
    logs = [
        {"model": f"m{number % 2}", "timestamp": f"2026-10-25T00:00:{number:02}Z", "prompt_tokens": number}
        for number in range(count)
    ]
    answer = client.post(BATCH, json={"logs": logs}).raise_for_status().json()
    return [result["id"] for result in answer["results"]]


def _score(client: httpx.Client, log_id: str, evaluator: str = "quality", **values: Any) -> Json:
    answer = client.post(f"/api/logs/{log_id}/scores/", json={"evaluator_slug": evaluator, **values})
    assert answer.status_code == 201, answer.text
    score: Json = answer.json()
    return score


def test_a_score_is_kept_as_it_was_sent_and_shown_with_its_log(client: httpx.Client) -> None:
    """Of any kinds of values at once; the log shows it alone and in lists, by evaluator."""
    [log_id] = _logs(client, 1)
    sent: Json = {
        "numerical_value": 4.5, "string_value": "Good 😀", "boolean_value": True, "categorical_value": ["a", "b"],
        "json_value": {"x": [1.10]}, "comments": "fine", "reasoning": "because", "metadata": {"by": "us"},
    }  # fmt: skip
    score = _score(client, log_id, **sent)
    usual = {"type": "llm", "environment": "prod", "is_passed": False, "cost": 0.0, "dataset_id": None}
    known = {"log_id": log_id, "evaluator_slug": "quality", "evaluator_id": None}
    assert {name: score[name] for name in (*sent, *usual, *known)} == sent | usual | known
    for path in (f"{SCORES}{score['id']}/", f"/api/logs/{log_id}/scores/{score['id']}"):
        assert client.get(path).json() == score
    for path in (SCORES, "/api/scores/list/", "/api/v1/scores", f"/api/logs/{log_id}/scores/"):
        page = client.get(path).json()
        assert (page["results"], page["count"], page["next"]) == ([score], 1, None)
    shown = read(client, log_id)["scores"]
    assert shown["quality"]["score_value"] == 4.5
    assert (shown["quality"]["evaluator_slug"], shown["quality"]["id"]) == ("quality", score["id"])
    assert client.get(LIST).json()["results"][0]["scores"] == shown


def test_an_evaluator_scores_a_log_once(client: httpx.Client) -> None:
    """A second score is a 409; another evaluator's is none; after a score is taken back there may be one again."""
    [log_id] = _logs(client, 1)
    first = _score(client, log_id, numerical_value=1)
    again = client.post(SCORES, json={"log_id": log_id, "evaluator_slug": "quality", "numerical_value": 2})
    assert refusal(again, 409) == (
        f"evaluator_id: the evaluator 'quality' has a score of this log already ({first['id']}); change it with PATCH"
    )
    _score(client, log_id, "tone", string_value="calm")
    assert client.delete(f"{SCORES}{first['id']}/").status_code == 204
    assert refusal(client.delete(f"{SCORES}{first['id']}/"), 404) == "Score not found"
    assert [*read(client, log_id)["scores"]] == ["tone"]
    assert _score(client, log_id, numerical_value=3)["id"] != first["id"]
    assert read(client, log_id)["scores"]["quality"]["score_value"] == 3


def test_a_score_is_changed_in_part_or_in_whole(client: httpx.Client) -> None:
    """PATCH leaves what it does not name, null takes a value back; PUT replaces all; both are seen at once."""
    [log_id] = _logs(client, 1)
    score = _score(client, log_id, numerical_value=1, string_value="bad")
    path = f"/api/logs/{log_id}/scores/{score['id']}/"
    changed = client.patch(path, json={"numerical_value": 2}).json()
    assert (changed["numerical_value"], changed["string_value"]) == (2, "bad")
    assert client.patch(path, json={"string_value": None}).json()["string_value"] is None
    replaced = client.put(f"{SCORES}{score['id']}", json={"boolean_value": False, "evaluator_slug": "quality"}).json()
    assert (replaced["numerical_value"], replaced["boolean_value"]) == (None, False)
    assert (replaced["id"], replaced["created_at"]) == (score["id"], score["created_at"])
    assert client.get(path).json() == replaced
    assert listed_ids(client, scores__quality="false") == [log_id]
    assert listed_ids(client, scores__quality="2") == []


@pytest.fixture(scope="module")
def scored(server: Server) -> Iterator[httpx.Client]:
    """A client of a project with ten logs: eight with a number, two with a flag, three with a text or categories."""
    with server.client(new_project_key(server)) as made:
        ids = _logs(made, 10)
        for number in range(8):
            _score(made, ids[number], "quality", numerical_value=number / 2)
        for number in (0, 9):
            _score(made, ids[number], "passed", boolean_value=number == 9)
        _score(made, ids[0], "tone", string_value="Very calm")
        _score(made, ids[1], "tone", categorical_value=["calm", "short"])
        _score(made, ids[2], "tone", comments="angry")
        yield made


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"scores__quality": {"operator": "gte", "value": [2.5]}}, [5, 6, 7]),
        ({"scores__quality": [{"operator": "gt", "value": ["0"]}, {"operator": "lt", "value": [1.5]}]}, [1, 2]),
        ({"scores__quality": {"operator": "in", "value": [1, "1.50", "x"]}}, [2, 3]),
        ({"scores__quality": {"operator": "not", "value": [0, 1, 2, 3]}}, [1, 3, 5, 7]),
        ({"scores__quality": {"operator": "empty", "value": [""]}}, [8, 9]),
        ({"scores__quality": {"operator": "isnull", "value": [False]},
          "prompt_tokens": {"operator": "gt", "value": [5]}}, [6, 7]),
        ({"scores__passed": {"value": [True]}}, [9]),
        ({"scores__passed": {"operator": "not", "value": ["true"]}}, [0]),
        ({"scores__tone": {"value": ["calm"]}}, [1]),
        ({"scores__tone": {"operator": "icontains", "value": ["CALM"]}}, [0, 1]),
        ({"scores__tone": {"operator": "not_contains", "value": ["calm"]}}, [2]),
        ({"scores__tone": {"operator": "full_text_search", "value": ["very calm"]}}, [0]),
        ({"scores__tone": {"operator": "has_key"}}, [0, 1, 2]),
        ({"scores": {"operator": "has_key", "value": ["tone", "passed"]}}, [0, 1, 2, 9]),
        ({"scores": {"operator": "empty"}}, [8]),
        ({"scores__none": {"operator": "not", "value": [1]}}, []),
        ({"scores__quality": {"operator": "lt", "value": [1]},
          "scores__passed": {"operator": "not_empty", "connector": "OR"}}, [0, 1, 9]),
    ],
)  # fmt: skip
def test_logs_are_found_by_scores(scored: httpx.Client, filters: Json, expected: list[int]) -> None:
    """By number, flag, text and categories; a log without the score matches no comparison, not even `not`."""
    answer = scored.post(LIST, json={"filters": filters}, params={"sort_by": "id"})
    assert answer.status_code == 200, answer.text
    assert [log["prompt_tokens"] for log in answer.json()["results"]] == expected
    assert answer.json()["count"] == len(expected)


def test_logs_are_sorted_by_a_score(scored: httpx.Client) -> None:
    """By its number, logs without one last, on every page; a filter by another score holds, too."""
    numbers: list[int] = []
    for page in range(1, 6):
        query: Json = {"sort_by": "-scores__quality", "page": page, "page_size": 2}
        numbers += [log["prompt_tokens"] for log in scored.get(LIST, params=query).json()["results"]]
    assert numbers == [7, 6, 5, 4, 3, 2, 1, 0, 9, 8]
    answer = scored.get(LIST, params={"sort_by": "scores__quality", "scores__tone[operator]": "not_empty"}).json()
    assert [log["prompt_tokens"] for log in answer["results"]] == [0, 1, 2]


def test_the_summary_has_figures_of_the_selected_logs_scores(scored: httpx.Client) -> None:
    """By evaluator: averages of numbers, counts of flags; of the logs that are selected, and no others."""
    scores = scored.get(SUMMARY).json()["scores"]
    assert [*scores] == ["quality", "tone", "passed"]
    quality = scores["quality"]
    assert (quality["avg_score"], quality["min_score"], quality["max_score"], quality["count"]) == (1.75, 0, 3.5, 8)
    assert (quality["score_value_type"], scores["passed"]["score_value_type"]) == ("numerical", "boolean")
    assert (scores["passed"]["true_count"], scores["passed"]["false_count"]) == (1, 1)
    some = scored.get(SUMMARY, params={"model": "m1", "scores__quality[operator]": "not_empty"}).json()["scores"]
    assert (some["quality"]["avg_score"], some["quality"]["count"], [*some]) == (2, 4, ["quality", "tone"])


def test_scores_are_measured_and_grouped_by(scored: httpx.Client) -> None:
    """Average, least, largest and count of an evaluator's scores, by any field; and any figure by a score."""
    names = [f"{each}_scores__quality" for each in ("avg", "min", "max", "count")]
    body: Json = {"metrics": [*names, "count_scores__tone", "number_of_requests"], "group_by": ["model"]}
    rows = scored.post(METRICS, json=body).json()["results"]
    assert [[row[name] for name in body["metrics"]] for row in rows] == [[1.5, 0, 3, 4, 2, 5], [2, 0.5, 3.5, 4, 1, 5]]
    by_score = {"metrics": ["number_of_requests", "avg_scores__quality"], "group_by": ["scores__passed"],
                "sort_by": "-number_of_requests", "interval": "day"}  # fmt: skip
    rows = scored.post(METRICS, json=by_score).json()["results"]
    found = {row["group"]["scores__passed"]: (row["number_of_requests"], row["avg_scores__quality"]) for row in rows}
    assert found == {None: (8, 2.0), "true": (1, None), "false": (1, 0.0)}
    groups = scored.get("/api/request-logs/groups/", params={"group_by": "scores__tone"}).json()
    assert (groups["count"], len(groups["results"])) == (4, 4)
    wrong = scored.post(METRICS, json={"metrics": ["avgg_scores__quality"]})
    assert "unknown metric 'avgg_scores__quality'" in refusal(wrong, 400)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"numerical_value": 1}, "evaluator_id: a score needs an evaluator; send evaluator_id or evaluator_slug"),
        ({"evaluator_id": "e"}, "A score needs a value; send one of numerical_value, boolean_value, "
         "categorical_value, string_value, json_value, comments"),
        ({"evaluator_id": "e", "numerical_value": "4"}, 'numerical_value: expected a number, received: "4"'),
        ({"evaluator_id": "e", "boolean_value": 1}, "boolean_value: expected true or false, received: 1"),
        ({"evaluator_id": "e", "categorical_value": [1]},
         "categorical_value: expected an array of at most 100 strings, received: [1]"),
        ({"evaluator_id": "", "numerical_value": 1},
         'evaluator_id: expected a text of 1 to 200 printable characters, received: ""'),
        ({"evaluator_id": "e", "numerical_valu": 1}, "numerical_valu: unknown field of a score (did you mean "
         "numerical_value?); known: evaluator_id, evaluator_slug, evaluator_name, numerical_value, boolean_value, "
         "categorical_value, string_value, json_value, comments, is_passed, cost, type, reasoning, metadata, "
         "dataset_id, id, created_at, environment, log_id"),
        ({"evaluator_id": "e", "numerical_value": 1, "log_id": _MISSING}, "log_id: the path names the log "),
    ],
)  # fmt: skip
def test_a_wrong_score_is_refused(own_api: httpx.Client, body: Json, expected: str) -> None:
    """A 400 that names the field, what came and what was expected; nothing is kept."""
    [log_id] = _logs(own_api, 1)
    assert refusal(own_api.post(f"/api/logs/{log_id}/scores/", json=body), 400).startswith(expected)
    assert read(own_api, log_id)["scores"] == {}


def test_numbers_that_are_none_are_refused(own_api: httpx.Client) -> None:
    """A number beyond what can be summed is a 400."""
    [log_id] = _logs(own_api, 1)
    for number in (b"1e400", b"-1e301"):
        answer = post_text(own_api, b'{"evaluator_id":"e","numerical_value":%b}' % number, f"/api/logs/{log_id}/scores")
        assert refusal(answer, 400) == f"numerical_value: expected a number, received: {number.decode()}"


def test_a_score_is_its_projects_alone(scored: httpx.Client, own_api: httpx.Client) -> None:
    """Another project cannot see, change or take back a score, nor score the log; a change names no other log."""
    score = scored.get(SCORES).json()["results"][0]
    log_id, path = score["log_id"], f"{SCORES}{score['id']}/"
    assert refusal(own_api.get(path), 404) == "Score not found"
    assert refusal(own_api.patch(path, json={"comments": "x"}), 404) == "Score not found"
    assert refusal(own_api.delete(path), 404) == "Score not found"
    body = {"evaluator_id": "e", "boolean_value": True}
    assert refusal(own_api.post(f"/api/logs/{log_id}/scores/", json=body), 404) == "Log not found"
    assert refusal(own_api.get(f"/api/logs/{log_id}/scores/"), 404) == "Log not found"
    assert refusal(scored.get(f"/api/logs/{_MISSING}/scores/{score['id']}"), 404) == "Score not found"
    assert own_api.get(SCORES).json()["count"] == own_api.get(f"{SCORES}?log_id={log_id}").json()["count"] == 0
    changed = scored.patch(path, json={"evaluator_slug": "other"})
    assert refusal(changed, 400) == "evaluator_slug: cannot be changed from 'tone' to 'other'; make another score"


def test_scores_are_listed_in_pages(scored: httpx.Client) -> None:
    """Each once, the newest first; of one evaluator or log, if the query string says so."""
    address, found, page = f"{SCORES}?page_size=5&all_envs=true", [], Json()
    while address:
        page = scored.get(address).json()
        found += [score["id"] for score in page["results"]]
        address = page["next"]
    assert len(set(found)) == len(found) == page["count"] == 13
    of_one = scored.get(f"{SCORES}?evaluator_id=tone").json()
    assert (of_one["count"], of_one["results"][0]["comments"]) == (3, "angry")
    assert scored.get(f"{SCORES}?environment=test").json()["count"] == 0
    assert refusal(scored.get(f"{SCORES}?evaluator=tone"), 400).startswith("evaluator: unknown parameter (did you mean")
