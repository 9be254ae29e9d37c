"""Pydantic Logfire and Pydantic AI: excerpts of what their versions send."""

import json
from decimal import Decimal
from typing import Any

import pytest

from inferlog.dialects.spans import FAILED, Event
from tests.unit.families.reading import read

OPENAI = {"scope_name": "logfire.openai", "scope_version": "3.25.0", "name": "Chat Completion with {request_data!r}"}
AGENT = {"scope_name": "pydantic-ai", "scope_version": "1.0.0"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


def test_a_call_of_older_versions() -> None:
    """request_data is the whole request and response_data the answer with its usage: all of it in its columns."""
    request = {
        "messages": [{"role": "user", "content": "Weather?"}],
        "model": "gpt-4o-mini",
        "temperature": 0.2,
        "tools": [TOOL],
        "tool_choice": "auto",
        "stream": False,
        "greeting": "hello",
    }
    response = {
        "message": {"content": None, "role": "assistant", "refusal": None, "tool_calls": [CALL]},
        "usage": {"prompt_tokens": 120, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 40}},
    }
    log = read(
        {
            "request_data": json.dumps(request),
            "response_data": json.dumps(response),
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.system": "openai",
            "logfire.tags": ["LLM"],
            "logfire.span_type": "span",
        },
        **OPENAI,
    )
    assert (log["log_type"], log["model"], log["provider_id"]) == ("chat", "gpt-4o-mini", "openai")
    assert log["prompt_messages"] == [{"role": "user", "content": "Weather?"}]
    assert log["completion_message"] == {"role": "assistant", "content": None, "tool_calls": [CALL]}
    assert (log["tools"], log["tool_choice"], log["temperature"]) == ([TOOL], "auto", 0.2)
    assert log["usage"] == {
        "prompt_tokens": 120,
        "completion_tokens": 50,
        "prompt_tokens_details": {"cached_tokens": 40},
    }
    assert log["metadata"] == {
        "request_data": {"greeting": "hello"},
        "tags": ["LLM"],
        "logfire.span_type": "span",
        "otel.scope.name": "logfire.openai",
        "otel.scope.version": "3.25.0",
    }


def test_a_streamed_answer() -> None:
    """The answer of a streamed call is a log that lasted as long as it says, and ends when it is written."""
    log = read(
        {
            "request_data": '{"model": "gpt-4o-mini", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}',
            "response_data": '{"combined_chunk_content": "Paris.", "chunk_count": 3}',
            "duration": 0.5,
            "logfire.span_type": "log",
            "logfire.level_num": 9,
            "logfire.msg": "streaming response from 'gpt-4o-mini' took 0.50s",
        },
        scope_name="logfire.openai",
        name="streaming response from {request_data[model]!r} took {duration:.2f}s",
        start=1795547082.0,
        end=1795547082.0,
    )
    assert (log["start_time"], log["timestamp"], log["stream"]) == (1795547081.5, 1795547082.0, True)
    assert log["prompt_messages"] == [{"role": "user", "content": "Hi"}]
    assert log["completion_message"] == {"role": "assistant", "content": "Paris."}
    assert log["metadata"]["response_data"] == {"chunk_count": 3}


@pytest.mark.parametrize(
    ("name", "request_data", "log_type"),
    [
        ("Embedding Creation with {request_data[model]!r}", {"model": "m", "input": "text"}, "embedding"),
        ("Completion with {request_data[model]!r}", {"model": "m", "prompt": "text"}, "completion"),
    ],
)
def test_calls_without_messages(name: str, request_data: dict[str, Any], log_type: str) -> None:
    """An embedding and a completion have an input."""
    log = read({"request_data": json.dumps(request_data)}, scope_name="logfire.openai", name=name)
    assert (log["log_type"], log["model"], log["input"]) == (log_type, "m", "text")
    assert "request_data" not in log["metadata"]


