"""One request and its answer: the body within its limits, the key and its scope, errors in one shape."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, Final, Literal, cast

import msgspec
from starlette.types import Message, Receive, Scope, Send

from inferlog import metrics
from inferlog.config import Settings
from inferlog.errors import InferlogError, Overloaded, RequestTimeout, TooLarge, UnsupportedMediaType
from inferlog.model import Key
from inferlog.model import Scope as KeyScope
from inferlog.server.auth import authenticate, require_scope
from inferlog.server.inflate import inflate
from inferlog.server.runtime import Runtime

_logger = logging.getLogger("inferlog.server")
encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_JSON_HEADER: Final = (b"content-type", b"application/json")
_THREAD_BYTES: Final = 256 * 1024
"""A body larger than this is worked on in a thread: decoding 20 MB holds the event loop for 60 ms."""
_CLIENT_GONE: Final = 499


class Reply(msgspec.Struct, frozen=True):
    """An answer: its status, its body, and the headers that are not the usual ones."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = (_JSON_HEADER,)


class Stream(msgspec.Struct, frozen=True):
    """An answer of unknown length, made while it is sent. What fails within it breaks the connection off: its reader
    then lacks the end that HTTP gives to every answer, and knows that it is not whole."""

    parts: AsyncGenerator[bytes]
    headers: tuple[tuple[bytes, bytes], ...]
    status: int = 200


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return `value` as a JSON answer; decimals are JSON numbers with all their digits."""
    return Reply(encode(value), status)


def is_large(size: int) -> bool:
    """Tell whether working on so many bytes must not hold up the event loop."""
    return size > _THREAD_BYTES


def sent_path(scope: Scope) -> str:
    """Return the path as the client sent it."""
    path: str = scope.get("path_sent") or scope["path"]
    return path


class ClientGone(Exception):
    """The client closed the connection before its body was complete; there is nobody to answer."""


class Call:
    """What a handler knows of one request."""

    __slots__ = ("_held", "_receive", "headers", "key", "runtime", "scope")

    def __init__(self, scope: Scope, receive: Receive, runtime: Runtime, key: Key) -> None:
        self.scope = scope
        self.runtime = runtime
        self.key = key
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self._receive = receive
        self._held = 0

    def require(self, needs: KeyScope) -> None:
        """Raise Forbidden if the caller's key lacks the scope `needs`: for a route that does one thing or another."""
        require_scope(self.key, needs)

    @property
    def settings(self) -> Settings:
        """Return the server's settings."""
        return self.runtime.settings

    def header(self, name: bytes) -> str | None:
        """Return a request header (its name in lower case), or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def body(self, bytes_max: int) -> bytes:
        """Return the body, inflated; raise for one that is over `bytes_max`, too slow, or in an unknown encoding."""
        length = self.headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > bytes_max:
            raise TooLarge(_too_large(int(length), bytes_max))
        message = await self._next()
        body: bytes = message.get("body", b"")
        self._hold(len(body))
        if message.get("more_body"):
            body = await self._rest(body, bytes_max)
        if len(body) > bytes_max:
            raise TooLarge(_too_large(len(body), bytes_max))
        encoding = self.header(b"content-encoding")
        if encoding and encoding.strip().lower() not in ("", "identity"):
            body = await asyncio.to_thread(inflate, body, encoding, bytes_max)
            self._hold(len(body))
        return body

    async def json(self, bytes_max: int) -> bytes:
        """Return the body, which claims to be JSON."""
        sent = self.headers.get(b"content-type", b"application/json")
        if sent != b"application/json" and not _is_json(content_type := sent.decode("latin-1")):
            raise UnsupportedMediaType(
                f"The content type is {content_type}; send JSON with the header Content-Type: application/json"
            )
        return await self.body(bytes_max)

    async def work(self, size: int, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run what costs time in proportion to `size` bytes, in a thread if that is much."""
        if is_large(size):
            return await self.runtime.work(function, *arguments)
        return function(*arguments)

    def release(self) -> None:
        """Give back what the body held of the memory for bodies."""
        self.runtime.inflight_bytes -= self._held
        self._held = 0

    async def _next(self) -> Message:
        waiting = cast(Coroutine[Any, None, Message], self._receive())
        try:
            # The body of nearly every request is there already: asking for it without a timer saves 4 µs.
            waiting.send(None)
        except StopIteration as done:
            message: Message = done.value
        else:
            waiting.close()
            message = await self._wait()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message

    async def _wait(self) -> Message:
        try:
            async with asyncio.timeout(self.settings.body_seconds_max):
                return await self._receive()
        except TimeoutError:
            raise RequestTimeout(
                f"The body paused for more than {self.settings.body_seconds_max:g} s (the setting body_seconds_max)"
            ) from None

    async def _rest(self, first: bytes, bytes_max: int) -> bytes:
        parts, size, more = [first], len(first), True
        while more:
            message = await self._next()
            part = message.get("body", b"")
            self._hold(len(part))
            size += len(part)
            if size > bytes_max:
                raise TooLarge(_too_large(size, bytes_max))
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)

    def _hold(self, size: int) -> None:
        if self.runtime.inflight_bytes + size > self.settings.inflight_bytes_max:
            raise Overloaded(
                f"Request bodies under way hold {self.runtime.inflight_bytes:,} bytes; the limit inflight_bytes_max is "
                f"{self.settings.inflight_bytes_max:,}. Send this again in a moment."
            )
        self.runtime.inflight_bytes += size
        self._held += size


