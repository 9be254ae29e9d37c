"""The attributes of Langfuse's SDKs: excerpts of what langfuse 5.0.4 sends, and the forms of versions 3 and 4."""

from decimal import Decimal
from typing import Any

import pytest

from inferlog.dialects.spans import FAILED, Event
from tests.unit.families.reading import read

SDK = {"scope_name": "langfuse-sdk", "scope_version": "5.0.4"}
MESSAGES = '[{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Capital of France?"}]'
ANSWER = '{"role": "assistant", "content": "Paris."}'
PROMPT = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Capital of France?"}]


def observe(kind: str, attributes: dict[str, Any], **span: Any) -> dict[str, Any]:
    """Return the log of an observation; names without a dot are of `langfuse.observation.`."""
    full = {name if "." in name else f"langfuse.observation.{name}": value for name, value in attributes.items()}
    return read({"langfuse.observation.type": kind} | full, **SDK | span)


def test_a_generation() -> None:
    """A generation has its messages, model, parameters, usage, cost, prompt and time to the first token."""
    log = observe(
        "generation",
        {
            "input": MESSAGES,
            "output": ANSWER,
            "langfuse.observation.model.name": "gpt-4o-mini-2024-07-18",
            "langfuse.observation.model.parameters": '{"temperature": 0.2, "max_tokens": "Infinity", "top_p": 1}',
            "usage_details": '{"input": 70, "input_cached_tokens": 40, "input_audio_tokens": 5, "output": 30,'
            ' "output_reasoning_tokens": 20, "total": 160}',
            "cost_details": '{"input": 0.001, "output": 0.002, "total": 0.003}',
            "completion_start_time": '"2026-11-24T18:58:22.626879Z"',
            "langfuse.observation.prompt.name": "capital",
            "langfuse.observation.prompt.version": 3,
        },
        start=1795546702.126879,
        end=1795546703.5,
    )
    assert log == {
        "log_type": "chat",
        "log_method": "tracing_integration",
        "trace_unique_id": "0a",
        "span_unique_id": "0b",
        "span_parent_id": "0c",
        "span_name": "a span",
        "start_time": 1795546702.126879,
        "timestamp": 1795546703.5,
        "time_to_first_token": 0.5,
        "model": "gpt-4o-mini-2024-07-18",
        "prompt_messages": PROMPT,
        "completion_message": {"role": "assistant", "content": "Paris."},
        "usage": {
            "prompt_tokens": 70,
            "completion_tokens": 30,
            "total_tokens": 160,
            "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 5},
            "completion_tokens_details": {"reasoning_tokens": 20},
        },
        "cost": Decimal("0.003000000000"),
        "cost_details": {"input": 0.001, "output": 0.002, "total": 0.003},
        "prompt_name": "capital",
        "prompt_version_number": 3,
        "temperature": 0.2,
        "top_p": 1.0,
        "metadata": {
            "langfuse.observation.type": "generation",
            "model_parameters": {"max_tokens": "Infinity"},
            "otel.scope.name": "langfuse-sdk",
            "otel.scope.version": "5.0.4",
        },
    }


def test_a_generation_with_tools() -> None:
    """Input that holds tools beside messages fills both columns."""
    tools = '[{"type": "function", "function": {"name": "get_weather", "parameters": {}}}]'
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
    log = observe(
        "generation",
        {
            "input": f'{{"tools": {tools}, "messages": {MESSAGES}, "function_call": "auto"}}',
            "output": '{"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": '
            '{"arguments": "{\\"city\\": \\"Paris\\"}", "name": "get_weather"}}], "content": null}',
        },
    )
    assert log["prompt_messages"] == PROMPT
    assert log["tools"] == [{"type": "function", "function": {"name": "get_weather", "parameters": {}}}]
    assert log["completion_message"] == {"role": "assistant", "content": None, "tool_calls": [call]}
    assert log["metadata"]["input"] == {"function_call": "auto"}
    assert "input" not in log


def test_what_was_streamed_is_text() -> None:
    """An answer that comes as mere text answers messages; without messages it stays what it is."""
    assert observe("generation", {"input": MESSAGES, "output": "Paris."})["completion_message"] == {
        "role": "assistant",
        "content": "Paris.",
    }
    said = observe("generation", {"input": "q", "output": ANSWER})
    assert said["prompt_messages"] == [{"role": "user", "content": "q"}]
    log = observe("generation", {"input": "q", "output": "a"})
    assert (log["input"], log["output"]) == ("q", "a")


def test_usage_of_a_provider() -> None:
    """Usage in OpenAI's or Anthropic's names is put where it belongs; what is no count is kept."""
    usage = (
        '{"completion_tokens": 50, "prompt_tokens": 120, "total_tokens": 170, "completion_tokens_details":'
        ' {"audio_tokens": 3, "reasoning_tokens": 20}, "prompt_tokens_details": {"audio_tokens": 5,'
        ' "cached_tokens": 40}, "cache_creation_input_tokens": 10, "server_tool_use": {"web_search": 1}}'
    )
    log = observe("generation", {"usage_details": usage})
    assert log["usage"] == {
        "prompt_tokens": 120,
        "completion_tokens": 50,
        "total_tokens": 170,
        "prompt_tokens_details": {"audio_tokens": 5, "cached_tokens": 40},
        "completion_tokens_details": {"audio_tokens": 3, "reasoning_tokens": 20},
        "cache_creation_input_tokens": 10,
    }
    assert log["metadata"]["usage_details"] == {"server_tool_use": {"web_search": 1}}


