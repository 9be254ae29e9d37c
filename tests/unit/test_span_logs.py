"""JSON span logs, as the vendor's exporters and the OpenAI Agents SDK write them."""

import json
from typing import Any

import pytest

from inferlog.dialects import span_logs
from inferlog.errors import InvalidInput
from tests.unit.families.reading import plain


def decode(item: dict[str, Any]) -> dict[str, Any]:
    """Return the log of an item."""
    return plain(span_logs.decode(json.dumps(item).encode()))


RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "instructions": "You are terse.",
    "model": "gpt-4o-mini-2024-07-18",
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [
                {"type": "output_text", "text": "It is sunny in Paris, 24 degrees.", "annotations": [], "logprobs": []}
            ],
        }
    ],
    "temperature": 0.2,
    "max_output_tokens": None,
    "tools": [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}, "strict": True}],
    "usage": {"input_tokens": 120, "input_tokens_details": {"cached_tokens": 40}, "output_tokens": 50},
}
"""Excerpt of a capture of keywordsai-exporter-openai-agents 0.1.6."""
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ('[{"span_name": "a"}, {"span_name": "b"}]', 2),
        ('{"data": [{"span_name": "a"}, {"span_name": "b"}]}', 2),
        ('{"data": []}', 0),
        ("[]", 0),
        ('{"span_name": "a", "data": [1, 2]}', 1),
        ('{"data": {"span_name": "a"}}', 1),
    ],
)
def test_body_shapes(body: str, items: int) -> None:
    """A body is an array, an object whose data is one, or one item alone, which may have data of its own."""
    assert len(span_logs.split(body.encode())) == items


@pytest.mark.parametrize("body", ["7", '"text"', "null"])
def test_no_items(body: str) -> None:
    """A body of any other kind is refused."""
    with pytest.raises(InvalidInput):
        span_logs.split(body.encode())


@pytest.mark.parametrize(
    ("item", "field"),
    [({"model": 5}, "model"), ({"prompt_messages": "x"}, "prompt_messages"), ({"timestamp": "soon"}, "timestamp")],
)
def test_wrong_types(item: dict[str, Any], field: str) -> None:
    """A known field of a wrong type is an error that names it, as for a single log."""
    with pytest.raises(InvalidInput, match=field):
        decode(item)


def test_no_object() -> None:
    """An item that is no object is an error of its own."""
    with pytest.raises(InvalidInput):
        span_logs.decode(b"[]")


def test_ids_and_nulls() -> None:
    """Ids need not be hex, null is absent whatever the field, and a root may call itself its parent."""
    log = decode(
        {
            "trace_unique_id": "trace_08d3",
            "span_unique_id": "trace_08d3",
            "span_parent_id": "trace_08d3",
            "model": None,
            "metadata": None,
            "some_field": None,
            "log_type": "AGENT",
        }
    )
    assert log == {
        "trace_unique_id": "trace_08d3",
        "span_unique_id": "trace_08d3",
        "log_type": "agent",
        "log_method": "tracing_integration",
        "original_span_parent_id": "trace_08d3",
    }


def test_other_names_of_ids() -> None:
    """trace_id, span_id and parent_id stand in for the usual names, and go where they only repeat them (agno)."""
    usual = {"trace_unique_id": "t", "span_unique_id": "s", "span_parent_id": "p"}
    other = {"trace_id": "t", "span_id": "s", "parent_id": "p"}
    log = {name: value for name, value in decode(other).items() if name != "log_method"}
    assert log == usual
    assert decode(usual | other | {"parent_id": "q"}) == log | {"log_method": "tracing_integration", "parent_id": "q"}


@pytest.mark.parametrize(
    ("item", "status_code"),
    [
        ({"error_bit": 1, "status_code": 400, "error_message": "{'error': \"Error code: 429 - slow down\"}"}, 429),
        ({"error_bit": 1, "status_code": 400, "error_message": "boom"}, 400),
        ({"error_bit": 1}, 500),
        ({"status": "error", "error_message": "litellm.RateLimitError: Error code: 429"}, 429),
        ({"status": "error"}, 500),
        ({"status": "error", "status_code": 503, "error_message": "Error code: 429"}, 503),
    ],
)
def test_failures(item: dict[str, Any], status_code: int) -> None:
    """What says that it failed is a failure; its code is the one it tells, in whatever field."""
    assert decode(item)["status_code"] == status_code


