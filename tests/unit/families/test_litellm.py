"""LiteLLM's OpenTelemetry callback: the span of a call, and the one below it that holds what the provider got."""

from decimal import Decimal
from typing import Any

import pytest

from inferlog.dialects.families.litellm import from_python, kind_of
from tests.unit.families.reading import read

SCOPE = {"scope_name": "litellm", "start": 10.0, "end": 12.0}
USAGE = "{'prompt_tokens': 120, 'completion_tokens': 50, 'prompt_tokens_details': {'cached_tokens': 40}}"
CALL = {
    "litellm.call_id": "c-1", "llm.request.type": "acompletion", "gen_ai.operation.name": "acompletion",
    "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 50,
    "gen_ai.cost.total_cost": 4.5e-05, "gen_ai.response.finish_reasons": '["stop"]', "metadata.usage_object": USAGE,
    "metadata.user_api_key_alias": "", "metadata.user_api_key_team_id": "team", "metadata.applied_guardrails": "[]",
    "metadata.spend_logs_metadata": "{'plan': 'pro', 'seats': 3}",
}  # fmt: skip
RAW = {
    "llm.openai.model": "gpt-4o-mini-2024-07-18", "llm.openai.stop": "['END']", "llm.openai.seed": 7,
    "llm.openai.tool_choice": "auto", "llm.openai.extra_body": "{}", "llm.openai.object": "chat.completion",
    "llm.openai.messages": "[{'role': 'user', 'content': 'Hi'}]", "llm.openai.usage": USAGE,
    "llm.openai.choices": "[{'finish_reason': 'tool_calls', 'message': {'content': None, 'role': 'assistant', "
    "'tool_calls': [{'id': 'call_1', 'type': 'function', 'function': {'name': 'f', 'arguments': '{}'}}]}}]",
}  # fmt: skip


def test_a_call() -> None:
    """Values that stand as Python shows them are read; the user's metadata loses its holder, what is empty is left."""
    log = read(CALL, **SCOPE)
    assert (log["log_type"], log["model"], log["cost"]) == ("chat", "gpt-4o-mini", Decimal("0.000045"))
    assert log["usage"]["prompt_tokens_details"] == {"cached_tokens": 40}
    assert log["finish_reasons"] == ["stop"]
    told = {"plan": "pro", "seats": 3, "user_api_key_team_id": "team"}
    assert {name: log["metadata"].get(name) for name in told} == told
    assert not [name for name in log["metadata"] if name.startswith("metadata.") or "alias" in name]


def test_what_went_to_the_provider_is_a_piece_of_the_call() -> None:
    """The raw span has its call's id and no times of its own; its tokens are not counted again."""
    log = read(RAW, **SCOPE)
    assert (log["span_unique_id"], log["trace_unique_id"]) == ("0c", "0a")
    assert not {"span_parent_id", "span_name", "start_time", "timestamp", "usage", "cost", "model"} & log.keys()
    assert (log["stop"], log["seed"], log["tool_choice"]) == (["END"], 7, "auto")
    assert log["completion_message"]["tool_calls"][0]["id"] == "call_1"
    assert log["raw_gen_ai_request"]["messages"] == [{"role": "user", "content": "Hi"}]
    assert log["raw_gen_ai_request"]["usage"]["prompt_tokens"] == 120


@pytest.mark.parametrize(
    "span",
    [{"scope_name": "mine"}, {"scope_name": "litellm", "parent_id": ""}],
)
def test_other_spans_stay_themselves(span: dict[str, Any]) -> None:
    """A span of another scope, or without a call above it, is no piece of a call."""
    log = read(RAW, **span)
    assert log["span_unique_id"] == "0b"
    assert log["metadata"]["llm.openai.seed"] == 7


def test_embeddings() -> None:
    """The vectors of the raw span are the output of the embedding."""
    raw = {
        "llm.None.input": "['one']",
        "llm.None.data": "[{'embedding': [0.5], 'index': 0}]",
        "llm.None.object": "list",
    }
    log = read(raw, **SCOPE)
    assert (log["log_type"], log["output"]) == ("embedding", [{"embedding": [0.5], "index": 0}])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': [1, None, True]}", {"a": [1, None, True]}),
        ("[]", []),
        ("[object]", "[object]"),
        ("{1, 2", "{1, 2"),
        ("[" * 5_000, "[" * 5_000),
        ("{'a': 1j}", "{'a': 1j}"),
        ("{'a': {1: 2}}", {"a": {1: 2}}),
        ("text", "text"),
        (7, 7),
    ],
)
def test_python_values(text: Any, value: Any) -> None:
    """Lists and dictionaries are read as Python shows them; what is none, or no JSON, stays the text it is."""
    assert from_python(text) == value


@pytest.mark.parametrize(
    ("call_type", "log_type"),
    [("completion", "chat"), ("atext_completion", "completion"), ("aresponses", "response"), ("x", "")],
)
def test_kinds(call_type: str, log_type: str) -> None:
    """A type of call tells the log's kind."""
    assert kind_of(call_type) == log_type
