"""The example bodies of the reference page and of its dated versions, sent as they stand there."""

from typing import Any

import httpx
import pytest

from tests.api.calls import Json, roundtrip

_SEED: Json = {
    "model": "claude-3-5-sonnet-20240620",
    "prompt_messages": [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
        ]},
        {"role": "tool", "tool_call_id": "call_1", "content": "18 °C"},
    ],
    "completion_message": {"role": "assistant", "content": "Hi, how can I assist you today?"},
    "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    "customer_identifier": "456467",
    "prompt_tokens": 8,
    "completion_tokens": 16,
    "cost": 0.00042,
    "latency": 0.0,
    "generation_time": 0.5,
    "timestamp": "2024-04-15T08:30:37.721313Z",
    "time_to_first_token": 0.0,
    "ttft": 0.1,
    "tokens_per_second": 12.5,
    "metadata": {},
    "stream": False,
    "status_code": 200,
    "warnings": "",
    "error_message": "",
    "type": "text",
    "full_request": {"temperature": 0.5, "top_p": 0.5, "precence_penalty": 0.25},
}  # fmt: skip


def test_the_example_of_the_reference_page(api: httpx.Client) -> None:
    """The page's own body, with the fields that its table does not list, is stored whole."""
    log = roundtrip(api, _SEED)
    as_sent = (
        "model prompt_messages completion_message tools tool_choice customer_identifier prompt_tokens "
        "completion_tokens cost timestamp tokens_per_second metadata stream status_code warnings error_message type "
        "full_request latency time_to_first_token generation_time ttft"
    ).split()
    assert {name: log[name] for name in as_sent} == {name: _SEED[name] for name in as_sent}
    assert (log["temperature"], log["top_p"], log["total_request_tokens"]) == (0.5, 0.5, 24)
    assert (log["status"], log["cost_source"]) == ("success", "given")


@pytest.mark.parametrize("kind", ["text", "json_schema", "json_object"])
def test_the_type_of_2024_comes_back(api: httpx.Client, kind: str) -> None:
    """The `type` that examples of 2024 carry is kept beside the response format."""
    log = roundtrip(api, {"type": kind, "response_format": {"type": kind}})
    assert (log["type"], log["response_format"]) == (kind, {"type": kind})


def test_the_chat_example_of_2026(api: httpx.Client) -> None:
    """The later page's `input` and `output` are shown as text and as messages."""
    question, answer = [{"role": "user", "content": "Hi"}], {"role": "assistant", "content": "Hello"}
    log = roundtrip(api, {"model": "gpt-4o", "log_type": "chat", "input": question, "output": answer})
    assert log["input"] == '[{"role":"user","content":"Hi"}]'
    assert (log["prompt_messages"], log["completion_message"]) == (question, answer)


@pytest.mark.parametrize(
    ("price", "tokens", "cost"),
    [("prompt", 2_000_000, 0.0084), ("completion", 500_000, 0.0021), ("prompt", 1, 0.0000000042)],
)
def test_unit_prices_are_usd_per_million_tokens(api: httpx.Client, price: str, tokens: int, cost: float) -> None:
    """A unit price of 0.0042 means $0.0042 for a million tokens."""
    log = roundtrip(api, {"model": "own", f"{price}_unit_price": 0.0042, f"{price}_tokens": tokens})
    assert (log["cost"], log["cost_source"]) == (cost, "unit_prices")


def test_what_is_in_the_full_request_is_extracted(api: httpx.Client) -> None:
    """Messages, completions, tool calls and parameters are taken from full_request where they were not given."""
    request: Json = {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "Hi"}],
        "completion_messages": [{"role": "assistant", "content": "Hello"}],
        "tool_calls": [{"id": "c"}],
        "temperature": 0.5,
        "presence_penalty": 0.25,
        "stream": True,
        "tool_choice": "none",
    }
    log = roundtrip(api, {"full_request": request})
    assert log["full_request"] == request
    assert log["prompt_messages"] == request["messages"]
    names = "model completion_messages tool_calls temperature presence_penalty stream tool_choice".split()
    assert {name: log[name] for name in names} == {name: request[name] for name in names}


def test_what_is_given_directly_stands(api: httpx.Client) -> None:
    """full_request fills only what was not given."""
    given: dict[str, Any] = {
        "model": "mine",
        "prompt_messages": [{"role": "user", "content": "mine"}],
        "temperature": 1,
    }
    log = roundtrip(api, {**given, "full_request": {"model": "other", "messages": [{"role": "x"}], "temperature": 0}})
    assert {name: log[name] for name in given} == given


def test_a_failed_call(api: httpx.Client) -> None:
    """A status code from 400 on is a failure, with its message."""
    log = roundtrip(api, {"model": "m", "status_code": 500, "error_message": "overloaded"})
    assert (log["status"], log["failed"], log["error_bit"], log["error_message"]) == ("failed", True, 1, "overloaded")
