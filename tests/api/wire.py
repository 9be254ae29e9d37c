"""HTTP as bytes on a socket, for what no well-behaved client sends."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.server import Server

_READ_SECONDS_MAX = 30.0


class Answer(NamedTuple):
    """One answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body's JSON."""
        return json.loads(self.body)


class Wire:
    """One connection to a server: send bytes, read answers."""

    def __init__(self, connection: socket.socket) -> None:
        """Take over an open connection."""
        self._connection = connection
        self._reader = connection.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(data)

    def answer(self) -> Answer:
        """Read the next answer; raise if the server closes before it is complete."""
        status = self._line()
        headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self._reader.read(int(headers.get("content-length", "0")))
        return Answer(int(status.split(" ")[1]), headers, body)

    def is_closed(self) -> bool:
        """Wait for the server's next byte, and tell whether it closed instead."""
        return self._reader.read(1) == b""

    def close(self) -> None:
        """Close without another word."""
        self._reader.close()
        self._connection.close()

    def _line(self) -> str:
        line = self._reader.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError(f"the server closed after {line!r}")
        return line.decode("latin-1").rstrip("\r\n")


@contextmanager
def connect(server: Server) -> Iterator[Wire]:
    """Open a connection to a server."""
    parts = urlsplit(server.url)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), timeout=_READ_SECONDS_MAX) as connection:
        wire = Wire(connection)
        try:
            yield wire
        finally:
            wire.close()


def request(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of a request with the server's first key; `headers` win over the usual ones."""
    usual = {
        "host": "inferlog",
        "authorization": f"Bearer {server.key}",
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
