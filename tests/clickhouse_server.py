"""The real engine behind ClickHouse's HTTP interface: `python -m tests.clickhouse_server PORT DATADIR`.

What a client sends goes to the engine as it comes: `query` and body put together, `param_*` as parameters, every
other URL parameter as a setting, one session a request. Errors come back as ClickHouse gives them. The one path
of its own is POST /control, which makes it fail as a store in trouble does:

    /control?code=241     every query is answered 500 with that exception code, until code=0
    /control?hang=1       every query waits, until hang=0
    /control              answers {"waiting": …, "served": …}
"""

import gzip
import json
import re
import sys
import threading
import uuid
import zlib
from collections.abc import Callable, Mapping
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

import chdb
import zstandard

_NO_SETTINGS: Final = frozenset(
    "query database default_format user password quota_key session_id session_timeout session_check query_id "
    "compress decompress buffer_size wait_end_of_query client_protocol_version role send_progress_in_http_headers "
    "http_headers_progress_interval_ms enable_http_compression".split()
)
"""URL parameters that the interface itself reads; the engine does not know them as settings."""

_STATUSES: Final = {
    **dict.fromkeys((6, 25, 26, 27, 38, 41, 53, 62, 72, 117, 321, 349, 441), 400),
    **dict.fromkeys((46, 47, 50, 56, 60, 81, 115), 404),
    48: 501,
}
"""ClickHouse's exception code → its HTTP status; any other is 500."""

_CODE: Final = re.compile(rb"Code: (\d+)")
_FORMAT: Final = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_SETTING: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INFLATE: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().stream_reader(data).read(),
}


class Refused(Exception):
    """The engine's answer to a statement that it does not run."""

    def __init__(self, message: bytes) -> None:
        """Keep the message as it is: the engine may cut a text that it quotes inside a character."""
        super().__init__(message)
        found = _CODE.search(message)
        self.message = message
        self.code = int(found[1]) if found else 1002


class Engine:
    """The engine on one directory, and how it was told to fail."""

    def __init__(self, directory: Path) -> None:
        """Open it, and keep it open: each request has a connection of its own."""
        self._directory = str(directory.resolve())
        self._keeper = chdb.connect(self._directory)
        self._counting = threading.Lock()
        self.going = threading.Event()
        self.going.set()
        self.code = 0
        self.waiting = 0
        self.served = 0

    def run(self, sql: bytes, settings: Mapping[str, str], parameters: Mapping[str, str], database: str) -> bytes:
        """Run one statement in a session of its own. Raises Refused."""
        self._fail_as_told()
        connection: Any = chdb.connect(self._directory)  # its annotation forbids the bytes that it takes
        try:
            if database:
                connection.query(f"USE `{database}`", "TabSeparated")
            for name, value in settings.items():
                connection.query(f"SET {_name(name)} = {_quoted(value)}", "TabSeparated")
            answer = connection.query(sql, "TabSeparated", params=dict(parameters))
            return bytes(answer.bytes() or b"")
        except UnicodeDecodeError as error:
            raise Refused(error.object) from None
        except RuntimeError as error:
            raise Refused(str(error).encode()) from None
        finally:
            connection.close()
            self.served += 1

    def _fail_as_told(self) -> None:
        with self._counting:
            self.waiting += 1
        self.going.wait()
        with self._counting:
            self.waiting -= 1
        if self.code:
            raise Refused(b"Code: %d. DB::Exception: Told to fail. (TOLD_TO_FAIL)" % self.code)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine: Engine

    def do_GET(self) -> None:
        self._answer_sql(b"") if "query=" in self.path else self._reply(200, b"Ok.\n")

    def do_POST(self) -> None:
        body = self._body()
        if body is None:  # cut short: ClickHouse runs nothing of it either
            self.close_connection = True
        elif urlsplit(self.path).path == "/control":
            self._control()
        else:
            self._answer_sql(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Be quiet."""

    def _control(self) -> None:
        told = dict(parse_qsl(urlsplit(self.path).query))
        self.engine.code = int(told.get("code", self.engine.code))
        if "hang" in told:
            self.engine.going.clear() if told["hang"] == "1" else self.engine.going.set()
        self._reply(200, json.dumps({"waiting": self.engine.waiting, "served": self.engine.served}).encode())

    def _answer_sql(self, body: bytes) -> None:
        sent = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if self.headers.get_content_type() == "multipart/form-data":  # how drivers send parameters too long for a URL
            sent |= _form(self.headers.get("Content-Type", ""), body)
            body = b""
        statement = sent.get("query", "").encode()
        sql = statement + b"\n" + body if statement and body else statement or body
        settings = {name: value for name, value in sent.items() if not _is_own(name)}
        parameters = {name[6:]: value for name, value in sent.items() if name.startswith("param_")}
        database = self.headers.get("X-ClickHouse-Database") or sent.get("database", "")
        headers = {"X-ClickHouse-Query-Id": sent.get("query_id") or str(uuid.uuid4()), "X-ClickHouse-Timezone": "UTC"}
        try:
            answer = self.engine.run(sql, settings, parameters, database)
        except Refused as error:
            headers["X-ClickHouse-Exception-Code"] = str(error.code)
            self._reply(_STATUSES.get(error.code, 500), error.message + b"\n", headers)
            return
        if answer:
            found = _FORMAT.search(statement or body)
            headers["X-ClickHouse-Format"] = found[1].decode() if found else "TabSeparated"
        self._reply(200, answer, headers)

    def _body(self) -> bytes | None:
        """Return the request's body, inflated, or None if the client stopped within it."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self._chunks()
        else:
            size = int(self.headers.get("Content-Length", "0"))
            read = self.rfile.read(size)
            body = read if len(read) == size else None
        encoding = self.headers.get("Content-Encoding", "identity")
        return body if body is None or encoding == "identity" else _INFLATE[encoding](body)

    def _chunks(self) -> bytes | None:
        parts: list[bytes] = []
        while line := self.rfile.readline():
            size = int(line.strip().split(b";")[0], 16)
            part = self.rfile.read(size)
            if len(part) < size or not self.rfile.readline():
                return None
            if not size:
                return b"".join(parts)
            parts.append(part)
        return None

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _form(content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields of a multipart form."""
    message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = cast(list[Message], message.get_payload())
    return {
        str(part.get_param("name", header="Content-Disposition")): cast(bytes, part.get_payload(decode=True)).decode()
        for part in parts
    }


def _is_own(name: str) -> bool:
    return name in _NO_SETTINGS or name.startswith("param_")


def _name(setting: str) -> str:
    if not _SETTING.fullmatch(setting):
        raise Refused(b"Code: 115. DB::Exception: Unknown setting %r. (UNKNOWN_SETTING)" % setting)
    return setting


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def main() -> None:
    """Serve until killed; the first line of output says where."""
    port, directory = int(sys.argv[1]), Path(sys.argv[2])
    _Handler.engine = Engine(directory)
    server = _Server(("127.0.0.1", port), _Handler)
    sys.stdout.write(f"serving at 127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