def test_usage_as_the_provider_tells_it() -> None:
    """gen_ai.usage.raw adds what the conventions' counts lack; where it says otherwise it is kept."""
    raw = (
        '{"completion_tokens": 50, "prompt_tokens": 80, "total_tokens": 170, "completion_tokens_details":'
        ' {"audio_tokens": 3, "reasoning_tokens": 20}, "prompt_tokens_details": {"audio_tokens": 5}}'
    )
    log = read({"logfire.span_type": "span", "gen_ai.usage.input_tokens": 120, "gen_ai.usage.raw": raw}, **OPENAI)
    assert log["usage"] == {
        "prompt_tokens": 120,
        "completion_tokens": 50,
        "total_tokens": 170,
        "completion_tokens_details": {"audio_tokens": 3, "reasoning_tokens": 20},
        "prompt_tokens_details": {"audio_tokens": 5},
    }
    assert log["metadata"]["gen_ai.usage.raw"] == {"prompt_tokens": 80}


@pytest.mark.parametrize(("parent", "real"), [("d19345bb99e6f5f6", "d19345bb99e6f5f6"), ("0" * 16, None)])
def test_a_placeholder_stands_for_its_parent(parent: str, real: str | None) -> None:
    """A pending span is the beginning of the span that is its parent, and runs."""
    log = read(
        {"logfire.span_type": "pending_span", "logfire.pending_parent_id": parent, "logfire.msg": "guide"},
        scope_name="logfire",
        span_id="aa",
        parent_id="3312f7892d3b7fc6",
        start=1795547070.5,
        end=1795547070.5,
    )
    assert (log["span_unique_id"], log.get("span_parent_id"), log["status"]) == ("3312f7892d3b7fc6", real, "running")
    assert log["start_time"] == 1795547070.5
    assert "timestamp" not in log
    assert log["metadata"]["logfire.span_type"] == "pending_span"


