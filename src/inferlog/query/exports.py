"""Logs read for an export: all that are selected, oldest first, a portion at a time, so that memory stays flat."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from inferlog.ids import read_uuid
from inferlog.model import Log
from inferlog.query.logs import Rows, read_rows
from inferlog.query.selection import Selection, select
from inferlog.query.statements import statement

ALL: Final = 1_000_000
PLACES_MAX: Final = 10_000
"""How many logs are looked up at once, by their narrow columns."""
_LOGS_MAX: Final = 1_000
_BYTES_MAX: Final = 8_000_000
"""How much is read of them at once."""


class Extract(Selection, frozen=True, kw_only=True):
    """Which logs, how many of a million of them, and which columns of each."""

    sample: Annotated[int, Meta(ge=1, le=ALL)] = ALL
    columns: tuple[str, ...]


class Place(msgspec.Struct, frozen=True):
    """Where a log is, and how many bytes it has."""

    id: str
    at_us: int
    size_bytes: int


BEGINNING: Final = Place("00000000-0000-0000-0000-000000000000", -1, 0)
_places: Final = msgspec.json.Decoder(Place)


def count_extract(rows: Rows, extract: Extract) -> int:
    """Return how many logs an export holds as of now."""
    sql, parameters = select("exports.count", extract)
    return int(msgspec.json.decode(rows.query(sql, parameters | {"sample": extract.sample}))["count"])


def find_places(rows: Rows, extract: Extract, after: Place) -> list[Place]:
    """Return the next logs after a place; fewer than PLACES_MAX are the last."""
    sql, parameters = select("exports.places", extract)
    parameters |= {"sample": extract.sample, "after_us": after.at_us, "after_id": after.id, "limit": PLACES_MAX}
    return _places.decode_lines(rows.query(sql, parameters))


def portions(places: list[Place]) -> Iterator[list[Place]]:
    """Yield the places in portions that can be read at once."""
    portion: list[Place] = []
    size = 0
    for place in places:
        if portion and (len(portion) >= _LOGS_MAX or size + place.size_bytes > _BYTES_MAX):
            yield portion
            portion, size = [], 0
        portion.append(place)
        size += place.size_bytes
    if portion:
        yield portion


def fetch_portion(rows: Rows, extract: Extract, portion: list[Place]) -> list[Log]:
    """Return the logs at these places, in their order; one that went since is left out."""
    columns = dict.fromkeys(("id", *extract.columns))
    sql = statement("exports.rows").replace("{columns}", ", ".join(columns))
    parameters = {
        "project_id": extract.project_id,
        "from_us": portion[0].at_us,
        "to_us": portion[-1].at_us,
        "ids": [place.id for place in portion],
    }
    found = {str(UUID(log.id)): log for log in read_rows(rows.query(sql, parameters))}
    ordered = dict.fromkeys(place.id for place in portion)  # a log that is just being replaced is there twice
    return [found[log_id] for log_id in ordered if log_id in found]


def stored_ids(rows: Rows, project_id: str, logs: Sequence[Log]) -> set[str]:
    """Return the ids (32 hex digits) of those logs that are stored."""
    found: set[str] = set()
    for first in range(0, len(logs), _LOGS_MAX):
        some = logs[first : first + _LOGS_MAX]
        moments = [round(log.timestamp * 1_000_000) for log in some]
        parameters = {
            "project_id": project_id,
            "from_us": min(moments),
            "to_us": max(moments),
            "ids": [str(UUID(log.id)) for log in some],
        }
        lines = rows.query(statement("exports.known"), parameters).splitlines()
        found |= {read_uuid(msgspec.json.decode(line)["id"]) or "" for line in lines}
    return found
