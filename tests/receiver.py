"""A receiver of webhooks: a real HTTP server in a thread, which keeps what came and answers as it is told."""

import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

from tests.server import wait_for


class Received(NamedTuple):
    """One request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Return the id under which the event came."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """Return the event."""
        event: dict[str, Any] = msgspec.json.decode(self.body)
        return event

    @property
    def threshold(self) -> int:
        """Return the threshold that was reached."""
        threshold: int = self.event["data"]["threshold"]
        return threshold


class Receiver:
    """Answers every request with `status` and `headers`; `hold` keeps answers back until `go_on`."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        """Listen on a port of 127.0.0.1, a free one unless one is given, over TLS with a context."""
        self.received: list[Received] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self._going = threading.Event()
        self._going.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_port
        self.host = "localhost" if tls else "127.0.0.1"
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and answer what is held."""
        self._going.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Return an address of it."""
        return f"{self._scheme}://{self.host}:{self.port}/hooks?of=budgets"

    def hold(self) -> None:
        """Keep back answers from now on."""
        self._going.clear()

    def go_on(self) -> None:
        """Answer what waits, and all that comes."""
        self._going.set()

    def wait(self, count: int) -> list[Received]:
        """Wait until so many requests have come, and return all that came."""
        wait_for(lambda: len(self.received) >= count)
        return self.received

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Keep a request and answer it."""
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                receiver._going.wait(60)
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler
