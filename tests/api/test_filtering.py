"""Filters over HTTP: in the body, in the query string, and what is refused; totals agree with the list."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import httpx
import msgspec
import pytest

from tests.api.calls import BATCH, LIST, Json, make_key, new_project_key, refusal
from tests.server import Server

SUMMARY: Final = "/api/request-logs/summary/"
METRICS: Final = "/api/metrics/query/"
_MODELS: Final = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"]
_exactly = msgspec.json.Decoder(float_hook=Decimal).decode


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key to a project with twelve logs, one an hour from midnight on, named 0 to 11 by their prompt's tokens."""
    key = new_project_key(server)
    with server.client(key) as client:
        logs = [
            {
                "model": _MODELS[number % 3],
                "prompt_tokens": number,
                "completion_tokens": 10,
                "latency": number / 10,
                "timestamp": f"2026-10-25T{number:02}:30:00Z",
                "customer_identifier": f"customer-{number % 4}",
                "status_code": 500 if number == 5 else 200,
                "metadata": {"plan": "pro" if number % 2 else "free", "page": number},
                "temperature": 0.5 if number < 3 else None,
                "span_workflow_name": "checkout.v2",
            }
            for number in range(12)
        ]
        client.post(BATCH, json={"logs": logs}).raise_for_status()
    return key


@pytest.fixture
def twelve(server: Server, key: str) -> Iterator[httpx.Client]:
    """A client that sees those twelve logs only."""
    with server.client(key) as client:
        yield client


def _listed(client: httpx.Client, filters: Json | None = None, **query: Any) -> list[int]:
    """Return which logs are listed, oldest first; the count must be theirs."""
    body = {"filters": filters} if filters is not None else {}
    answer = client.post(LIST, json=body, params={"sort_by": "id", **query})
    assert answer.status_code == 200, answer.text
    numbers = [log["prompt_tokens"] for log in answer.json()["results"]]
    assert answer.json()["count"] == len(numbers)
    return numbers


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, list(range(12))),
        ({"model": {"operator": "", "value": ["gpt-4o"]}}, [0, 3, 6, 9]),
        ({"model": {"value": "gpt-4o"}}, [0, 3, 6, 9]),
        ({"model": {"operator": "in", "value": ["gpt-4o", "gpt-4o-mini"]},
          "prompt_tokens": {"operator": "lt", "value": [4]}}, [0, 1, 3]),
        ({"prompt_tokens": [{"operator": "gte", "value": [3]}, {"operator": "lt", "value": [5]}]}, [3, 4]),
        ({"prompt_tokens": [{"operator": "lt", "value": [1]}, {"operator": "gt", "value": [10], "connector": "OR"}]},
         [0, 11]),
        ({"model": {"operator": "startswith", "value": ["claude"]},
          "status_code": {"operator": "not", "value": [200], "connector": "OR"},
          "prompt_tokens": {"operator": "gt", "value": [4]}}, [5, 8, 11]),
        ({"model": {"operator": "startswith", "value": ["claude"]},
          "both": {"connector": "OR", "filter_params": {"status_code": {"operator": "not", "value": [200]},
                                                        "prompt_tokens": {"operator": "gt", "value": [4]}}}},
         [2, 5, 8, 11]),
        ({"metadata__plan": {"operator": "not", "value": ["pro"]}, "latency": {"operator": "lte", "value": [0.4]}},
         [0, 2, 4]),
        ({"metadata__missing": {"operator": "not", "value": ["x"]}}, []),
        ({"metadata__page": {"operator": "", "value": [7]}}, [7]),
        ({"metadata": {"operator_function": "mapContainsKey", "operator_args": ["page"]},
          "failed": {"value": [True]}}, [5]),
        ({"timestamp": {"operator": "gte", "value": ["2026-10-25T12:30:00+02:00"]}}, [10, 11]),
        ({"temperature": {"operator": "not_empty", "value": [""]}}, [0, 1, 2]),
        ({"span_workflow_name": {"operator": "", "value": ["checkout.v2"]}, "status": {"value": ["failed"]}}, [5]),
        ({"total_tokens": {"operator": "gt", "value": [20]}}, [11]),
        ({"usage_details__output": {"operator": "lt", "value": [10]}}, []),
        ({"model": None, "environment": {"value": ["prod"]}, "prompt_tokens": {"value": 2}}, [2]),
    ],
)  # fmt: skip
def test_filters_of_a_body_choose_logs(twelve: httpx.Client, filters: Json, expected: list[int]) -> None:
    """One condition a field or several, AND and OR from left to right, bundles; list and count are of the same logs."""
    assert _listed(twelve, filters) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"model": "gpt-4o"}, [0, 3, 6, 9]),
        ({"model": ["gpt-4o", "claude-sonnet-4-5"], "customer_identifier": "customer-0"}, [0, 8]),
        ({"status_code": "500"}, [5]),
        ({"latency[value]": "1", "latency[operator]": "gte"}, [10, 11]),
        ({"plan": "pro", "customer_identifier": "customer-1"}, [1, 5, 9]),
        ({"metadata__page": "7"}, [7]),
        ({"status_code[value]": "500", "metadata__page[value]": "3", "metadata__page[connector]": "OR"}, [3, 5]),
        ({"temperature[operator]": "not_empty"}, [0, 1, 2]),
        ({"log_type": "chat", "prompt_tokens": 3}, [3]),
    ],
)  # fmt: skip
def test_filters_of_a_query_string_choose_logs(twelve: httpx.Client, query: Json, expected: list[int]) -> None:
    """?field=value, with operator and connector in brackets; a name that is no field is a key of the metadata."""
    assert _listed(twelve, **query) == expected
    listed = twelve.get(LIST, params={"sort_by": "id", **query}).json()
    assert [log["prompt_tokens"] for log in listed["results"]] == expected


