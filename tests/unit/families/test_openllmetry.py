"""OpenLLMetry's attributes, as its packages and those built on it send them."""

import json
from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest

from inferlog.dialects.spans import Event
from tests.unit.families.reading import read
from tests.unit.families.seen import seen

CALL: Final = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}
SCHEMA: Final = {"type": "object", "properties": {"city": {"type": "string"}}}
CHUNK: Final = "llm.content.completion.chunk"

SPANS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "a chat of opentelemetry-instrumentation-openai 0.4x, through keywordsai-tracing 0.0.59": (
        {
            "llm.request.type": "chat",
            "traceloop.workflow.name": "guide",
            "traceloop.entity.path": "prepare",
            "gen_ai.system": "OpenAI",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.request.max_tokens": 100,
            "llm.frequency_penalty": 0.1,
            "llm.user": "user-of-openai",
            "llm.headers": "None",
            "llm.is_streaming": False,
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "You are terse.",
            "gen_ai.prompt.1.role": "user",
            "gen_ai.prompt.1.content": "What is the capital of France?",
            "gen_ai.request.reasoning_effort": [],
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
            "llm.usage.total_tokens": 170,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.usage.cache_read_input_tokens": 40,
            "gen_ai.usage.reasoning_tokens": 20,
            "gen_ai.completion.0.finish_reason": "stop",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Paris is the capital of France.",
        },
        {
            "log_type": "chat",
            "model": "gpt-4o-mini",
            "response_model": "gpt-4o-mini-2024-07-18",
            "provider_id": "openai",
            "span_workflow_name": "guide",
            "span_path": "prepare",
            "customer_identifier": "user-of-openai",
            "max_tokens": 100,
            "frequency_penalty": 0.1,
            "prompt_messages": [
                {"role": "system", "content": "You are terse."},
                {"role": "user", "content": "What is the capital of France?"},
            ],
            "completion_message": {
                "role": "assistant",
                "content": "Paris is the capital of France.",
                "finish_reason": "stop",
            },
            "usage": {
                "prompt_tokens": 120,
                "completion_tokens": 50,
                "total_tokens": 170,
                "prompt_tokens_details": {"cached_tokens": 40},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
        },
    ),
    "calls of tools and what they gave": (
        {
            "llm.request.type": "chat",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "What is the weather in Paris?",
            "gen_ai.prompt.1.role": "assistant",
            "gen_ai.prompt.1.tool_calls.0.id": "call_1",
            "gen_ai.prompt.1.tool_calls.0.name": "get_weather",
            "gen_ai.prompt.1.tool_calls.0.arguments": '{"city": "Paris"}',
            "gen_ai.prompt.2.role": "tool",
            "gen_ai.prompt.2.content": "Sunny",
            "gen_ai.prompt.2.tool_call_id": "call_1",
            "llm.request.functions.0.name": "get_weather",
            "llm.request.functions.0.description": "The weather in a city",
            "llm.request.functions.0.parameters": '{"type":"object","properties":{"city":{"type":"string"}}}',
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "It is sunny.",
        },
        {
            "log_type": "chat",
            "prompt_messages": [
                {"role": "user", "content": "What is the weather in Paris?"},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "content": "Sunny", "tool_call_id": "call_1"},
            ],
            "completion_message": {"role": "assistant", "content": "It is sunny."},
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "get_weather",
                        "description": "The weather in a city",
                        "parameters": SCHEMA,
                    },
                }
            ],
        },
    ),
    "Anthropic's parts as JSON text, each call in the content and beside it": (
        {
            "llm.request.type": "completion",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": (
                '[{"type":"text","text":"What is this?"},{"type":"image","source":{"type":"base64",'
                '"media_type":"image/png","data":"iVBORw0K"}}]'
            ),
            "gen_ai.prompt.1.role": "assistant",
            "gen_ai.prompt.1.content": (
                '[{"type":"text","text":"I look it up."},{"type":"tool_use","id":"call_1","name":"get_weather",'
                '"input":{"city":"Paris"}}]'
            ),
            "gen_ai.prompt.1.tool_calls.0.id": "call_1",
            "gen_ai.prompt.1.tool_calls.0.name": "get_weather",
            "gen_ai.prompt.1.tool_calls.0.arguments": '{"city":"Paris"}',
            "gen_ai.prompt.2.role": "user",
            "gen_ai.prompt.2.content": '[{"type":"tool_result","tool_use_id":"call_1","content":"Sunny"}]',
            "llm.request.functions.0.name": "get_weather",
            "llm.request.functions.0.input_schema": '{"type":"object","properties":{"city":{"type":"string"}}}',
        },
        {
            "log_type": "chat",
            "prompt_messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What is this?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": "I look it up.",
                    "tool_calls": [
                        {**CALL, "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}},
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "Sunny"},
            ],
            "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}],
        },
    ),
    "litellm: each call of one answer has a number, as if it were an answer": (
        {
            "gen_ai.completion.0.function_call.name": "one",
            "gen_ai.completion.0.function_call.arguments": "{}",
            "gen_ai.completion.1.function_call.name": "two",
            "gen_ai.completion.1.function_call.arguments": "{}",
        },
        {
            "log_type": "chat",
            "completion_message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "", "type": "function", "function": {"name": "one", "arguments": "{}"}},
                    {"id": "", "type": "function", "function": {"name": "two", "arguments": "{}"}},
                ],
            },
        },
    ),
    "litellm 1.110.2: the reasons are JSON text, the tools stand twice, the cost is given": (
        {
            "llm.request.type": "acompletion",
            "llm.request.functions.0.name": "get_weather",
            "llm.request.functions.0.parameters": '{"type": "object"}',
            "gen_ai.tool.0.name": "get_weather",
            "gen_ai.tool.0.parameters": '{"type": "object"}',
            "gen_ai.response.finish_reasons": '["stop"]',
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Hi",
            "litellm.cost.total": 4.5e-05,
        },
        {
            "log_type": "chat",
            "completion_message": {"role": "assistant", "content": "Hi", "finish_reason": "stop"},
            "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}],
            "finish_reasons": ["stop"],
            "cost": Decimal("0.000045"),
            "metadata": {"llm.request.type": "acompletion"},
        },
    ),
    "text that is JSON is what somebody said; fields that nobody knows stay with their message": (
        {
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": '{"question": [1, 2]}',
            "gen_ai.completion.0.refusal": "No.",
            "gen_ai.completion.0.content_filter_results": "{}",
            "gen_ai.prompt.prompt_filter_results": "[]",
        },
        {
            "log_type": "chat",
            "prompt_messages": [{"role": "user", "content": '{"question": [1, 2]}'}],
            "completion_message": {
                "role": "assistant",
                "content": None,
                "refusal": "No.",
                "content_filter_results": "{}",
            },
            "metadata": {"gen_ai.prompt.prompt_filter_results": "[]"},
        },
    ),
    "the oldest names of messages and usage": (
        {
            "llm.vendor": "openai",
            "llm.request.model": "gpt-4",
            "llm.prompts.0.role": "user",
            "llm.prompts.0.content": "Hello",
            "llm.completions.0.content": "Hi",
            "llm.usage.prompt_tokens": 1,
            "llm.usage.completion_tokens": 2,
        },
        {
            "log_type": "chat",
            "model": "gpt-4",
            "provider_id": "openai",
            "prompt_messages": [{"role": "user", "content": "Hello"}],
            "completion_message": {"role": "assistant", "content": "Hi"},
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        },
    ),
    "respan-tracing 2.24.0: what went in spread, what came out as OpenTelemetry's messages": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "Hello",
            "gen_ai.output.messages": (
                '[{"role": "assistant", "parts": [{"content": "Hi", "type": "text"}], "finish_reason": "stop"}]'
            ),
        },
        {
            "log_type": "chat",
            "prompt_messages": [{"role": "user", "content": "Hello"}],
            "completion_message": {"role": "assistant", "content": "Hi", "finish_reason": "stop"},
        },
    ),
    "messages that come twice in different words: the first count, the others are kept": (
        {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hello", "gen_ai.input.messages": "Good day"},
        {
            "log_type": "chat",
            "prompt_messages": [{"role": "user", "content": "Hello"}],
            "metadata": {"gen_ai.input.messages": "Good day"},
        },
    ),
    "a tool of traceloop-sdk 0.62.4 with association properties": (
        {
            "traceloop.workflow.name": "travel",
            "traceloop.entity.path": "prepare",
            "traceloop.association.properties.user_id": "customer-1",
            "traceloop.association.properties.session_id": "session-1",
            "traceloop.association.properties.plan": "pro",
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "look_up",
            "traceloop.entity.input": '{"args": ["Paris"], "kwargs": {}}',
            "traceloop.entity.output": '{"degrees": 24}',
        },
        {
            "log_type": "tool",
            "span_workflow_name": "travel",
            "span_path": "prepare",
            "customer_identifier": "customer-1",
            "session_identifier": "session-1",
            "input": '{"args": ["Paris"], "kwargs": {}}',
            "output": '{"degrees": 24}',
            "metadata": {"plan": "pro", "traceloop.entity.name": "look_up"},
        },
    ),
    "a managed prompt": (
        {
            "traceloop.span.kind": "task",
            "traceloop.prompt.key": "greeting",
            "traceloop.prompt.version": "3",
            "traceloop.prompt.template_variables.city": "Paris",
        },
        {
            "log_type": "task",
            "prompt_name": "greeting",
            "prompt_version_number": 3,
            "variables": {"city": "Paris"},
        },
    ),
}


