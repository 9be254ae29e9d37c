"""The way of one log without a server or a disk: sent text → prepared row → stored row → what is shown."""

from typing import Any, Final

import msgspec

from inferlog import jsontext
from inferlog.config import Settings
from inferlog.dialects import request_logs
from inferlog.ingest import Intake, Prepared, prepare
from inferlog.model import Key, Log, Sent
from inferlog.pricing.book import PriceBook
from inferlog.query.logs import fetch_log
from inferlog.query.render import render

PRICES: Final = PriceBook()
RECEIVED_AT: Final = 1_760_000_000.5
PROJECT: Final = "01234567-89ab-4cde-8f01-23456789abcd"
KEY: Final = Key("aBcDeFgH", "first", PROJECT, "default", "prod", ("ingest", "read"), 1_700_000_000.0)
SETTINGS: Final = Settings()
INTAKE: Final = Intake(SETTINGS, PRICES)


def text_of(body: Any) -> bytes:
    """Return what a client sends: bytes as they are, anything else as JSON."""
    return body if isinstance(body, bytes) else jsontext.dumps(body)


def decoded(body: Any) -> Sent:
    """Return a body as decoded, before anything is added."""
    return request_logs.decode(jsontext.check(text_of(body)))


def prepared(body: Any, *, received_at: float = RECEIVED_AT, idempotency: tuple[str, ...] = ()) -> Prepared:
    """Return a body decoded, enriched and encoded."""
    return prepare(jsontext.check(text_of(body)), KEY, received_at, INTAKE, idempotency)


def enriched(body: Any) -> Log:
    """Return the log that a body becomes."""
    return prepared(body).log


def extra_of(log: Log) -> dict[str, msgspec.Raw]:
    """Return what of a log has no column of its own, each value its own text."""
    return msgspec.json.decode(log.extra, type=dict[str, msgspec.Raw]) if bytes(log.extra) != b'""' else {}


class StoredRow:
    """A store of one row, which gives it back as the engine does: all columns, those of JSON as text."""

    def __init__(self, row: bytes) -> None:
        """Take a line of JSONEachRow."""
        self._row = row

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Return the row, whatever was asked."""
        columns = msgspec.to_builtins(Log())
        for name, raw in msgspec.json.decode(self._row, type=dict[str, msgspec.Raw]).items():
            is_json = Log.__annotations__[name] is msgspec.Raw and jsontext.kind(raw) != "string"
            columns[name] = bytes(raw).decode("utf-8") if is_json else raw
        for name, value in columns.items():
            if isinstance(value, bytes):
                columns[name] = ""
        return jsontext.dumps(columns) + b"\n"


def shown(body: Any) -> dict[str, msgspec.Raw]:
    """Return what reading a log by its id answers, each value as its JSON text."""
    entry = prepared(body).entry
    log = fetch_log(StoredRow(entry.row), PROJECT, entry.log_id)
    assert log is not None
    answer = msgspec.json.Encoder(decimal_format="number").encode(render(log))
    return msgspec.json.decode(answer, type=dict[str, msgspec.Raw])


def shown_values(body: Any) -> dict[str, Any]:
    """Return what reading a log by its id answers, as values."""
    return {name: msgspec.json.decode(raw) for name, raw in shown(body).items()}
