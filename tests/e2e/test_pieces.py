"""A span in pieces on the real process: one log in any order, after a kill, and with the store away."""

import time
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.server import Server

TRACE: Final = "5b8efff798038103d269b633813fc60c"
SPAN: Final = "eee19b7ec3c1b174"
BEGUN: Final = time.time_ns() - 60_000_000_000


def span(name: str = "chat gpt-4o-mini", span_id: str = SPAN, parent_id: str = "", **attributes: Any) -> dict[str, Any]:
    """Return an OTLP request of one span."""
    pairs = [
        {"key": key.replace("__", "."), "value": {"intValue" if isinstance(value, int) else "stringValue": value}}
        for key, value in attributes.items()
    ]
    item = {
        "traceId": TRACE, "spanId": span_id, "parentSpanId": parent_id, "name": name, "attributes": pairs,
        "startTimeUnixNano": str(BEGUN), "endTimeUnixNano": str(BEGUN + 2_000_000_000),
    }  # fmt: skip
    return {"resourceSpans": [{"scopeSpans": [{"spans": [item]}]}]}


def record(name: str, content: str, offset: int) -> dict[str, Any]:
    """Return an OTLP request of one log record that carries a message."""
    body = {"kvlistValue": {"values": [{"key": "content", "value": {"stringValue": content}}]}}
    item = {"traceId": TRACE, "spanId": SPAN, "eventName": name, "timeUnixNano": str(BEGUN + offset), "body": body}
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [item]}]}]}


PIECES: Final[list[tuple[str, dict[str, Any]]]] = [
    ("/v1/logs", record("gen_ai.user.message", "Hi", 1_000)),
    ("/v1/traces", span(gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o-mini",
                        gen_ai__usage__input_tokens=100)),
    ("/v1/logs", record("gen_ai.choice", "Hello", 2_000)),
]  # fmt: skip


def post(client: httpx.Client, number: int) -> None:
    """Send one piece, as an exporter does."""
    path, body = PIECES[number]
    response = client.post(path, json=body)
    assert (response.status_code, response.json()) == (200, {"partialSuccess": {}})


def the_one(client: httpx.Client) -> dict[str, Any]:
    """Return the only log that there is."""
    listed = client.get("/api/request-logs/list/").json()
    assert listed["count"] == 1
    [log] = listed["results"]
    return dict(log)


def is_whole(log: dict[str, Any]) -> None:
    """Check a log of which all pieces have come."""
    assert [(each["role"], each["content"]) for each in log["prompt_messages"]] == [("user", "Hi")]
    assert log["completion_message"]["content"] == "Hello"
    assert (log["status"], log["model"], log["prompt_tokens"]) == ("success", "gpt-4o-mini", 100)
    assert (log["latency"], log["cost"]) == (2.0, 0.000015)
    assert (log["trace_unique_id"], log["span_unique_id"]) == (TRACE, SPAN)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1), (1, 1, 2, 0, 0, 1, 2)])
def test_pieces_in_any_order_and_repeated_are_one_log(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Read between the pieces too, so that each is merged into what is stored by then."""
    with Server(tmp_path / "data", flush_seconds=0.05) as server, server.client() as client:
        for number in order:
            post(client, number)
            the_one(client)
        is_whole(the_one(client))


def test_pieces_survive_a_kill(tmp_path: Path) -> None:
    """Pieces acknowledged right before SIGKILL, one of them of a log that is stored, are all in the log afterwards."""
    with Server(tmp_path / "data", flush_seconds=30) as server:
        with server.client() as client:
            post(client, 0)
            first = the_one(client)  # reading stores it
            post(client, 1)
            post(client, 2)
            post(client, 2)
        server.kill()
        server.start()
        with server.client() as client:
            log = the_one(client)
            is_whole(log)
            assert log["id"] == first["id"]


def test_a_tree_is_the_same_whichever_span_comes_first(tmp_path: Path) -> None:
    """A child before its parent, a parent late, a child without one: each is stored once under its parent's id."""
    spans = [
        span("grandchild", "c" * 16, "b" * 16), span("orphan", "d" * 16, "e" * 16),
        span("child", "b" * 16, "a" * 16), span("root", "a" * 16),
    ]  # fmt: skip
    with Server(tmp_path / "data", flush_seconds=0.05) as server, server.client() as client:
        for body in [*spans, *reversed(spans)]:
            assert client.post("/v1/traces", json=body).status_code == 200
        listed = client.get("/api/request-logs/list/").json()["results"]
    tree = {log["span_name"]: (log["span_unique_id"][0], log["span_parent_id"][:1]) for log in listed}
    assert tree == {"root": ("a", ""), "child": ("b", "a"), "grandchild": ("c", "b"), "orphan": ("d", "e")}
    assert len(listed) == 4
    assert {log["trace_unique_id"] for log in listed} == {TRACE}