def test_no_failure() -> None:
    """An error bit of 0 is no failure, and is not kept."""
    log = decode({"error_bit": 0, "status_code": 200})
    assert log == {"status_code": 200, "log_method": "tracing_integration"}


def test_messages_in_input_and_output() -> None:
    """Messages as JSON text (litellm) become messages; so does an answer."""
    log = decode(
        {
            "log_type": "generation",
            "input": '[{"role": "user", "content": "Hi"}]',
            "output": '{"role": "assistant", "content": null, "tool_calls": [' + json.dumps(CALL) + "]}",
        }
    )
    assert log["prompt_messages"] == [{"role": "user", "content": "Hi"}]
    assert log["completion_message"] == {"role": "assistant", "content": None, "tool_calls": [CALL]}
    assert "input" not in log
    assert "output" not in log


def test_messages_as_python_prints_them() -> None:
    """keywordsai-exporter-openai-agents writes a generation's messages with str(); they are messages all the same."""
    log = decode(
        {
            "log_type": "generation",
            "input": "[{'content': 'You are terse.', 'role': 'system'}, {'role': 'user', 'content': \"It's me\"}]",
            "output": "[{'content': 'Paris.', 'refusal': None, 'role': 'assistant', 'tool_calls': None}]",
        }
    )
    assert log["prompt_messages"] == [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "It's me"},
    ]
    assert log["completion_message"] == {"role": "assistant", "content": "Paris."}


@pytest.mark.parametrize("text", ["[{'a': 1}]", "[{'role'", "['x']" * 9, "['" + "[" * 5000, "no list", "[1, 2]"])
def test_text_that_is_no_messages(text: str) -> None:
    """Any other text of a call stays what it is."""
    assert decode({"log_type": "generation", "input": text, "output": text}) == {
        "log_type": "generation",
        "log_method": "tracing_integration",
        "input": text,
        "output": text,
    }


def test_a_tool_keeps_its_input() -> None:
    """What is no model call has no messages, whatever its input looks like."""
    log = decode({"log_type": "tool", "input": '[{"role": "user", "content": "Hi"}]'})
    assert log["input"] == '[{"role": "user", "content": "Hi"}]'
    assert "prompt_messages" not in log


