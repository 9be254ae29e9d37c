"""`--store clickhouse://…`: the same code, over real HTTP, against the real engine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench.corpus import Corpus

from inferlog.store.migrate import migrations
from tests.clickhouse import ClickHouse
from tests.server import Server

_OWN = frozenset({"received_at", "organization_id"})
"""What two servers cannot agree on."""


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """A ClickHouse for this module."""
    with ClickHouse(tmp_path_factory.mktemp("clickhouse")) as running:
        yield running


@pytest.fixture
def remote(clickhouse: ClickHouse, tmp_path: Path) -> Iterator[Server]:
    """An inferlog whose logs are there, in a database named for the test."""
    store = clickhouse.url(f"logs_{abs(hash(str(tmp_path)))}")
    with Server(tmp_path / "data", store=store, flush_seconds=0.05) as running:
        yield running


def _bodies() -> list[dict[str, Any]]:
    """Return realistic logs, and some with what is hard to carry: each with an id and a time of its own."""
    corpus = Corpus(7)
    bodies = [log for _ in range(8) for log in corpus.thread()][:20]
    bodies += [
        {"model": "ünï 😀 'quoted' \"and\" \\ back\ttab\nline", "metadata": {"a'b": [1, 2.50, None, {"deep": True}]}},
        {"prompt_messages": [{"role": "user", "content": "\u0000 NUL"}], "cost": 0.000000000001, "latency": 1e-6},
        {"status_code": 500, "error_message": "DROP TABLE logs; --", "unknown_field": {"kept": 12345678901234567890}},
        {"input": "text", "output": ["array"], "log_type": "no such type", "positive_feedback": False},
    ]
    for number, body in enumerate(bodies):
        body["unique_id"] = f"{number:032x}"
        body["timestamp"] = f"2026-09-21T10:00:{number:02}Z"
    return bodies


def test_what_is_written_over_http_reads_as_from_the_embedded_engine(remote: Server, tmp_path: Path) -> None:
    """The same requests to both: the same receipts, lists and logs, field by field."""
    bodies = _bodies()
    with Server(tmp_path / "embedded", flush_seconds=0.05) as embedded:
        seen = [_conversation(server, bodies) for server in (embedded, remote)]
    assert seen[0] == seen[1]
    assert len(seen[0]["list"]) == len(bodies)
    assert seen[0]["one"]["metadata"] == {"a'b": [1, 2.50, None, {"deep": True}]}


def test_logs_on_a_server_are_there_after_a_restart_and_a_kill(remote: Server) -> None:
    """Stopped, killed, and started again on the same store: every log once, and nothing left in the journal."""
    with remote.client() as client:
        ids = [_create(client, number) for number in range(3)]
    assert remote.stop() == 0
    assert list((remote.data / "journal").iterdir()) == []
    remote.start()
    with remote.client() as client:
        assert _listed(client) == ids
        ids.append(_create(client, 3))
    remote.kill()
    remote.start()
    with remote.client() as client:
        assert _listed(client) == ids
        assert client.get(f"/api/request-logs/{ids[0]}/").json()["id"] == ids[0]
        again = client.post("/api/request-logs/create/", json={"unique_id": ids[0], "model": "repeat"}).json()
        assert again["id"] == ids[0]
        assert _listed(client) == ids


def test_a_second_inferlog_on_the_same_database_sees_the_same_logs(clickhouse: ClickHouse, tmp_path: Path) -> None:
    """The tables are made by whoever comes first; the other finds them, and its own project in them."""
    store = clickhouse.url("shared")
    with (
        Server(tmp_path / "a", store=store, flush_seconds=0.05) as first,
        Server(tmp_path / "b", store=store, flush_seconds=0.05) as second,
        first.client() as one,
        second.client() as other,
    ):
        ids = [_create(one, 0)], [_create(other, 1)]
        assert (_listed(one), _listed(other)) == ids  # a key's project is its data directory's
        assert clickhouse.sql("SELECT count() FROM shared.logs") == "2"
        assert clickhouse.sql("SELECT count() FROM shared.migrations") == str(len([*migrations()]))


def _conversation(server: Server, bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """Create, list, read; return the answers without what is a server's own."""
    with server.client() as client:
        receipts = [client.post("/api/request-logs/create/", json=body).json() for body in bodies[::2]]
        batch = client.post("/api/request-logs/batch/create", json={"logs": bodies[1::2]}).json()
        listed = client.get("/api/request-logs/list/", params={"page_size": 100}).json()
        paged = client.get("/api/request-logs/list/", params={"page_size": 5, "page": 2, "sort_by": "id"}).json()
        one = client.get(f"/api/request-logs/{bodies[20]['unique_id']}/").json()
    return {
        "receipts": [_shared(receipt) for receipt in receipts],
        "batch": batch,
        "list": [_shared(log) for log in listed["results"]],
        "page": [_shared(log) for log in paged["results"]],
        "count": listed["count"],
        "one": _shared(one),
        "text": json.dumps([_shared(log) for log in listed["results"]]),
    }


def _shared(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in _OWN}


def _create(client: httpx.Client, number: int) -> str:
    body = {"model": "m", "unique_id": f"{number + 1:032x}", "timestamp": f"2026-09-21T10:00:{number:02}Z"}
    created = client.post("/api/request-logs/create/", json=body)
    assert created.status_code == 200, created.text
    return str(created.json()["id"])


def _listed(client: httpx.Client) -> list[str]:
    answer = client.get("/api/request-logs/list/", params={"sort_by": "id"}).json()
    return [log["id"] for log in answer["results"]]
