"""HTTP/1.1 as uvicorn speaks it, with a bound on what comes before a body, and its own refusals in the API's shape."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from inferlog import metrics
from inferlog.config import Settings
from inferlog.server.http import json_reply


def speaking(settings: Settings) -> "type[HttpProtocol]":
    """Return the protocol with the limits of these settings; uvicorn makes one of it for each connection."""
    return type("HttpProtocol", (HttpProtocol,), {"head_bytes_max": settings.head_bytes_max})


class HttpProtocol(HttpToolsProtocol):
    """One connection.

    A head is read before any key is: without a bound, anybody could fill the memory with one that never ends.
    """

    head_bytes_max = 0
    _held = 0  # bytes read since the last piece of a body or the end of a head

    def data_received(self, data: bytes) -> None:
        """Read what came; refuse a head that goes on for too long."""
        self._held += len(data)
        super().data_received(data)
        if self._held > self.head_bytes_max and not self.transport.is_closing():
            text = f"The request's URL and headers are over the limit head_bytes_max, {self.head_bytes_max:,} bytes"
            self._refuse(431, "head_too_large", text)

    def on_headers_complete(self) -> None:
        """Begin a request whose head was read."""
        self._held = 0
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

    def _refuse(self, status: int, reason: str, text: str) -> None:
        metrics.requests_refused.labels(reason).inc()
        body = json_reply({"detail": text}).body
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()
