"""OTLP in protobuf → spans, for traces and for log records. Pure.

https://opentelemetry.io/docs/specs/otlp/. What is typed by the schema needs no checks; a body that does not parse is
refused as a whole.
"""

import base64
import math
from collections.abc import Iterable
from typing import Any, Final, TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from inferlog.dialects.spans import Event, Record, Span
from inferlog.errors import InvalidInput

KINDS: Final = ("", "internal", "server", "client", "producer", "consumer")
"""What OTLP's numbers of a span's kind mean."""
DROPPED: Final = ("attributes", "events", "links")

_Request = TypeVar("_Request", bound=Message)


def decode_traces(body: bytes) -> list[Span]:
    """Return the spans of a request. Raises InvalidInput if it is no ExportTraceServiceRequest."""
    spans: list[Span] = []
    for resource_spans in _parse(ExportTraceServiceRequest, body).resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            name, version = scope_spans.scope.name, scope_spans.scope.version
            spans += [_span(wire, resource, name, version) for wire in scope_spans.spans]
    return spans


def decode_logs(body: bytes) -> list[Record]:
    """Return the log records of a request. Raises InvalidInput if it is no ExportLogsServiceRequest."""
    records: list[Record] = []
    for resource_logs in _parse(ExportLogsServiceRequest, body).resource_logs:
        resource = _attributes(resource_logs.resource.attributes)
        for scope_logs in resource_logs.scope_logs:
            name, version = scope_logs.scope.name, scope_logs.scope.version
            records += [_record(wire, resource, name, version) for wire in scope_logs.log_records]
    return records


def _parse(kind: type[_Request], body: bytes) -> _Request:
    try:
        return kind.FromString(body)
    except DecodeError as error:
        raise InvalidInput(f"The body is not an OTLP {kind.__name__} in protobuf: {error}") from None


def _span(wire: WireSpan, resource: dict[str, Any], scope_name: str, scope_version: str) -> Span:
    rest: dict[str, Any] = {"trace_state": wire.trace_state} if wire.trace_state else {}
    for name in DROPPED:
        count = getattr(wire, f"dropped_{name}_count")
        if count:
            rest[f"dropped_{name}_count"] = count
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
        events=[Event(each.name, seconds(each.time_unix_nano), _attributes(each.attributes)) for each in wire.events],
        links=[
            {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex(), "attributes": _attributes(link.attributes)}
            for link in wire.links
        ],
        resource=resource,
        scope_name=scope_name,
        scope_version=scope_version,
        rest=rest,
    )


def _record(wire: LogRecord, resource: dict[str, Any], scope_name: str, scope_version: str) -> Record:
    return Record(
        trace_id=wire.trace_id.hex(),
        span_id=wire.span_id.hex(),
        name=wire.event_name,
        time=seconds(wire.time_unix_nano or wire.observed_time_unix_nano),
        body=_value(wire.body),
        attributes=_attributes(wire.attributes),
        resource=resource,
        scope_name=scope_name,
        scope_version=scope_version,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    """Return attributes by name. A text that is not empty tells by itself which kind of value it is: 0.3 µs of 0.8."""
    return {pair.key: pair.value.string_value or _value(pair.value) for pair in pairs}


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
