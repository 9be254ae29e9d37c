"""LiteLLM's payloads: what litellm 1.110 posts of a call becomes a log, and nothing of it is lost."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.dialects import litellm
from inferlog.errors import InvalidInput
from tests.unit.families.reading import plain

USAGE = {"prompt_tokens": 120, "completion_tokens": 50, "total_tokens": 170,
         "prompt_tokens_details": {"cached_tokens": 40, "text_tokens": None},
         "completion_tokens_details": {"reasoning_tokens": 20}}  # fmt: skip
ASKED = [{"role": "user", "content": "Hi"}]
ANSWER = {"id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o-mini-2024-07-18", "usage": USAGE,
          "choices": [{"index": 0, "finish_reason": "stop",
                       "message": {"role": "assistant", "content": "Hello"}}]}  # fmt: skip
CALL: dict[str, Any] = {
    "id": "chatcmpl-1", "litellm_call_id": "call-1", "trace_id": "trace-1", "session_id": "", "status": "success",
    "call_type": "acompletion", "stream": True, "cache_hit": None, "custom_llm_provider": "openai",
    "model": "gpt-4o-mini", "startTime": 1795547220.0, "completionStartTime": 1795547220.25, "endTime": 1795547221.5,
    "response_cost": 4.5e-05, "prompt_tokens": 120, "completion_tokens": 50, "total_tokens": 170, "end_user": None,
    "request_tags": ["blue"], "api_base": "https://api.openai.com", "messages": ASKED, "response": ANSWER,
    "metadata": {"user_api_key_alias": "team", "user_api_key_hash": None, "usage_object": USAGE,
                 "spend_logs_metadata": {"plan": "pro"}, "requester_metadata": {"seats": 3}},
    "model_parameters": {"temperature": 0.2, "max_tokens": 100, "stream": True, "user": "customer-1",
                         "tools": [{"type": "function", "function": {"name": "look_up"}}]},
    "error_information": {"error_code": "", "error_class": "", "error_message": ""},
}  # fmt: skip
FAILURE = CALL | {
    "id": "call-1", "status": "failure", "response": {}, "error_str": "litellm.RateLimitError: slow down",
    "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "response_cost": 0.0,
    "metadata": {"usage_object": {}}, "completionStartTime": 1795547221.5,
    "error_information": {"error_code": "429", "error_class": "RateLimitError", "traceback": "at …"},
}  # fmt: skip


def decode(payload: Any) -> dict[str, Any]:
    """Return the log that a payload is, in plain values."""
    return plain(litellm.decode(json.dumps(payload).encode()))


def test_a_call() -> None:
    """All that a payload says of a call is where logs have it; the user's metadata counts before LiteLLM's."""
    assert decode(CALL) == {
        "start_time": 1795547220.0,
        "timestamp": 1795547221.5,
        "time_to_first_token": 0.25,
        "log_type": "chat",
        "log_method": "tracing_integration",
        "model": "gpt-4o-mini",
        "response_model": "gpt-4o-mini-2024-07-18",
        "response_id": "chatcmpl-1",
        "provider_id": "openai",
        "stream": True,
        "cost": Decimal("0.000045"),
        "customer_identifier": "customer-1",
        "trace_unique_id": "trace-1",
        "span_unique_id": "call-1",
        "prompt_messages": ASKED,
        "completion_message": {"role": "assistant", "content": "Hello", "finish_reason": "stop"},
        "tools": [{"type": "function", "function": {"name": "look_up"}}],
        "temperature": 0.2,
        "max_tokens": 100,
        "usage": {
            "prompt_tokens": 120,
            "completion_tokens": 50,
            "total_tokens": 170,
            "prompt_tokens_details": {"cached_tokens": 40},
            "completion_tokens_details": {"reasoning_tokens": 20},
        },
        "metadata": {"user_api_key_alias": "team", "plan": "pro", "seats": 3, "tags": ["blue"]},
        "litellm": {
            "status": "success",
            "call_type": "acompletion",
            "api_base": "https://api.openai.com",
            "response": {"object": "chat.completion"},
        },
    }


def test_a_failure() -> None:
    """A failure has the provider's status and message, no tokens and no cost, and an id of its own attempt."""
    log = decode(FAILURE)
    assert (log["status"], log["status_code"], log["error_code"]) == ("failed", 429, "RateLimitError")
    assert log["error_message"] == "litellm.RateLimitError: slow down"
    assert not {"usage", "cost", "time_to_first_token", "completion_message"} & log.keys()
    assert log["litellm"]["error_information"]["traceback"] == "at …"
    again = decode(FAILURE | {"startTime": 1795547225.0})
    assert len({log["span_unique_id"], again["span_unique_id"], decode(CALL)["span_unique_id"]}) == 3


