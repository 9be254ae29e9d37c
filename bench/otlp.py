"""Spans by OTLP protobuf, 50 a request, against batches of the same logs by JSON in the same run; and where it goes."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import msgspec
import urllib3
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from bench.batches import post_batches
from bench.load import KEY, corpus_file, free_port, inferlog, keep, median, wait_until_stored
from bench.profile import best
from inferlog import ids
from inferlog.config import Settings
from inferlog.dialects import otlp
from inferlog.dialects.families import to_sent
from inferlog.enrich import enrich
from inferlog.ingest import Intake, Piece, prepare_pieces
from inferlog.model import SCOPES, Key
from inferlog.pricing.book import PriceBook

SPANS: Final = 50
_CONNECTIONS: Final = 4
_WANTED: Final = 0.4


def run(directory: Path, *, count: int, rounds: int) -> dict[str, Any]:
    """Return rates in logs/s until the last row is stored (medians over rounds), their ratio, and µs a span by step."""
    file = corpus_file(directory, count)
    requests = make_requests(file)
    spans, batches = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=directory) as scratch:
            batches.append(count / post_batches(file, Path(scratch) / "batches"))
            spans.append(count / _post(requests, Path(scratch) / "spans"))
    return keep(
        "otlp",
        {
            "spans": count,
            "bytes_per_span": round(sum(map(len, requests)) / count),
            "batch_create_per_second": round(median(batches)),
            "otlp_per_second": round(median(spans)),
            "ratio": round(median([a / b for a, b in zip(spans, batches, strict=True)]), 3),
            "ratio_wanted": _WANTED,
            **_profile(requests[:80]),
        },
    )


def make_requests(file: Path) -> list[bytes]:
    """Return the corpus as OTLP requests: the spans of GenAI's conventions, 1.38, that its calls would be."""
    lines = file.read_bytes().splitlines()
    return [_request(lines[at : at + SPANS], at) for at in range(0, len(lines), SPANS)]


def _request(lines: list[bytes], number: int) -> bytes:
    request = ExportTraceServiceRequest()
    by_resource = request.resource_spans.add()
    for name, value in {"service.name": "shop", "service.version": "2.1.0", "telemetry.sdk.language": "python"}.items():
        _put(by_resource.resource.attributes, name, value)
    by_scope = by_resource.scope_spans.add()
    by_scope.scope.name = "opentelemetry.instrumentation.openai_v2"
    by_scope.scope.version = "2.3b0"
    for place, line in enumerate(lines):
        _fill(by_scope.spans.add(), msgspec.json.decode(line), number + place)
    return request.SerializeToString()


def _fill(span: Span, log: dict[str, Any], number: int) -> None:
    span.trace_id = (number + 1).to_bytes(16, "big")
    span.span_id = (number + 1).to_bytes(8, "big")
    span.name = f"chat {log['model']}"
    span.kind = Span.SPAN_KIND_CLIENT
    span.end_time_unix_nano = int(log["timestamp"] * 1e9)
    span.start_time_unix_nano = int((log["timestamp"] - log["generation_time"]) * 1e9)
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": log["model"],
        "gen_ai.response.model": log["model"],
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.usage.input_tokens": log["prompt_tokens"],
        "gen_ai.usage.output_tokens": log["completion_tokens"],
        "gen_ai.conversation.id": log["thread_identifier"],
        "gen_ai.response.time_to_first_chunk": log["ttft"],
        "gen_ai.input.messages": _parts(log["prompt_messages"]),
        "gen_ai.output.messages": _parts([log["completion_message"]]),
        "user.id": log["customer_identifier"],
        "server.address": "api.openai.com",
        **{f"app.{name}": value for name, value in log["metadata"].items()},
    }
    for name, value in attributes.items():
        _put(span.attributes, name, value)
    if "error_message" in log:
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = log["error_message"]


def _parts(messages: list[dict[str, Any]]) -> str:
    """Return messages in the form of GenAI's conventions."""
    made = []
    for message in messages:
        parts: list[dict[str, Any]] = []
        if message.get("content"):
            parts.append({"type": "text", "content": message["content"]})
        for call in message.get("tool_calls") or []:
            function = call["function"]
            parts.append({"type": "tool_call", "id": call["id"], **function})
        made.append({"role": message["role"], "parts": parts})
    return msgspec.json.encode(made).decode()


def _put(attributes: Any, name: str, value: Any) -> None:
    held = attributes.add()
    held.key = name
    if isinstance(value, str):
        held.value.string_value = value
    elif isinstance(value, int):
        held.value.int_value = value
    else:
        held.value.double_value = value


def _post(requests: list[bytes], data: Path) -> float:
    port = free_port()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-protobuf"}
    address = f"http://127.0.0.1:{port}/v1/traces"

    def post(body: bytes) -> None:
        answer = http.request("POST", address, body=body, headers=headers)
        if answer.status != 200 or answer.data:
            raise AssertionError(answer.data[:500])

    with (
        inferlog(data, port),
        urllib3.PoolManager(maxsize=_CONNECTIONS) as http,
        ThreadPoolExecutor(_CONNECTIONS) as senders,
    ):
        begun = perf_counter()
        list(senders.map(post, requests))
        wait_until_stored(port)
        return perf_counter() - begun


def _profile(requests: list[bytes]) -> dict[str, float]:
    """Return µs a span of each step, without HTTP, in a loop."""
    key = Key("bench", "bench", "01890000-0000-7000-8000-000000000000", "bench", "prod", SCOPES, 0.0)
    intake = Intake(Settings(), PriceBook())
    decoded = [otlp.decode_traces(body) for body in requests]

    def enriched(spans: list[Any]) -> None:
        for span in spans:
            sent = to_sent(span)
            sent.log.received_at = ids.now()
            enrich(sent, intake.prices)

    def prepared(body: bytes) -> None:
        pieces: list[Piece] = [(to_sent(span), "override") for span in otlp.decode_traces(body)]
        prepare_pieces(pieces, key, ids.now(), intake)

    steps = {
        "protobuf alone (C)": best(ExportTraceServiceRequest.FromString, requests),
        "decode into spans": best(otlp.decode_traces, requests),
        "attributes into a log": best(lambda spans: [to_sent(span) for span in spans], decoded),
        "the same and enrich": best(enriched, decoded),
        "all of it, with identity and row": best(prepared, requests),
    }
    return {f"µs a span: {name}": round(microseconds / SPANS, 1) for name, microseconds in steps.items()}
