"""HTTP/1.1 as uvicorn speaks it, with a bound on what comes before a body, and its own refusals in the API's shape."""

from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from inferlog import metrics
from inferlog.server.http import json_reply

HEAD_BYTES_MAX: Final = 256 * 1024
"""Bytes of URL, headers or trailers that are held. They are read before any key is: without a bound, anybody could
fill the memory with one request that never ends."""


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    _held = 0  # bytes read since the last piece of a body or the end of a head

    def data_received(self, data: bytes) -> None:
        """Read what came; refuse a head that goes on for too long."""
        self._held += len(data)
        super().data_received(data)
        if self._held > HEAD_BYTES_MAX and not self.transport.is_closing():
            text = f"The request's URL and headers have more than {HEAD_BYTES_MAX:,} bytes, the most that is read"
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
