"""Groups, threads, traces and top lists over HTTP: they add up to the summary, page by page."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from tests.api.calls import BATCH, new_project_key, refusal
from tests.server import Server

GROUPS: Final = "/api/request-logs/groups/"
THREADS: Final = "/api/log_threads/"
TRACES: Final = "/api/traces/list/"
_exactly = msgspec.json.Decoder(float_hook=Decimal).decode
_LOGS: Final = [
    {
        "model": ["gpt-4o", "gpt-4o-mini"][number % 2],
        "prompt_tokens": number + 1,
        "completion_tokens": 10,
        "timestamp": f"2026-10-25T{number:02}:30:00Z",
        "start_time": f"2026-10-25T{number:02}:29:50Z",
        "customer_identifier": f"customer-{number % 3}" if number % 4 else "",
        "thread_identifier": f"thread-{number % 5}" if number < 10 else "",
        "trace_unique_id": f"trace-{number // 4}",
        "span_unique_id": f"span-{number}",
        "span_parent_id": "" if number % 4 == 0 else f"span-{number - 1}",
        "customer_name": f"Name {number}",
        "input": "said",
        "metadata": {"n": number},
        "span_name": f"step {number % 4}",
        "status_code": 500 if number == 5 else 200,
    }
    for number in range(12)
]


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of a project with twelve logs in three traces."""
    with server.client(new_project_key(server)) as made:
        made.post(BATCH, json={"logs": _LOGS}).raise_for_status()
        yield made


def _pages(client: httpx.Client, path: str, body: dict[str, Any]) -> list[Any]:
    """Return what is on all pages, of two each."""
    found: list[Any] = []
    page, address = {}, f"{path}?page_size=2"
    while address:
        answer = client.post(address, json=body)
        assert answer.status_code == 200, answer.text
        page = _exactly(answer.content)
        found += page["results"]
        address = page["next"]
    assert page["count"] == len(found)
    return found


@pytest.mark.parametrize(
    "group_by", ["model", "customer_identifier", "trace", "thread", "model,customer_identifier", "metadata__none"]
)
def test_the_groups_of_all_pages_add_up_to_the_summary(client: httpx.Client, group_by: str) -> None:
    """To the last digit, whatever they are grouped by: what is absent is a group, too."""
    groups = _pages(client, GROUPS, {"group_by": group_by})
    summary = _exactly(client.get("/api/request-logs/summary/").content)
    for name in ("number_of_requests", "total_cost", "total_tokens", "error_count"):
        assert sum(group[name] for group in groups) == summary[name]
    names = group_by.split(",")
    assert len({tuple(group[name] for name in names) for group in groups}) == len(groups)


def test_threads_are_counted_and_filtered(client: httpx.Client) -> None:
    """Each thread with its environment and how many logs it has, last active first."""
    expected = Counter(log["thread_identifier"] for log in _LOGS if log["thread_identifier"])
    threads = _pages(client, THREADS, {})
    assert {thread["thread_identifier"]: thread["log_count"] for thread in threads} == expected
    assert [thread["thread_identifier"] for thread in threads] == [f"thread-{number}" for number in (4, 3, 2, 1, 0)]
    assert {thread["environment"] for thread in threads} == {"prod"}
    filters = {"thread_identifier": {"operator": "", "value": ["thread-2"]}}
    answer = client.post(THREADS, json={"filters": filters}).json()
    assert [thread["log_count"] for thread in answer["results"]] == [2]
    assert answer["current_filters"] == filters


def test_traces_are_listed_with_totals_of_their_spans(client: httpx.Client) -> None:
    """Newest first; the name is the root's, the customer the first that a span names."""
    traces = _pages(client, TRACES, {})
    assert [trace["id"] for trace in traces] == ["trace-2", "trace-1", "trace-0"]
    assert [trace["total_tokens"] for trace in traces] == [82, 66, 50]
    assert [trace["error_count"] for trace in traces] == [0, 1, 0]
    first = traces[-1]
    assert (first["name"], first["root_span_unique_id"], first["span_count"]) == ("step 0", "span-0", 4)
    assert (first["customer_identifier"], first["start_time"]) == ("customer-1", "2026-10-25T00:29:50.000000Z")
    assert first["duration"] == 3 * 3600 + 10
    for sort, expected in (("-error_count", "trace-1"), ("total_tokens", "trace-0"), ("-total_cost", "trace-2")):
        assert client.get(TRACES, params={"sort_by": sort}).json()["results"][0]["id"] == expected