@pytest.mark.parametrize("name", SPANS)
def test_spans_as_they_come(name: str) -> None:
    """A span of OpenLLMetry is the log that its sender would have written."""
    attributes, expected = SPANS[name]
    assert seen(attributes, name="openai.chat") == expected


@pytest.mark.parametrize(
    ("span_name", "shown", "kept"),
    [
        ("travel.workflow", "travel.workflow", {}),
        ("workflow", "travel", {}),
        ("renamed", "renamed", {"traceloop.entity.name": "travel"}),
    ],
)
def test_a_span_that_is_called_by_its_kind_is_named_after_its_entity(
    span_name: str, shown: str, kept: dict[str, str]
) -> None:
    """respan-tracing calls spans `workflow` and `task`; there the entity's name is the name."""
    log = seen({"traceloop.span.kind": "workflow", "traceloop.entity.name": "travel"}, name=span_name)
    assert log.get("span_name", shown) == shown
    assert log.get("metadata", {}) == kept


def test_the_first_chunk_tells_the_time_to_the_first_token() -> None:
    """Chunks are events without content: the first one's time counts, and their number is kept."""
    events = [Event(CHUNK, 10.25), Event(CHUNK, 10.5), Event("other", 11.0)]
    log = seen({"llm.request.type": "chat"}, start=10.0, end=12.0, events=events)
    assert log["time_to_first_token"] == 0.25
    assert log["stream"] is True
    assert log["metadata"] == {"gen_ai.content.completion.chunks": 2}
    assert [event["name"] for event in log["events"]] == ["other"]


