"""One process a data directory, and how it ends: drained, with 0, also with requests under way."""

import signal
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.command import one_line, run_inferlog
from tests.server import Server, wait_for

_SIGNALS = [signal.SIGTERM, signal.SIGINT]
_BODY = {"model": "m", "note": "x" * 1_000}


@pytest.mark.parametrize("command", ["serve", "import"])
def test_a_second_process_on_the_same_data_is_one_line_that_says_who_holds_it(tmp_path: Path, command: str) -> None:
    """The line names the directory, the process, its host and its command; the first one goes on serving."""
    data = tmp_path / "data"
    file = tmp_path / "logs.jsonl"
    file.write_text('{"model":"m"}\n')
    with Server(data) as server:
        arguments = ["serve", "--port=0"] if command == "serve" else ["import", str(file)]
        done = run_inferlog(*arguments, f"--data={data}")
        assert done.returncode == 1
        line = one_line(done.stderr)
        assert line.startswith(f"inferlog: The data directory {data} is in use by process {server.pid} on ")
        assert socket.gethostname() in line
        assert f"--data={data}" in line
        with server.client() as client:
            assert client.post("/api/request-logs/create/", json=_BODY).status_code == 200


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    """The line names the address and how to choose another."""
    with Server(tmp_path / "data") as server:
        port = urlsplit(server.url).port
        done = run_inferlog("serve", f"--port={port}", f"--data={tmp_path / 'other'}")
    assert done.returncode == 2
    assert one_line(done.stderr).startswith(f"inferlog: Cannot listen on 127.0.0.1:{port}: Address already in use")


def test_the_lock_of_a_killed_process_holds_nobody_up(tmp_path: Path) -> None:
    """What SIGKILL leaves behind does not keep the next process from starting."""
    server = Server(tmp_path / "data")
    with server:
        server.kill()
        assert "process" in (tmp_path / "data" / "lock").read_text()
        server.start()
        assert server.stop() == 0


@pytest.mark.parametrize("number", _SIGNALS)
def test_a_stop_drains_and_exits_with_0(tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C: what was acknowledged is in the store, the journal is empty, the exit code is 0."""
    server = Server(tmp_path / "data", flush_seconds=60)
    with server:
        with server.client() as client:
            ids = [client.post("/api/request-logs/create/", json=_BODY).json()["id"] for _ in range(5)]
        assert server.stop(number) == 0
        assert server.output[-2:] == [
            "inferlog: draining the journal …\n",
            "inferlog: stopped; all logs are in the store\n",
        ]
        assert list((tmp_path / "data" / "journal").iterdir()) == []
        server.start()
        assert _listed(server) == sorted(ids)


@pytest.mark.parametrize("number", _SIGNALS)
def test_a_stop_under_load_loses_and_doubles_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Clients write without a pause while it stops: every acknowledged log is stored once, and it exits with 0."""
    server = Server(tmp_path / "data", flush_seconds=0.05)
    acknowledged: list[str] = []
    with server:
        clients = [threading.Thread(target=_write_until_refused, args=(server, acknowledged)) for _ in range(4)]
        for client in clients:
            client.start()
        wait_for(lambda: len(acknowledged) >= 100)
        assert server.stop(number) == 0
        for client in clients:
            client.join(30)
        assert list((tmp_path / "data" / "journal").iterdir()) == []
        server.start()
        stored = _listed(server)
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)


def test_a_request_under_way_is_answered_before_the_stop(tmp_path: Path) -> None:
    """Half of a body has come when the signal does: the rest is read, the log is stored and acknowledged."""
    server = Server(tmp_path / "data")
    body = b'{"model":"under way","note":"' + b"x" * 10_000 + b'"}'
    with server:
        with _connect(server) as connection:
            connection.sendall(_head(server, len(body)) + body[:5_000])
            with server.client() as client:  # its answer says that the server has got the half
                wait_for(lambda: "inferlog_inflight_bytes 5000.0" in client.get("/metrics").text)
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            wait_for(lambda: not _accepts(server))
            connection.sendall(body[5_000:])
            answer = connection.makefile("rb").read()
        stopping.join(30)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b'"message":"log successful"' in answer
        assert server.wait() == 0
        server.start()
        with server.client() as client:
            assert [log["model"] for log in client.get("/api/request-logs/list/").json()["results"]] == ["under way"]


def test_a_client_that_never_ends_its_body_does_not_hold_the_stop_up_for_ever(tmp_path: Path) -> None:
    """A body that pauses is given up after body_seconds_max; the stop goes on and exits with 0."""
    with Server(tmp_path / "data", body_seconds_max=0.5) as server, _connect(server) as connection:
        connection.sendall(_head(server, 1_000) + b'{"model":')
        with server.client() as client:
            wait_for(lambda: "inferlog_inflight_bytes 9.0" in client.get("/metrics").text)
        assert server.stop() == 0
        assert b"body_seconds_max" in connection.makefile("rb").read()


def _connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=30)


def _head(server: Server, length: int) -> bytes:
    return (
        f"POST /api/request-logs/create/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _accepts(server: Server) -> bool:
    try:
        _connect(server).close()
    except OSError:
        return False
    return True


def _write_until_refused(server: Server, acknowledged: list[str]) -> None:
    with server.client() as client:
        for _ in range(100_000):
            try:
                answer = client.post("/api/request-logs/create/", json=_BODY)
            except httpx.HTTPError:
                return
            if answer.status_code == 200:
                acknowledged.append(answer.json()["id"])


def _listed(server: Server) -> list[str]:
    found: list[str] = []
    with server.client() as client:
        for page in range(1, 1_000):
            answer = client.get("/api/request-logs/list/", params={"page": page, "page_size": 1_000}).json()
            if not answer["results"]:
                break
            found += [log["id"] for log in answer["results"]]
    return sorted(found)
