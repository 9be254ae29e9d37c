"""What one span says of its trace reaches the others, whichever comes first."""

from typing import Any

import msgspec
import pytest

from inferlog.enrich import enrich
from inferlog.ingest import Piece
from inferlog.model import NO_JSON, Log, Sent
from inferlog.traces import Traces
from inferlog.usage import COUNTED_ELSEWHERE
from tests.unit.journey import PRICES

PROJECT = "p"


def span(number: int, trace: str = "t", *, root: bool = False, **columns: Any) -> Piece:
    """Return a span of a trace."""
    log = Log(trace_unique_id=trace, span_unique_id=str(number), **columns)
    return Sent(log=log, extra={}, speaks_for_trace=root), "override"


def logs(pieces: list[Piece]) -> list[tuple[str, str, str]]:
    """Return (span, customer, session) of each piece."""
    return [(sent.log.span_unique_id, sent.log.customer_identifier, sent.log.session_identifier) for sent, _ in pieces]


def test_spans_of_one_request_are_filled_in_place() -> None:
    """A root that comes last in a request fills those before it; no further piece is needed."""
    items = [span(1), span(2, customer_identifier="own"), span(3, root=True, customer_identifier="c")]
    assert Traces().complete(PROJECT, items) == []
    assert logs(items) == [("1", "c", ""), ("2", "own", ""), ("3", "c", "")]


def test_spans_that_come_later_are_filled() -> None:
    """What was said once holds for all that follow, of this trace and project alone."""
    traces = Traces()
    traces.complete(PROJECT, [span(1, root=True, customer_identifier="c", session_identifier="s")])
    later = [span(2), span(3, trace="other")]
    traces.complete(PROJECT, later)
    assert logs(later) == [("2", "c", "s"), ("3", "", "")]
    foreign = [span(4)]
    traces.complete("another project", foreign)
    assert logs(foreign) == [("4", "", "")]


def test_spans_that_came_before_are_completed_by_a_piece() -> None:
    """Each span that lacks something gets one piece that fills it, once; a piece says nothing else."""
    traces = Traces()
    traces.stored(PROJECT, [item[0].log for item in (span(1), span(2, customer_identifier="own"))])
    told = [span(3, root=True, customer_identifier="c", session_identifier="s")]
    further = traces.complete(PROJECT, told)
    assert [merges for _, merges in further] == ["fill", "fill"]
    assert logs(further) == [("1", "c", "s"), ("2", "c", "s")]
    assert {sent.log.status for sent, _ in further} == {"running"}
    assert traces.complete(PROJECT, told) == []


def test_a_span_that_speaks_for_itself_alone_tells_nothing_of_its_trace() -> None:
    """A customer of one span in the middle of a trace may be one of many."""
    traces = Traces()
    traces.stored(PROJECT, [span(1)[0].log])
    items = [span(2, customer_identifier="c"), span(3)]
    assert traces.complete(PROJECT, items) == []
    assert logs(items) == [("2", "c", ""), ("3", "", "")]


@pytest.mark.parametrize(("traces_kept", "spans_kept"), [(3, 10**6), (10**6, 3)])
def test_the_oldest_traces_are_forgotten(monkeypatch: pytest.MonkeyPatch, traces_kept: int, spans_kept: int) -> None:
    """Memory is bounded by traces and by spans; the newest are kept."""
    monkeypatch.setattr("inferlog.traces._TRACES_MAX", traces_kept)
    monkeypatch.setattr("inferlog.traces._SPANS_MAX", spans_kept)
    traces = Traces()
    for number in range(10):
        traces.stored(PROJECT, [span(number, trace=str(number))[0].log])
    further = traces.complete(
        PROJECT, [span(99, trace=str(number), root=True, customer_identifier="c") for number in range(10)]
    )
    assert [sent.log.span_unique_id for sent, _ in further] == ["7", "8", "9"]


def call(number: int, response: str, **columns: Any) -> Piece:
    """Return a span of a call that used tokens."""
    times = {"start_time": 100.0, "timestamp": 102.0} | columns
    item = span(number, usage=msgspec.Raw(b'{"prompt_tokens":7}'), **times)
    item[0].extra["response_id"] = msgspec.Raw(msgspec.json.encode(response))
    return item


def test_two_spans_of_one_response_count_its_tokens_once() -> None:
    """A call told by an SDK and by an instrumentation costs once, on the span that has its messages."""
    told = msgspec.Raw(b'[{"role":"user","content":"Hi"}]')
    items = [call(1, "msg_1"), call(2, "msg_1", prompt_messages=told), call(3, "msg_2")]
    traces = Traces()
    for _ in range(2):  # sent again, they are as they were
        traces.complete(PROJECT, items)
        assert [item[0].log.usage is NO_JSON for item in items] == [True, False, False]
    assert items[0][0].log.flags == (COUNTED_ELSEWHERE,)
    assert bytes(items[0][0].extra["aggregated_usage"]) == b'{"prompt_tokens":7}'
    later = [call(4, "msg_1", prompt_messages=told), call(2, "msg_1")]
    traces.complete(PROJECT, later)
    assert [item[0].log.usage is NO_JSON for item in later] == [True, False]


def test_no_token_of_a_repeated_call_is_billed() -> None:
    """Neither counts at the top level nor a usage in the response fill the buckets of the span that repeats a call."""
    answer = msgspec.Raw(b'{"model":"gpt-4o","usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}')
    items = [call(1, "r"), call(2, "r", model="gpt-4o", prompt_tokens=7, completion_tokens=2, full_response=answer)]
    Traces().complete(PROJECT, items)
    for sent, _ in items:
        enrich(sent, PRICES)
    first, repeated = (sent.log for sent, _ in items)
    assert first.usage_details == {"input": 7}
    assert (repeated.usage_details, repeated.total_request_tokens, repeated.cost) == ({}, 0, None)


def test_the_same_response_in_another_trace_or_project_is_another() -> None:
    """Ids of responses are the provider's: a stub may give all of its answers the same."""
    traces = Traces()
    for project, trace in (("p", "t"), ("p", "u"), ("q", "t")):
        items = [call(1, "msg_1", trace=trace)]
        traces.complete(project, items)
        assert items[0][0].log.usage is not NO_JSON


def test_a_response_id_that_is_drawn_twice_is_two_calls() -> None:
    """Calls that do not overlap in time are two, though their server gave both the same id."""
    items = [call(1, "chatcmpl-7"), call(2, "chatcmpl-7", start_time=102.5, timestamp=104.0)]
    Traces().complete(PROJECT, items)
    assert [item[0].log.usage is NO_JSON for item in items] == [False, False]
