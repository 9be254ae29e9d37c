"""Langfuse's ingestion batch: what langfuse 2.60.10 sends, in one batch and in several."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.dialects import langfuse
from inferlog.dialects.langfuse import Item
from inferlog.enrich import enrich
from inferlog.enrich.merge import merge, note_given
from inferlog.errors import InvalidInput
from inferlog.model import Log, Sent
from tests.unit.families.reading import plain
from tests.unit.journey import PRICES

AT = "2026-11-24T19:01:3"
TRACE = {"id": "t-1", "timestamp": AT + "5.0Z", "name": "travel", "userId": "customer-1", "sessionId": "session-1",
         "release": "r1", "metadata": {"plan": "pro"}, "tags": ["blue"], "input": {"city": "Paris"}}  # fmt: skip
ASKED = {"id": "g-1", "traceId": "t-1", "name": "ask", "startTime": AT + "5.25Z", "model": "gpt-4o-mini",
         "input": [{"role": "user", "content": "Hi"}], "modelParameters": {"temperature": "0.2", "max_tokens": "inf"},
         "parentObservationId": "s-1"}  # fmt: skip
ANSWERED = {"id": "g-1", "traceId": "t-1", "endTime": AT + "6.5Z", "completionStartTime": AT + "5.5Z",
            "output": {"role": "assistant", "content": "Hello"}, "costDetails": {"total": 0.003},
            "usageDetails": {"input": 80, "input_cached_tokens": 40, "output": 50}}  # fmt: skip


def event(kind: str, body: Any, number: int = 0) -> dict[str, Any]:
    """Return an event of a batch, `number` seconds after the first."""
    return {"id": f"e-{number}", "type": kind, "timestamp": f"{AT}{5 + number}.9Z", "body": body}


def decode(*events: Any) -> list[Item]:
    """Return what a batch comes to."""
    return langfuse.decode(json.dumps({"batch": events, "metadata": {"sdk_name": "python"}}).encode())


def pieces(*events: Any) -> list[dict[str, Any]]:
    """Return the pieces of a batch in plain values."""
    items = decode(*events)
    assert not [item.error for item in items if item.error]
    return [plain(item.sent) for item in items if item.sent is not None]


def test_a_trace_is_a_root() -> None:
    """A trace is a workflow under its own id, at the moment it began; several events of it are one piece."""
    items = decode(event("trace-create", TRACE), event("trace-create", {"id": "t-1", "output": "done"}, 1))
    assert [item.sent is not None for item in items] == [True, False]
    assert items[0].sent is not None
    assert plain(items[0].sent) == {
        "timestamp": 1795546895.0,
        "start_time": 1795546895.0,
        "log_type": "workflow",
        "log_method": "tracing_integration",
        "customer_identifier": "customer-1",
        "session_identifier": "session-1",
        "trace_unique_id": "t-1",
        "span_unique_id": "t-1",
        "trace_name": "travel",
        "span_name": "travel",
        "input": {"city": "Paris"},
        "output": "done",
        "metadata": {"plan": "pro", "release": "r1", "tags": ["blue"]},
    }
    assert items[0].mode == "override"


def test_a_trace_of_the_decorators_has_an_end() -> None:
    """`@observe` of version 2 says when a trace began and ended."""
    times = {"start_time": AT + "5.0Z", "end_time": AT + "7.5Z"}
    (trace,) = pieces(event("trace-create", {"id": "t-1", "timestamp": AT + "5.1Z", **times}))
    assert (trace["start_time"], trace["timestamp"]) == (1795546895.0, 1795546897.5)
    assert "metadata" not in trace


def test_a_generation_in_one_batch() -> None:
    """Create and update of a generation are one piece, with the user and session of its trace if that is there."""
    _, generation = pieces(
        event("trace-create", TRACE),
        event("generation-create", ASKED, 1),
        event("generation-update", ANSWERED, 2),
    )
    assert generation == {
        "timestamp": 1795546896.5,
        "start_time": 1795546895.25,
        "time_to_first_token": 0.25,
        "log_type": "chat",
        "log_method": "tracing_integration",
        "model": "gpt-4o-mini",
        "customer_identifier": "customer-1",
        "session_identifier": "session-1",
        "trace_unique_id": "t-1",
        "trace_name": "travel",
        "span_unique_id": "g-1",
        "span_parent_id": "s-1",
        "span_name": "ask",
        "prompt_messages": [{"role": "user", "content": "Hi"}],
        "completion_message": {"role": "assistant", "content": "Hello"},
        "usage": {
            "prompt_tokens": 80,
            "prompt_tokens_details": {"cached_tokens": 40},
            "completion_tokens": 50,
        },
        "cost": Decimal("0.003000000000"),
        "metadata": {"modelParameters": {"max_tokens": "inf"}},
        "temperature": 0.2,
    }


def test_pieces_leave_out_what_they_do_not_know() -> None:
    """A create without an end runs; an update alone has no name, no start, no parent."""
    (asked,) = pieces(event("generation-create", ASKED))
    assert (asked["status"], asked["start_time"]) == ("running", 1795546895.25)
    assert "timestamp" not in asked
    (answered,) = pieces(event("generation-update", ANSWERED))
    assert answered["timestamp"] == 1795546896.5
    assert not {"status", "start_time", "span_parent_id", "span_name", "model"} & answered.keys()
    assert answered["completion_start_time"] == AT + "5.5Z"


def completed(sent: Sent | None) -> Log:
    """Return a piece as it is stored."""
    assert sent is not None
    sent.log.received_at = 1795546900.0
    note_given(sent.log)
    enrich(sent, PRICES)
    return sent.log


@pytest.mark.parametrize("swapped", [False, True])
def test_a_generation_in_two_batches(swapped: bool) -> None:
    """Its pieces make one log, whichever comes first: messages, usage, times and the time to the first token."""
    asked = decode(event("generation-create", ASKED))[0]
    answered = decode(event("generation-update", ANSWERED, 1))[0]
    first, second = (answered, asked) if swapped else (asked, answered)
    log = merge(completed(first.sent), completed(second.sent), PRICES, overrides=second.mode == "override")
    assert (log.status, log.status_code, log.latency, log.time_to_first_token) == ("success", 200, 1.25, 0.25)
    assert (log.span_name, log.span_parent_id, log.model) == ("ask", "s-1", "gpt-4o-mini")
    assert msgspec.json.decode(log.prompt_messages) == [{"role": "user", "content": "Hi"}]
    assert msgspec.json.decode(log.completion_message) == {"role": "assistant", "content": "Hello"}
    assert (log.prompt_tokens, log.prompt_cache_hit_tokens, log.completion_tokens) == (80, 40, 50)


def test_order_within_a_batch_is_the_events_time() -> None:
    """Updates override in the order of their timestamps, creates only fill; metadata is united."""
    late = event("span-update", {"id": "s-1", "traceId": "t-1", "output": "late", "metadata": {"a": 2, "b": 2}}, 3)
    early = event("span-update", {"id": "s-1", "traceId": "t-1", "output": "early", "metadata": {"a": 1}}, 2)
    create = event("span-create", {"id": "s-1", "traceId": "t-1", "output": "first", "metadata": {"a": 0, "c": 0}}, 4)
    (span,) = pieces(late, early, create)
    assert (span["output"], span["metadata"]) == ("late", {"a": 2, "b": 2, "c": 0})


@pytest.mark.parametrize(
    ("kind", "body", "log_type", "more"),
    [
        ("span-create", {}, "task", {"status": "running"}),
        ("event-create", {"startTime": AT + "5.5Z"}, "task", {"timestamp": 1795546895.5}),
        ("observation-create", {"type": "GENERATION"}, "chat", {"status": "running"}),
        ("observation-create", {"type": "SPAN", "endTime": AT + "6Z"}, "task", {"timestamp": 1795546896.0}),
        ("observation-update", {"id": "o-1"}, "task", {"span_unique_id": "o-1"}),
        ("score-create", {"name": "helpful", "value": 0.9}, "score", {"span_name": "helpful"}),
    ],
)
def test_kinds(kind: str, body: dict[str, Any], log_type: str, more: dict[str, Any]) -> None:
    """Each kind of event is one of the log's; what has no end never runs."""
    (log,) = pieces(event(kind, {"traceId": "t-1", **body}))
    assert log["log_type"] == log_type
    assert more.items() <= log.items()
    assert kind not in ("event-create", "score-create") or "status" not in log