@pytest.mark.parametrize(
    ("details", "cost"),
    [
        ('{"input": 0.001, "output": 0.002}', "0.003"),
        ('{"total": 0.25}', "0.25"),
        ('{"input": 0, "output": 0, "total": 0}', "0"),
        ('{"total": "much"}', None),
        ('{"total": -1}', None),
        ("{}", None),
        ("[1]", None),
    ],
)
def test_costs(details: str, cost: str | None) -> None:
    """A stated cost is the total, or the sum of the parts if there is none; what is no amount is metadata."""
    log = observe("generation", {"cost_details": details})
    assert log.get("cost") == (Decimal(cost) if cost is not None else None)
    assert cost is not None or log["metadata"]["langfuse.observation.cost_details"] == details


@pytest.mark.parametrize(
    ("kind", "child", "root"),
    [
        ("span", "task", "workflow"),
        ("chain", "task", "workflow"),
        ("generation", "chat", "chat"),
        ("embedding", "embedding", "embedding"),
        ("agent", "agent", "agent"),
        ("tool", "tool", "tool"),
        ("guardrail", "guardrail", "guardrail"),
        ("retriever", "task", "task"),
        ("evaluator", "task", "task"),
        ("event", "task", "task"),
        ("new kind", "task", "workflow"),
    ],
)
def test_kinds(kind: str, child: str, root: str) -> None:
    """Each kind of observation is one of the log's; a span or chain without parent is a workflow."""
    content = {"input": '{"in": 1}', "output": '["out"]'}
    log = observe(kind, content)
    assert (log["log_type"], log["input"], log["output"]) == (child, '{"in": 1}', '["out"]')
    assert observe(kind, content, parent_id="")["log_type"] == root
    assert kind == child or log["metadata"]["langfuse.observation.type"] == kind


def test_the_trace_of_an_observation() -> None:
    """Every observation tells its user, session, trace, tags and metadata, which version 5 writes as JSON."""
    log = observe(
        "span",
        {
            "user.id": "customer-1",
            "session.id": "session-1",
            "langfuse.trace.name": "holiday",
            "langfuse.trace.tags": ["blue"],
            "langfuse.trace.metadata.plan": '"pro"',
            "langfuse.trace.metadata.seats": "3",
            "langfuse.observation.metadata.step": '"first"',
            "langfuse.observation.metadata.plan": '"free"',
            "langfuse.environment": "staging",
            "langfuse.release": "v2",
            "langfuse.version": "1.2",
        },
    )
    assert (log["customer_identifier"], log["session_identifier"]) == ("customer-1", "session-1")
    assert log["trace_name"] == "holiday"
    assert log["metadata"] == {
        "tags": ["blue"],
        "plan": "free",
        "langfuse.trace.metadata.plan": '"pro"',
        "seats": 3,
        "step": "first",
        "environment": "staging",
        "release": "v2",
        "version": "1.2",
        "langfuse.observation.type": "span",
        "otel.scope.name": "langfuse-sdk",
        "otel.scope.version": "5.0.4",
    }


@pytest.mark.parametrize(
    ("version", "written", "meant"),
    [
        ("5.0.4", '"3"', "3"),
        ("5.0.4", "3", 3),
        ("5.0.4", "true", True),
        ("4.2.0", "3", "3"),
        ("3.5.0", "1.0", "1.0"),
        ("3.5.0", '{"a": [1]}', {"a": [1]}),
        ("3.0.0", '"pro"', "pro"),
    ],
)
def test_metadata_of_each_version(version: str, written: str, meant: Any) -> None:
    """Before version 5 text is written as it is, so that only objects, arrays and quoted text are JSON."""
    log = observe("span", {"langfuse.observation.metadata.key": written}, scope_version=version)
    assert log["metadata"]["key"] == meant


def test_a_trace_with_content_of_its_own() -> None:
    """The trace's input and output are its root's where that has none, and go where they only repeat its own."""
    log = observe("span", {"langfuse.trace.input": "q", "output": "a", "langfuse.trace.output": "a"}, parent_id="")
    assert (log["input"], log["output"]) == ("q", "a")
    assert not {"langfuse.trace.input", "langfuse.trace.output"} & log["metadata"].keys()
    other = observe("span", {"output": "a", "langfuse.trace.output": "b"}, parent_id="")
    assert (other["output"], other["metadata"]["langfuse.trace.output"]) == ("a", "b")


@pytest.mark.parametrize(
    ("attributes", "span", "error"),
    [
        ({"level": "ERROR", "status_message": "Error code: 429 - slow down"}, {}, ("Error code: 429 - slow down", 429)),
        ({"level": "ERROR"}, {"status": FAILED, "status_message": "fell"}, ("fell", 500)),
        ({"level": "ERROR"}, {"events": [Event("exception", 0.0, {"exception.message": "boom"})]}, ("boom", 500)),
        ({"level": "ERROR"}, {}, ("ERROR", 500)),
    ],
)
def test_errors(attributes: dict[str, Any], span: dict[str, Any], error: tuple[str, int]) -> None:
    """An observation of the level ERROR has failed, and says why."""
    log = observe("generation", attributes, **span)
    assert (log["status"], log["error_message"], log["status_code"]) == ("failed", *error)


def test_warnings() -> None:
    """An observation of the level WARNING warns; any other level's message is metadata."""
    assert observe("span", {"level": "WARNING", "status_message": "slow"})["warnings"] == "slow"
    log = observe("span", {"level": "DEBUG", "status_message": "seen"})
    assert log["metadata"]["langfuse.observation.status_message"] == "seen"
    assert "status" not in log
