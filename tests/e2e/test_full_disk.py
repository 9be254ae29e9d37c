"""A disk that is full or read-only: 507 that says so, nothing acknowledged is lost, and it works again afterwards.

As root on a small disk of its own. Others have no disk to fill: for them a limit on the size of files stands in.
"""

import re
import resource
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.command import one_line, run_inferlog
from tests.disk import MAY_MOUNT, Disk, small_disk
from tests.server import Server, wait_for

needs_a_disk = pytest.mark.skipif(not MAY_MOUNT, reason="only root can mount a small disk")
_BODY = {"model": "m", "note": "x" * 20_000}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 48 MB."""
    with small_disk(tmp_path / "disk", 48) as mounted:
        yield mounted


@needs_a_disk
def test_a_full_disk_loses_nothing_and_works_again_when_there_is_space(disk: Disk) -> None:
    """The whole data directory is on a full disk: 507, then more is taken, and a kill changes nothing about it."""
    server = Server(disk.path / "data", flush_seconds=0.1)
    with server:
        with server.client() as client:
            disk.fill(leave=2_000_000)
            acknowledged, refusal = _create_until_refused(client)
            _check_refusal(refusal)
            assert client.get("/health").status_code == 200
            assert _refused(client) == 1
        server.kill()
        disk.free()
        server.start()
        with server.client() as client:
            acknowledged.append(_create(client).json()["id"])
            assert _listed(client) == sorted(acknowledged)
        assert server.stop() == 0


@needs_a_disk
def test_the_same_process_goes_on_when_there_is_space_again(disk: Disk) -> None:
    """Without a restart: refused while the disk is full, taken afterwards, and all of it in the store once."""
    with Server(disk.path / "data", flush_seconds=0.1) as server, server.client() as client:
        disk.fill(leave=1_000_000)
        acknowledged, refusal = _create_until_refused(client)
        _check_refusal(refusal)
        disk.free()
        acknowledged += [_create(client).json()["id"] for _ in range(3)]
        assert _listed(client) == sorted(acknowledged)
        wait_for(lambda: client.get("/ready").json()["status"] == "ok")


@needs_a_disk
def test_spans_are_refused_so_that_exporters_send_them_again(disk: Disk) -> None:
    """OTLP's exporters give up after a 507: a full disk is a 503 with Retry-After to them; the span is taken later."""
    item = {"traceId": "5" * 32, "spanId": "6" * 16, "name": "x" * 600_000}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [item]}]}]}
    with Server(disk.path / "data", flush_seconds=0.1) as server, server.client() as client:
        disk.fill(leave=200_000)
        refusal = client.post("/v1/traces", json=body)
        assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "10")
        assert "No space left on device" in refusal.json()["detail"]
        disk.free()
        assert client.post("/v1/traces", json=body).json() == {"partialSuccess": {}}
        assert len(_listed(client)) == 1


@needs_a_disk
def test_a_batch_that_does_not_fit_is_refused_as_a_whole(disk: Disk, tmp_path: Path) -> None:
    """A half-written commit is cut off again: no log of it is seen, and what was acknowledged before it stays."""
    data = tmp_path / "data"
    (data / "journal").parent.mkdir()
    (data / "journal").symlink_to(disk.path)
    server = Server(data, flush_seconds=60)
    with server:
        with server.client() as client:
            first = _create(client).json()["id"]
            disk.fill(leave=300_000)
            batch = {"logs": [_BODY] * 50}
            _check_refusal(client.post("/api/request-logs/batch/create", json=batch))
            second = _create(client).json()["id"]
            assert _refused(client) == 50
        server.kill()
        disk.free()
        server.start()
        with server.client() as client:
            assert _listed(client) == sorted([first, second])
            assert "inferlog_journal_torn_bytes_total 0.0" in client.get("/metrics").text


@needs_a_disk
def test_a_disk_that_turned_read_only_is_told_and_left(tmp_path: Path) -> None:
    """A journal on a disk that was remounted read-only: 507 until it is writable again; reading goes on."""
    data = tmp_path / "data"
    with (
        small_disk(data / "journal", 4) as disk,
        Server(data, flush_seconds=0.05) as server,
        server.client() as client,
    ):
        first = _create(client).json()["id"]
        assert _listed(client) == [first]  # and nothing of the journal is open now
        disk.forbid_writing()
        refusal = client.post("/api/request-logs/create/", json=_BODY)
        _check_refusal(refusal, "Read-only file system")
        assert _listed(client) == [first]
        disk.allow_writing()
        second = _create(client).json()["id"]
        assert _listed(client) == sorted([first, second])


@needs_a_disk
@pytest.mark.parametrize("writable", [True, False])
def test_starting_on_a_full_or_read_only_disk_is_one_clear_line(disk: Disk, writable: bool) -> None:
    """`serve` on a disk that takes nothing ends with what is wrong, and without a traceback."""
    if writable:
        disk.fill()
    else:
        disk.forbid_writing()
    done = run_inferlog("serve", "--port=0", "--data", disk.path / "data")
    line = one_line(done.stderr)
    assert done.returncode in (1, 2)
    assert line.startswith("inferlog: ")
    assert str(disk.path / "data") in line
    if not writable:
        disk.allow_writing()


def test_a_segment_that_may_not_grow_refuses_logs_and_loses_none(tmp_path: Path) -> None:
    """Whoever runs this: with a limit on the size of files the journal refuses what does not fit, and nothing more."""
    server = Server(tmp_path / "data", flush_seconds=60)
    with server, server.client() as client:
        first = _create(client).json()["id"]
        [segment] = (tmp_path / "data" / "journal").iterdir()
        limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (segment.stat().st_size + 30_000, limits[1]))
        second = _create(client).json()["id"]
        refusal = client.post("/api/request-logs/create/", json=_BODY)
        _check_refusal(refusal, "File too large")
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)
        third = _create(client).json()["id"]
        assert _listed(client) == sorted([first, second, third])


def _create(client: httpx.Client) -> httpx.Response:
    created = client.post("/api/request-logs/create/", json=_BODY)
    assert created.status_code == 200, created.text
    return created


def _create_until_refused(client: httpx.Client) -> tuple[list[str], httpx.Response]:
    """Create logs until one is refused; return the ids of the others, and the refusal."""
    acknowledged: list[str] = []
    for _ in range(5_000):
        answer = client.post("/api/request-logs/create/", json=_BODY)
        if answer.status_code != 200:
            return acknowledged, answer
        acknowledged.append(answer.json()["id"])
    raise AssertionError("the disk did not become full")


def _check_refusal(answer: httpx.Response, reason: str = "No space left on device") -> None:
    assert answer.status_code == 507, answer.text
    assert answer.headers["retry-after"] == "10"
    detail = answer.json()["detail"]
    assert detail.startswith("The log was not stored: the journal in ")
    assert f"({reason})" in detail
    assert "Make space there" in detail


def _refused(client: httpx.Client) -> float:
    """Return how many logs were refused for want of space, as /metrics counts them."""
    found = re.search(
        r'^inferlog_logs_refused_total\{reason="storage_full"\} (\S+)$', client.get("/metrics").text, re.M
    )
    return float(found[1]) if found else 0.0


def _listed(client: httpx.Client) -> list[str]:
    """Return the ids of all logs, each as often as it is there."""
    found: list[str] = []
    for page in range(1, 100):
        results = client.get("/api/request-logs/list/", params={"page": page, "page_size": 500}).json()["results"]
        if not results:
            break
        found += [log["id"] for log in results]
    return sorted(found)
