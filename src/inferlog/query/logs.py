"""One log, and pages of logs."""

import time
from itertools import accumulate
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import msgspec

from inferlog.ids import read_uuid
from inferlog.model import NO_JSON, Log
from inferlog.pricing.buckets import above_zero
from inferlog.query.pages import Page, Position, order, past, sorted_by
from inferlog.query.selection import Selection, bind, select
from inferlog.query.statements import statement


class Rows(Protocol):
    """What answers a query: the store."""

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Return the rows of one SELECT as lines of JSON."""


_row_type: Final = msgspec.json.Decoder(Log, strict=False)
JSON_COLUMNS: Final = tuple(name for name, field_type in Log.__annotations__.items() if field_type is msgspec.Raw)


def fetch_log(rows: Rows, project_id: str, log_id: str) -> Log | None:
    """Return the log with this id (32 hex digits) of this project, or None."""
    answer = rows.query(statement("logs.fetch"), {"project_id": project_id, "id": log_id})
    return next(iter(read_rows(answer)), None)


def fetch_environment(rows: Rows, project_id: str, log_id: str) -> str | None:
    """Return the environment of the log with this id, or None if there is no such log."""
    answer = rows.query(statement("logs.environment"), {"project_id": project_id, "id": log_id})
    return str(msgspec.json.decode(answer)["environment"]) if answer else None


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


class Listing(NamedTuple):
    """The logs of one page, whether there are more past it, and where its first and its last one are."""

    logs: list[Listed]
    more: bool
    ends: tuple[Position, Position] | None


class _Place(msgspec.Struct):
    """Where a log is, how many bytes it has, and the value by which the list is sorted, as text."""

    id: str
    at_us: int
    size_bytes: int
    value: str | None = None

    @property
    def position(self) -> Position:
        return Position(self.value, self.at_us, self.id)


_places: Final = msgspec.json.Decoder(_Place)


def fetch_page(rows: Rows, page: Page, bytes_max: int) -> Listing:
    """Return one page of logs; past the last page it is empty.

    The page's ids are found in narrow columns, however deep it is, and only then are bodies read. The logs past
    `bytes_max` bytes of a page come without bodies: a thousand logs of 20 MB would not fit into memory.
    """
    places = _find(rows, page)
    more = len(places) > page.size
    places = places[: page.size]
    if page.backwards:
        places.reverse()
    sizes = accumulate(place.size_bytes for place in places)
    whole = [place for place, size in zip(places, sizes, strict=True) if size <= bytes_max or place is places[0]]
    rest = places[len(whole) :]
    complete = _fetch(rows, "logs.whole", page, whole)
    reduced = _fetch(rows, "logs.narrow", page, rest)
    logs = [Listed(complete[place.id], reduced=False) for place in whole if place.id in complete]
    logs += [Listed(reduced[place.id], reduced=True) for place in rest if place.id in reduced]
    return Listing(logs, more, (places[0].position, places[-1].position) if places else None)


def _find(rows: Rows, page: Page) -> list[_Place]:
    """Return where the logs of a page are, and the next one after it, nearest to its beginning first."""
    where, parameters = bind(page)
    value = sorted_by(page, parameters)
    sql = statement("logs.page_ids")
    parts = {
        "{selection}": where,
        "{joins}": parameters.joins,
        "{past}": past(page, value, parameters),
        "{order}": order(page, value),
        "{value}": f"toString({value})" if page.sort_by else "NULL",
    }
    for placeholder, part in parts.items():
        sql = sql.replace(placeholder, part)
    limits = {"limit": page.size + 1, "offset": (page.number - 1) * page.size}
    found = _places.decode_lines(rows.query(sql, parameters.values | limits))
    return list({place.id: place for place in found}.values())  # a log that is just being replaced is there twice


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
    """Return how many logs are selected."""
    answer = msgspec.json.decode(rows.query(*select("logs.count", selection)))
    return int(answer["count"])


class Count(NamedTuple):
    """How many logs there are, at least; `exact` says that there are no more."""

    number: int
    exact: bool


def count_within(rows: Rows, selection: Selection, *, logs_max: int, seconds_max: float) -> Count:
    """Return how many logs are selected, counted up to `logs_max`, and for at most `seconds_max`."""
    where, parameters = bind(selection)
    sql = statement("logs.count_within").replace("{selection}", where)
    begun = time.perf_counter()
    limits = {"limit": logs_max + 1, "seconds": seconds_max}
    sql = sql.replace("{seconds}", f"{seconds_max:g}")
    answer = rows.query(sql, parameters.values | limits)
    number = int(msgspec.json.decode(answer)["count"]) if answer else 0
    in_time = time.perf_counter() - begun < seconds_max  # the engine does not say that it stopped
    return Count(min(number, logs_max), number <= logs_max and in_time)


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
