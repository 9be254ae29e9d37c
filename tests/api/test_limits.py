"""Bodies over the limits, as they come and once inflated: 413 that states the limit, and the server goes on."""

import gzip
import zlib
from collections.abc import Callable
from typing import Final

import httpx
import pytest
import zstandard

from tests.api.calls import BATCH, BULK, CREATE, LIST, create, post_text, read, refusal
from tests.api.wire import connect, request
from tests.server import Server

_LOG_MAX: Final = 20_000_000
_BATCH_MAX: Final = 100_000_000
_OVER_BATCH: Final = "The body has more than 100,000,000 bytes once inflated; the limit is 100,000,000 bytes"
_PACKERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": lambda data: gzip.compress(data, 1),
    "deflate": lambda data: zlib.compress(data, 1),
    "zstd": zstandard.compress,
}


def _log_of(size: int) -> bytes:
    """Return a log of exactly `size` bytes."""
    return b'{"input": "' + b"x" * (size - 13) + b'"}'


def test_the_largest_log_is_stored_whole(api: httpx.Client) -> None:
    """A log of exactly 20 MB is taken and comes back whole."""
    response = post_text(api, _log_of(_LOG_MAX))
    assert response.status_code == 200, response.text
    assert len(read(api, response.json()["id"])["input"]) == _LOG_MAX - 13


@pytest.mark.parametrize("encoding", ["identity", *_PACKERS])
def test_a_log_over_the_limit_is_refused(api: httpx.Client, encoding: str) -> None:
    """A log of one byte more is a 413 that states its size and the limit, also once inflated."""
    body = _PACKERS.get(encoding, bytes)(_log_of(_LOG_MAX + 1))
    text = refusal(post_text(api, body, Content_Encoding=encoding), 413)
    assert text == "The log has 20,000,001 bytes; the limit log_bytes_max is 20,000,000"


@pytest.mark.parametrize("encoding", _PACKERS)
@pytest.mark.parametrize("path", [CREATE, BATCH, BULK])
def test_a_decompression_bomb_is_refused(api: httpx.Client, path: str, encoding: str) -> None:
    """A small body that inflates past the limit is a 413 that states it, and closes the connection."""
    bomb = _PACKERS[encoding](b'{"logs": ["' + b"x" * (_BATCH_MAX + 1))
    response = post_text(api, bomb, path, Content_Encoding=encoding)
    assert refusal(response, 413) == _OVER_BATCH
    assert response.headers["connection"] == "close"
    assert api.get("/health").status_code == 200


def test_a_bomb_of_many_members_is_refused(api: httpx.Client) -> None:
    """gzip members one after the other are counted together."""
    bomb = gzip.compress(b"x" * 1_000_000, 1) * 101
    assert refusal(post_text(api, bomb, Content_Encoding="gzip"), 413) == _OVER_BATCH


@pytest.mark.parametrize("path", [CREATE, BATCH, BULK])
def test_an_announced_body_over_the_limit_is_refused(server: Server, path: str) -> None:
    """A body of over 100 MB is refused by its length alone, before a byte of it is read."""
    with connect(server) as wire:
        wire.send(request(server, "POST", path, content_length=str(_BATCH_MAX + 1)))
        answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert answer.json["detail"] == "The body has 100,000,001 bytes or more; the limit is 100,000,000 bytes"


def test_a_list_request_over_its_limit_is_refused(api: httpx.Client) -> None:
    """The body of a list request has the limit of one log."""
    text = refusal(post_text(api, b" " * (_LOG_MAX + 1), LIST), 413)
    assert text == "The body has 20,000,001 bytes or more; the limit is 20,000,000 bytes"


def test_a_chunked_body_over_the_limit_is_refused_while_it_comes(server: Server) -> None:
    """A body without a length is refused as soon as it is over the limit, however long it would go on."""
    chunk = b"x" * 1_000_000
    with connect(server) as wire:
        wire.send(request(server, "POST", LIST, transfer_encoding="chunked", content_length=""))
        for _ in range(_LOG_MAX // len(chunk)):
            wire.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        wire.send(b"1\r\nx\r\n")
        answer = wire.answer()
    assert answer.status == 413
    assert answer.json["detail"] == "The body has 20,000,001 bytes or more; the limit is 20,000,000 bytes"


def test_a_refused_body_holds_no_memory(api: httpx.Client) -> None:
    """After refusals the memory for bodies is given back, and the next log is taken."""
    post_text(api, _PACKERS["zstd"](b"x" * (_BATCH_MAX + 1)), Content_Encoding="zstd")
    create(api, {})
    assert "\ninferlog_inflight_bytes 0.0\n" in api.get("/metrics").text
