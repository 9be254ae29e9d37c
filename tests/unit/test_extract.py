"""What is nested in a full request or a full response is brought to where it is looked for; what was given stands."""

from typing import Any

import msgspec
import pytest

from tests.unit.journey import enriched, extra_of

ASK = [{"role": "user", "content": "Hi"}]
ANSWER = {"role": "assistant", "content": "Hello"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
OPENAI_REQUEST: dict[str, Any] = {
    "model": "gpt-4o-mini", "messages": ASK, "tools": [{"type": "function"}], "tool_choice": "auto", "stream": True,
    "response_format": {"type": "json_object"}, "temperature": 0.50, "top_p": 0.5, "max_completion_tokens": 100,
    "stop": ["END"], "seed": 7, "user": "u1", "logit_bias": None,
}  # fmt: skip
OPENAI_RESPONSE: dict[str, Any] = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "message": ANSWER, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 60},
        "completion_tokens_details": {"reasoning_tokens": 5},
    },
}
ANTHROPIC_RESPONSE: dict[str, Any] = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-3-5-sonnet-20241022",
    "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn",
    "usage": {"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 2},
}  # fmt: skip


def column(body: Any, name: str) -> Any:
    """Return a JSON column's value, or None if it is empty."""
    raw = bytes(getattr(enriched(body), name))
    return None if raw == b'""' else msgspec.json.decode(raw)


def test_an_openai_request_is_unfolded() -> None:
    """Model, messages, tools, format, stream and the request's own parameters come out of full_request."""
    body = {"full_request": OPENAI_REQUEST}
    log = enriched(body)
    assert (log.model, log.stream) == ("gpt-4o-mini", True)
    assert column(body, "prompt_messages") == ASK
    assert column(body, "tools") == [{"type": "function"}]
    assert column(body, "tool_choice") == "auto"
    assert column(body, "response_format") == {"type": "json_object"}
    assert column(body, "full_request") == OPENAI_REQUEST
    assert {name: msgspec.json.decode(raw) for name, raw in extra_of(log).items()} == {
        "temperature": 0.5, "top_p": 0.5, "max_completion_tokens": 100, "stop": ["END"], "seed": 7,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["completion_messages", "tool_calls"])
def test_completions_and_tool_calls_are_extracted(name: str) -> None:
    """The page promises both to be taken from full_request."""
    assert column({"full_request": {name: [ANSWER]}}, name) == [ANSWER]
    assert column({"full_request": {name: [ANSWER]}, name: []}, name) == []


def test_what_was_given_directly_stands() -> None:
    """Nothing in a full request or response replaces a parameter."""
    body = {
        "model": "mine", "prompt_messages": [], "completion_message": {"content": "mine"}, "tool_choice": "none",
        "temperature": 1, "usage": {"prompt_tokens": 1}, "response_format": "text",
        "full_request": OPENAI_REQUEST, "full_response": OPENAI_RESPONSE,
    }  # fmt: skip
    log = enriched(body)
    assert (log.model, log.prompt_tokens, log.completion_tokens) == ("mine", 1, 0)
    assert column(body, "prompt_messages") == []
    assert column(body, "completion_message") == {"content": "mine"}
    assert column(body, "tool_choice") == "none"
    assert column(body, "response_format") == {"type": "text"}
    assert bytes(extra_of(log)["temperature"]) == b"1"


def test_an_openai_response_is_unfolded() -> None:
    """The answer, the model and the usage with its details come out of full_response."""
    body = {"full_response": OPENAI_RESPONSE}
    log = enriched(body)
    assert column(body, "completion_message") == ANSWER
    assert column(body, "completion_messages") is None
    assert column(body, "usage") == OPENAI_RESPONSE["usage"]
    assert (log.model, log.prompt_tokens, log.completion_tokens) == ("gpt-4o-mini-2024-07-18", 100, 20)
    assert (log.total_request_tokens, log.prompt_cache_hit_tokens, log.reasoning_tokens) == (120, 60, 5)


def test_several_choices_are_completion_messages() -> None:
    """With n > 1 the first answer is the completion and all are kept in their order."""
    other = {"role": "assistant", "content": "Hey", "tool_calls": [CALL]}
    body = {"full_response": {"choices": [{"message": ANSWER}, {"text": "no message"}, {"message": other}]}}
    assert column(body, "completion_message") == ANSWER
    assert column(body, "completion_messages") == [ANSWER, other]


def test_an_anthropic_response_is_unfolded() -> None:
    """Anthropic's message is the answer; its usage names are understood."""
    body = {"full_response": ANTHROPIC_RESPONSE}
    log = enriched(body)
    assert column(body, "completion_message") == {
        "role": "assistant",
        "content": [{"type": "text", "text": "Hello"}],
    }
    assert log.model == "claude-3-5-sonnet-20241022"
    assert (log.prompt_tokens, log.completion_tokens) == (19, 3)
    assert (log.prompt_cache_hit_tokens, log.prompt_cache_creation_tokens) == (7, 2)


@pytest.mark.parametrize("given", [{"output": "text"}, {"completion_messages": [ANSWER]}, {"completion_message": {}}])
def test_a_response_does_not_replace_an_answer_of_any_form(given: dict[str, Any]) -> None:
    """An output or completions given directly are the answer."""
    body = {**given, "full_response": OPENAI_RESPONSE}
    assert column(body, "completion_message") == given.get("completion_message")


@pytest.mark.parametrize(
    "nested",
    [
        {"messages": "not a list", "tools": {}, "model": ["m"], "stream": "yes"},
        {"tool_choice": [], "response_format": "s", "completion_message": [], "tool_calls": {}},
        {"choices": "none", "usage": [], "model": {}, "role": "assistant"},
        {"choices": [1, {}, {"message": "text"}, {"message": None}]},
        {"choices": []},
        {},
        [],
        [{"messages": ASK}],
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["full_request", "full_response"])
def test_what_is_nested_in_an_unexpected_form_is_left_alone(name: str, nested: Any) -> None:
    """Somebody else's object is never a reason to refuse a log, nor taken for what it is not."""
    body = {name: nested}
    log = enriched(body)
    assert column(body, name) == nested
    assert (log.model, log.stream, log.flags) == ("", False, ())
    for other in ("prompt_messages", "completion_message", "completion_messages", "tools", "tool_choice", "usage"):
        assert column(body, other) is None


def test_a_repeated_key_inside_counts_last() -> None:
    """Inside a full request a repeated key is its sender's affair: kept verbatim, the last one read."""
    log = enriched(b'{"full_request":{"model":"a","model":"b"}}')
    assert log.model == "b"
    assert bytes(log.full_request) == b'{"model":"a","model":"b"}'
