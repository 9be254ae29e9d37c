"""One signed webhook: its headers, and its one attempt within a bounded time.

Signed in two ways at once: Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature over all three parts;
https://www.standardwebhooks.com) and the vendor's (X-KeywordsAI-Signature and X-Respan-Signature: the hex HMAC-SHA256
of the body, keyed with the secret as it is shown; dossier §6 and the vendor's page on webhooks).
"""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

import urllib3
from urllib3.connection import HTTPConnection

from inferlog import __version__, ids
from inferlog.budgets.addresses import Refused, Target, check_url, look_up
from inferlog.errors import InvalidInput

_ADDRESSES_MAX: Final = 3
_PROBLEM_MAX: Final = 300
_PREFIX: Final = "whsec_"
_GONE: Final = 410


class Answer(NamedTuple):
    """How an attempt went: no problem means delivered. `gone`: the receiver wants no more of it (410).

    `retry_after` is how many seconds it asked to be left alone, if it did.
    """

    problem: str = ""
    gone: bool = False
    retry_after: float | None = None


def signed_headers(event_id: str, body: bytes, secret: str, moment: float) -> dict[str, str]:
    """Return the headers that sign a webhook, sent at `moment` (seconds since 1970 UTC)."""
    timestamp = str(int(moment))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signature = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    vendors = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        "X-KeywordsAI-Signature": vendors,
        "X-Respan-Signature": vendors,
    }


class Sender:
    """Sends webhooks, several at once if several threads ask it to."""

    def __init__(self, *, seconds_max: float, private: bool) -> None:
        """Give each attempt at most `seconds_max` seconds; `private` tells whether private addresses are allowed."""
        self._seconds_max = seconds_max
        self._private = private
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._aborted = False

    def send(self, event_id: str, url: str, secret: str, body: bytes) -> Answer:
        """Post one webhook once and return how it went. Redirects are not followed; certificates are verified."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"inferlog/{__version__}",
            **signed_headers(event_id, body, secret, ids.now()),
        }
        try:
            target = check_url(url)
            return self._post(target, {"Host": _host(target), **headers}, body)
        except (Refused, InvalidInput) as error:
            return Answer(str(error)[:_PROBLEM_MAX])
        except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError) as error:
            reason = str(error.__cause__ or error) or type(error).__name__
            return Answer(f"cannot be reached within {self._seconds_max:g} s: {reason}"[:_PROBLEM_MAX])

    def abort(self) -> None:
        """Break off every attempt that is under way, and each that still begins."""
        with self._lock:
            self._aborted = True
            for each in self._open:
                _shut(each)

    def _post(self, target: Target, headers: dict[str, str], body: bytes) -> Answer:
        deadline = time.monotonic() + self._seconds_max
        with self._dial(target, deadline) as plain, self._bounded(plain, deadline):
            connection = HTTPConnection(target.host, target.port, timeout=self._seconds_max)
            try:
                connection.sock = _secured(plain, target.host) if target.secure else plain
                connection.request("POST", target.path, body=body, headers=headers, preload_content=False)
                response = connection.getresponse()
                return _read_answer(response.status, response.headers.get("retry-after"))
            finally:
                connection.close()

    def _dial(self, target: Target, deadline: float) -> socket.socket:
        """Connect to the first of the host's addresses that answers. Raises Refused, or the last one's OSError."""
        addresses = look_up(target, private=self._private)[:_ADDRESSES_MAX]
        for address in addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, target.port), _left(deadline))
        return socket.create_connection((addresses[-1], target.port), _left(deadline))

    @contextmanager
    def _bounded(self, connected: socket.socket, deadline: float) -> Iterator[None]:
        """Shut a connection when its time is over, or when all are broken off.

        A timeout of the socket bounds each wait by itself: a receiver that sends a byte now and then outlasts it. What
        is shut is a second handle, since TLS takes the first one over.
        """
        connected.settimeout(_left(deadline))
        handle = connected.dup()
        timer = threading.Timer(_left(deadline), _shut, (handle,))
        timer.daemon = True
        timer.start()
        with self._lock:
            self._open.add(handle)
            if self._aborted:
                _shut(handle)
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._open.discard(handle)
            handle.close()


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """Return a connection over TLS, whose certificate is trusted here and is the host's. Raises ssl.SSLError."""
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)


def _read_answer(status: int, retry_after: str | None) -> Answer:
    if 200 <= status < 300:
        return Answer()
    what = " (redirects are not followed: give the address itself)" if 300 <= status < 400 else ""
    return Answer(f"answered {status}{what}", status == _GONE, _seconds(retry_after))


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for: a number of them, or a date (RFC 9110 §10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isdigit() and len(retry_after) < 10:
        return float(retry_after)
    with suppress(ValueError, OverflowError):
        return max(parsedate_to_datetime(retry_after).timestamp() - ids.now(), 0.0)
    return None


def _host(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.secure else 80) else f"{host}:{target.port}"


def _shut(held: socket.socket) -> None:
    with suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)