@pytest.mark.parametrize(
    ("trace", "observation", "parent"),
    [("t-1", "g-1", "g-1"), ("t-1", None, "t-1"), ("6128d988c2101d44559c766828567f47", None, None)],
)
def test_scores(trace: str, observation: str | None, parent: str | None) -> None:
    """A score hangs on its observation or on its trace, if that is a root itself (those of OpenTelemetry are not)."""
    score = {"id": "s", "traceId": trace, "observationId": observation, "name": "verdict", "value": "right",
             "dataType": "CATEGORICAL", "timestamp": AT + "5.5Z"}  # fmt: skip
    ((sent, mode),) = [(item.sent, item.mode) for item in langfuse.decode_scores(json.dumps([score]).encode())]
    assert sent is not None
    log = plain(sent)
    assert (log["log_type"], log.get("span_parent_id"), log["timestamp"]) == ("score", parent, 1795546895.5)
    assert log["metadata"] == {"name": "verdict", "value": "right", "dataType": "CATEGORICAL"}
    assert mode == "override"


def test_failures_and_warnings() -> None:
    """The level ERROR fails an observation, with the status that its message tells; WARNING warns."""
    end = {"id": "g", "traceId": "t-1", "endTime": AT + "6Z"}
    (failed,) = pieces(
        event("generation-update", {**end, "level": "ERROR", "statusMessage": "Error code: 429 - slow down"})
    )
    assert (failed["status"], failed["status_code"], failed["error_message"]) == (
        "failed",
        429,
        "Error code: 429 - slow down",
    )
    (warned,) = pieces(event("span-update", {**end, "level": "WARNING", "statusMessage": "slow"}))
    assert warned["warnings"] == "slow"


