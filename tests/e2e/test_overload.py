"""Too much at once: 429 with Retry-After for what is over the bounds, and the server goes on."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.server import Server, wait_for

_CREATE = "/api/request-logs/create/"


def test_requests_over_the_bound_are_refused_and_the_others_served(tmp_path: Path) -> None:
    """requests_max are under way: the next one gets 429 and Retry-After; those end well, and then there is room."""
    with Server(tmp_path / "data", requests_max=3) as server, server.client() as client, ExitStack() as held:
        requests = [held.enter_context(_half_a_request(server)) for _ in range(3)]
        wait_for(lambda: client.get("/health").status_code == 429)
        for path in ("/health", "/api/request-logs/list/"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
            assert answer.json() == {
                "detail": "More than requests_max = 3 requests are under way",
                "retry_after": 1,
            }
        refused = client.post(_CREATE, json={"model": "refused"})
        assert refused.status_code == 429
        for request in requests:
            request.sendall(b"}")
            assert request.recv(100_000).startswith(b"HTTP/1.1 200 ")
        wait_for(lambda: client.get("/health").status_code == 200)
        assert client.post(_CREATE, json={"model": "later"}).status_code == 200
        listed = client.get("/api/request-logs/list/").json()["results"]
        assert sorted(log["model"] for log in listed) == ["held", "held", "held", "later"]
        assert 'inferlog_requests_refused_total{reason="overloaded"}' in client.get("/metrics").text


def test_bodies_over_the_bound_are_refused_and_give_their_memory_back(tmp_path: Path) -> None:
    """inflight_bytes_max is held: a body that does not fit gets 429; when the others are done, it fits."""
    with (
        Server(tmp_path / "data", inflight_bytes_max=100_000) as server,
        server.client() as client,
        ExitStack() as held,
    ):
        body = {"model": "large", "note": "x" * 60_000}
        assert client.post(_CREATE, json=body).status_code == 200
        requests = [held.enter_context(_half_a_request(server, 25_000)) for _ in range(3)]
        wait_for(lambda: _inflight(client) == 75_000)
        answer = client.post(_CREATE, json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert "the limit inflight_bytes_max is 100,000" in answer.json()["detail"]
        for request in requests:
            request.sendall(b"}")
            assert request.recv(100_000).startswith(b"HTTP/1.1 200 ")
        wait_for(lambda: _inflight(client) == 0)
        assert client.post(_CREATE, json=body).status_code == 200
        assert client.get("/api/request-logs/list/").json()["count"] == 5


def test_a_client_that_goes_away_gives_its_place_back(tmp_path: Path) -> None:
    """Connections that are cut in the middle of a body leave neither a request nor bytes behind."""
    with Server(tmp_path / "data", requests_max=3, inflight_bytes_max=100_000) as server, server.client() as client:
        for _ in range(10):
            with ExitStack() as held:
                for _ in range(2):
                    held.enter_context(_half_a_request(server, 20_000))
                wait_for(lambda: _inflight(client) == 40_000)
            wait_for(lambda: _inflight(client) == 0)
        assert client.post(_CREATE, json={"model": "m"}).status_code == 200
        assert client.get("/api/request-logs/list/").json()["count"] == 1


def test_many_clients_at_once_are_all_answered(tmp_path: Path) -> None:
    """A hundred connections at a server that serves five: each gets 200 or 429, and every 200 is stored once."""
    with Server(tmp_path / "data", requests_max=5, flush_seconds=0.05) as server, ExitStack() as held:
        sent = [held.enter_context(_half_a_request(server)) for _ in range(100)]
        statuses = []
        for request in sent:
            try:
                request.sendall(b"}")
                statuses.append(request.recv(100_000).split(b" ", 2)[1])
            except OSError:
                statuses.append(b"gone")  # refused and closed, before the rest was sent
        assert statuses.count(b"200") >= 5
        assert set(statuses) <= {b"200", b"429", b"gone"}
        with server.client() as client:
            wait_for(lambda: client.get("/health").status_code == 200)
            assert client.get("/api/request-logs/list/").json()["count"] == statuses.count(b"200")


@contextmanager
def _half_a_request(server: Server, size: int = 16) -> Iterator[socket.socket]:
    """Send all of a create but the last byte of its body, which has `size` bytes before it."""
    start = b'{"model":"held"'
    body = start + b" " * (size - len(start))
    head = (
        f"POST {_CREATE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {size + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        yield connection


def _inflight(client: httpx.Client) -> int:
    text = client.get("/metrics").text
    [line] = [line for line in text.splitlines() if line.startswith("inferlog_inflight_bytes ")]
    return int(float(line.split()[1]))
