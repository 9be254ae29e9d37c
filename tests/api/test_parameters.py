"""Every parameter of the reference page and of its later versions: read back with value and type, or refused."""

from typing import Any

import httpx
import pytest

from tests.api.calls import CREATE, Json, field_refusal, read, refusal, roundtrip

_MESSAGES = [{"role": "user", "content": "Hi"}, {"role": "tool", "tool_call_id": "t-1", "content": "…"}]
_ANSWER = {"role": "assistant", "content": "Hi, how can I assist you today?"}
_CALLS = [{"id": "t-1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
_TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
_CHOICE = {"type": "function", "function": {"name": "f"}}

_REFERENCE_PAGE = [
    ("model", "gpt-4o-mini", "model", "gpt-4o-mini"),
    ("prompt_messages", _MESSAGES, "prompt_messages", _MESSAGES),
    ("completion_message", _ANSWER, "completion_message", _ANSWER),
    ("cost", 0.00042, "cost", 0.00042),
    ("completion_tokens", 16, "completion_tokens", 16),
    ("completion_unit_price", 0.0042, "completion_unit_price", 0.0042),
    ("customer_identifier", "456467", "customer_identifier", "456467"),
    ("error_message", "it broke", "error_message", "it broke"),
    ("full_request", {"temperature": 0.5, "top_p": 0.5}, "full_request", {"temperature": 0.5, "top_p": 0.5}),
    ("generation_time", 1.25, "latency", 1.25),
    ("metadata", {"k": [1, 1.5, True, None, "s", {}]}, "metadata", {"k": [1, 1.5, True, None, "s", {}]}),
    ("prompt_tokens", 8, "prompt_tokens", 8),
    ("prompt_unit_price", 2, "prompt_unit_price", 2),
    ("response_format", {"type": "json_object"}, "response_format", {"type": "json_object"}),
    ("stream", True, "stream", True),
    ("status_code", 429, "status_code", 429),
    ("tools", _TOOLS, "tools", _TOOLS),
    ("tool_choice", _CHOICE, "tool_choice", _CHOICE),
    ("tool_choice", "auto", "tool_choice", "auto"),
    ("ttft", 0.25, "time_to_first_token", 0.25),
    ("warnings", "careful", "warnings", "careful"),
]
_LATER_VERSIONS = [
    ("messages", _MESSAGES, "prompt_messages", _MESSAGES),
    ("completion_messages", [_ANSWER, _ANSWER], "completion_messages", [_ANSWER, _ANSWER]),
    ("input", "what?", "input", "what?"),
    ("output", "that", "output", "that"),
    ("log_type", "embedding", "log_type", "embedding"),
    ("full_response", {"id": "r-1"}, "full_response", {"id": "r-1"}),
    ("tool_calls", _CALLS, "tool_calls", _CALLS),
    ("temperature", 0.7, "temperature", 0.7),
    ("top_p", 0.9, "top_p", 0.9),
    ("frequency_penalty", -0.5, "frequency_penalty", -0.5),
    ("presence_penalty", 0.5, "presence_penalty", 0.5),
    ("stop", ["\n", "END"], "stop", ["\n", "END"]),
    ("stop", "END", "stop", "END"),
    ("max_tokens", 256, "max_tokens", 256),
    ("prompt_name", "greeting", "prompt_name", "greeting"),
    ("prompt_id", "p-1", "prompt_id", "p-1"),
    ("is_custom_prompt", True, "is_custom_prompt", True),
    ("prompt", {"prompt_id": "p"}, "prompt", {"prompt_id": "p"}),
    ("variables", {"name": "Ada"}, "variables", {"name": "Ada"}),
    ("ideal_output", "42", "ideal_output", "42"),
    ("latency", 2.5, "latency", 2.5),
    ("time_to_first_token", 0.5, "time_to_first_token", 0.5),
    ("tokens_per_second", 12.5, "tokens_per_second", 12.5),
    ("timestamp", "2026-03-01T10:00:00.123456Z", "timestamp", "2026-03-01T10:00:00.123456Z"),
    ("start_time", "2026-03-01T10:00:00+02:00", "start_time", "2026-03-01T08:00:00.000000Z"),
    ("total_tokens", 99, "total_request_tokens", 99),
    ("total_request_tokens", 98, "total_request_tokens", 98),
    ("usage", {"prompt_tokens": 3}, "usage", {"prompt_tokens": 3}),
    ("prompt_cache_hit_tokens", 3, "prompt_cache_hit_tokens", 3),
    ("prompt_cache_creation_tokens", 4, "prompt_cache_creation_tokens", 4),
    ("reasoning_tokens", 5, "reasoning_tokens", 5),
    ("status", "error", "status", "failed"),
    ("error_code", "rate_limited", "error_code", "rate_limited"),
    ("customer_params", {"customer_identifier": "c", "name": "n"}, "customer_name", "n"),
    ("customer_email", "a@example.org", "customer_email", "a@example.org"),
    ("customer_name", "Ada", "customer_name", "Ada"),
    ("custom_identifier", "mine", "custom_identifier", "mine"),
    ("group_identifier", "g", "group_identifier", "g"),
    ("thread_identifier", "t", "thread_identifier", "t"),
    ("session_identifier", "s", "session_identifier", "s"),
    ("trace_group_identifier", "tg", "trace_group_identifier", "tg"),
    ("evaluation_identifier", "e", "evaluation_identifier", "e"),
    ("trace_unique_id", "tr", "trace_unique_id", "tr"),
    ("trace_name", "trace", "trace_name", "trace"),
    ("span_unique_id", "sp", "span_unique_id", "sp"),
    ("span_parent_id", "pa", "span_parent_id", "pa"),
    ("span_name", "span", "span_name", "span"),
    ("span_workflow_name", "w.x", "span_workflow_name", "w.x"),
    ("span_path", "a.b", "span_path", "a.b"),
    ("span_handoffs", ["a"], "span_handoffs", ["a"]),
    ("properties", {"n": 1}, "properties", {"n": 1}),
    ("positive_feedback", False, "positive_feedback", False),
    ("note", "a note", "note", "a note"),
    ("category", "cat", "category", "cat"),
    ("provider_id", "openai", "provider_id", "openai"),
    ("deployment_name", "d", "deployment_name", "d"),
    ("log_method", "batch", "log_method", "batch"),
]
_READ_WITHOUT_LOSS = [
    ("customer_identifier", 456467, "customer_identifier", "456467"),
    ("thread_identifier", -1, "thread_identifier", "-1"),
    ("prompt_tokens", "8", "prompt_tokens", 8),
    ("prompt_tokens", 8.0, "prompt_tokens", 8),
    ("cost", "0.25", "cost", 0.25),
    ("latency", "1.5", "latency", 1.5),
    ("stream", "true", "stream", True),
    ("stream", 1, "stream", True),
    ("status_code", "404", "status_code", 404),
    ("response_format", "json_object", "response_format", {"type": "json_object"}),
    ("timestamp", 1_772_359_200, "timestamp", "2026-03-01T10:00:00.000000Z"),
    ("timestamp", 1_772_359_200_250, "timestamp", "2026-03-01T10:00:00.250000Z"),
    ("timestamp", "1772359200.5", "timestamp", "2026-03-01T10:00:00.500000Z"),
    ("timestamp", "March 1st 2026, 10:00 UTC", "timestamp", "2026-03-01T10:00:00.000000Z"),
    ("warnings", {"a": 1}, "warnings", '{"a":1}'),
    ("input", 5, "input", "5"),
    ("input", {"a": 1}, "input", '{"a":1}'),
    ("output", [1.5], "output", "[1.5]"),
]


def _cases(table: list[tuple[str, Any, str, Any]]) -> list[Any]:
    return [pytest.param(*row, id=f"{row[0]}-{type(row[1]).__name__}-{index}") for index, row in enumerate(table)]


@pytest.mark.parametrize(("name", "sent", "column", "expected"), _cases(_REFERENCE_PAGE))
def test_a_parameter_of_the_reference_page_reads_back(
    api: httpx.Client, name: str, sent: Any, column: str, expected: Any
) -> None:
    """Each parameter of the page is read back with its value and its JSON type."""
    _assert_reads_back(api, name, sent, column, expected)


@pytest.mark.parametrize(("name", "sent", "column", "expected"), _cases(_LATER_VERSIONS))
def test_a_parameter_of_a_later_version_reads_back(
    api: httpx.Client, name: str, sent: Any, column: str, expected: Any
) -> None:
    """Each parameter that later versions of the API added is read back with its value and its JSON type."""
    _assert_reads_back(api, name, sent, column, expected)


@pytest.mark.parametrize(("name", "sent", "column", "expected"), _cases(_READ_WITHOUT_LOSS))
def test_a_value_of_another_form_is_read(api: httpx.Client, name: str, sent: Any, column: str, expected: Any) -> None:
    """A value that can be read without loss is read, not refused."""
    _assert_reads_back(api, name, sent, column, expected)


def _assert_reads_back(api: httpx.Client, name: str, sent: Any, column: str, expected: Any) -> None:
    found = roundtrip(api, {name: sent})[column]
    assert found == expected
    if not isinstance(expected, int | float) or isinstance(expected, bool):
        assert type(found) is type(expected)


@pytest.mark.parametrize("held_in", ["keywordsai_params", "respan_params"])
def test_parameters_in_a_holder_count_as_given_at_the_top(api: httpx.Client, held_in: str) -> None:
    """The nested holders' parameters are merged; what stands at the top level wins."""
    held = {"customer_identifier": 7, "model": "held", "mine": 1}
    log = roundtrip(api, {held_in: held, "model": "top"})
    assert (log["customer_identifier"], log["model"], log["mine"]) == ("7", "top", 1)


def test_defaults_of_a_log_without_parameters(api: httpx.Client) -> None:
    """An empty log is a log: every parameter has the page's default."""
    log = roundtrip(api, {})
    expected: Json = {
        "model": "", "prompt_messages": [], "completion_message": None, "cost": None, "completion_tokens": 0,
        "completion_unit_price": None, "customer_identifier": "", "error_message": "", "full_request": {},
        "latency": 0, "metadata": {}, "prompt_tokens": 0, "prompt_unit_price": None, "response_format": None,
        "stream": False, "status_code": 200, "tools": None, "tool_choice": None, "time_to_first_token": 0,
        "warnings": "", "status": "success", "log_type": "chat", "input": "", "output": "",
    }  # fmt: skip
    assert {name: log[name] for name in expected} == expected


def test_null_is_the_same_as_absent(api: httpx.Client) -> None:
    """A null for any parameter leaves its default."""
    names = {row[0] for row in _REFERENCE_PAGE + _LATER_VERSIONS}
    nulls, empty = roundtrip(api, dict.fromkeys(names)), roundtrip(api, {})
    own = {"id", "unique_id", "timestamp", "start_time", "received_at", "size_bytes"}
    assert {name: nulls[name] for name in empty if name not in own} == {
        name: empty[name] for name in empty if name not in own
    }


_TEXT, _WHOLE, _NUMBER, _BOOL = "a valid string", "a valid integer", "a valid number", "a valid boolean"
_EITHER = "a valid string or integer"
_WRONG = [
    ("model", 124, _TEXT, "124"),
    ("model", ["m"], _TEXT, '["m"]'),
    ("prompt_messages", "Hi", "a valid array", '"Hi"'),
    ("prompt_messages", {"role": "user"}, "a valid array", '{"role":"user"}'),
    ("completion_message", [1], "a valid object", "[1]"),
    ("cost", "dear", _NUMBER, '"dear"'),
    ("cost", -1, "an amount in USD of at least 0 and below 10^15", "-1"),
    ("cost", 1e15, "an amount in USD of at least 0 and below 10^15", "1000000000000000.0"),
    ("completion_tokens", "many", _WHOLE, '"many"'),
    ("completion_tokens", 1.5, _WHOLE, "1.5"),
    ("completion_tokens", -1, "an integer >= 0", "-1"),
    ("completion_unit_price", [], _NUMBER, "[]"),
    ("customer_identifier", True, _EITHER, "true"),
    ("customer_identifier", 1.5, _EITHER, "1.5"),
    ("error_message", {}, _TEXT, "{}"),
    ("full_request", "r", "a valid object or array", '"r"'),
    ("generation_time", "slow", _NUMBER, '"slow"'),
    ("metadata", "k=v", "a valid object", '"k=v"'),
    ("metadata", [1], "a valid object", "[1]"),
    ("prompt_tokens", 2**32, "an integer <= 4294967295", "4294967296"),
    ("prompt_unit_price", False, _NUMBER, "false"),
    ("response_format", 1, "a valid object or string", "1"),
    ("stream", "maybe", _BOOL, '"maybe"'),
    ("status_code", "OK", _WHOLE, '"OK"'),
    ("status_code", 1000, "an integer <= 999", "1000"),
    ("tools", {}, "a valid array", "{}"),
    ("tool_choice", 7, "a valid string or object", "7"),
    ("ttft", [], _NUMBER, "[]"),
    ("warnings", 5, "a valid string or object or array", "5"),
    ("timestamp", "soon", "a valid time, as ISO 8601 or an epoch", '"soon"'),
    ("usage", 12, "a valid object", "12"),
    ("keywordsai_params", 12, "a valid object", "12"),
    ("unique_id", [], _EITHER, "[]"),
]


@pytest.mark.parametrize(("name", "sent", "expected", "received"), _WRONG)
def test_a_parameter_of_a_wrong_type_is_refused(
    api: httpx.Client, name: str, sent: Any, expected: str, received: str
) -> None:
    """A known field of a wrong type is a 400 in the documented shape: the field, what was expected, what came."""
    assert refusal(api.post(CREATE, json={name: sent}), 400) == field_refusal(name, expected, received)


def test_all_wrong_parameters_are_named_at_once(api: httpx.Client) -> None:
    """A refusal lists every bad field, one a line."""
    text = refusal(api.post(CREATE, json={"model": 1, "tools": 2, "stream": "x", "note": "fine"}), 400)
    assert text == (
        "Invalid input params: \n"
        "model: Input should be a valid string, received: 1\n"
        'stream: Input should be a valid boolean, received: "x"\n'
        "tools: Input should be a valid array, received: 2\n"
    )


def test_a_long_wrong_value_is_shown_by_its_beginning(api: httpx.Client) -> None:
    """The value that came is quoted, but no more than 80 characters of it."""
    text = refusal(api.post(CREATE, json={"tools": "x" * 1_000}), 400)
    assert text == field_refusal("tools", "a valid array", '"' + "x" * 76 + "...")


def test_unknown_fields_come_back(api: httpx.Client) -> None:
    """What inferlog has no name for is kept with the log, with its type, and read back under its name."""
    unknown: Json = {
        "user_id": 17, "application": "shop", "latency_ms": 12.5, "request_id": None, "type": "text",
        "precence_penalty": 0.1, "encoding_format": "float", "delimiter": "\n\n", "nested": {"a": [1, {"b": "é"}]},
    }  # fmt: skip
    log = roundtrip(api, unknown)
    assert {name: log[name] for name in unknown} == unknown


def test_names_of_inferlogs_own_are_kept_aside(api: httpx.Client) -> None:
    """A field that would shadow what inferlog itself answers comes back under `shadowed`, and changes nothing."""
    sent = {"project_id": "x", "organization_id": "theirs", "cost_source": "me", "environment": "test", "size_bytes": 1}
    log = roundtrip(api, sent)
    assert log["shadowed"] == {name: value for name, value in sent.items() if name != "project_id"}
    assert (log["project_id"], log["environment"], log["cost_source"]) == ("x", "prod", "")


def test_metadata_keeps_every_type_and_digit(api: httpx.Client) -> None:
    """Metadata comes back as the very JSON that was sent: types, digits, order and empty keys."""
    text = '{"z":1,"a":1.10,"big":123456789012345678901234567890,"":"","é":"\\u00e9","n":null,"t":true,"l":[[],{}]}'
    response = api.post(CREATE, content=f'{{"metadata":{text}}}', headers={"Content-Type": "application/json"})
    answer = api.get(f"/api/request-logs/{response.json()['id']}/")
    assert f'"metadata":{text}'.encode() in answer.content
    assert read(api, response.json()["id"])["metadata"]["t"] is True


def test_disable_log_keeps_figures_and_no_content(api: httpx.Client) -> None:
    """With `disable_log` the figures of a call are kept, and nothing of what was said."""
    secret = "the secret"
    log = {
        "model": "m", "disable_log": True, "prompt_tokens": 5, "cost": 0.5, "metadata": {"k": "v"},
        "prompt_messages": [{"role": "user", "content": secret}], "completion_message": {"content": secret},
        "input": secret, "output": secret, "full_request": {"messages": [secret]}, "full_response": {"x": secret},
        "tools": [{"x": secret}], "tool_calls": [{"x": secret}], "variables": {"x": secret},
    }  # fmt: skip
    stored = roundtrip(api, log)
    assert (stored["prompt_tokens"], stored["cost"], stored["metadata"]) == (5, 0.5, {"k": "v"})
    assert secret not in str(stored)
