"""MLflow's attributes: excerpts of what mlflow 3.17.2 sends to an OTLP endpoint, where every value is JSON."""

import json
from decimal import Decimal
from typing import Any

import pytest

from inferlog.dialects.spans import Event
from tests.unit.families.reading import read

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}


def trace(kind: str, attributes: dict[str, Any], **span: Any) -> dict[str, Any]:
    """Return the log of a span of MLflow, whose attributes are written as JSON; short names are of `mlflow.`."""
    named = set(
        "spanType spanInputs spanOutputs chat.tokenUsage chat.tools llm.model llm.provider llm.cost message.format "
        "linkedPrompts trace.user trace.session traceTag.color".split()
    )
    full = {f"mlflow.{name}" if name in named else name: value for name, value in attributes.items()}
    encoded = {name: json.dumps(value) for name, value in ({"mlflow.spanType": kind} | full).items()}
    return read(encoded, scope_name="mlflow.tracing.provider", **span)


def test_a_call_of_openai() -> None:
    """The request and the response are taken apart; what they repeat under plain names goes."""
    request = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Weather?"}], "tools": [TOOL],
               "temperature": 0.2, "max_tokens": 100, "greeting": "hello"}  # fmt: skip
    response = {
        "id": "chatcmpl-1",
        "choices": [{"finish_reason": "tool_calls", "index": 0, "logprobs": None,
                     "message": {"content": None, "refusal": None, "role": "assistant", "tool_calls": [CALL]}}],
        "model": "gpt-4o-mini-2024-07-18",
        "object": "chat.completion",
        "usage": {"prompt_tokens": 120, "completion_tokens": 50, "completion_tokens_details": {"reasoning_tokens": 20}},
    }  # fmt: skip
    log = trace(
        "CHAT_MODEL",
        {
            "spanInputs": request,
            "spanOutputs": response,
            **{name: value for name, value in request.items() if name != "messages"},
            "message.format": "openai",
            "chat.tools": [{"function": TOOL["function"], "type": "function"}],
            "llm.model": "gpt-4o-mini-2024-07-18",
            "llm.cost": {"input_cost": 0.001, "output_cost": 0.002, "total_cost": 0.003},
            "chat.tokenUsage": {
                "input_tokens": 120,
                "output_tokens": 50,
                "total_tokens": 170,
                "cache_read_input_tokens": 40,
                "cache_creation_input_tokens_above_1hr": 5,
            },
        },
    )
    assert (log["log_type"], log["model"], log["response_model"]) == ("chat", "gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert log["prompt_messages"] == [{"role": "user", "content": "Weather?"}]
    assert log["completion_message"] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [CALL],
        "finish_reason": "tool_calls",
    }
    assert (log["tools"], log["temperature"], log["max_tokens"]) == ([TOOL], 0.2, 100)
    assert log["usage"] == {
        "prompt_tokens": 120,
        "completion_tokens": 50,
        "total_tokens": 170,
        "prompt_tokens_details": {"cached_tokens": 40},
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    assert log["cost"] == Decimal("0.003")
    assert log["metadata"] == {
        "mlflow.spanInputs": {"greeting": "hello"},
        "mlflow.spanOutputs": {"object": "chat.completion"},
        "mlflow.chat.tokenUsage": {"cache_creation_input_tokens_above_1hr": 5},
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.message.format": "openai",
        "otel.scope.name": "mlflow.tracing.provider",
    }


def test_a_call_of_anthropic() -> None:
    """Anthropic's system prompt, blocks and tools are in OpenAI's shape; MLflow's counts are before the response's."""
    log = trace(
        "CHAT_MODEL",
        {
            "spanInputs": {
                "max_tokens": 100,
                "messages": [{"role": "user", "content": "Weather?"}],
                "model": "claude-sonnet-4-5",
                "system": "You are terse.",
                "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}],
            },
            "spanOutputs": {
                "id": "msg_1",
                "content": [
                    {"citations": None, "text": "I look it up.", "type": "text"},
                    {"id": "call_1", "input": {"city": "Paris"}, "name": "get_weather", "type": "tool_use"},
                ],
                "model": "claude-sonnet-4-5-20250929",
                "role": "assistant",
                "type": "message",
                "usage": {"input_tokens": 80, "output_tokens": 50},
            },
            "llm.provider": "anthropic",
            "chat.tokenUsage": {"input_tokens": 130, "output_tokens": 50, "cache_creation_input_tokens": 10},
        },
    )
    assert log["provider_id"] == "anthropic"
    assert log["prompt_messages"] == [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Weather?"},
    ]
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
    assert log["completion_message"] == {"role": "assistant", "content": "I look it up.", "tool_calls": [call]}
    assert log["tools"] == [TOOL]
    assert log["usage"] == {"prompt_tokens": 130, "completion_tokens": 50, "cache_creation_input_tokens": 10}
    assert log["metadata"]["mlflow.spanOutputs"] == {"usage": {"input_tokens": 80}}


def test_a_call_of_the_responses_api() -> None:
    """Input that is text is what the user says, after the instructions."""
    log = trace(
        "CHAT_MODEL",
        {
            "spanInputs": {"model": "gpt-4o-mini", "input": "Capital?", "instructions": "You are terse."},
            "spanOutputs": {
                "object": "response",
                "output": [
                    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Easy."}]},
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Paris."}]},
                ],
            },
        },
    )
    assert log["prompt_messages"] == [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Capital?"},
    ]
    assert log["completion_message"] == {"role": "assistant", "content": "Paris.", "reasoning_content": "Easy."}


def test_a_call_of_langchain() -> None:
    """LangChain's batch of one and its LLMResult are messages too."""
    log = trace(
        "CHAT_MODEL",
        {
            "spanInputs": [[{"content": "Hi", "type": "human", "additional_kwargs": {}, "name": None}]],
            "spanOutputs": {"generations": [[{"text": "Hello", "message": {"content": "Hello", "type": "ai"}}]]},
            "message.format": "langchain",
        },
    )
    assert log["prompt_messages"] == [{"role": "user", "content": "Hi"}]
    assert log["completion_message"] == {"role": "assistant", "content": "Hello"}


def test_a_streamed_answer() -> None:
    """The chunks of a streamed answer are events; the first one tells the time to the first token."""
    chunks = [Event(f"mlflow.chunk.item.{n}", 100.25 + n, {"mlflow.chunk.value": "{}"}) for n in range(2)]
    log = trace("CHAT_MODEL", {"spanInputs": {"stream": True}}, start=100.0, end=102.0, events=chunks)
    assert (log["stream"], log["time_to_first_token"], len(log["events"])) == (True, 0.25, 2)


def test_an_embedding() -> None:
    """What has no messages has input and output."""
    log = trace("EMBEDDING", {"spanInputs": {"model": "m", "input": ["a"]}, "spanOutputs": {"data": [[0.5]]}})
    assert (log["log_type"], log["model"]) == ("embedding", "m")
    assert (log["input"], log["output"]) == (["a"], {"data": [[0.5]]})


@pytest.mark.parametrize(
    ("kind", "child", "root"),
    [
        ("CHAIN", "task", "workflow"),
        ("UNKNOWN", "task", "workflow"),
        ("MY_TYPE", "task", "workflow"),
        ("TOOL", "tool", "tool"),
        ("AGENT", "agent", "agent"),
        ("RETRIEVER", "task", "task"),
        ("RERANKER", "task", "task"),
        ("EVALUATOR", "task", "task"),
        ("GUARDRAIL", "guardrail", "guardrail"),
        ("WORKFLOW", "workflow", "workflow"),
    ],
)
def test_kinds(kind: str, child: str, root: str) -> None:
    """A span that is no call keeps its input and output, and its kind where that says more."""
    content = {"spanInputs": {"city": "Paris"}, "spanOutputs": "sunny", "plan": "pro", "seats": 3}
    log = trace(kind, content)
    assert (log["log_type"], log["input"], log["output"]) == (child, {"city": "Paris"}, "sunny")
    assert (log["metadata"]["plan"], log["metadata"]["seats"]) == ("pro", 3)
    assert kind.lower() == child or log["metadata"]["mlflow.spanType"] == kind
    assert trace(kind, content, parent_id="")["log_type"] == root


def test_the_trace_of_a_span() -> None:
    """User, session and tags of the trace, and the prompt that was used."""
    log = trace(
        "CHAIN",
        {"trace.user": "customer-1", "trace.session": "session-1", "traceTag.color": "blue",
         "linkedPrompts": [{"name": "capital", "version": "3"}]},
    )  # fmt: skip
    assert (log["customer_identifier"], log["session_identifier"]) == ("customer-1", "session-1")
    assert (log["metadata"]["color"], log["prompt_name"]) == ("blue", "capital")
