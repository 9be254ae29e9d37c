"""Every parameter of the endpoint's reference page and of its later versions: which value is stored where."""

from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest

from inferlog.dialects.fields import ALIASES, BODIES, SCALARS
from inferlog.model import Log
from tests.unit.journey import RECEIVED_AT, decoded, extra_of, prepared

PAGE: Final = frozenset(
    "model prompt_messages completion_message cost completion_tokens completion_unit_price customer_identifier "
    "error_message full_request generation_time metadata prompt_tokens prompt_unit_price response_format stream "
    "status_code tools tool_choice ttft warnings".split()
)
MESSAGES: Final = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]},
    {"role": "tool", "tool_call_id": "c1", "content": "…"},
]
ANSWER: Final = {"role": "assistant", "content": "Hi, how can I assist you today?"}
TOOL: Final = {"type": "function", "function": {"name": "get_weather"}}

COLUMN_CASES: Final[list[tuple[str, Any, str, Any]]] = [
    # parameter, value sent, column, value stored
    ("model", "gpt-4o-mini", "model", "gpt-4o-mini"),
    ("model", "", "model", ""),
    ("prompt_messages", MESSAGES, "prompt_messages", MESSAGES),
    ("prompt_messages", [], "prompt_messages", []),
    ("completion_message", ANSWER, "completion_message", ANSWER),
    ("completion_message", {}, "completion_message", {}),
    ("is_pinned", True, "is_pinned", True),
    ("blurred", "true", "blurred", True),
    ("cost", 0.00042, "cost", Decimal("0.00042")),
    ("cost", 0, "cost", Decimal(0)),
    ("cost", "0.1", "cost", Decimal("0.1")),
    ("completion_tokens", 16, "completion_tokens", 16),
    ("completion_unit_price", 0.0042, "completion_unit_price", Decimal("0.0042")),
    ("customer_identifier", "456467", "customer_identifier", "456467"),
    ("error_message", "rate limited", "error_message", "rate limited"),
    ("full_request", {"temperature": 0.5, "top_p": 0.5}, "full_request", {"temperature": 0.5, "top_p": 0.5}),
    ("full_request", [{"a": 1}], "full_request", [{"a": 1}]),
    ("generation_time", 1.5, "latency", 1.5),
    ("metadata", {"any": "key", "n": 1, "t": True}, "metadata", {"any": "key", "n": 1, "t": True}),
    ("prompt_tokens", 8, "prompt_tokens", 8),
    ("prompt_unit_price", 3, "prompt_unit_price", Decimal(3)),
    ("response_format", {"type": "json_object"}, "response_format", {"type": "json_object"}),
    ("response_format", "text", "response_format", {"type": "text"}),
    ("stream", True, "stream", True),
    ("stream", False, "stream", False),
    ("status_code", 429, "status_code", 429),
    ("tools", [TOOL], "tools", [TOOL]),
    ("tool_choice", "none", "tool_choice", "none"),
    ("tool_choice", TOOL, "tool_choice", TOOL),
    ("ttft", 0.25, "time_to_first_token", 0.25),
    ("warnings", "slow", "warnings", "slow"),
    ("warnings", {"w": [1]}, "warnings", '{"w":[1]}'),
    ("warnings", ["a", "b"], "warnings", '["a","b"]'),
    # later versions of the page, and the published clients
    ("messages", MESSAGES, "prompt_messages", MESSAGES),
    ("completion_messages", [ANSWER, ANSWER], "completion_messages", [ANSWER, ANSWER]),
    ("input", "What went in", "input", "What went in"),
    ("input", MESSAGES, "input", MESSAGES),
    ("input", {"a": 1}, "input", {"a": 1}),
    ("input", 5, "input", "5"),
    ("input", True, "input", "true"),
    ("output", "What came out", "output", "What came out"),
    ("output", ANSWER, "output", ANSWER),
    ("output", [0.5, -1], "output", [0.5, -1]),
    ("output", 0.10, "output", "0.1"),
    ("log_type", "embedding", "log_type", "embedding"),
    ("log_method", "batch", "log_method", "batch"),
    ("full_response", {"id": "r"}, "full_response", {"id": "r"}),
    ("tool_calls", [{"id": "c1"}], "tool_calls", [{"id": "c1"}]),
    ("variables", {"name": "Ada"}, "variables", {"name": "Ada"}),
    ("prompt_id", "p1", "prompt_id", "p1"),
    ("prompt_name", "greeting", "prompt_name", "greeting"),
    ("provider_id", "openai", "provider_id", "openai"),
    ("deployment_name", "eu-1", "deployment_name", "eu-1"),
    ("latency", 2, "latency", 2.0),
    ("time_to_first_token", 0.5, "time_to_first_token", 0.5),
    ("tokens_per_second", 41.5, "tokens_per_second", 41.5),
    ("timestamp", "2024-04-15T08:30:37.721313Z", "timestamp", 1713169837.721313),
    ("start_time", "2024-04-15T08:30:36Z", "start_time", 1713169836.0),
    ("total_tokens", 24, "total_request_tokens", 24),
    ("total_request_tokens", 25, "total_request_tokens", 25),
    ("usage", {"prompt_tokens": 1}, "usage", {"prompt_tokens": 1}),
    ("prompt_cache_hit_tokens", 3, "prompt_cache_hit_tokens", 3),
    ("prompt_cache_creation_tokens", 4, "prompt_cache_creation_tokens", 4),
    ("reasoning_tokens", 5, "reasoning_tokens", 5),
    ("status", "error", "status", "error"),
    ("error_code", "rate_limit_exceeded", "error_code", "rate_limit_exceeded"),
    ("category", "support", "category", "support"),
    ("customer_name", "Ada", "customer_name", "Ada"),
    ("customer_email", "ada@example.com", "customer_email", "ada@example.com"),
    ("custom_identifier", "ticket-1", "custom_identifier", "ticket-1"),
    ("group_identifier", "g", "group_identifier", "g"),
    ("thread_identifier", "t", "thread_identifier", "t"),
    ("session_identifier", "s", "session_identifier", "s"),
    ("trace_group_identifier", "tg", "trace_group_identifier", "tg"),
    ("evaluation_identifier", "e", "evaluation_identifier", "e"),
    ("trace_unique_id", "tr", "trace_unique_id", "tr"),
    ("trace_name", "checkout", "trace_name", "checkout"),
    ("span_unique_id", "sp", "span_unique_id", "sp"),
    ("span_parent_id", "sp0", "span_parent_id", "sp0"),
    ("span_name", "retrieve", "span_name", "retrieve"),
    ("span_workflow_name", "rag", "span_workflow_name", "rag"),
    ("span_path", "a.b", "span_path", "a.b"),
    ("positive_feedback", False, "positive_feedback", False),
    ("positive_feedback", True, "positive_feedback", True),
    ("service_tier", "flex", "service_tier", "flex"),
    ("note", "look again", "note", "look again"),
]  # fmt: skip

