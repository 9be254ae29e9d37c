"""OTLP traces, protobuf and JSON → spans. Pure.

https://opentelemetry.io/docs/specs/otlp/: JSON is protobuf's mapping, but for trace and span ids, which are hex.
"""

import base64
import math
from typing import Any, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from inferlog.dialects.spans import Event, Span
from inferlog.errors import InvalidInput

KINDS: Final = ("", "internal", "server", "client", "producer", "consumer")


def decode_protobuf(body: bytes) -> list[Span]:
    """Return the spans of a request. Raises InvalidInput if it is no such message."""
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise InvalidInput(f"The body is not an OTLP ExportTraceServiceRequest in protobuf: {error}") from None
    spans: list[Span] = []
    for resource_spans in request.resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope
            for wire in scope_spans.spans:
                spans.append(_span(wire, resource, scope.name, scope.version))
    return spans


def _span(wire: WireSpan, resource: dict[str, Any], scope_name: str, scope_version: str) -> Span:
    rest: dict[str, Any] = {}
    if wire.trace_state:
        rest["trace_state"] = wire.trace_state
    return Span(
        trace_id=wire.trace_id.hex(),
        span_id=wire.span_id.hex(),
        parent_id=wire.parent_span_id.hex(),
        name=wire.name,
        kind=KINDS[wire.kind] if 0 <= wire.kind < len(KINDS) else str(wire.kind),
        start=seconds(wire.start_time_unix_nano),
        end=seconds(wire.end_time_unix_nano),
        status=wire.status.code,
        status_message=wire.status.message,
        attributes=_attributes(wire.attributes),
        events=[
            Event(event.name, seconds(event.time_unix_nano), _attributes(event.attributes)) for event in wire.events
        ],
        links=[
            {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex(), "attributes": _attributes(link.attributes)}
            for link in wire.links
        ],
        resource=resource,
        scope_name=scope_name,
        scope_version=scope_version,
        rest=rest,
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "string_value":
        return value.string_value
    if which == "int_value":
        return value.int_value
    if which == "bool_value":
        return value.bool_value
    if which == "double_value":
        return number(value.double_value)
    if which == "array_value":
        return [_value(each) for each in value.array_value.values]
    if which == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return None


def number(value: float) -> float | str:
    """Return a double as JSON can say it: what is no number, by its name in protobuf's JSON mapping."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def seconds(nanoseconds: int) -> float:
    """Return nanoseconds since 1970 as seconds, to the microsecond."""
    return nanoseconds // 1000 / 1e6