def test_filters_of_body_and_query_string_must_both_hold_and_are_told(twelve: httpx.Client) -> None:
    """current_filters shows what was applied, in the API's own form."""
    filters = {"model": {"operator": "startswith", "value": ["gpt"]}}
    answer = twelve.post(LIST, json={"filters": filters}, params={"status_code": 500}).json()
    assert [log["prompt_tokens"] for log in answer["results"]] == []
    assert answer["current_filters"] == {
        **filters,
        "status_code": {"operator": "", "value": ["500"], "connector": "AND"},
    }


def test_operator_joins_conditions_that_do_not_say_how(twelve: httpx.Client) -> None:
    """The body's `operator: OR` holds for conditions without a connector of their own."""
    filters = {"prompt_tokens": {"value": [1]}, "status_code": {"value": [500]}}
    for operator, expected in (("OR", [1, 5]), ("AND", [])):
        answer = twelve.post(LIST, json={"filters": filters, "operator": operator, "sort_by": "id"}).json()
        assert [log["prompt_tokens"] for log in answer["results"]] == expected


def test_the_links_of_a_page_keep_its_filters(twelve: httpx.Client) -> None:
    """The next page of a filtered list is filtered, too."""
    first = twelve.get(LIST, params={"model": "gpt-4o", "note[operator]": "empty", "page_size": 3}).json()
    second = twelve.get(first["next"]).json()
    assert [log["prompt_tokens"] for log in first["results"] + second["results"]] == [9, 6, 3, 0]
    assert second["next"] is None


def test_a_filtered_list_is_sorted_by_a_figure(twelve: httpx.Client) -> None:
    """sort_by takes the figures of the API, with a minus for the largest first."""
    for sort, expected in (("-cost", [9, 6, 3, 0]), ("latency", [0, 3, 6, 9]), ("-all_tokens", [9, 6, 3, 0])):
        assert _listed(twelve, {"model": {"value": ["gpt-4o"]}}, sort_by=sort) == expected


def test_a_filter_on_the_environment_beats_the_keys_own(server: Server) -> None:
    """A condition on environment sees the environments that it names."""
    keys = {
        "prod": make_key(server, "--new-project", project="filtered-environments"),
        "test": make_key(server, project="filtered-environments", environment="test"),
    }
    for name, key in keys.items():
        with server.client(key) as client:
            client.post(BATCH, json={"logs": [{"model": name}]}).raise_for_status()
    with server.client(keys["prod"]) as client:
        for operator, expected in (("", ["test"]), ("not", ["prod"])):
            filters = {"environment": {"operator": operator, "value": ["test"]}}
            answer = client.post(LIST, json={"filters": filters}).json()
            assert [log["model"] for log in answer["results"]] == expected