@pytest.mark.parametrize(
    ("hit", "cost", "expected"),
    [
        (None, 0.5, Decimal("0.5")),
        (True, 0.0, Decimal(0)),
        (False, 0.0, None),
        (None, None, None),
        (None, -1, None),
        (None, "a lot", None),
    ],
)
def test_cost(hit: bool | None, cost: Any, expected: Decimal | None) -> None:
    """A cost that is given counts; zero only for an answer from the cache, as it also stands for an unknown price."""
    assert decode(CALL | {"cache_hit": hit, "response_cost": cost}).get("cost") == expected


@pytest.mark.parametrize(
    ("call_type", "log_type"),
    [
        ("completion", "chat"),
        ("atext_completion", "completion"),
        ("aembedding", "embedding"),
        ("aresponses", "response"),
        ("anthropic_messages", "chat"),
        ("atranscription", "transcription"),
        ("speech", "speech"),
        ("arerank", "reranker"),
        ("call_mcp_tool", "tool"),
        ("image_generation", "unknown"),
        (None, "chat"),
    ],
)
def test_kinds(call_type: str | None, log_type: str) -> None:
    """A call's type tells the log's kind."""
    assert decode(CALL | {"call_type": call_type})["log_type"] == log_type


def test_embeddings() -> None:
    """The texts of an embedding, which LiteLLM writes as messages, are its input, and the vectors its output."""
    texts = [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]
    vectors = {"data": [{"embedding": [0.5], "index": 0}]}
    log = decode(CALL | {"call_type": "aembedding", "messages": texts, "response": vectors})
    assert (log["input"], log["output"]) == (["one", "two"], vectors)
    assert "prompt_messages" not in log


@pytest.mark.parametrize(
    ("people", "customer"),
    [
        ({"end_user": "e", "model_parameters": {}}, "e"),
        ({"model_parameters": {}, "metadata": {"user_api_key_end_user_id": "m"}}, "m"),
        ({"end_user": "e"}, "customer-1"),
        ({"model_parameters": {"user": 7}}, None),
    ],
)
def test_customers(people: dict[str, Any], customer: str | None) -> None:
    """The customer is who the request names, or else whom the proxy knows."""
    assert decode(CALL | people).get("customer_identifier") == customer


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n"])
def test_lines(separator: str) -> None:
    """A body may be an array, one payload, or one a line (log_format: json_array, single, ndjson)."""
    one = json.dumps(CALL)
    assert len(litellm.split(f"[{one},{one}]".encode())) == 2
    assert len(litellm.split(one.encode())) == 1
    assert len(litellm.split(json.dumps(CALL, indent=1).encode())) == 1
    split = litellm.split(separator.join([one, one, one, ""]).encode())
    assert [plain(litellm.decode(item)) for item in split] == [decode(CALL)] * 3


@pytest.mark.parametrize("bad", ["[1]", "[null]", '["a"]', "7"])
def test_what_is_no_call(bad: str) -> None:
    """What is no JSON object is refused, and says so."""
    [item] = litellm.split(bad.encode())
    with pytest.raises(InvalidInput, match="expected a JSON object for one call"):
        litellm.decode(item)


def test_redacted() -> None:
    """With turn_off_message_logging the texts are one word, which is kept as what was said."""
    redacted = CALL | {"messages": "redacted-by-litellm", "response": "redacted-by-litellm"}
    log = decode(redacted)
    assert (log["input"], log["output"]) == ("redacted-by-litellm", "redacted-by-litellm")


_JSON = st.recursive(
    st.sampled_from([None, True, "", "text", "[", 0, -1, 10**30, 1.5, 1e300, "failure", "assistant"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*CALL, "role"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*CALL, "error_str", "other"]), _JSON, max_size=6))
def test_any_json_in_any_field(fields: dict[str, Any]) -> None:
    """No value of any field raises, and no field is lost: it is taken, or kept as it came."""
    assert isinstance(msgspec.json.encode(decode(CALL | fields)), bytes)
    assert decode({"other": [1]} | {"litellm_call_id": "c"})["litellm"] == {"other": [1]}
