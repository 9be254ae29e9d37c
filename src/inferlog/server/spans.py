"""Handlers of spans: OTLP's traces, log records and metrics, in protobuf and in JSON."""

from typing import Final

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from inferlog import jsontext
from inferlog.dialects import log_records, otlp, otlp_json
from inferlog.dialects.families import to_sent
from inferlog.errors import UnsupportedMediaType
from inferlog.ingest import Piece
from inferlog.model import ItemError, Merging
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.pieces import Decode, refused, store_pieces

_PROTOBUF: Final = frozenset({"application/x-protobuf", "application/protobuf", "application/octet-stream"})
_PROTOBUF_HEADER: Final = (b"content-type", b"application/x-protobuf")
_REASONS_MAX: Final = 3
_OVERRIDE: Final[Merging] = "override"  # of a span that comes again, the later one tells more
_FILL: Final[Merging] = "fill"  # a log record knows less of the call than its span does
Answer = ExportTraceServiceResponse | ExportLogsServiceResponse | ExportMetricsServiceResponse
_NO_METRICS: Final = "inferlog keeps spans and the messages of log records; OpenTelemetry metrics are not kept"


async def export_traces(call: Call) -> Reply:
    """Store the spans of an OTLP request."""
    as_json, errors = await _store(call, _spans_of_json, _spans_of_protobuf)
    answer = ExportTraceServiceResponse()
    if errors:
        answer.partial_success.rejected_spans = len(errors)
        answer.partial_success.error_message = _reasons(errors)
    return _reply(answer, as_json=as_json)


async def export_logs(call: Call) -> Reply:
    """Store the messages of LLM calls that come as OTLP log records."""
    as_json, errors = await _store(call, _records_of_json, _records_of_protobuf)
    answer = ExportLogsServiceResponse()
    if errors:
        answer.partial_success.rejected_log_records = len(errors)
        answer.partial_success.error_message = _reasons(errors)
    return _reply(answer, as_json=as_json)


async def export_metrics(call: Call) -> Reply:
    """Take the OTLP metrics that exporters send beside their spans, and say that they are not kept."""
    body = await call.body(call.settings.batch_bytes_max)
    answer = ExportMetricsServiceResponse()
    answer.partial_success.error_message = _NO_METRICS
    return _reply(answer, as_json=is_json(call, body))


async def _store(call: Call, from_json: Decode, from_protobuf: Decode) -> tuple[bool, list[ItemError]]:
    """Store what a request holds; return whether it is JSON, as its answer then is, and what was refused."""
    body = await call.body(call.settings.batch_bytes_max)
    as_json = is_json(call, body)
    return as_json, refused(await store_pieces(call, body, from_json if as_json else from_protobuf))


def is_json(call: Call, body: bytes) -> bool:
    """Tell JSON from protobuf: by the content type, or without one by how the body begins."""
    name = (call.header(b"content-type") or "").split(";", 1)[0].strip().lower()
    if name in _PROTOBUF:
        return False
    if name in ("application/json", "text/json") or name.endswith("+json"):
        return True
    if not name:
        return body.lstrip()[:1] in (b"{", b"[")
    raise UnsupportedMediaType(f"The content type is {name}; send OTLP as application/x-protobuf or application/json")


# Decoding; in a thread if the body is large


def _spans_of_protobuf(body: bytes) -> list[Piece | ItemError]:
    return [(to_sent(span), _OVERRIDE) for span in otlp.decode_traces(body)]


def _spans_of_json(body: bytes) -> list[Piece | ItemError]:
    spans, errors = otlp_json.decode_traces(jsontext.check(body))
    return [*errors, *((to_sent(span), _OVERRIDE) for span in spans)]


def _records_of_protobuf(body: bytes) -> list[Piece | ItemError]:
    sents, errors = log_records.to_pieces(otlp.decode_logs(body))
    return [*errors, *((sent, _FILL) for sent in sents)]


def _records_of_json(body: bytes) -> list[Piece | ItemError]:
    records, unreadable = otlp_json.decode_logs(jsontext.check(body))
    sents, errors = log_records.to_pieces(records)
    return [*unreadable, *errors, *((sent, _FILL) for sent in sents)]


# Answering


def _reply(answer: Answer, *, as_json: bool) -> Reply:
    """Return an answer in the form of its request; of a full success it says nothing (OTLP)."""
    if as_json:
        return json_reply({"partialSuccess": MessageToDict(answer.partial_success)})
    return Reply(answer.SerializeToString(), headers=(_PROTOBUF_HEADER,))


def _reasons(errors: list[ItemError]) -> str:
    """Return why items were not taken, the same reason once."""
    reasons = list(dict.fromkeys(error.error for error in errors))
    more = f"; and {len(reasons) - _REASONS_MAX:,} more reasons" if len(reasons) > _REASONS_MAX else ""
    return "; ".join(reasons[:_REASONS_MAX]) + more
