"""Requests that no well-behaved client sends: odd methods, paths, framings, and clients that stall or vanish."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from inferlog.config import Settings
from tests.api.calls import BATCH, BULK, CREATE, LIST, LOGS, listed_ids, new_project_key, read, refusal
from tests.api.wire import connect, request
from tests.server import Server, wait_for

HEAD_BYTES_MAX = Settings().head_bytes_max
_NO_HTTP = "The request is not valid HTTP/1.1; the connection is closed"
_BODY = b'{"model": "wire"}'


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", [BATCH, BULK])
def test_a_method_that_a_path_does_not_have(api: httpx.Client, path: str, method: str) -> None:
    """A wrong method is a 405 that names what came and where the routes are listed."""
    response = api.request(method, path)
    expected = f"There is no {method} {path} here; the routes are listed at /docs"
    assert refusal(response, 405) == expected
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [CREATE, LIST, LOGS, f"/api/deletions/{'0' * 32}/", "/health", "/openapi.json"])
def test_an_odd_method_is_never_a_failure(api: httpx.Client, path: str, method: str) -> None:
    """Other methods are a 405 on every path, in the one shape of errors."""
    assert refusal(api.request(method, path), 405).startswith(f"There is no {method} {path} here")


@pytest.mark.parametrize("path", [LIST, LOGS, "/health", "/docs", "/"])
def test_head_answers_as_get_without_a_body(api: httpx.Client, path: str) -> None:
    """HEAD has the status and the length of GET, and no body."""
    response = api.head(path)
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../../etc/passwd", "/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/docs/..%2fdocs.html", "/docs/..%5cx",
        "/docs/docs.html", "/docs/LICENSE.swagger-ui", "/docs/%00", "/docs/swagger-ui.css%00", "/docs//etc/passwd",
        "/docs/swagger-ui.css/../docs.html", "/docs/.", "/docs/%252e%252e/x", "/docs/C:%5Cx", "/docs/~root",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_docs(server: Server, path: str) -> None:
    """Only the page's three files are served, whatever the name says."""
    with connect(server) as wire:
        wire.send(request(server, "GET", path))
        answer = wire.answer()
    assert answer.status == 404
    assert answer.json["detail"].startswith("There is no ")


@pytest.mark.parametrize(
    "name",
    [
        "%00", "%ff%fe", "%F0%9F%98%80", "%27%3B%20DROP%20TABLE%20logs", "{log_id}", "..", "%2e%2e", "a%2fb", "*",
        "%7B%7D", "0" * 5_000, "%e2%80%ae", "00000000-0000-0000-0000-00000000000g", "-" * 36, "+", "%0d%0aX:%20y",
        "%EF%BC%91" * 32, "null", "True", "1e9",
    ],
)  # fmt: skip
def test_a_weird_id_is_not_found(server: Server, name: str) -> None:
    """An id of any characters, encoded in any way, is a 404 in the one shape of errors."""
    with connect(server) as wire:
        wire.send(request(server, "GET", f"{LOGS}{name}/"))
        answer = wire.answer()
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json["detail"], str)


@pytest.mark.parametrize(
    "path", ["/nope", "/api/api/health", "/API/health", "/api//request-logs/create/", "/request-logs/create/x/y"]
)
def test_an_unknown_path_is_not_found(api: httpx.Client, path: str) -> None:
    """A path that nothing serves is a 404 that says so."""
    assert refusal(api.get(path), 404) == f"There is no GET {path} here; the routes are listed at /docs"


def test_a_long_url_is_answered(api: httpx.Client) -> None:
    """A URL of 60 kB is read, and what is wrong with it is quoted by its beginning."""
    text = refusal(api.get(f"{LIST}?page={'1' * 60_000}"), 400)
    assert text == f"page: expected a whole number from 1 to 1,099,511,627,776, received: {'1' * 80}"


def test_a_long_header_is_read(api: httpx.Client) -> None:
    """A header of 50 kB that means nothing here does no harm."""
    assert api.post(CREATE, json={}, headers={"X-Long": "x" * 50_000}).status_code == 200


@pytest.mark.parametrize("sizes", [(1,), (5, 1), (1, 1, 1, 1, 1)])
def test_a_chunked_body_is_read(server: Server, api: httpx.Client, sizes: tuple[int, ...]) -> None:
    """A body in chunks, as streaming clients send it, is one body."""
    with connect(server) as wire:
        wire.send(request(server, "POST", CREATE, transfer_encoding="chunked", content_length=""))
        rest = _BODY
        for size in (*sizes, len(_BODY)):
            part, rest = rest[:size], rest[size:]
            wire.send(b"%x\r\n%b\r\n" % (len(part), part))
        wire.send(b"0\r\n\r\n")
        answer = wire.answer()
    assert answer.status == 200
    assert read(api, answer.json["id"])["model"] == "wire"


def test_pipelined_requests_are_answered_in_order(server: Server, api: httpx.Client) -> None:
    """Several requests sent at once on one connection have their answers in the order of the requests."""
    bodies = [b'{"model": "p%d"}' % number for number in range(8)]
    with connect(server) as wire:
        wire.send(b"".join(request(server, "POST", CREATE, body) for body in bodies))
        answers = [wire.answer() for _ in bodies]
    assert [answer.status for answer in answers] == [200] * 8
    assert [read(api, answer.json["id"])["model"] for answer in answers] == [f"p{number}" for number in range(8)]


