"""Generated OTLP requests, in protobuf and in JSON."""

import base64
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from inferlog.dialects.families import FAMILIES
from inferlog.jsontext import dumps

_KNOWN: Final = sorted({name for family in FAMILIES for name in family.rules})
_WORDS: Final = ["role", "content", "parts", "type", "text", "tool_calls", "id", "name", "arguments", "function", "x"]
_texts = st.text(st.characters(codec="utf-8"), max_size=12)
_json_texts = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab{}[]"', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3),
    max_leaves=6,
).map(lambda value: dumps(value).decode())
_scalars = (
    _texts.map(lambda value: AnyValue(string_value=value))
    | _json_texts.map(lambda value: AnyValue(string_value=value))
    | st.integers(-(2**63), 2**63 - 1).map(lambda value: AnyValue(int_value=value))
    | st.booleans().map(lambda value: AnyValue(bool_value=value))
    | st.floats().map(lambda value: AnyValue(double_value=value))
    | st.binary(max_size=5).map(lambda value: AnyValue(bytes_value=value))
    | st.just(AnyValue())
)
_names = st.sampled_from(_KNOWN) | _texts
values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: AnyValue(array_value=ArrayValue(values=each)))
        | st.dictionaries(_names, inner, max_size=3).map(
            lambda each: AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key=k, value=v) for k, v in each.items()]))
        )
    ),
    max_leaves=5,
)
_attributes = st.dictionaries(_names, values, max_size=6).map(
    lambda each: [KeyValue(key=name, value=value) for name, value in each.items()]
)
_times = st.sampled_from([0, 1, 1_790_000_000_123_456_789, 7_289_654_400_000_000_000, 2**64 - 1])
_ids = st.binary(min_size=8, max_size=8) | st.just(b"")
_counts = st.sampled_from([0, 1, 2**32 - 1])
_events = st.builds(
    Span.Event,
    name=st.sampled_from(["exception", "gen_ai.user.message", "gen_ai.choice", "other"]),
    time_unix_nano=_times,
    attributes=_attributes,
)
_links = st.builds(Span.Link, trace_id=st.binary(min_size=16, max_size=16), span_id=_ids, attributes=_attributes)
spans = st.builds(
    Span,
    trace_id=st.binary(min_size=16, max_size=16),
    span_id=_ids,
    parent_span_id=_ids,
    trace_state=_texts,
    name=_texts,
    kind=st.integers(0, 5),
    start_time_unix_nano=_times,
    end_time_unix_nano=_times,
    attributes=_attributes,
    dropped_attributes_count=_counts,
    events=st.lists(_events, max_size=2),
    links=st.lists(_links, max_size=1),
    status=st.builds(Status, code=st.integers(0, 2), message=_texts),
)
requests = st.builds(
    ExportTraceServiceRequest,
    resource_spans=st.lists(
        st.builds(
            ResourceSpans,
            resource=st.builds(Resource, attributes=_attributes),
            scope_spans=st.lists(
                st.builds(
                    ScopeSpans,
                    scope=st.builds(InstrumentationScope, name=_texts, version=_texts),
                    spans=st.lists(spans, max_size=2),
                ),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)


def as_json(request: ExportTraceServiceRequest, *, snake_case: bool = False) -> bytes:
    """Return a request as OTLP's JSON: protobuf's own mapping, but with ids in hex."""
    return dumps(_with_hex_ids(MessageToDict(request, preserving_proto_field_name=snake_case)))


_IDS: Final = frozenset("traceId spanId parentSpanId trace_id span_id parent_span_id".split())


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_hex_ids(each) for each in value]
    if isinstance(value, dict):
        return {
            name: base64.b64decode(held).hex().upper()
            if name in _IDS and isinstance(held, str)
            else _with_hex_ids(held)
            for name, held in value.items()
        }
    return value


def _hex(encoded: str) -> str:
    return base64.b64decode(encoded).hex().upper()
