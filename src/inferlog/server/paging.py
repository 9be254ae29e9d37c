"""Which page of logs a request asks for, and the addresses of the pages beside it.

By number as the API has it; by cursor from any of them on. Past `_DEEP` logs the addresses have cursors themselves: the
engine would read everything that it skips.
"""

from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec

from inferlog.errors import InvalidInput
from inferlog.query.fields import field
from inferlog.query.logs import Listing
from inferlog.query.pages import Page, read_cursor, write_cursor
from inferlog.server.asking import Asked, whole_number
from inferlog.server.http import Call, sent_path

PARAMETERS: Final = ("page", "page_size", "sort_by", "cursor")
_SIZE: Final = 100
_DEEP: Final = 10_000
PAGE_MAX: Final = 2**40
_BY_TIME: Final = frozenset({"id", "timestamp"})
SORTED_BY: Final = (
    "id", "timestamp", "cost", "time_to_first_token", "latency", "prompt_tokens", "completion_tokens", "all_tokens",
    "total_request_tokens", "tokens_per_second",
)  # fmt: skip
"""What a list is sorted by (dossier §2.1), with a minus for the largest first."""


def read_page(call: Call, asked: Asked) -> Page:
    """Return the page asked for. Raises InvalidInput naming the parameter."""
    given = asked.given
    sort = str(given.get("sort_by") or "-id")
    number = whole_number(given, "page", 1, PAGE_MAX)
    size = whole_number(given, "page_size", _SIZE, call.settings.page_size_max)
    name = sort.removeprefix("-")
    of_score = name.startswith("scores__")
    if name not in SORTED_BY and not of_score:
        raise InvalidInput(
            f"sort_by: expected one of {', '.join(SORTED_BY)}, scores__<evaluator>, or one of them after a -, "
            f"received: {sort[:80]}"
        )
    page = Page(
        **msgspec.structs.asdict(asked.selection),
        number=number,
        size=size,
        sort_by=None if name in _BY_TIME else field(name, "sort_by"),
        descending=sort.startswith("-"),
    )
    cursor = given.get("cursor")
    if cursor is None or cursor == "":
        return page
    if "page" in given:
        raise InvalidInput("cursor: a page is asked for by cursor or by number; leave out page")
    return read_cursor(str(cursor), page)


class Beside(NamedTuple):
    """The pages beside one: their cursors, and their addresses, on the host that the caller used."""

    next: str | None
    previous: str | None
    next_cursor: str | None
    previous_cursor: str | None


def beside(call: Call, page: Page, listing: Listing) -> Beside:
    """Return the pages beside a page of logs."""
    is_first = page.number == 1 and page.position is None
    has_next = bool(listing.ends) and (listing.more or page.backwards)
    has_previous = bool(listing.ends) and (listing.more if page.backwards else not is_first)
    first, last = listing.ends or (None, None)
    next_cursor = write_cursor(page, last, backwards=False) if has_next and last else None
    previous_cursor = write_cursor(page, first, backwards=True) if has_previous and first else None
    if page.position is None and page.number * page.size < _DEEP:
        following = _address(call, "page", str(page.number + 1)) if has_next else None
        preceding = _address(call, "page", str(page.number - 1)) if page.number > 1 else None
        return Beside(following, preceding, next_cursor, previous_cursor)
    return Beside(
        _address(call, "cursor", next_cursor) if next_cursor else None,
        _address(call, "cursor", previous_cursor) if previous_cursor else None,
        next_cursor,
        previous_cursor,
    )


def links(call: Call, number: int, size: int, total: int) -> tuple[str | None, str | None]:
    """Return the addresses of the next and the previous page of what is paged by number alone."""
    following = _address(call, "page", str(number + 1)) if number * size < total else None
    preceding = _address(call, "page", str(number - 1)) if number > 1 else None
    return following, preceding


def _address(call: Call, name: str, value: str) -> str:
    query = [
        pair
        for pair in parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if pair[0] not in ("page", "cursor")
    ]
    query.append((name, value))
    return f"{origin(call)}{sent_path(call.scope)}?{urlencode(query)}"


def origin(call: Call) -> str:
    """Return the scheme and host under which the client reaches this server."""
    host = call.header(b"x-forwarded-host") or call.header(b"host") or "localhost"
    scheme = call.header(b"x-forwarded-proto") or call.scope.get("scheme", "http")
    return f"{scheme}://{host}"