def test_top_lists_have_the_most_first(client: httpx.Client) -> None:
    """What has no value is in no top list."""
    users = client.get("/api/dashboard/top-users/", params={"sort_by": "-error_count"}).json()["results"]
    assert [user["customer_identifier"] for user in users] == ["customer-2", "customer-0", "customer-1"]
    keys = client.get("/api/dashboard/top-keys").json()["results"]
    assert [key["number_of_requests"] for key in keys] == [12]
    for name, count in (("models", 2), ("providers", 0), ("prompts", 0), ("deployments", 0)):
        assert client.get(f"/api/dashboard/top-{name}").json()["count"] == count


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (GROUPS, {}, "group_by: expected a field, or several, received: None"),
        (GROUPS, {"group_by": "modle"},
         "group_by: unknown field 'modle' (did you mean model?); a value of the metadata is metadata__<key>"),
        (GROUPS, {"group_by": "timestamp"}, "group_by: timestamp cannot be grouped by"),
        (THREADS, {"sort_by": "-log_cuont"},
         "sort_by: expected one of log_count, total_cost, total_tokens, first_seen, last_seen, or one of them after "
         "a -, received: -log_cuont (did you mean log_count?)"),
        (TRACES, {"page_size": 1_001}, "page_size: expected a whole number from 1 to 1,000, received: 1001"),
    ],
)  # fmt: skip
def test_a_wrong_list_of_groups_is_refused(
    client: httpx.Client, path: str, body: dict[str, Any], expected: str
) -> None:
    """A 400 that names the parameter, what came and what was expected."""
    assert refusal(client.post(path, json=body), 400) == expected


def test_groups_show_the_keys_project_alone(server: Server) -> None:
    """Another project's logs are in no list."""
    with server.client(new_project_key(server)) as other:
        for path in (f"{GROUPS}?group_by=model", THREADS, TRACES, "/api/users/list/", "/api/dashboard/top-models/"):
            assert other.get(path).json()["results"] == []


def test_one_trace_is_a_tree_with_totals(client: httpx.Client) -> None:
    """Its spans under their parents, and the totals that the list shows."""
    answer = client.get("/api/traces/trace-1/")
    assert answer.status_code == 200, answer.text
    trace = answer.json()
    [listed] = [each for each in client.get(TRACES).json()["results"] if each["id"] == "trace-1"]
    assert {name: trace[name] for name in listed} == listed
    names, level = [], trace["span_tree"]
    while level:
        [span] = level
        names.append((span["span_unique_id"], span["status"], span["input"], span["metadata"]))
        level = span["children"]
    assert names == [
        (f"span-{number}", "failed" if number == 5 else "success", "said", {"n": number}) for number in range(4, 8)
    ]
    assert (trace["truncated"], trace["blurred"]) == (False, False)
    assert refusal(client.get("/api/traces/trace-9/"), 404) == "Trace not found"


def test_a_large_trace_comes_with_limits_that_it_states(tmp_path: Path) -> None:
    """Past page_bytes_max spans come without bodies, past trace_spans_max not at all, and it says so."""
    limits: dict[str, Any] = {"page_bytes_max": 3_000, "trace_spans_max": 30, "flush_seconds": 0.05}
    with Server(tmp_path / "data", **limits) as own, own.client() as client:
        logs = [
            {"trace_unique_id": "t", "span_unique_id": f"s{n}", "span_parent_id": f"s{n - 1}", "input": "x" * 200}
            for n in range(40)
        ]
        client.post(BATCH, json={"logs": logs}).raise_for_status()
        trace = client.get("/api/traces/t").json()
    spans, level = [], trace["span_tree"]
    while level:
        spans += level
        level = [child for span in level for child in span["children"]]
    assert (trace["truncated"], trace["blurred"], trace["span_count"], len(spans)) == (True, True, 40, 30)
    assert 0 < sum(not span["blurred"] for span in spans) < 30
    assert all(bool(span["input"]) != span["blurred"] for span in spans)


def test_customers_are_listed_with_figures(client: httpx.Client) -> None:
    """The last one seen first comes first; name as it was last said; one customer is the list's."""
    users = _pages(client, "/api/users/list/", {})
    assert [user["customer_identifier"] for user in users] == ["customer-0", "customer-2", "customer-1"]
    assert [user["name"] for user in users] == ["Name 9", "Name 11", "Name 10"]
    assert [user["number_of_requests"] for user in users] == [3, 3, 3]
    assert [user["error_count"] for user in users] == [0, 1, 0]
    assert {(user["environment"], user["active_days"], user["total_tokens"]) for user in users} == {("prod", 1, 51)}
    assert users[0]["first_seen"] == "2026-10-25T03:30:00.000000Z"
    assert users[0]["last_active_timeframe"] == "2026-10-25T09:30:00.000000Z"
    one = _exactly(client.get("/api/users/customer-2/").content)
    assert one.items() >= users[1].items()
    assert client.get("/api/users/").json()["count"] == 3
    assert _exactly(client.get("/api/user/detail/customer-2").content) == one
    assert refusal(client.get("/api/users/nobody/"), 404) == (
        "There is no log of a customer 'nobody' in this project and environment"
    )
