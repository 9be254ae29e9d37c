"""Which page of logs a request asks for, and the addresses of the pages beside it."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

import msgspec

from inferlog.errors import InvalidInput
from inferlog.query.fields import field
from inferlog.query.logs import Page
from inferlog.server.asking import Asked, whole_number
from inferlog.server.http import Call, sent_path

PARAMETERS: Final = ("page", "page_size", "sort_by")
_SIZE: Final = 100
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
    return Page(
        **msgspec.structs.asdict(asked.selection),
        number=number,
        size=size,
        sort_by=None if name in _BY_TIME else field(name, "sort_by"),
        descending=sort.startswith("-"),
    )


def links(call: Call, page: Page, total: int) -> tuple[str | None, str | None]:
    """Return the addresses of the next and the previous page, on the host that the caller used."""
    following = _address(call, page.number + 1) if page.number * page.size < total else None
    preceding = _address(call, page.number - 1) if page.number > 1 else None
    return following, preceding


def _address(call: Call, number: int) -> str:
    query = [
        pair
        for pair in parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if pair[0] != "page"
    ]
    query.append(("page", str(number)))
    return f"{origin(call)}{sent_path(call.scope)}?{urlencode(query)}"


def origin(call: Call) -> str:
    """Return the scheme and host under which the client reaches this server."""
    host = call.header(b"x-forwarded-host") or call.header(b"host") or "localhost"
    scheme = call.header(b"x-forwarded-proto") or call.scope.get("scheme", "http")
    return f"{scheme}://{host}"