KEPT_CASES: Final[list[tuple[str, Any]]] = [
    ("temperature", 1), ("temperature", 0.7), ("top_p", 0.5), ("frequency_penalty", -0.5), ("presence_penalty", 2),
    ("max_tokens", 100), ("max_tokens", -1), ("stop", "END"), ("stop", ["a", "b"]),
    ("is_custom_prompt", False), ("prompt_version_number", 3), ("prompt", {"prompt_id": "p", "variables": {}}),
    ("properties", {"n": 1.50}), ("environment", "test"), ("unique_id", "my own id"), ("disable_log", False),
    ("customer_params", {"period_budget": 10}),
    ("keywordsai_api_controls", {"block": True}), ("respan_api_controls", {"block": True}),
    # names that have no meaning here
    ("type", "json_schema"), ("ideal_output", "42"), ("failed", False), ("has_warnings", True), ("cached_response", 1),
    ("is_test", True), ("span_handoffs", ["a->b"]), ("span_tools", ["t"]), ("eval_params", {"e": 1}),
    ("linkup_params", {}), ("mem0_params", {}), ("moda_params", {}), ("hyperspell_params", {}),
    ("posthog_integration", {"k": "v"}), ("encoding_format", "float"), ("disable_fallback", False),
    ("field_name", "data: "), ("delimiter", "\n\n"), ("request_breakdown", False), ("user_id", "u"),
    ("application", "app"), ("content_type", "text"), ("latency_ms", 12), ("request_id", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sent", "column", "stored"), COLUMN_CASES)
def test_a_parameter_is_stored_in_its_column(name: str, sent: Any, column: str, stored: Any) -> None:
    """Each parameter with a column is there, as the right type, and nothing of it is kept beside."""
    result = decoded({name: sent})
    value = getattr(result.log, column)
    found = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
    assert (found, type(found)) == (stored, type(stored))
    assert result.extra == {}
    others = {field for field in Log.__struct_fields__ if getattr(result.log, field) != getattr(Log(), field)}
    assert others <= {column}


@pytest.mark.parametrize(("name", "sent"), KEPT_CASES)
def test_a_parameter_without_a_column_is_kept(name: str, sent: Any) -> None:
    """What has no column of its own is kept under its name, as it was sent."""
    result = decoded({name: sent})
    assert {key: msgspec.json.decode(raw) for key, raw in result.extra.items()} == {name: sent}
    assert msgspec.structs.asdict(result.log) == msgspec.structs.asdict(decoded({}).log)


def test_every_parameter_is_in_these_tables() -> None:
    """No parameter is without a case, those of the page among them; nested holders have tests of their own."""
    known = SCALARS.keys() | BODIES.keys()
    cases = {name for name, *_ in COLUMN_CASES} | {name for name, _ in KEPT_CASES}
    assert known - cases == {"keywordsai_params", "respan_params"}
    assert known >= PAGE
    assert set(ALIASES.values()) <= known


def test_an_empty_object_is_a_log_of_defaults() -> None:
    """Nothing is required; what the page gives a default has it, and what is at its default is left out of the row."""
    ready = prepared(b"{}")
    assert msgspec.json.decode(ready.entry.row) == {
        "project_id": "01234567-89ab-4cde-8f01-23456789abcd",
        "environment": "prod",
        "id": ready.entry.log_id,
        "timestamp": RECEIVED_AT,
        "start_time": RECEIVED_AT,
        "received_at": RECEIVED_AT,
        "api_key_prefix": "aBcDeFgH",
        "log_type": "chat",
        "log_method": "logging_api",
        "status": "success",
        "status_code": 200,
        "size_bytes": 2,
    }
    assert ready.block


def test_the_pages_own_example_is_one_log() -> None:
    """All parameters of the page in one body, beside fields that it uses without naming them."""
    log = prepared(
        {
            "model": "self-hosted", "prompt_messages": MESSAGES, "completion_message": ANSWER, "prompt_tokens": 8,
            "completion_tokens": 16, "cost": 0.00042, "latency": 0.2, "generation_time": 0.2, "ttft": 0.1,
            "time_to_first_token": 0.1, "timestamp": "2024-04-15T08:30:37.721313Z", "tokens_per_second": 80,
            "customer_identifier": "456467", "metadata": {}, "stream": False, "status_code": 200, "warnings": "",
            "error_message": "", "type": "text",
        }
    ).log  # fmt: skip
    assert (log.latency, log.time_to_first_token, log.tokens_per_second) == (0.2, 0.1, 80.0)
    assert (log.timestamp, log.start_time) == (1713169837.721313, 1713169837.521313)
    assert (log.cost, log.cost_source, log.total_request_tokens) == (Decimal("0.00042"), "given", 24)
    assert (log.status, log.status_code, log.customer_identifier) == ("success", 200, "456467")
    assert {name: bytes(raw) for name, raw in extra_of(log).items()} == {
        "generation_time": b"0.2",
        "ttft": b"0.1",
        "type": b'"text"',
    }


@pytest.mark.parametrize(
    ("text", "column", "kept"),
    [
        (b'{"metadata":{"z":1.10,"a":1234567890123456789012}}', "metadata", b'{"z":1.10,"a":1234567890123456789012}'),
        (b'{"metadata":{"e":1E5,"f":-0.0}}', "metadata", b'{"e":1E5,"f":-0.0}'),
        (b'{"full_request":{"b":1, "a":2}}', "full_request", b'{"b":1, "a":2}'),
        (b'{"prompt_messages":[{"content":"\\u00e9\\/"}]}', "prompt_messages", b'[{"content":"\\u00e9\\/"}]'),
    ],
)  # fmt: skip
def test_a_body_is_kept_verbatim(text: bytes, column: str, kept: bytes) -> None:
    """Digits, the order of keys, escapes and spaces of a body are those that were sent."""
    assert bytes(getattr(decoded(text).log, column)) == kept