def test_a_whole_response() -> None:
    """The answer, the tools and the parameters are those of full_response; calls of the past are in the prompt."""
    past = [
        {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city": "Paris"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "Sunny, 24 degrees"},
    ]
    log = decode(
        {
            "log_type": "text",
            "model": "gpt-4o-mini-2024-07-18",
            "prompt_messages": [{"role": "user", "content": "What is the weather?"}],
            "completion_message": {"role": "assistant", "content": [{"type": "output_text", "text": "It is sunny"}]},
            "tool_calls": past,
            "full_response": RESPONSE,
        }
    )
    assert log["prompt_messages"] == [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "What is the weather?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "Sunny, 24 degrees"},
    ]
    assert log["completion_message"] == {"role": "assistant", "content": "It is sunny in Paris, 24 degrees."}
    assert "tool_calls" not in log
    function = {"name": "get_weather", "strict": True, "parameters": {"type": "object"}}
    assert log["tools"] == [{"type": "function", "function": function}]
    assert log["temperature"] == 0.2
    assert log["full_response"] == RESPONSE


def test_usage_beside_usage() -> None:
    """The parts of usage that Claude Code's hook sends at the top level are usage."""
    log = decode(
        {
            "span_unique_id": "turn_1_chat",
            "prompt_tokens": 3,
            "cache_creation_prompt_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 40},
        }
    )
    assert log["usage"] == {"prompt_tokens_details": {"cached_tokens": 40}, "cache_creation_prompt_tokens": 10}


NATIVE = {"object": "trace.span", "id": "span_1", "trace_id": "trace_1", "started_at": "2026-11-24T18:52:16.834054Z",
          "ended_at": "2026-11-24T18:52:17.834054Z", "error": None}  # fmt: skip


def native(span_data: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the log of a span of the OpenAI Agents SDK, without what all of them have."""
    log = decode({**NATIVE, "parent_id": "span_0", "span_data": span_data, **fields})
    common = ("trace_unique_id", "span_unique_id", "log_method", "timestamp", "start_time")
    return {name: value for name, value in log.items() if name not in common}


def test_a_native_trace_is_the_root() -> None:
    """A trace of the OpenAI Agents SDK is the root of its spans, whose parent it is."""
    root = decode({"object": "trace", "id": "trace_1", "workflow_name": "Travel", "group_id": "group-1",
                   "metadata": {"plan": "pro"}})  # fmt: skip
    assert root == {
        "log_type": "workflow",
        "log_method": "tracing_integration",
        "trace_unique_id": "trace_1",
        "span_unique_id": "trace_1",
        "trace_name": "Travel",
        "span_name": "Travel",
        "span_workflow_name": "Travel",
        "trace_group_identifier": "group-1",
        "metadata": {"plan": "pro"},
    }
    span = decode({**NATIVE, "parent_id": None, "span_data": {"type": "agent", "name": "guide"}})
    assert (span["span_parent_id"], span["timestamp"] - span["start_time"]) == ("trace_1", 1.0)


def test_native_generation() -> None:
    """A generation has its messages, its parameters and its usage."""
    log = native(
        {
            "type": "generation",
            "input": [{"role": "user", "content": "Weather in Paris?"}],
            "output": [{"role": "assistant", "content": None, "tool_calls": [CALL]}],
            "model": "gpt-4o-mini",
            "model_config": {"temperature": 0.2, "max_tokens": 100, "base_url": "http://localhost", "top_p": None},
            "usage": {"input_tokens": 120, "output_tokens": 50},
        }
    )
    assert log == {
        "log_type": "generation",
        "model": "gpt-4o-mini",
        "span_parent_id": "span_0",
        "span_name": "generation",
        "prompt_messages": [{"role": "user", "content": "Weather in Paris?"}],
        "completion_message": {"role": "assistant", "content": None, "tool_calls": [CALL]},
        "usage": {"prompt_tokens": 120, "completion_tokens": 50},
        "metadata": {"span_data.type": "generation", "model_config.base_url": "http://localhost"},
        "temperature": 0.2,
        "max_tokens": 100,
    }


def test_native_tool_that_failed() -> None:
    """A function is a tool; its error is the log's."""
    error = {"message": "Error running tool", "data": {"tool_name": "get_weather", "error": "boom"}}
    log = native({"type": "function", "name": "get_weather", "input": "{}", "output": None, "mcp_data": None},
                 error=error)  # fmt: skip
    assert (log["log_type"], log["span_name"], log["input"]) == ("tool", "get_weather", "{}")
    assert (log["status"], log["status_code"], log["error_message"]) == ("failed", 500, "Error running tool")
    assert log["metadata"]["error.data"] == error["data"]


@pytest.mark.parametrize(
    ("span_data", "log_type", "name"),
    [
        ({"type": "agent", "name": "guide", "tools": ["a"], "handoffs": ["b"]}, "agent", "guide"),
        ({"type": "handoff", "from_agent": "a", "to_agent": "b"}, "handoff", "handoff"),
        ({"type": "guardrail", "name": "rude", "triggered": True}, "guardrail", "rude"),
        ({"type": "custom", "name": "lookup", "data": {"k": 1}}, "custom", "lookup"),
        ({"type": "custom", "name": "turn", "data": {"turn": 1, "usage": {"input_tokens": 9}}}, "task", "turn"),
        ({"type": "response", "response_id": "resp_1"}, "response", "response"),
        ({"type": "mcp_tools", "server": "s", "result": ["a"]}, "task", "mcp_tools"),
        ({"type": "new_kind", "name": "n"}, "custom", "n"),
        ({}, "custom", ""),
    ],
)
def test_native_kinds(span_data: dict[str, Any], log_type: str, name: str) -> None:
    """Each kind of span is kept as what it is, and its data too; a turn's usage is that of its calls, not its own."""
    log = native(span_data)
    assert log["log_type"] == log_type
    assert log.get("span_name", "") == name
    assert "usage" not in log
    kept = json.dumps(log)
    assert all(json.dumps(value) in kept for key, value in span_data.items() if key not in ("type", "data"))


@pytest.mark.parametrize("identity", [None, 7, ""])
def test_native_without_an_id(identity: Any) -> None:
    """A span without an id is an error."""
    with pytest.raises(InvalidInput, match="id"):
        decode({**NATIVE, "id": identity})
