"""A row that passed every check and that the engine refuses all the same: set aside, told, and in nobody's way.

No request is known that makes one, so these are put into the journal while the server is down.
"""

import json
import re
from pathlib import Path

import httpx
import pytest

from inferlog.journal import Frame
from tests.clickhouse import ClickHouse
from tests.server import Server, wait_for

POISON = [
    b'{"model":"poison-1","status_code":"two hundred"}\n',
    b'{"model":"poison-2","no_such_column":1}\n',
    # The engine quotes it up to the middle of a character: the message it makes of it is no UTF-8.
    ('{"model":"poison-3","status_code":"x' + "é" * 300 + '"}\n').encode(),
]


@pytest.mark.parametrize("store", ["embedded", "http"])
def test_poison_rows_are_set_aside_and_the_others_are_stored(tmp_path: Path, store: str) -> None:
    """Three poison rows between good ones, in one segment: each set aside with its reason, every other log stored."""
    if store == "embedded":
        _check(Server(tmp_path / "data", flush_seconds=60), tmp_path / "data")
        return
    with ClickHouse(tmp_path / "clickhouse") as clickhouse:
        _check(Server(tmp_path / "data", flush_seconds=60, store=clickhouse.url("logs")), tmp_path / "data")


def _check(server: Server, data: Path) -> None:
    with server:
        with server.client() as client:
            ids = [_create(client, number) for number in range(8)]
        server.kill()
        _poison(data)
        server.start()
        with server.client() as client:
            assert _listed(client) == ids
            assert _metric(client, "inferlog_logs_set_aside_total") == 3
            assert _metric(client, "inferlog_logs_stored_total") == 8
            ids.append(_create(client, 8))
            assert _listed(client) == ids
            warnings = [line for line in server.output if "refuses a log for ever" in line]
            assert len(warnings) == 3
        kept = sorted((data / "set-aside").glob("*.jsonl"))
        assert sorted(path.read_bytes() for path in kept) == sorted(POISON)
        for path in kept:
            reason = path.with_suffix(".error.txt").read_text()
            assert reason.startswith("ClickHouse refused the rows: ")
            assert "status_code" in reason or "no_such_column" in reason
            assert any(str(path) in warning for warning in warnings)
        assert server.stop() == 0
        assert list((data / "journal").iterdir()) == []
        server.start()
        with server.client() as client:
            assert _listed(client) == ids
            assert _metric(client, "inferlog_logs_set_aside_total") == 0


def test_a_kill_while_a_segment_is_taken_apart_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The halves of a segment that was being split are dropped if the whole is still there."""
    data = tmp_path / "data"
    server = Server(data, flush_seconds=60)
    with server:
        with server.client() as client:
            ids = [_create(client, number) for number in range(4)]
        server.kill()
        [segment] = (data / "journal").iterdir()
        lines = b"".join(json.dumps({"model": "half"}).encode() + b"\n" for _ in range(2))
        (data / "journal" / f"{segment.stem}a.journal").write_bytes(b"".join(Frame(2, b"", lines).parts))
        (data / "journal" / f"{segment.stem}b.journal").write_bytes(b"ILJ1 half of a half")
        server.start()
        with server.client() as client:
            assert _listed(client) == ids
            wait_for(lambda: not list((data / "journal").iterdir()))
    assert not (data / "set-aside").exists()


def _poison(data: Path) -> None:
    """Put poison rows between the commits of the one segment there is."""
    [segment] = (data / "journal").iterdir()
    content = segment.read_bytes()
    places = [found.start() for found in re.finditer(b"ILJ1", content)][2:7:2]
    for place, row in sorted(zip(places, POISON, strict=True), reverse=True):
        content = content[:place] + b"".join(Frame(1, b"", row).parts) + content[place:]
    segment.write_bytes(content)


def _create(client: httpx.Client, number: int) -> str:
    body = {"model": "m", "timestamp": f"2026-09-21T10:00:{number:02}Z"}
    created = client.post("/api/request-logs/create/", json=body)
    assert created.status_code == 200, created.text
    return str(created.json()["id"])


def _listed(client: httpx.Client) -> list[str]:
    answer = client.get("/api/request-logs/list/", params={"sort_by": "id"}).json()
    return [log["id"] for log in answer["results"]]


def _metric(client: httpx.Client, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])
