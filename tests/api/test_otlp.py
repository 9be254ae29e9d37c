"""OTLP over HTTP on the running server: forms, answers, what is wrong with a request or a span, and large ones."""

import gzip
import time
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from inferlog.ids import new_uuid
from tests.api.calls import refusal
from tests.server import Server

PROTOBUF: Final = {"Content-Type": "application/x-protobuf"}
PATHS: Final = ("/v1/traces", "/api/v1/traces", "/api/v2/traces/", "/api/public/otel/v1/traces", "/api/public/otel")
NOW: Final = time.time_ns() - 10**9


def new_trace() -> bytes:
    """Return a trace id that no other test has."""
    return bytes.fromhex(new_uuid().replace("-", ""))


def span(trace: bytes, number: int = 1, attributes: Mapping[str, Any] = MappingProxyType({})) -> Span:
    """Return a span with attributes of text or whole numbers."""
    return Span(
        trace_id=trace,
        span_id=number.to_bytes(8, "big"),
        name=f"span {number}",
        start_time_unix_nano=NOW,
        end_time_unix_nano=NOW + 10**9,
        attributes=[KeyValue(key=name, value=_value(value)) for name, value in attributes.items()],
    )


def _value(value: Any) -> AnyValue:
    return AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value)


def request(*spans: Span) -> ExportTraceServiceRequest:
    """Return a request of spans."""
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])


def send(api: httpx.Client, body: bytes, path: str = "/v1/traces", **headers: str) -> ExportTraceServiceResponse:
    """Send protobuf that is taken, and return the answer."""
    response = api.post(path, content=body, headers=PROTOBUF | headers)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/x-protobuf"), response.text
    return ExportTraceServiceResponse.FromString(response.content)


def stored(api: httpx.Client, trace: bytes) -> list[dict[str, Any]]:
    """Return the logs of a trace among the newest, by the number of their span."""
    listed = api.get("/api/request-logs/list/", params={"page_size": 1_000}).json()["results"]
    found = [log for log in listed if log["trace_unique_id"] == trace.hex()]
    return sorted(found, key=lambda log: str(log["span_unique_id"]))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate"])
def test_protobuf_is_taken_on_every_path_and_compressed(own_api: httpx.Client, path: str, encoding: str) -> None:
    """A full success is an empty message, as OTLP has it; the span is there at once."""
    trace = new_trace()
    packs: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": gzip.compress, "deflate": zlib.compress}
    pack = packs[encoding]
    body = pack(request(span(trace, 1, {"gen_ai.request.model": "gpt-4o"})).SerializeToString())
    answer = send(own_api, body, path, **{"Content-Encoding": encoding})
    assert answer == ExportTraceServiceResponse()
    [log] = stored(own_api, trace)
    assert (log["model"], log["latency"], log["span_name"]) == ("gpt-4o", 1.0, "span 1")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", ""])
def test_json_is_taken_on_every_path(own_api: httpx.Client, path: str, content_type: str) -> None:
    """JSON is answered in JSON; without a content type it is known by its brace."""
    trace = new_trace()
    item = {"traceId": trace.hex(), "spanId": "1" * 16, "name": "json", "endTimeUnixNano": str(NOW)}
    body = httpx.Request("POST", "http://x", json={"resourceSpans": [{"scopeSpans": [{"spans": [item]}]}]}).content
    response = own_api.post(path, content=body, headers={"Content-Type": content_type} if content_type else {})
    assert (response.status_code, response.json()) == (200, {"partialSuccess": {}})
    [log] = stored(own_api, trace)
    assert log["span_name"] == "json"


@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400, "The body is not an OTLP ExportTraceServiceRequest in protobuf: "),
        (b"{}", PROTOBUF, 400, "The body is not an OTLP ExportTraceServiceRequest in protobuf: "),
        (b"\x0a\x05abc", PROTOBUF, 400, "The body is not an OTLP ExportTraceServiceRequest in protobuf: "),
        (b"{", {"Content-Type": "application/json"}, 400, "The body is not valid JSON: "),
        (b"", {"Content-Type": "application/json"}, 400, "The body is empty; expected JSON"),
        (b"[1]", {"Content-Type": "application/json"}, 400, "the request: expected a JSON object"),
        (b"x", {"Content-Type": "text/plain"}, 415, "The content type is text/plain; send OTLP as "),
        (b"x", PROTOBUF | {"Content-Encoding": "br"}, 415, "The content encoding 'br' is not read here"),
        (gzip.compress(b"x" * 99)[:20], PROTOBUF | {"Content-Encoding": "gzip"}, 400, "The body is not valid gzip: "),
        (b"no gzip", PROTOBUF | {"Content-Encoding": "gzip"}, 400, "The body is not valid gzip: "),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs"])
