"""One log, and pages of logs."""

from itertools import accumulate
from typing import Annotated, Any, Final, NamedTuple, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from inferlog.ids import read_uuid
from inferlog.model import NO_JSON, Log
from inferlog.pricing.buckets import above_zero
from inferlog.query.fields import Field
from inferlog.query.selection import Selection, select
from inferlog.query.statements import statement


class Rows(Protocol):
    """What answers a query: the store."""

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Return the rows of one SELECT as lines of JSON."""


class Page(Selection, frozen=True, kw_only=True):
    """Which part of the selected logs a caller wants to see, and in which order: by time if `sort_by` is None.

    Logs with equal values come by time, in the same direction; those without a value come last.
    """

    number: Annotated[int, Meta(ge=1)] = 1
    size: int = 100
    sort_by: Field | None = None
    descending: bool = True


_row_type: Final = msgspec.json.Decoder(Log, strict=False)
JSON_COLUMNS: Final = tuple(name for name, field_type in Log.__annotations__.items() if field_type is msgspec.Raw)


def fetch_log(rows: Rows, project_id: str, log_id: str) -> Log | None:
    """Return the log with this id (32 hex digits) of this project, or None."""
    answer = rows.query(statement("logs.fetch"), {"project_id": project_id, "id": log_id})
    return next(iter(read_rows(answer)), None)


class Held(msgspec.Struct):
    """A log that is stored: its id as 32 hex digits, its time (microseconds since 1970 UTC), its metadata's bytes."""

    id: str
    at_us: int
    metadata_bytes: int


_held: Final = msgspec.json.Decoder(Held)
_IDS_MAX: Final = 2_000
"""Ids of one statement: over HTTP they are a form's field, of which ClickHouse reads 128 kB."""


def fetch_held(rows: Rows, project_id: str, log_ids: list[str]) -> dict[str, Held]:
    """Return which of these logs (32 hex digits) a project has, by their ids."""
    found: dict[str, Held] = {}
    for at in range(0, len(log_ids), _IDS_MAX):
        parameters = {"project_id": project_id, "ids": log_ids[at : at + _IDS_MAX]}
        for held in _held.decode_lines(rows.query(statement("logs.held"), parameters)):
            held.id = held.id.replace("-", "")
            found[held.id] = held
    return found


class Listed(NamedTuple):
    """A log of a page. `reduced` means that its bodies were left out, for want of room on the page."""

    log: Log
    reduced: bool


class _Place(msgspec.Struct):
    """Where a log is, and how many bytes it has."""

    id: str
    at_us: int
    size_bytes: int


_places: Final = msgspec.json.Decoder(_Place)


def fetch_page(rows: Rows, page: Page, bytes_max: int) -> list[Listed]:
    """Return one page of logs; past the last page it is empty.

    The page's ids are found in narrow columns, however deep it is, and only then are bodies read. The logs past
    `bytes_max` bytes of a page come without bodies: a thousand logs of 20 MB would not fit into memory.
    """
    sql, parameters = select("logs.page_ids", page)
    sql = sql.replace("{order}", _order(page))
    parameters |= {"limit": page.size, "offset": (page.number - 1) * page.size}
    found = _places.decode_lines(rows.query(sql, parameters))
    places = list({place.id: place for place in found}.values())  # a log that is just being replaced is there twice
    sizes = accumulate(place.size_bytes for place in places)
    whole = [place for place, size in zip(places, sizes, strict=True) if size <= bytes_max or place is places[0]]
    rest = places[len(whole) :]
    complete = _fetch(rows, "logs.whole", page, whole)
    reduced = _fetch(rows, "logs.narrow", page, rest)
    logs = [Listed(complete[place.id], reduced=False) for place in whole if place.id in complete]
    return logs + [Listed(reduced[place.id], reduced=True) for place in rest if place.id in reduced]


def _order(page: Page) -> str:
    direction = "DESC" if page.descending else "ASC"
    by_time = f"project_id {direction}, timestamp {direction}, id {direction}"
    return f"{page.sort_by.sql} {direction} NULLS LAST, {by_time}" if page.sort_by else by_time


def _fetch(rows: Rows, name: str, page: Page, places: list[_Place]) -> dict[str, Log]:
    """Return the logs at these places by their ids, as the engine writes them."""
    if not places:
        return {}
    moments = [place.at_us for place in places]
    parameters = {
        "project_id": page.project_id,
        "from_us": min(moments),
        "to_us": max(moments),
        "ids": [place.id for place in places],
    }
    return {str(UUID(log.id)): log for log in read_rows(rows.query(statement(name), parameters))}


def count_logs(rows: Rows, selection: Selection) -> int:
    """Return how many logs are selected: how many all pages hold."""
    answer = msgspec.json.decode(rows.query(*select("logs.count", selection)))
    return int(answer["count"])


def read_rows(lines: bytes) -> list[Log]:
    """Return stored rows, as the engine writes them, as logs again: their JSON columns are strings of JSON text."""
    logs = []
    for line in lines.splitlines():
        log = _row_type.decode(line)
        log.id = read_uuid(log.id) or log.id
        log.usage_details, log.cost_details = above_zero(log.usage_details), above_zero(log.cost_details)
        for name in JSON_COLUMNS:
            text = msgspec.json.decode(getattr(log, name))
            setattr(log, name, msgspec.Raw(text.encode("utf-8")) if text else NO_JSON)
        logs.append(log)
    return logs