def test_calls_as_one_json_text_and_thoughts_as_an_answer() -> None:
    """respan-tracing writes a message's calls as JSON text; OpenLLMetry's Anthropic writes thinking as an answer."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    log = read(
        {
            "gen_ai.completion.0.role": "thinking",
            "gen_ai.completion.0.content": "hm",
            "gen_ai.completion.1.role": "assistant",
            "gen_ai.completion.1.content": "Paris",
            "gen_ai.completion.1.tool_calls": msgspec.json.encode([call]).decode(),
        }
    )
    assert log["completion_message"] == {
        "role": "assistant", "content": "Paris", "tool_calls": [call], "reasoning_content": "hm",
    }  # fmt: skip


@pytest.mark.parametrize("family", ["old", "new"])
def test_reasoning_of_the_responses_api_is_its_text(family: str) -> None:
    """The summaries that come as one JSON text of their parts are read as what was thought."""
    summaries = '[{"text": "Paris,", "type": "summary_text"}, {"text": "I think.", "type": "summary_text"}]'
    parts = [{"type": "reasoning", "content": summaries}, {"type": "text", "content": "Paris"}]
    sent = {
        "old": {"gen_ai.completion.0.content": "Paris", "gen_ai.completion.0.reasoning": summaries},
        "new": {"gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts}])},
    }
    answer = {"role": "assistant", "content": "Paris", "reasoning_content": "Paris,\nI think."}
    assert read(sent[family])["completion_message"] == answer


def test_respans_own_instrumentations() -> None:
    """Tools as one JSON text, mere text as JSON, and the call that a result is of only in the whole messages."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    whole = [{"role": "user", "content": "Hi"}, {"role": "tool", "content": "18", "tool_call_id": "c-1"}]
    log = read(
        {
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": '"Hi"',
            "gen_ai.prompt.1.role": "tool",
            "gen_ai.prompt.1.content": '"18"',
            "traceloop.entity.input": json.dumps(whole),
            "llm.request.functions": json.dumps([tool]),
        },
        scope_name="respan_instrumentation_anthropic._instrumentation",
    )
    assert (log["prompt_messages"], log["tools"]) == (whole, [tool])


def test_what_somebody_said_in_quotes_stays_quoted() -> None:
    """Text that happens to be JSON is text, but for the one package that writes all text so."""
    log = read({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": '"Hi"'})
    assert log["prompt_messages"] == [{"role": "user", "content": '"Hi"'}]


def test_schemas_of_functions_by_the_javascript_instrumentation() -> None:
    """OpenLLMetry for JavaScript calls a function's schema its arguments."""
    function = "llm.request.functions.0."
    log = read({f"{function}name": "f", f"{function}arguments": '{"type":"object"}', "llm.request.type": "chat"})
    assert log["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