MESSAGES = [
    {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "call_1", "name": "get_weather",
                                     "arguments": '{"city": "Paris"}'}]},
    {"role": "user", "parts": [{"type": "tool_call_response", "id": "call_1", "result": "Sunny"}]},
    {"role": "assistant", "parts": [{"type": "text", "content": "It is sunny."}]},
]  # fmt: skip
EVENTS = [
    {"content": "Weather in Paris?", "role": "user", "gen_ai.message.index": 0, "event.name": "gen_ai.user.message"},
    {"role": "assistant", "tool_calls": [CALL], "gen_ai.message.index": 1, "event.name": "gen_ai.assistant.message"},
    {"content": "Sunny", "role": "tool", "id": "call_1", "name": "get_weather", "event.name": "gen_ai.tool.message"},
]
ANSWER = {"role": "assistant", "content": "It is sunny."}
PROMPT = [
    {"role": "user", "content": "Weather in Paris?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "Sunny"},
]


@pytest.mark.parametrize(
    "attributes",
    [
        {"pydantic_ai.all_messages": json.dumps(MESSAGES)},
        {"all_messages_events": json.dumps([*EVENTS, {**ANSWER, "event.name": "gen_ai.assistant.message"}])},
    ],
)
def test_an_agents_run(attributes: dict[str, Any]) -> None:
    """A run is an agent's: its messages, its answer, its model; its usage is its calls' and not counted again."""
    log = read(
        {
            "model_name": "gpt-4o-mini",
            "agent_name": "guide",
            "logfire.msg": "guide run",
            "final_result": "It is sunny.",
            "gen_ai.usage.input_tokens": 240,
            **attributes,
        },
        name="agent run",
        **AGENT,
    )
    assert (log["log_type"], log["model"], log["output"]) == ("agent", "gpt-4o-mini", "It is sunny.")
    assert [{k: v for k, v in each.items() if k != "name"} for each in log["prompt_messages"]] == PROMPT
    assert log["completion_message"] == ANSWER
    assert log["aggregated_usage"] == {"prompt_tokens": 240}
    assert "usage" not in log
    assert not attributes.keys() & log["metadata"].keys()


def test_messages_as_events_of_a_call() -> None:
    """Versions before 1 write the messages of a call as events in one attribute; the choice is the answer."""
    choice = {"index": 0, "message": ANSWER, "event.name": "gen_ai.choice"}
    unknown = {"role": "user", "content": "audio", "event.name": "gen_ai.unknown"}
    log = read(
        {
            "gen_ai.operation.name": "chat",
            "events": json.dumps([*EVENTS, unknown, choice]),
            "operation.cost": 4.5e-05,
            "gen_ai.usage.details.reasoning_tokens": 20,
            "gen_ai.usage.details.cache_read_tokens": 40,
            "gen_ai.client.operation.time_to_first_chunk": 0.25,
        },
        **AGENT,
    )
    assert [{k: v for k, v in each.items() if k != "name"} for each in log["prompt_messages"]] == PROMPT
    assert log["completion_message"] == ANSWER
    assert log["metadata"]["events"] == [unknown]
    assert log["cost"] == Decimal("0.000045")
    assert log["usage"] == {
        "prompt_tokens_details": {"cached_tokens": 40},
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    assert (log["time_to_first_token"], log["stream"]) == (0.25, True)


def test_a_tool() -> None:
    """A tool's arguments and response are its input and output."""
    log = read(
        {"gen_ai.tool.name": "get_weather", "tool_arguments": '{"city":"Paris"}', "tool_response": "Sunny",
         "logfire.msg": "running tool: get_weather"},
        name="running tool", **AGENT,
    )  # fmt: skip
    assert (log["log_type"], log["input"], log["output"]) == ("tool", '{"city":"Paris"}', "Sunny")
    assert log["span_name"] == "get_weather"


def test_levels() -> None:
    """A log of the level error has failed, one of the level warn warns; of a span its status tells."""
    told = {"logfire.span_type": "log", "logfire.msg": "it fell"}
    failed = read({**told, "logfire.level_num": 17}, scope_name="logfire")
    assert (failed["status"], failed["error_message"], failed["log_type"]) == ("failed", "it fell", "task")
    assert read({**told, "logfire.level_num": 13}, scope_name="logfire")["warnings"] == "it fell"
    thrown = Event("exception", 0.0, {"exception.type": "ValueError", "exception.message": "boom"})
    log = read({"logfire.span_type": "span", "logfire.level_num": 17, "logfire.msg": "fall 3"},
               scope_name="logfire", status=FAILED, events=[thrown])  # fmt: skip
    assert (log["error_message"], log["error_code"]) == ("boom", "ValueError")


def test_arguments_are_what_they_were() -> None:
    """The user's own attributes that the schema says are objects or arrays are that, not their text."""
    schema = {"type": "object", "properties": {"nested": {"type": "object"}, "city": {}, "list": {"type": "array"}}}
    log = read(
        {"nested": '{"deep":[1,2]}', "city": "[1]", "list": "[1]", "logfire.json_schema": json.dumps(schema)},
        scope_name="logfire",
    )
    assert (log["metadata"]["nested"], log["metadata"]["city"], log["metadata"]["list"]) == (
        {"deep": [1, 2]},
        "[1]",
        [1],
    )


def test_other_spans_are_left_alone() -> None:
    """`events` and `request_data` of other instrumentations are somebody's attributes."""
    attributes = {"events": json.dumps(EVENTS), "request_data": '{"model": "m"}', "agent_name": "a"}
    log = read(attributes, scope_name="mine")
    assert attributes.items() <= log["metadata"].items()
    assert "model" not in log


def test_what_the_model_thought_in_the_responses_api() -> None:
    """An item of reasoning, which comes as an unknown event, is the answer's reasoning."""
    item = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "A capital."}]}
    events = [
        {"event.name": "gen_ai.user.message", "role": "user", "content": "Hi"},
        {"event.name": "gen_ai.unknown", "role": "assistant", "content": "reasoning", "data": item},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "Paris"}},
    ]
    log = read({"events": json.dumps(events), "logfire.msg": "Responses API"}, scope_name="logfire.openai")
    assert log["completion_message"]["content"] == "Paris"
    assert log["completion_message"]["reasoning_content"] == "A capital."