def test_older_usage() -> None:
    """`usage` has counts in Langfuse's or OpenAI's names, and costs; of another unit it is no count of tokens."""
    body = {"id": "g", "traceId": "t-1"}
    costs = {"inputCost": 0.001, "outputCost": 0.002}
    (log,) = pieces(event("generation-create", {**body, "usage": {"unit": "TOKENS", "input": 7, "output": 3, **costs}}))
    assert log["usage"] == {"prompt_tokens": 7, "completion_tokens": 3}
    assert log["cost"] == Decimal("0.003")
    (log,) = pieces(event("generation-create", {**body, "usage": {"promptTokens": 7, "completionTokens": 3}}))
    assert log["usage"] == {"prompt_tokens": 7, "completion_tokens": 3}
    (log,) = pieces(event("generation-create", {**body, "usage": {"unit": "CHARACTERS", "input": 70}}))
    assert log["metadata"]["usage"] == {"unit": "CHARACTERS", "input": 70}
    assert "usage" not in log


def test_nothing_is_lost() -> None:
    """Fields that are not understood are metadata, also of a wrong type; media is kept verbatim."""
    media = "@@@langfuseMedia:type=image/jpeg|id=abc|source=bytes@@@"
    (log,) = pieces(
        event(
            "span-create",
            {
                "id": "s",
                "traceId": "t-1",
                "startTime": "soon",
                "name": ["a"],
                "level": 5,
                "metadata": "text",
                "someField": {"a": 1},
                "input": media,
            },
        )
    )
    assert log["metadata"] == {"metadata": "text", "name": ["a"], "level": 5, "someField": {"a": 1}}
    assert log["input"] == media


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (7, "JSON object"),
        ({"type": "span-create", "body": {"traceId": "t"}}, "id"),
        ({"id": "e", "body": {"traceId": "t"}}, "type"),
        ({"id": "e", "type": "new-kind", "body": {"traceId": "t"}}, "type"),
        ({"id": "e", "type": "span-create"}, "body"),
        ({"id": "e", "type": "span-create", "body": []}, "body"),
        ({"id": "e", "type": "span-create", "body": {"id": "s"}}, "body.traceId"),
        ({"id": "e", "type": "span-update", "body": {"traceId": "t"}}, "body.id"),
        ({"id": "e", "type": "trace-create", "body": {"name": "n"}}, "body.id"),
    ],
)
def test_bad_events_stand_alone(bad: Any, named: str) -> None:
    """An event that lacks what it needs is an error that names it; the others are kept."""
    wrong, right = decode(bad, event("trace-create", TRACE))
    assert wrong.error is not None
    assert named in wrong.error
    assert wrong.sent is None
    assert right.sent is not None


def test_a_log_of_the_sdk_is_no_log() -> None:
    """sdk-log is accepted, and nothing is stored."""
    (item,) = decode(event("sdk-log", {"log": "x"}))
    assert (item.sent, item.error) == (None, None)


@pytest.mark.parametrize("body", ["[]", "{}", '{"batch": {}}', "7", "{"])
def test_no_batch(body: str) -> None:
    """A body that is no batch is refused."""
    with pytest.raises(InvalidInput):
        langfuse.decode(body.encode())


FIELDS = sorted(
    {*TRACE, *ASKED, *ANSWERED, "usage", "level", "statusMessage", "promptName", "promptVersion", "type", "value"}
)
JSON = st.recursive(
    st.sampled_from([None, True, "", "text", "[", 0, -1, 10**30, 1.5, 1e300, AT + "5Z", "assistant", "ERROR"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*FIELDS, "role"]), inner, max_size=2),
    max_leaves=4,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(sorted(langfuse.EVENT_TYPES)), BODIES), max_size=3))
def test_any_json_in_any_field(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    """No value of any field raises: each event is an error, or part of a piece."""
    events = [event(kind, {"id": "o", "traceId": "t"} | body, index) for index, (kind, body) in enumerate(bodies)]
    items = decode(*events)
    assert len(items) == len(events)
    for item in items:
        if item.sent is not None:
            completed(item.sent)