def test_a_connection_serves_on_after_a_refusal(server: Server) -> None:
    """A 400 leaves the connection usable for the next request."""
    with connect(server) as wire:
        for body, status in ((b"{", 400), (_BODY, 200), (b"", 400), (_BODY, 200)):
            wire.send(request(server, "POST", CREATE, body))
            assert wire.answer().status == status


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999999"])
def test_a_content_length_that_is_no_number_is_refused(server: Server, length: str) -> None:
    """A length that cannot be read ends the connection with a 400, and stores nothing."""
    with connect(server) as wire:
        wire.send(request(server, "POST", CREATE, _BODY, content_length=length))
        answer = wire.answer()
        assert (answer.status, answer.json) == (400, {"detail": _NO_HTTP})
        assert wire.is_closed()


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"GET\r\n\r\n"])
def test_what_is_no_http_is_refused(server: Server, sent: bytes) -> None:
    """Bytes that are no request, such as a TLS greeting, are a 400 in the one shape of errors."""
    with connect(server) as wire:
        wire.send(sent)
        answer = wire.answer()
        assert wire.is_closed()
    assert (answer.status, answer.json) == (400, {"detail": _NO_HTTP})


@pytest.mark.parametrize("start", ["GET /{}", "GET /health HTTP/1.1\r\nx: {}"], ids=["url", "header"])
def test_a_head_that_never_ends_is_refused(server: Server, start: str) -> None:
    """Before any key is read, a URL or a header may have 256 KiB, and not a byte more is held."""
    head = start.format("x" * (HEAD_BYTES_MAX - len(start) + 2))
    assert len(head) == HEAD_BYTES_MAX
    with connect(server) as wire:
        wire.send(head.encode())
        wire.send(b"x")
        answer = wire.answer()
        assert wire.is_closed()
    expected = "The request's URL and headers are over the limit head_bytes_max, 262,144 bytes"
    assert (answer.status, answer.json) == (431, {"detail": expected})


@pytest.mark.parametrize("sent", [b"", b"POST /api/request-logs/create/ HTTP/1.1\r\nHost: a\r\n"], ids=["none", "half"])
def test_a_head_that_does_not_come_is_given_up(impatient: Server, sent: bytes) -> None:
    """A connection that sends half a head is told so and closed, one that sends nothing is closed."""
    with connect(impatient) as wire:
        wire.send(sent)
        if sent:
            answer = wire.answer()
            expected = "The request's head took longer than 0.3 s (the setting body_seconds_max)"
            assert (answer.status, answer.json) == (408, {"detail": expected})
        assert wire.is_closed()


def test_a_second_head_on_a_connection_is_given_up_too(impatient: Server) -> None:
    """The bound holds for each request of a connection that is kept."""
    with connect(impatient) as wire:
        wire.send(request(impatient, "GET", "/health") + b"GET /hea")
        assert wire.answer().status == 200
        assert wire.answer().status == 408
        assert wire.is_closed()


def test_trailers_that_never_end_are_refused(server: Server) -> None:
    """Headers after a chunked body have the same bound."""
    with connect(server) as wire:
        wire.send(request(server, "POST", CREATE, transfer_encoding="chunked", content_length=""))
        wire.send(b"2\r\n{}\r\n0\r\n")
        wire.send(b"x: ")
        with pytest.raises(ConnectionError):
            wire.send(b"x" * (100 * HEAD_BYTES_MAX))


def test_a_content_length_that_is_too_short_cuts_the_body(server: Server) -> None:
    """Only the announced bytes are the body; what follows is no request, and the connection ends."""
    with connect(server) as wire:
        wire.send(request(server, "POST", CREATE, _BODY, content_length="5"))
        assert wire.answer().status == 400
        assert wire.is_closed()


def test_a_content_length_over_the_limit_is_refused_before_the_body(server: Server) -> None:
    """A body that announces more than the limit is refused at once, stating the limit, and the connection closes."""
    with connect(server) as wire:
        wire.send(request(server, "POST", CREATE, content_length="100000001"))
        answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert answer.json["detail"] == "The body has 100,000,001 bytes or more; the limit is 100,000,000 bytes"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits no longer than a moment for the next piece of a body."""
    directory: Path = tmp_path_factory.mktemp("impatient")
    with Server(directory / "data", flush_seconds=0.05, body_seconds_max=0.3) as running:
        yield running


@pytest.mark.parametrize("sent", [b"", b'{"model":'])
def test_a_client_that_stalls_is_told_so(impatient: Server, sent: bytes) -> None:
    """A body that pauses too long is a 408 that states the limit, and the connection closes."""
    with connect(impatient) as wire:
        wire.send(request(impatient, "POST", CREATE, content_length="100") + sent)
        answer = wire.answer()
        assert wire.is_closed()
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert answer.json["detail"] == "The body paused for more than 0.3 s (the setting body_seconds_max)"


def test_a_body_that_comes_byte_by_byte_is_read(impatient: Server) -> None:
    """A body in single bytes is one body, however many pieces it takes."""
    with connect(impatient) as wire:
        wire.send(request(impatient, "POST", CREATE, content_length=str(len(_BODY))))
        for byte in _BODY:
            wire.send(bytes([byte]))
        assert wire.answer().status == 200


def test_a_client_that_vanishes_leaves_nothing(impatient: Server) -> None:
    """A connection that closes within its body stores no log, holds no memory, and is counted."""
    with impatient.client(new_project_key(impatient)) as client:
        gone = _metric(client, 'inferlog_requests_refused_total{reason="client_gone"}')
        for _ in range(5):
            with connect(impatient) as wire:
                wire.send(request(impatient, "POST", CREATE, content_length="1000") + _BODY)
        wait_for(lambda: _metric(client, 'inferlog_requests_refused_total{reason="client_gone"}') == gone + 5)
        assert _metric(client, "inferlog_inflight_bytes") == 0
        assert listed_ids(client) == []
        assert client.get("/health").status_code == 200


def _metric(client: httpx.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0
