"""OTLP's two forms are read alike; what is wrong with one span of a JSON request does not cost the others."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from inferlog.dialects import otlp, otlp_json
from inferlog.dialects.families import interpret
from inferlog.dialects.spans import Span
from inferlog.errors import InvalidInput
from inferlog.ingest import Piece, Prepared, prepare_pieces
from inferlog.jsontext import dumps
from inferlog.model import Entry
from tests.unit.journey import INTAKE, KEY, RECEIVED_AT
from tests.unit.otlp_requests import as_json, requests


@given(requests, st.booleans())
def test_json_and_protobuf_give_the_same_logs(request: ExportTraceServiceRequest, snake_case: bool) -> None:
    """Whatever a request holds, its JSON form is stored as the very rows that its protobuf form is."""
    from_protobuf = otlp.decode_traces(request.SerializeToString())
    from_json, errors = otlp_json.decode_traces(as_json(request, snake_case=snake_case))
    assert errors == []
    assert _rows(from_json) == _rows(from_protobuf)


def _rows(spans: list[Span]) -> list[tuple[bytes, bytes]]:
    pieces: list[Piece] = [(interpret(span), "override") for span in spans]
    prepared = prepare_pieces(pieces, KEY, RECEIVED_AT, INTAKE)
    entries: list[Entry] = [each.entry for each in prepared if isinstance(each, Prepared)]
    assert len(entries) == len(spans)
    # An id that is drawn differs; one that is derived of trace and span ids does not.
    return [(each.identity, each.row.replace(b"" if each.identity else each.log_id.encode(), b"")) for each in entries]


def test_ids_are_hex_in_lower_case_and_times_are_microseconds() -> None:
    """Ids compare equal however they are written; nanoseconds are cut to what the store holds."""
    item = {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "parentSpanId": "not-hex-É"}
    [span], _ = otlp_json.decode_traces(_request(item | {"startTimeUnixNano": "1790000000123456789", "kind": 3}))
    assert (span.trace_id, span.span_id) == ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174")
    assert (span.parent_id, span.start, span.kind) == ("not-hex-É", 1790000000.123456, "client")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"stringValue": "x"}, "x"),
        ({"intValue": "9223372036854775807"}, 2**63 - 1),
        ({"intValue": 7}, 7),
        ({"intValue": "99999999999999999999"}, "99999999999999999999"),
        ({"intValue": "seven"}, "seven"),
        ({"boolValue": False}, False),
        ({"doubleValue": 1}, 1.0),
        ({"doubleValue": "NaN"}, "NaN"),
        ({"doubleValue": "1.5"}, 1.5),
        ({"bytesValue": "-_8"}, "+/8="),
        ({"arrayValue": {}}, []),
        ({"arrayValue": {"values": [{"stringValue": "a"}, {}]}}, ["a", None]),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}, {"a": 1}),
        ({"string_value": "x"}, "x"),
        ("bare", "bare"),
        (None, None),
        ({}, None),
        ({"unknownValue": 1}, None),
    ],
)
def test_an_attributes_value_is_read_in_every_form(value: Any, expected: Any) -> None:
    """int64 is text, a double may be NaN, bytes are base64; a value that is not wrapped is taken as it is."""
    [span], _ = otlp_json.decode_traces(_request({"attributes": [{"key": "k", "value": value}]}))
    assert span.attributes == {"k": expected}


_RANGE = "from 0 to 18446744073709551615"


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("a span", 'spans: expected a JSON object, received "a span"'),
        ({"traceId": 7}, "traceId: expected a string, received 7"),
        ({"name": ["x"]}, 'name: expected a string, received ["x"]'),
        ({"attributes": {"k": "v"}}, 'attributes: expected a JSON array, received {"k":"v"}'),
        ({"attributes": ["k"]}, 'attributes: expected a JSON object, received "k"'),
        ({"attributes": [{"key": 1}]}, "key: expected a string, received 1"),
        ({"startTimeUnixNano": "soon"}, f'startTimeUnixNano: expected an integer {_RANGE}, received "soon"'),
        ({"endTimeUnixNano": -1}, f"endTimeUnixNano: expected an integer {_RANGE}, received -1"),
        ({"kind": []}, None),
        ({"kind": {}}, None),
        ({"kind": [1]}, "kind: expected a span kind, received [1]"),
        ({"status": "ok"}, 'status: expected a JSON object, received "ok"'),
        ({"status": {"code": "BAD"}}, 'status.code: expected a status code, received "BAD"'),
        ({"events": "none"}, 'events: expected a JSON array, received "none"'),
        ({"links": [1]}, "links: expected a JSON object, received 1"),
    ],
)  # fmt: skip
def test_a_span_that_cannot_be_read_is_named_and_the_others_are_kept(item: Any, problem: str | None) -> None:
    """The error says which field, what came and what was expected."""
    good = {"spanId": "1" * 16, "name": "good"}
    spans, errors = otlp_json.decode_traces(_request(good, item, good))
    assert [span.name for span in spans if span.name] == ["good", "good"]
    assert [(error.index, error.error) for error in errors] == ([] if problem is None else [(1, problem)])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"[]", "the request: expected a JSON object, received []"),
        (b'{"resourceSpans":7}', "resourceSpans: expected a JSON array, received 7"),
        (b'{"resourceSpans":[7]}', "resourceSpans: expected a JSON object, received 7"),
        (b'{"resourceSpans":[{"resource":7}]}', "resource: expected a JSON object, received 7"),
        (b'{"resourceSpans":[{"scopeSpans":[{"scope":{"name":7}}]}]}', "name: expected a string, received 7"),
        (b'{"resourceSpans":', "The body is not valid JSON: input data was truncated"),
    ],
)
def test_a_request_that_is_none_is_refused_as_a_whole(text: bytes, problem: str) -> None:
    """What holds the spans must be right."""
    with pytest.raises(InvalidInput) as refused:
        otlp_json.decode_traces(text)
    assert str(refused.value) == problem


@pytest.mark.parametrize("text", [b"", b"{}", b'{"resourceSpans":[]}', b'{"resourceSpans":null}'])
def test_a_request_without_spans_holds_none(text: bytes) -> None:
    """Exporters send empty requests to see whether somebody is there."""
    if text:
        assert otlp_json.decode_traces(text) == ([], [])
    else:
        assert otlp.decode_traces(text) == []


_FIELDS = (
    "resourceSpans scopeSpans spans resource scope attributes key value stringValue intValue arrayValue kvlistValue "
    "values name traceId spanId startTimeUnixNano kind status code events links droppedEventsCount bytesValue"
).split()
_any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(_any_json)
def test_any_json_at_all_is_read_or_refused(value: Any) -> None:
    """No JSON makes the reader fail in a way that it does not explain; what is read can be stored."""
    try:
        text = dumps(value)
    except OverflowError:
        return
    try:
        spans, _ = otlp_json.decode_traces(text)
    except InvalidInput:
        return
    for span in spans:
        msgspec.json.encode(interpret(span).log)


@given(st.binary(max_size=60))
def test_any_bytes_at_all_are_read_or_refused(body: bytes) -> None:
    """No bytes make the protobuf reader fail in a way that it does not explain."""
    with suppress(InvalidInput):
        otlp.decode_traces(body)


def _request(*items: Any) -> bytes:
    return dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(items)}]}]})
