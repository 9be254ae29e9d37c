"""HTTP/1.1 as uvicorn speaks it, with bounds on what comes before a body, and its own refusals in the API's shape."""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from inferlog import metrics
from inferlog.config import Settings
from inferlog.server.http import json_reply


def speaking(settings: Settings) -> "type[HttpProtocol]":
    """Return the protocol with the limits of these settings; uvicorn makes one of it for each connection."""
    limits = {"head_bytes_max": settings.head_bytes_max, "head_seconds_max": settings.body_seconds_max}
    return type("HttpProtocol", (HttpProtocol,), limits)


class HttpProtocol(HttpToolsProtocol):
    """One connection.

    A head is read before any key is: without bounds, anybody could fill the memory with one that never ends, and
    take all connections with heads that are never sent.
    """

    head_bytes_max = 0
    head_seconds_max = 0.0
    _held = 0  # bytes read since the last piece of a body or the end of a head
    _in_head = True
    _begun = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for a first request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.head_seconds_max, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came; refuse a head that goes on for too long."""
        self._held += len(data)
        super().data_received(data)
        if self._held > self.head_bytes_max and not self.transport.is_closing():
            text = f"The request's URL and headers are over the limit head_bytes_max, {self.head_bytes_max:,} bytes"
            self._refuse(431, "head_too_large", text)
        elif self._in_head and self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds_max, self._give_up)

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        self._in_head = self._begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin a request whose head was read."""
        self._held = 0
        self._in_head = False
        self._in_time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of a body."""
        self._held = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._held = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, and close."""
        self._refuse(400, "bad_http", "The request is not valid HTTP/1.1; the connection is closed")

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self._begun:  # nobody asked for anything
            self.transport.close()
        elif not self.transport.is_closing():
            text = f"The request's head took longer than {self.head_seconds_max:g} s (the setting body_seconds_max)"
            self._refuse(408, "head_too_slow", text)

    def _refuse(self, status: int, reason: str, text: str) -> None:
        metrics.requests_refused.labels(reason).inc()
        body = json_reply({"detail": text}).body
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()