_TEXT_OPERATORS = (
    "in, not_in, lt, lte, gt, gte, contains, not_contains, icontains, startswith, not_startswith, endswith, "
    "not_endswith, iexact, ilike, regex, trigram_word_similar, full_text_search, empty, not_empty, isnull"
)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"modle": {"value": ["m"]}},
         "filters.modle: unknown field 'modle' (did you mean model?); a value of the metadata is metadata__<key>"),
        ({"model": {"operator": "containz", "value": ["m"]}},
         "filters.model: unknown operator 'containz' (did you mean contains?); "
         f"model can be asked for {_TEXT_OPERATORS}"),
        ({"latency": {"operator": "contains", "value": [1]}},
         "filters.latency: unknown operator 'contains'; latency can be asked for "
         "in, not_in, lt, lte, gt, gte, empty, not_empty, isnull"),
        ({"model": "m"}, 'filters.model: expected {"operator": "", "value": […]}, received: "m"'),
        ({"model": {"value": []}}, "filters.model: expected at least one value for the operator '', received none"),
        ({"cost": {"operator": "lt", "value": [1, 2]}}, "filters.cost: the operator lt takes one value, received 2"),
        ({"cost": {"value": ["cheap"]}}, "filters.cost.value: expected a number, received: cheap"),
        ({"cost": {"value": [True]}}, "filters.cost.value: expected a number, received: True"),
        ({"timestamp": {"operator": "gt", "value": ["soon"]}},
         "filters.timestamp.value: expected a time as ISO 8601 or an epoch, received: soon"),
        ({"stream": {"value": ["perhaps"]}}, "filters.stream.value: expected true or false, received: perhaps"),
        ({"model": {"value": [{"a": 1}]}}, "filters.model.value: expected a text, received: {'a': 1}"),
        ({"model": {"value": ["m"], "connector": "XOR"}}, "filters.model.connector: expected AND or OR, received: XOR"),
        ({"model": {"value": ["m"], "opertor": ""}},
         "filters.model: unknown key 'opertor' (did you mean operator?); "
         "expected connector, operator, operator_args, operator_function, value"),
        ({"model": {"operator": "ilike", "value": ["m\\"]}},
         "filters.model.value: a pattern must not end in a single backslash, received: m\\"),
        ({"model": {"operator": "regex", "value": ["(a"]}},
         "filters: expected a regular expression that RE2 reads: (a, error: missing ): (a"),
        ({"b": {"filter_params": {"modle": {"value": ["m"]}}}},
         "filters.b.modle: unknown field 'modle' (did you mean model?); a value of the metadata is metadata__<key>"),
        ([{"model": {"value": ["m"]}}], 'filters: expected an object of fields, received: [{"model":{"value":["m"]}}]'),
        ({f"metadata__{number}": {"value": ["m"]} for number in range(101)},
         "filters: more than 100 conditions (filter_conditions_max)"),
        ({"model": {"operator": "contains", "value": ["m"] * 101}},
         "filters: 101 comparisons of text; the limit filter_conditions_max is 100"),
        ({"model": {"operator": "full_text_search", "value": ["a b " * 51]}},
         "filters: 102 comparisons of text; the limit filter_conditions_max is 100"),
        ({"model": {"operator": "trigram_word_similar", "value": ["m" * 1_001]}},
         "filters.model.value: expected at most 1,000 characters, received 1,001"),
        ({"cost": {"value": ["1234567890123456789012345678.0000000000000000000000000000001"]}},
         "filters.cost.value: expected an amount of at most 30 decimals, received: "
         "1234567890123456789012345678.0000000000000000000000000000001"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_refused(twelve: httpx.Client, filters: Any, expected: str) -> None:
    """A 400 that names the field, what came and what was expected, in list, summary and metrics alike."""
    for path in (LIST, SUMMARY, METRICS):
        assert refusal(twelve.post(path, json={"filters": filters}), 400) == expected


def test_filters_over_their_bytes_are_refused(twelve: httpx.Client) -> None:
    """filter_bytes_max bounds the filters of a body and of a query string."""
    filters = {"model": {"value": ["m" * 60_000]}}
    assert "filter_bytes_max" in refusal(twelve.post(LIST, json={"filters": filters}), 413)
    assert "filter_bytes_max" in refusal(twelve.get(LIST, params={"model": "m" * 60_000}), 413)


def test_the_totals_of_list_summary_and_metrics_agree(twelve: httpx.Client) -> None:
    """To the last digit: over all logs, by model, and by day in a zone whose clocks change that day."""
    filters = {"prompt_tokens": {"operator": "gt", "value": [1]}}
    listed = _exactly(twelve.post(LIST, json={"filters": filters}).content)["results"]
    total = sum((log["cost"] for log in listed), Decimal(0))
    summary = _exactly(twelve.post(SUMMARY, json={"filters": filters}).content)
    assert (summary["number_of_requests"], summary["total_cost"]) == (10, total)
    assert summary["total_tokens"] == sum(log["total_request_tokens"] for log in listed)
    assert (summary["total_prompt_tokens"], summary["total_completion_tokens"]) == (65, 100)
    assert float(summary["avg_latency"]) == pytest.approx(0.65)
    assert (summary["avg_ttft"], summary["error_count"], summary["scores"]) == (0, 1, {})
    for parts in ({"group_by": ["model"]}, {"interval": "hour", "time_zone": "Europe/Berlin"}, {}):
        rows = _exactly(twelve.post(METRICS, json={"filters": filters, **parts}).content)["results"]
        assert sum((row["total_cost"] for row in rows), Decimal(0)) == total
        assert sum(row["number_of_requests"] for row in rows) == 10


def test_the_summary_is_asked_by_get_and_with_quick_filters(twelve: httpx.Client) -> None:
    """GET and POST answer the same, with or without the final slash; of no logs everything is 0."""
    by_get = twelve.get(
        "/api/request-logs/summary", params={"model": "gpt-4o", "end_time": "2026-10-25T04:00:00Z"}
    ).json()
    body = {"filters": {"model": {"value": ["gpt-4o"]}}, "end_time": "2026-10-25T04:00:00Z"}
    assert by_get == twelve.post(SUMMARY, json=body).json()
    assert by_get["total_prompt_tokens"] == 3
    nothing = twelve.get(SUMMARY, params={"model": "none"}).json()
    assert {value for name, value in nothing.items() if name != "scores"} == {0}


def test_an_hour_that_a_clock_shows_twice_is_two(twelve: httpx.Client) -> None:
    """On 2026-10-25 Berlin's clocks go back from 3 to 2 at 01:00 UTC."""
    body = {"interval": "hour", "time_zone": "Europe/Berlin", "metrics": ["number_of_requests"], "limit": 3}
    answer = twelve.post(METRICS, json=body).json()
    assert [row["time"] for row in answer["results"]] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]
    assert answer["truncated"] is True


