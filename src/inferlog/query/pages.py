"""Where a page begins: past a log, by what the list is sorted by. However deep that is, nothing before it is read.

A cursor is a position as opaque text, with a digest of the query that it belongs to: sent with another one, it would
quietly skip logs.
"""

import base64
import hashlib
from decimal import Decimal, DecimalException
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from inferlog.errors import InvalidInput
from inferlog.ids import read_uuid
from inferlog.query.compile import Parameters
from inferlog.query.fields import Field
from inferlog.query.selection import Selection

_DIGEST_BYTES: Final = 9
_VALUE_MAX: Final = Decimal(10) ** 26
_TIME_MAX_US: Final = 10**16
_VALUE_TYPES: Final = {"money": "Decimal(38, 12)"}


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The place of a log in a list: the value that the list is sorted by (None: it has none, or the list is by time),
    its time in microseconds since 1970 UTC, and its id."""

    value: str | None
    at_us: int
    id: str


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    digest: str
    backwards: bool
    position: Position


class Page(Selection, frozen=True, kw_only=True):
    """Which part of the selected logs a caller wants to see, and in which order: by time if `sort_by` is None.

    Logs with equal values come by time, in the same direction; those without a value come last. A page has a `number`,
    or begins past a `position`, towards the list's end or `backwards`.
    """

    number: Annotated[int, Meta(ge=1)] = 1
    size: int = 100
    sort_by: Field | None = None
    descending: bool = True
    position: Position | None = None
    backwards: bool = False


def order(page: Page, value: str) -> str:
    """Return what stands behind ORDER BY; `value` is the SQL of what the list is sorted by."""
    direction = "DESC" if page.descending != page.backwards else "ASC"
    by_time = f"project_id {direction}, timestamp {direction}, id {direction}"
    nulls = "FIRST" if page.backwards else "LAST"
    return f"{value} {direction} NULLS {nulls}, {by_time}" if page.sort_by else by_time


def sorted_by(page: Page, parameters: Parameters) -> str:
    """Return the SQL of what a list is sorted by; NULL if it is by time alone."""
    return parameters.figure(page.sort_by) if page.sort_by else "NULL"


def past(page: Page, value: str, parameters: Parameters) -> str:
    """Return the condition of the logs past the position; `value` is the SQL of what the list is sorted by."""
    position = page.position
    if position is None:
        return "1"
    sign = "<" if page.descending != page.backwards else ">"
    moment = f"fromUnixTimestamp64Micro({parameters.bind(position.at_us, 'Int64')}, 'UTC')"
    log_id = parameters.bind(position.id, "UUID")
    beside = f"(timestamp {sign} {moment} OR (timestamp = {moment} AND id {sign} {log_id}))"
    if page.sort_by is None:  # the first part is what the table's own order can jump by
        return f"timestamp {sign}= {moment} AND {beside}"
    if position.value is None:
        return f"(isNotNull({value}) OR {beside})" if page.backwards else f"(isNull({value}) AND {beside})"
    bound = parameters.bind(position.value, _VALUE_TYPES.get(page.sort_by.kind, "Float64"))
    without = "0" if page.backwards else f"isNull({value})"
    return f"({value} {sign} {bound} OR ({value} = {bound} AND {beside}) OR {without})"


def write_cursor(page: Page, position: Position, *, backwards: bool) -> str:
    """Return the cursor of what comes past a position, or before it."""
    cursor = _Cursor(_digest(page), backwards, position)
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read_cursor(text: str, page: Page) -> Page:
    """Return a page from a cursor on. Raises InvalidInput for what is none, or one of another query."""
    cursor = _decoded(text)
    if cursor is None:
        raise InvalidInput(f"cursor: expected the next_cursor or previous_cursor of an answer, received: {text[:80]}")
    if cursor.digest != _digest(page):
        raise InvalidInput(
            "cursor: this one belongs to another query (its filters, times, environment or sort_by differ); leave it "
            "out to begin at the first page"
        )
    return msgspec.structs.replace(page, position=cursor.position, backwards=cursor.backwards)


def _decoded(text: str) -> _Cursor | None:
    """Return a cursor that the engine can read: one that somebody made by hand must not look like its failure."""
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
        value = Decimal(cursor.position.value or 0)
    except (ValueError, DecimalException, msgspec.DecodeError):
        return None
    position = cursor.position
    is_valid = value.is_finite() and abs(value) < _VALUE_MAX and 0 <= position.at_us < _TIME_MAX_US
    return cursor if is_valid and read_uuid(position.id) else None


def _digest(page: Page) -> str:
    """Return what tells queries apart. A new version of inferlog may tell them apart otherwise: a cursor is for now."""
    query = repr(msgspec.structs.replace(page, number=1, size=1, position=None, backwards=False)).encode(
        "utf-8", "surrogatepass"
    )
    return base64.urlsafe_b64encode(hashlib.blake2b(query, digest_size=_DIGEST_BYTES).digest()).decode()