def test_a_request_that_cannot_be_read_is_refused(
    own_api: httpx.Client, path: str, body: bytes, headers: dict[str, str], status: int, text: str
) -> None:
    """A 4xx that says what came and what was expected; exporters do not send it again."""
    expected = text.replace("ExportTraceServiceRequest", "ExportLogsServiceRequest") if path == "/v1/logs" else text
    assert refusal(own_api.post(path, content=body, headers=headers), status).startswith(expected)


def test_an_empty_request_is_a_success(own_api: httpx.Client) -> None:
    """Exporters probe with nothing; so is a request without a body, which is an empty message in protobuf."""
    assert send(own_api, b"") == ExportTraceServiceResponse()
    assert own_api.post("/v1/traces", json={}).json() == {"partialSuccess": {}}


def test_a_span_that_is_too_large_is_counted_and_the_others_are_kept(tmp_path_factory: Any) -> None:
    """Partial success names the span, its size and the limit's setting, in both forms."""
    with Server(tmp_path_factory.mktemp("small") / "data", log_bytes_max=5_000) as server, server.client() as api:
        trace = new_trace()
        body = request(span(trace, 1), span(trace, 2, {"big": "x" * 6_000}), span(trace, 3)).SerializeToString()
        partial = send(api, body).partial_success
        assert partial.rejected_spans == 1
        assert partial.error_message.startswith("The span 'span 2' has 6,0")
        assert partial.error_message.endswith("bytes; the limit log_bytes_max is 5,000")
        assert [log["span_name"] for log in stored(api, trace)] == ["span 1", "span 3"]


def test_what_is_wrong_with_spans_of_json_is_told_once_each(own_api: httpx.Client) -> None:
    """Good spans are kept; a few reasons are named and the rest counted; int64 is text."""
    trace = new_trace()
    good = {"traceId": trace.hex(), "spanId": "2" * 16, "name": "good", "endTimeUnixNano": NOW}
    bad = [{"name": 7}, {"name": 7}, {"name": 8}, {"kind": "x", "status": 1}, {"links": 4}, 5]
    response = own_api.post(
        "/v1/traces", json={"resourceSpans": [{"scopeSpans": [{"spans": [bad[0], good, *bad[1:]]}]}]}
    )
    partial = response.json()["partialSuccess"]
    assert (response.status_code, partial["rejectedSpans"]) == (200, "6")
    assert partial["errorMessage"] == (
        "name: expected a string, received 7; name: expected a string, received 8; "
        "status: expected a JSON object, received 1; and 2 more reasons"
    )
    assert [log["span_name"] for log in stored(own_api, trace)] == ["good"]


@pytest.mark.parametrize(
    ("start", "end", "flags", "originals"),
    [
        (0, 0, [], {}),
        (0, NOW, [], {}),
        (NOW, 0, [], {}),
        (NOW + 5 * 10**9, NOW, ["start_time_out_of_range"], {"original_start_time": NOW / 1e9 + 5}),
        (NOW, 7_289_654_400 * 10**9, ["timestamp_out_of_range"], {"original_timestamp": 7_289_654_400.0}),
        (1, NOW, [], {}),
        (10**9, NOW, ["start_time_out_of_range"], {"original_start_time": 1.0}),
        (2**64 - 1, 2**64 - 1, ["timestamp_out_of_range", "start_time_out_of_range"], {}),
    ],
)
def test_nonsense_of_clocks_is_bounded_flagged_and_kept(
    own_api: httpx.Client, start: int, end: int, flags: list[str], originals: dict[str, float]
) -> None:
    """A zero is no time; the year 2201 and an end before its start are replaced, and what came is kept."""
    trace = new_trace()
    wrong = span(trace)
    wrong.start_time_unix_nano, wrong.end_time_unix_nano = start, end
    send(own_api, request(wrong).SerializeToString())
    [log] = stored(own_api, trace)
    assert log["flags"] == flags
    assert {name: log[name] for name in originals} == pytest.approx(originals)
    assert "2026" <= log["start_time"][:4] <= log["timestamp"][:4] < "2100"