def test_metrics_are_sorted_grouped_and_cut(twelve: httpx.Client) -> None:
    """Rows in the order of a metric, a group's value under its field's name, and truncated says that there are more."""
    body = {"metrics": "total_prompt_tokens,latency_p50", "group_by": "customer_identifier,metadata__plan",
            "sort_by": "-total_prompt_tokens", "limit": 2}  # fmt: skip
    answer = twelve.post(METRICS, json=body).json()
    assert answer["results"] == [
        {"group": {"customer_identifier": "customer-3", "metadata__plan": "pro"}, "total_prompt_tokens": 21,
         "latency_p50": pytest.approx(0.7)},
        {"group": {"customer_identifier": "customer-2", "metadata__plan": "free"}, "total_prompt_tokens": 18,
         "latency_p50": pytest.approx(0.6)},
    ]  # fmt: skip
    assert answer["truncated"] is True


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"metrics": ["total_csot"]},
         "metrics: unknown metric 'total_csot' (did you mean total_cost?); docs/api.md lists them"),
        ({"metrics": {"a": 1}}, "metrics: expected an array of names, received: {'a': 1}"),
        ({"group_by": ["modle"]},
         "group_by: unknown field 'modle' (did you mean model?); a value of the metadata is metadata__<key>"),
        ({"group_by": ["timestamp"]}, "group_by: timestamp cannot be grouped by; send interval for stretches of time"),
        ({"group_by": ["metadata"]}, "group_by: metadata cannot be grouped by; send metadata__<key>"),
        ({"group_by": [f"metadata__{number}" for number in range(9)]},
         "group_by: 9 fields; the limit group_fields_max is 8"),
        ({"interval": "year"}, "interval: expected one of minute, hour, day, week, month, received: year"),
        ({"time_zone": "Europe/Berln"},
         "time_zone: expected a name like Europe/Berlin, received: Europe/Berln (did you mean Europe/Berlin?)"),
        ({"sort_by": "-latency_p50"},
         "sort_by: expected one of metrics (number_of_requests, total_cost, total_tokens), received: -latency_p50"),
        ({"limit": 10_001}, "limit: expected a whole number from 1 to 10,000, received: 10001"),
        ({"page": 1},
         "page: unknown parameter; this route reads all_envs, end_time, environment, filters, group_by, interval, "
         "is_test, limit, metrics, operator, sort_by, start_time, time_zone"),
    ],
)  # fmt: skip
def test_a_wrong_metrics_query_is_refused(twelve: httpx.Client, body: Json, expected: str) -> None:
    """A 400 that names the parameter, what came and what was expected."""
    assert refusal(twelve.post(METRICS, json=body), 400) == expected


def test_figures_need_a_key_that_reads_and_show_its_project_alone(server: Server, key: str) -> None:
    """A key without the scope read is refused; another project's logs are in no figure."""
    with server.client(make_key(server, scopes=("ingest",))) as client:
        for answer in (client.get(SUMMARY), client.post(SUMMARY), client.post(METRICS)):
            refusal(answer, 403)
    with server.client(new_project_key(server)) as client:
        assert client.get(SUMMARY).json()["number_of_requests"] == 0
        assert client.post(METRICS).json()["results"][0]["number_of_requests"] == 0