Handler = Callable[[Call], Awaitable[Reply | Stream]]
Needs = KeyScope | Literal["any"] | None


class Endpoint:
    """An ASGI application for one route: key, scope, handler, and one shape of error. The hot path is short."""

    def __init__(self, name: str, handler: Handler, needs: Needs, runtime: Runtime) -> None:
        """Wire a handler that needs a key with the scope `needs`, "any" key, or (None) no key at all."""
        self.name = name
        self._handler = handler
        self._needs = needs
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = time.perf_counter()
        runtime = self._runtime
        call = Call(scope, receive, runtime, _NOBODY)
        runtime.requests += 1
        reply: Reply | Stream
        try:
            if runtime.requests > runtime.settings.requests_max:
                raise Overloaded(f"More than requests_max = {runtime.settings.requests_max} requests are under way")
            if self._needs is not None:
                call.key = authenticate(call.headers, runtime.access)
                if self._needs != "any":
                    require_scope(call.key, self._needs)
            reply = await self._handler(call)
        except InferlogError as error:
            reply = error_reply(error)
        except ClientGone:
            metrics.requests_refused.labels("client_gone").inc()
            reply = Reply(b"", _CLIENT_GONE)
        except Exception:  # the ASGI edge: whatever was not foreseen is logged here, and never shown to a user
            _logger.exception("unexpected failure in %s %s", scope["method"], scope["path"])
            reply = json_reply({"detail": "Internal server error", "error_code": "INTERNAL_ERROR"}, 500)
        finally:
            call.release()
            runtime.requests -= 1
        if isinstance(reply, Stream):
            await _send_stream(receive, send, reply, runtime.settings.stream_pause_seconds_max)
        elif reply.status != _CLIENT_GONE:
            await _send(send, reply)
        metrics.request_seconds.observe((self.name, reply.status), time.perf_counter() - begun)


_NOBODY: Final = Key("", "", "", "", "prod", (), 0.0)


def error_reply(error: InferlogError) -> Reply:
    """Return an error as the API shows it: {"detail": …}, with Retry-After where trying again helps."""
    metrics.requests_refused.labels(error.reason).inc()
    headers: tuple[tuple[bytes, bytes], ...] = (_JSON_HEADER,)
    content: dict[str, Any] = {"error": error.title} if error.title else {}
    content["detail"] = str(error)
    if error.retry_after is not None:
        content["retry_after"] = error.retry_after
        headers = (*headers, (b"retry-after", str(error.retry_after).encode()))
    if error.status == 401:
        headers = (*headers, (b"www-authenticate", b"Bearer"))
    if error.status in (408, 413, 429):  # part of the body may be unread; a client must not send on after it
        headers = (*headers, (b"connection", b"close"))
    return Reply(encode(content), error.status, headers)


async def _send(send: Send, reply: Reply) -> None:
    length = (b"content-length", str(len(reply.body)).encode())
    await send({"type": "http.response.start", "status": reply.status, "headers": [*reply.headers, length]})
    await send({"type": "http.response.body", "body": reply.body})


async def _send_stream(receive: Receive, send: Send, reply: Stream, pause_seconds_max: float) -> None:
    """Send the parts as they come, until they end or the client goes, which ends them too."""
    gone = asyncio.ensure_future(_wait_until_gone(receive))
    try:
        await send({"type": "http.response.start", "status": reply.status, "headers": [*reply.headers]})
        while (part := await _next_part(reply.parts, gone)) is not None:
            async with asyncio.timeout(pause_seconds_max):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        _logger.warning("a stream was given up: its reader paused for more than %g s", pause_seconds_max)
    except InferlogError as error:
        _logger.warning("a stream was broken off: %s", error)
    except Exception:  # the ASGI edge, once more: the answer has begun, so that only its end can be left out
        _logger.exception("unexpected failure within a stream")
    finally:
        gone.cancel()
        await reply.parts.aclose()


async def _next_part(parts: AsyncGenerator[bytes], gone: "asyncio.Future[None]") -> bytes | None:
    """Return the next part, or None at the end, or once the client is gone."""
    coming = asyncio.ensure_future(anext(parts, None))
    await asyncio.wait((coming, gone), return_when=asyncio.FIRST_COMPLETED)
    if gone.done():
        coming.cancel()
        await asyncio.wait((coming,))
        return None
    return coming.result()


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _is_json(content_type: str) -> bool:
    name = content_type.split(";", 1)[0].strip().lower()
    return name in ("", "application/json", "text/json") or name.endswith("+json")


def _too_large(size: int, bytes_max: int) -> str:
    return f"The body has {size:,} bytes or more; the limit is {bytes_max:,} bytes"
