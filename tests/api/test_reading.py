"""Reading back: one log, pages of logs, their order, times and environments, right after the acknowledgement."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.calls import (
    BATCH,
    CREATE,
    LIST,
    LOGS,
    Json,
    create,
    listed_ids,
    make_key,
    new_project_key,
    read,
    refusal,
)
from tests.server import Server

_DAY = "2026-03-{:02}T10:00:00Z"
_SORTED = (
    "id, timestamp, cost, time_to_first_token, latency, prompt_tokens, completion_tokens, all_tokens, "
    "total_request_tokens, tokens_per_second, scores__<evaluator>"
)
_KNOWN = "all_envs, cursor, end_time, environment, filters, is_test, operator, page, page_size, sort_by, start_time"


@pytest.fixture(scope="module")
def week_key(server: Server) -> str:
    """A key to a project with seven logs, one a day from 2026-03-01 on, sent in a mixed order."""
    key = new_project_key(server)
    with server.client(key) as client:
        logs = [{"model": f"day-{day}", "timestamp": _DAY.format(day)} for day in (3, 1, 7, 2, 6, 4, 5)]
        client.post(BATCH, json={"logs": logs}).raise_for_status()
    return key


@pytest.fixture
def week(server: Server, week_key: str) -> Iterator[httpx.Client]:
    """A client that sees those seven logs only."""
    with server.client(week_key) as client:
        yield client


def _days(client: httpx.Client, **query: Any) -> list[int]:
    response = client.get(LIST, params=query)
    assert response.status_code == 200, response.text
    return [int(log["model"].removeprefix("day-")) for log in response.json()["results"]]


def test_what_was_acknowledged_is_read_by_the_next_request(api: httpx.Client) -> None:
    """Every acknowledged log is there for the very next request, by its id and as the newest of the list."""
    for number in range(30):
        log_id = create(api, {"model": f"fresh-{number}"})
        assert read(api, log_id)["model"] == f"fresh-{number}"


def test_what_was_acknowledged_is_listed_by_the_next_request(server: Server) -> None:
    """The list, too, holds every acknowledged log at once, the newest first."""
    with server.client(new_project_key(server)) as client:
        sent: list[str] = []
        for _ in range(20):
            sent.insert(0, create(client, {}))
            assert listed_ids(client) == sent


@pytest.mark.parametrize(
    "log_id", [uuid.uuid4().hex, str(uuid.uuid4()), "nope", "0", "a" * 33, "Log%20not", "%F0%9F%98%80"]
)
def test_an_unknown_id_is_not_found(api: httpx.Client, log_id: str) -> None:
    """An id that no log has, or that is no id, is a 404 with the documented text."""
    assert refusal(api.get(f"{LOGS}{log_id}/"), 404) == "Log not found"


def test_a_log_of_another_project_is_not_found(api: httpx.Client, other_api: httpx.Client) -> None:
    """Another project's log answers as one that does not exist, in either direction."""
    own, theirs = create(api, {}), create(other_api, {})
    assert refusal(api.get(f"{LOGS}{theirs}/"), 404) == "Log not found"
    assert refusal(other_api.get(f"{LOGS}{own}/"), 404) == "Log not found"


def test_a_log_of_another_environment_of_the_project_is_read_by_its_id(server: Server, api: httpx.Client) -> None:
    """An id is enough to read a log of the project, whichever environment it is from."""
    with server.client(make_key(server, environment="test")) as test_client:
        log_id = create(test_client, {"environment": "prod"})
    assert read(api, log_id)["environment"] == "test"


def test_the_list_is_newest_first(week: httpx.Client) -> None:
    """Without a wish the newest log comes first, whatever order they were sent in."""
    assert _days(week) == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("sort", ["-id", "-timestamp", "id", "timestamp", ""])
def test_sort_by_turns_the_order(week: httpx.Client, sort: str) -> None:
    """`id` and `timestamp` list the oldest first, and with a minus the newest."""
    newest_first = [7, 6, 5, 4, 3, 2, 1]
    assert _days(week, sort_by=sort) == (newest_first[::-1] if sort in ("id", "timestamp") else newest_first)


def test_a_listed_log_is_the_log_read_by_id(week: httpx.Client) -> None:
    """The list and the read by id show the same."""
    listed = week.get(LIST, params={"page_size": 1}).json()["results"][0]
    assert listed == read(week, listed["id"])


def test_pages_follow_each_other_to_the_last_and_past_it(week: httpx.Client) -> None:
    """Each page holds the next logs, and past the last page there are none, which is no error."""
    pages = [_days(week, page_size=3, page=number) for number in range(1, 6)]
    assert pages == [[7, 6, 5], [4, 3, 2], [1], [], []]
    answer = week.get(LIST, params={"page_size": 3, "page": 2**40}).json()
    assert (answer["results"], answer["count"], answer["next"]) == ([], 7, None)


