"""What only the clients of tracing platforms and frameworks have: facts by hand, scores, placeholders."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.answers import THOUGHT, TOOL_CALL_ID
from tests.clients.conftest import Run
from tests.clients.logs import get

RunClient = Callable[[str], Run]
LITELLM = ("litellm", "litellm-otel-v2", "litellm-generic")
LOGFIRE = ("logfire", "logfire-token")


def _named(run_client: RunClient, client: str, name: str) -> list[dict[str, Any]]:
    logs, _ = run_client(client)
    return [log for log in logs.all if log["span_name"] == name]


@pytest.mark.parametrize("name", ["langfuse", "langfuse-2"])
def test_a_generation_by_hand_is_one_log(name: str, run_client: RunClient) -> None:
    """What is given when a generation is created, updated and ended is one log, its cost the given one."""
    log = _named(run_client, name, "by-hand")[0]
    assert (log["model"], log["temperature"], log["max_tokens"]) == ("gpt-4o-mini-2024-07-18", 0.2, 100)
    assert (log["prompt_cache_hit_tokens"], log["reasoning_tokens"]) == (40, 20)
    assert (log["completion_message"]["content"], log["cost"], log["status"]) == ("Hi", 0.003, "success")
    assert log["metadata"]["version"] == "1.2"
    assert log["time_to_first_token"] >= 0
    same_span = [each for each in _logs(run_client, name) if each["span_unique_id"] == log["span_unique_id"]]
    assert len(same_span) == 1


def _logs(run_client: RunClient, client: str) -> list[dict[str, Any]]:
    return run_client(client)[0].all


@pytest.mark.parametrize(("name", "span"), [("langfuse", "by-hand"), ("langfuse-2", "failed")])
def test_a_generation_that_failed_says_why(name: str, span: str, run_client: RunClient) -> None:
    """A level of ERROR fails a generation, with the message that was given."""
    failed = [log for log in _named(run_client, name, span) if log["status"] == "failed"]
    assert [log["error_message"] for log in failed] == ["the model fell"]


@pytest.mark.parametrize("name", ["langfuse"])
def test_scores_hang_below_what_they_judge(name: str, run_client: RunClient) -> None:
    """A score of an observation is a log below it, with its value."""
    judged = _named(run_client, name, "judged")[0]
    helpful = _named(run_client, name, "helpful")[0]
    assert (helpful["log_type"], helpful["span_parent_id"]) == ("score", judged["span_unique_id"])
    assert helpful["trace_unique_id"] == judged["trace_unique_id"]
    assert str(helpful["metadata"]["value"]) == "0.9"


@pytest.mark.parametrize("name", ["langfuse"])
def test_each_kind_of_observation_has_its_kind_of_log(name: str, run_client: RunClient) -> None:
    """Langfuse's kinds become the vendor's; those that it has not are tasks, or workflows without a parent."""
    kinds = {log["span_name"]: log["log_type"] for log in _logs(run_client, name)}
    expected = {"a-agent": "agent", "a-tool": "tool", "a-guardrail": "guardrail", "a-embedding": "embedding"}
    assert {name: kinds[name] for name in expected} == expected
    assert {kinds[f"a-{name}"] for name in ("span", "chain")} == {"workflow"}


@pytest.mark.parametrize("name", LITELLM)
def test_a_call_of_litellm_is_one_log(name: str, run_client: RunClient) -> None:
    """What its callback tells of a call is one log, complete, whose cost is the one that LiteLLM worked out."""
    logs, _ = run_client(name)
    assert len(logs.trace("plain")) == 1
    log = logs.call("plain")
    assert (log["cost"], log["cost_source"]) == (pytest.approx(4.5e-05), "given")
    assert get(logs.call("tools"), "completion_message", "tool_calls", 0, "id") == TOOL_CALL_ID
    assert get(logs.call("claude_reasoning"), "completion_message", "reasoning_content") == THOUGHT


@pytest.mark.parametrize("name", LOGFIRE)
def test_spans_that_begin_and_end_are_one_log(name: str, run_client: RunClient) -> None:
    """A placeholder that Logfire sends when a span begins is no log of its own, and none is left running."""
    logs = _logs(run_client, name)
    spans = [(log["trace_unique_id"], log["span_unique_id"]) for log in logs]
    assert len(spans) == len(set(spans))
    assert [log["span_name"] for log in logs if log["status"] == "running"] == []
    assert len([log for log in logs if log["span_name"] == "guide"]) == 1
