"""A server that keeps what clients send, to see what a client itself puts on the wire."""

import base64
import gzip
import json
import zlib
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.clients.serving import Handler, LocalServer

Json = dict[str, Any]
_MESSAGES = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
_HIDDEN_HEADERS = {"host", "content-length", "connection", "accept", "accept-encoding"}


class Recorder(LocalServer):
    """Keeps each request, decoded; answers every one with 200 and what the clients want to read."""

    def __init__(self) -> None:
        """Begin with none."""
        self.requests: list[Json] = []
        requests = self.requests

        class _Keeper(Handler):
            def respond(self) -> None:
                """Keep and answer."""
                body = self.body()
                requests.append(
                    _readable(
                        self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body
                    )
                )
                if "protobuf" in self.headers.get("Content-Type", ""):
                    self.answer(200, b"", "application/x-protobuf")
                elif self.path == "/api/public/ingestion":
                    self.answer(207, _of_langfuse(requests[-1]["body"]))
                else:
                    self.answer(200, b'{"message":"log successful","id":"1","unique_id":"1","results":[],"count":0}')

        super().__init__(_Keeper)


def _of_langfuse(body: Json) -> bytes:
    """Return what langfuse's clients before version 3 want to read: what became of each event."""
    done = [{"id": event["id"], "status": 201} for event in body["batch"]]
    return json.dumps({"successes": done, "errors": []}).encode()


def _readable(method: str, path: str, headers: dict[str, str], body: bytes) -> Json:
    kept = {name: value for name, value in headers.items() if name not in _HIDDEN_HEADERS}
    encoding = headers.get("content-encoding", "")
    if encoding == "gzip":
        body = gzip.decompress(body)
    elif encoding == "deflate":
        body = zlib.decompress(body)
    return {"method": method, "path": path, "headers": kept, "body": _decoded(path, headers, body)}


def _decoded(path: str, headers: dict[str, str], body: bytes) -> Any:
    if "protobuf" in headers.get("content-type", ""):
        message = _MESSAGES[next((name for name in _MESSAGES if path.rstrip("/").endswith(name)), "traces")]()
        try:
            message.ParseFromString(body)
        except DecodeError as error:
            return {"undecodable": str(error)}
        return _plain(MessageToDict(message))
    try:
        return _plain(json.loads(body)) if body else None
    except ValueError:
        return body.decode(errors="replace")


def _plain(value: Any) -> Any:
    """Return OTLP's JSON with attributes as an object, and ids as hex."""
    if isinstance(value, list):
        if value and all(
            isinstance(each, dict) and each.keys() <= {"key", "value"} and "key" in each for each in value
        ):
            return {each["key"]: _value(each.get("value", {})) for each in value}
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _id(each) if name in _IDS else _named(name, each) for name, each in value.items()}


_IDS = ("traceId", "spanId", "parentSpanId")


def _id(value: Any) -> Any:
    if not isinstance(value, str) or len(value) in (16, 32):
        return value
    return base64.b64decode(value).hex()


def _named(name: str, value: Any) -> Any:
    is_any = name == "body" and isinstance(value, dict) and len(value) == 1 and next(iter(value)).endswith("Value")
    return _value(value) if is_any else _plain(value)


def _value(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        return value or None
    kind, inner = next(iter(value.items()))
    if kind == "arrayValue":
        return [_value(each) for each in inner.get("values", [])]
    if kind == "kvlistValue":
        return {each["key"]: _value(each.get("value", {})) for each in inner.get("values", [])}
    return int(inner) if kind == "intValue" else inner