@pytest.mark.parametrize("path", [LIST, LOGS, "/request-logs/list", "/api/request-logs"])
def test_the_links_lead_through_all_pages_and_back(server: Server, week: httpx.Client, path: str) -> None:
    """`next` and `previous` are addresses on the caller's own host that keep what was asked for."""
    address: str | None = f"{server.url}{path}?page_size=3&sort_by=id&end_time={_DAY.format(6)}"
    there: list[list[str]] = []
    last = ""
    while address:
        answer = week.get(address).json()
        there.append([log["model"] for log in answer["results"]])
        last, address = address, answer["next"]
        assert answer["count"] == 6
        assert address is None or address.startswith(f"{server.url}{path}?")
    assert there == [["day-1", "day-2", "day-3"], ["day-4", "day-5", "day-6"]]
    first = week.get(week.get(last).json()["previous"]).json()
    assert ([log["model"] for log in first["results"]], first["previous"]) == (there[0], None)


def test_links_are_on_the_host_that_a_proxy_names(week: httpx.Client) -> None:
    """Behind a proxy the links carry the address that the client used."""
    headers = {"X-Forwarded-Host": "logs.example.org", "X-Forwarded-Proto": "https"}
    answer = week.get(LIST, params={"page_size": 3}, headers=headers).json()
    assert answer["next"] == "https://logs.example.org/api/request-logs/list/?page_size=3&page=2"


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"start_time": _DAY.format(6)}, [7, 6]),
        ({"end_time": _DAY.format(2)}, [2, 1]),
        ({"start_time": _DAY.format(3), "end_time": _DAY.format(5)}, [5, 4, 3]),
        ({"start_time": "2026-03-06T12:00:00+02:00"}, [7, 6]),
        ({"start_time": "2026-03-06T12:00:00.000001+02:00"}, [7]),
        ({"start_time": "1772877600"}, [7]),
        ({"start_time": "1772877600000"}, [7]),
        ({"end_time": "2026-03-02"}, [1]),
        ({"start_time": "2030-01-01"}, []),
        ({"start_time": _DAY.format(5), "end_time": _DAY.format(4)}, []),
        ({"start_time": "", "end_time": ""}, [7, 6, 5, 4, 3, 2, 1]),
        ({"start_time": "0001-01-01", "end_time": "9999-12-31"}, [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_times_bound_the_list(week: httpx.Client, query: Json, days: list[int]) -> None:
    """start_time and end_time, in any form of a time and both inclusive, bound the list and its count."""
    assert _days(week, **query) == days
    assert week.get(LIST, params=query).json()["count"] == len(days)


def test_the_body_of_a_list_request_counts_and_the_query_wins(week: httpx.Client) -> None:
    """POST list reads the same parameters from its body; what the query string says too comes first."""
    answer = week.post(LIST, json={"page_size": 2, "page": 2, "sort_by": "id", "end_time": None}).json()
    assert [log["model"] for log in answer["results"]] == ["day-3", "day-4"]
    answer = week.post(LIST, params={"page": 1}, json={"page_size": 2, "page": 2}).json()
    assert [log["model"] for log in answer["results"]] == ["day-7", "day-6"]
    answer = week.post(LIST, content=b'{"page_size": 3.0, "page": 3}', headers={"Content-Type": "application/json"})
    assert [log["model"] for log in answer.json()["results"]] == ["day-1"]
    assert week.post(LIST).json()["count"] == 7


def test_what_other_clients_send_along_is_accepted(week: httpx.Client) -> None:
    """Parameters that change nothing in this version, but that clients send, are no error."""
    body = {"filters": {}, "exporting": False, "operator": "AND"}
    response = week.post(LIST, params={"fetch_filters": "false", "include_fields": "id,model"}, json=body)
    assert (response.status_code, response.json()["count"]) == (200, 7)


@pytest.fixture(scope="module")
def two_environments(server: Server) -> dict[str, str]:
    """Keys to one project's prod and test environments, each with one log named after it."""
    keys = {
        "prod": make_key(server, "--new-project", project="two-environments"),
        "test": make_key(server, project="two-environments", environment="test"),
    }
    for name, key in keys.items():
        with server.client(key) as client:
            create(client, {"model": name})
    return keys


@pytest.mark.parametrize(
    ("query", "of_prod", "of_test"),
    [
        ({}, ["prod"], ["test"]),
        ({"environment": "prod"}, ["prod"], ["prod"]),
        ({"environment": "test"}, ["test"], ["test"]),
        ({"all_envs": "true"}, ["test", "prod"], ["test", "prod"]),
        ({"all_envs": "true", "environment": "test"}, ["test", "prod"], ["test", "prod"]),
        ({"all_envs": "false"}, ["prod"], ["test"]),
        ({"is_test": "true"}, ["test"], ["test"]),
        ({"is_test": "False", "all_envs": "true"}, ["prod"], ["prod"]),
    ],
)
def test_a_list_shows_the_keys_environment_unless_asked(
    server: Server, two_environments: dict[str, str], query: Json, of_prod: list[str], of_test: list[str]
) -> None:
    """A key lists its own environment; is_test beats all_envs, which beats environment."""
    for name, expected in (("prod", of_prod), ("test", of_test)):
        with server.client(two_environments[name]) as client:
            answer = client.get(LIST, params=query).json()
        assert [log["model"] for log in answer["results"]] == expected
        assert answer["count"] == len(expected)


_WHOLE = "expected a whole number from 1 to"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("page=0", f"page: {_WHOLE} 1,099,511,627,776, received: 0"),
        ("page=-1", f"page: {_WHOLE} 1,099,511,627,776, received: -1"),
        ("page=1.5", f"page: {_WHOLE} 1,099,511,627,776, received: 1.5"),
        ("page=1_0", f"page: {_WHOLE} 1,099,511,627,776, received: 1_0"),
        ("page=1099511627777", f"page: {_WHOLE} 1,099,511,627,776, received: 1099511627777"),
        ("page", f"page: {_WHOLE} 1,099,511,627,776, received: "),
        ("page_size=0", f"page_size: {_WHOLE} 1,000, received: 0"),
        ("page_size=1001", f"page_size: {_WHOLE} 1,000, received: 1001"),
        ("page_size=many", f"page_size: {_WHOLE} 1,000, received: many"),
        ("sort_by=model", f"sort_by: expected one of {_SORTED}, or one of them after a -, received: model"),
        ("start_time=soon", "start_time: expected a time as ISO 8601 or an epoch, received: soon"),
        ("end_time=nan", "end_time: expected a time as ISO 8601 or an epoch, received: nan"),
        ("environment=staging", "environment: expected prod or test, received: staging"),
        ("is_test=maybe", "is_test: expected true or false, received: maybe"),
        ("all_envs=1", "all_envs: expected true or false, received: 1"),
        ("pge=2", f"pge: unknown parameter (did you mean page?); this route reads {_KNOWN}"),
        ("page_sise=2", f"page_sise: unknown parameter (did you mean page_size?); this route reads {_KNOWN}"),
        ("starttime=2", f"starttime: unknown parameter (did you mean start_time?); this route reads {_KNOWN}"),
        ("limit=2", f"limit: unknown parameter; this route reads {_KNOWN}"),
    ],
)
def test_a_wrong_parameter_of_a_list_is_refused(api: httpx.Client, query: str, expected: str) -> None:
    """A list's parameter that is unknown or wrong is a 400 naming it, what was expected, and the near name."""
    assert refusal(api.get(f"{LIST}?{query}"), 400) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"page": 1' + b"0" * 400 + b"}", f"page: {_WHOLE} 1,099,511,627,776, received: 1" + "0" * 79),
        (b'{"page": 1' + b"0" * 5_000 + b"}", "page: the number is out of range, received: 1" + "0" * 79),
        (b'{"page": true}', f"page: {_WHOLE} 1,099,511,627,776, received: True"),
        (b'{"start_time": 1' + b"0" * 400 + b"}",
         "start_time: expected a time as ISO 8601 or an epoch, received: 1" + "0" * 79),
        (b'{"start_time": [1]}', "start_time: expected a time as ISO 8601 or an epoch, received: [1]"),
        (b'{"environment": {"a": 1}}', "environment: expected prod or test, received: {'a': 1}"),
        (b'{"pge": 1}', f"pge: unknown parameter (did you mean page?); this route reads {_KNOWN}"),
        (b"[]", "Invalid request format: expected `object`, got `array`"),
        (b"{", "The body is not valid JSON: input data was truncated"),
    ],
)  # fmt: skip
def test_a_wrong_body_of_a_list_is_refused(api: httpx.Client, body: bytes, expected: str) -> None:
    """Likewise in the body of a list request, with numbers however large."""
    assert refusal(api.post(LIST, content=body, headers={"Content-Type": "application/json"}), 400) == expected


@pytest.mark.parametrize("size", [1, 1_000])
def test_the_bounds_of_page_size_are_allowed(week: httpx.Client, size: int) -> None:
    """A page holds from one log to a thousand."""
    assert len(_days(week, page_size=size)) == min(size, 7)


def test_a_page_holds_a_hundred_logs_by_default(server: Server) -> None:
    """Without a page_size a page holds 100 logs."""
    with server.client(new_project_key(server)) as client:
        client.post(CREATE, json=[{}] * 101).raise_for_status()
        answer = client.get(LIST).json()
    assert (len(answer["results"]), answer["count"]) == (100, 101)
