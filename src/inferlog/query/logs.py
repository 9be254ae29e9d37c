"""One log, and pages of logs."""

from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from inferlog.ids import read_uuid
from inferlog.model import NO_JSON, Log
from inferlog.query.statements import statement

_TIME_MAX_US: Final = 4_102_444_800_000_000  # 2100-01-01, past every stored time


class Rows(Protocol):
    """What answers a query: the store."""

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Return the rows of one SELECT as lines of JSON."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which logs a caller wants to see. Times are seconds since 1970 UTC; an empty environment means all."""

    project_id: str
    environment: str = ""
    from_time: float | None = None
    to_time: float | None = None
    number: Annotated[int, Meta(ge=1)] = 1
    size: int = 100
    newest_first: bool = True


_row_type: Final = msgspec.json.Decoder(Log, strict=False)
_JSON_COLUMNS: Final = tuple(name for name, field_type in Log.__annotations__.items() if field_type is msgspec.Raw)


def fetch_log(rows: Rows, project_id: str, log_id: str) -> Log | None:
    """Return the log with this id (32 hex digits) of this project, or None."""
    answer = rows.query(statement("logs.fetch"), {"project_id": project_id, "id": log_id})
    return _read_row(answer.rstrip(b"\n")) if answer.strip() else None


def fetch_page(rows: Rows, page: Page) -> list[Log]:
    """Return one page of logs; past the last page it is empty."""
    name = "logs.newest" if page.newest_first else "logs.oldest"
    parameters = {**_bounds(page), "limit": page.size, "offset": (page.number - 1) * page.size}
    return [_read_row(line) for line in rows.query(statement(name), parameters).splitlines()]


def count_logs(rows: Rows, page: Page) -> int:
    """Return how many logs all pages hold."""
    answer = msgspec.json.decode(rows.query(statement("logs.count"), _bounds(page)))
    return int(answer["count"])


def _bounds(page: Page) -> dict[str, Any]:
    return {
        "project_id": page.project_id,
        "environment": page.environment,
        "from_us": 0 if page.from_time is None else int(page.from_time * 1_000_000),
        "to_us": _TIME_MAX_US if page.to_time is None else int(page.to_time * 1_000_000),
    }


def _read_row(line: bytes) -> Log:
    """Return a stored row as a Log again: its JSON columns come as strings that hold JSON text."""
    log = _row_type.decode(line)
    log.id = read_uuid(log.id) or log.id
    for name in _JSON_COLUMNS:
        text = msgspec.json.decode(getattr(log, name))
        setattr(log, name, msgspec.Raw(text.encode("utf-8")) if text else NO_JSON)
    return log
