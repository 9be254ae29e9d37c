"""The forms of exported logs: JSON lines, which an import takes back as they are, CSV and Parquet. Pure."""

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol, cast

import msgspec
import pyarrow
import pyarrow.parquet

from inferlog.model import Log, log_defaults
from inferlog.query.logs import JSON_COLUMNS
from inferlog.query.render import amount, iso_time

COLUMNS: Final = tuple(name for name in Log.__struct_fields__ if name != "project_id")
"""What of a log is exported: all but whose it is."""
VERSION: Final = "inferlog_export"
MARK: Final = f'{{"{VERSION}":1,'.encode()
"""How a line begins that holds a whole log, derived columns and all."""

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_TEXTS: Final = frozenset({"input", "output"})
_JSON: Final = frozenset(JSON_COLUMNS)
TIMES: Final = frozenset({"timestamp", "start_time", "received_at"})
_DEFAULTS: Final = log_defaults()
_DECIMALS: Final = pyarrow.decimal128(38, 12)
_PARQUET_TYPES: Final = {
    str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_(),
    bool | None: pyarrow.bool_(), Decimal | None: _DECIMALS, tuple[str, ...]: pyarrow.list_(pyarrow.string()),
    dict[str, int]: pyarrow.map_(pyarrow.string(), pyarrow.int64()),
    dict[str, Decimal]: pyarrow.map_(pyarrow.string(), _DECIMALS), msgspec.Raw: pyarrow.string(),
}  # fmt: skip


class Form(Protocol):
    """Writes one export."""

    def write(self, logs: Sequence[Log]) -> bytes:
        """Return the next logs."""

    def end(self) -> bytes:
        """Return what stands after the last one."""


class Lines:
    """A line of JSON a log. One of all columns is marked, and leaves out what is at its default."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        """Write these columns."""
        self._columns = columns
        self._is_whole = columns == COLUMNS

    def write(self, logs: Sequence[Log]) -> bytes:
        """Return the next logs."""
        return b"".join([self._line(log) for log in logs])

    def end(self) -> bytes:
        """Return nothing: what a reader gets ends with the answer."""
        return b""

    def _line(self, log: Log) -> bytes:
        if not self._is_whole:
            return _encode({name: _json_value(log, name) for name in self._columns}) + b"\n"
        held = {name: _json_value(log, name) for name in COLUMNS if getattr(log, name) != _DEFAULTS[name]}
        return _encode({VERSION: 1} | held) + b"\n"


class Table:
    """CSV: a head, then a row a log. What is no plain value stands as JSON."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        """Write these columns."""
        self._columns = columns
        self._has_head = False

    def write(self, logs: Sequence[Log]) -> bytes:
        """Return the next logs."""
        text = io.StringIO()
        rows = csv.writer(text)
        if not self._has_head:
            self._has_head = True
            rows.writerow(self._columns)
        rows.writerows([[_cell(log, name) for name in self._columns] for log in logs])
        return text.getvalue().encode("utf-8", "replace")

    def end(self) -> bytes:
        """Return the head, if there was no log."""
        return b"" if self._has_head else self.write(())


class Parquet:
    """Parquet: a row group for each portion. Its end holds where they are, so that a part of it cannot be read."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        """Write these columns."""
        moment = pyarrow.timestamp("us", tz="UTC")
        types = {name: moment if name in TIMES else _PARQUET_TYPES[Log.__annotations__[name]] for name in columns}
        self._schema = pyarrow.schema(list(types.items()))
        self._sink = _Sink()
        self._writer = pyarrow.parquet.ParquetWriter(self._sink, self._schema, compression="zstd")

    def write(self, logs: Sequence[Log]) -> bytes:
        """Return the next logs."""
        columns = [
            pyarrow.array([_parquet_value(log, field.name) for log in logs], type=field.type) for field in self._schema
        ]
        self._writer.write_table(pyarrow.Table.from_arrays(columns, schema=self._schema))
        return self._sink.take()

    def end(self) -> bytes:
        """Return the file's end."""
        self._writer.close()
        return self._sink.take()


class _Sink(io.RawIOBase):
    """Where Parquet is written to, and what is sent on is taken from."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


FORMS: Final[dict[str, tuple[Callable[[tuple[str, ...]], Form], str]]] = {
    "jsonl": (Lines, "application/x-ndjson"),
    "csv": (Table, "text/csv; charset=utf-8"),
    "parquet": (Parquet, "application/vnd.apache.parquet"),
}
"""A form's name → what writes it, and its content type."""


def _json_value(log: Log, name: str) -> Any:
    """Return a column as JSON: bodies as they are stored, but those that may be any text as texts."""
    value = getattr(log, name)
    if name in _JSON:
        return _body(name, value)
    if name in TIMES:
        return iso_time(value)
    if isinstance(value, Decimal):
        return amount(value)
    if name == "cost_details":
        return {bucket: amount(cost) for bucket, cost in value.items()}
    return value


def _body(name: str, raw: msgspec.Raw) -> Any:
    """Return a body as the JSON that it is; what would not be the same text again, on one line, stays a text."""
    text = bytes(raw)
    if name not in _TEXTS and text[:1] in (b"{", b"[") and b"\n" not in text and b"\r" not in text:
        try:
            msgspec.json.decode(text, type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError):
            pass
        else:
            return raw
    return _text(raw)


def _text(raw: msgspec.Raw) -> str:
    text = bytes(raw)
    return "" if text == b'""' else text.decode("utf-8", "replace")


def _cell(log: Log, name: str) -> Any:
    value = getattr(log, name)
    if name in _JSON:
        return _text(value)
    shown = _json_value(log, name)
    if isinstance(shown, bool):
        return "true" if shown else "false"
    if isinstance(shown, Decimal):
        return f"{shown:f}"
    return _encode(shown).decode() if isinstance(shown, (dict, tuple)) else shown


def _parquet_value(log: Log, name: str) -> Any:
    value = getattr(log, name)
    if name in _JSON:
        return _text(value)
    if name in TIMES:
        return round(value * 1_000_000)
    return list(value.items()) if isinstance(value, dict) else cast(Any, value)