def test_a_span_without_ids_is_kept(own_api: httpx.Client) -> None:
    """Ids of zero length make no tree and no identity, but a log."""
    name = f"nameless {new_uuid()}"
    nameless = Span(name=name, end_time_unix_nano=NOW)
    send(own_api, request(nameless, nameless).SerializeToString())
    listed = own_api.get("/api/request-logs/list/", params={"page_size": 1_000}).json()["results"]
    assert [log["trace_unique_id"] for log in listed if log["span_name"] == name] == ["", ""]


def test_a_hundred_thousand_attributes_are_kept(own_api: httpx.Client) -> None:
    """All of them, as metadata, and the model among them."""
    trace = new_trace()
    many = {f"k{number}": f"value {number}" for number in range(100_000)}
    send(own_api, request(span(trace, 1, {**many, "gen_ai.request.model": "m"})).SerializeToString())
    [log] = stored(own_api, trace)
    assert log["model"] == "m"
    whole = own_api.get(f"/api/request-logs/{log['id']}/").json()
    assert whole["metadata"] == many


def test_ten_thousand_events_are_kept(own_api: httpx.Client) -> None:
    """A span of 10,000 events comes back with each of them, in order."""
    trace = new_trace()
    busy = span(trace)
    for number in range(10_000):
        busy.events.add(name=f"event {number}", time_unix_nano=NOW)
    send(own_api, request(busy).SerializeToString())
    [log] = stored(own_api, trace)
    events = own_api.get(f"/api/request-logs/{log['id']}/").json()["events"]
    assert [event["name"] for event in events] == [f"event {number}" for number in range(10_000)]


def test_fifty_megabytes_in_one_request(tmp_path_factory: Any) -> None:
    """Many spans of a megabyte are all stored; the server is as it was."""
    with Server(tmp_path_factory.mktemp("large") / "data") as server, server.client() as api:
        trace = new_trace()
        body = request(*[span(trace, number, {"text": "x" * 10**6}) for number in range(50)]).SerializeToString()
        assert len(body) > 50 * 10**6
        assert send(api, body) == ExportTraceServiceResponse()
        assert api.get("/api/request-logs/list/").json()["count"] == 50
        refused = api.post("/v1/traces", content=body * 3, headers=PROTOBUF)
        assert refusal(refused, 413).endswith("the limit is 100,000,000 bytes")


def test_log_records_that_are_no_messages_are_told(own_api: httpx.Client) -> None:
    """Ordinary logs are not kept, and the answer says so; metrics likewise."""
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "hello"}}, {"eventName": "x"}]}]}]}
    partial = own_api.post("/v1/logs", json=body).json()["partialSuccess"]
    assert partial["rejectedLogRecords"] == "2"
    assert "is none of the GenAI conventions' events" in partial["errorMessage"]
    request_body = ExportLogsServiceRequest()
    request_body.resource_logs.add().scope_logs.add().log_records.add().event_name = "gen_ai.choice"
    response = own_api.post("/v1/logs", content=request_body.SerializeToString(), headers=PROTOBUF)
    told = ExportLogsServiceResponse.FromString(response.content).partial_success
    assert (told.rejected_log_records, told.error_message) == (1, "the log record 'gen_ai.choice' belongs to no span")
    metrics = own_api.post("/v1/metrics", content=b"", headers=PROTOBUF).content
    assert "metrics are not kept" in ExportMetricsServiceResponse.FromString(metrics).partial_success.error_message
    assert "metrics are not kept" in own_api.post("/v1/metrics", json={}).json()["partialSuccess"]["errorMessage"]


def test_spans_need_a_key_that_may_write(server: Server) -> None:
    """Without a key nothing is taken."""
    with server.client("") as anyone:
        refusal(anyone.post("/v1/traces", content=b"", headers=PROTOBUF), 401)
