"""Which page of logs a request asks for, and the addresses of the pages beside it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args
from urllib.parse import parse_qsl, urlencode

import msgspec

from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.jsontext import RawObject, kind
from inferlog.model import Environment
from inferlog.query.logs import Page
from inferlog.server.http import Call, sent_path

_SIZE: Final = 100
_PAGE_MAX: Final = 2**40
_WHOLE_NUMBER: Final = re.compile("[0-9]{1,15}")
_ENVIRONMENTS: Final = get_args(Environment)
_NEWEST: Final = frozenset({"", "-id", "-timestamp"})
_OLDEST: Final = frozenset({"id", "timestamp"})
_IGNORED: Final = frozenset({"include_fields", "fetch_filters", "exporting", "operator"})
_KNOWN: Final = _IGNORED | {
    "page", "page_size", "sort_by", "start_time", "end_time", "environment", "all_envs", "is_test",
}  # fmt: skip


def read_page(call: Call, body: RawObject) -> Page:
    """Return the page asked for; the query string wins over the body. Raises InvalidInput naming the parameter."""
    given = _parameters(call, body)
    number = read_whole(given, "page", 1, _PAGE_MAX)
    size = read_whole(given, "page_size", _SIZE, call.settings.page_size_max)
    sort = str(given.get("sort_by") or "")
    if sort not in _NEWEST | _OLDEST:
        raise InvalidInput(f"sort_by: expected one of -id, id, -timestamp, timestamp, received: {sort}")
    return Page(
        project_id=call.key.project_id,
        environment=_environment(given, call.key.environment),
        from_time=_moment(given, "start_time"),
        to_time=_moment(given, "end_time"),
        number=number,
        size=size,
        newest_first=sort in _NEWEST,
    )


def links(call: Call, page: Page, total: int) -> tuple[str | None, str | None]:
    """Return the addresses of the next and the previous page, on the host that the caller used."""
    following = _address(call, page.number + 1) if page.number * page.size < total else None
    preceding = _address(call, page.number - 1) if page.number > 1 else None
    return following, preceding


def _parameters(call: Call, body: RawObject) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, raw in body.items():
        if name == "filters":
            if kind(raw) not in ("object", "array", "null") or bytes(raw).strip(b"{}[] \t\r\n") not in (b"", b"null"):
                raise InvalidInput("filters: this version lists logs by time and environment only; send {} or none")
        elif name in _KNOWN:
            if kind(raw) != "null":
                given[name] = _value(name, raw)
        else:
            raise _unknown(name)
    for name, value in parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name not in _KNOWN:
            raise _unknown(name)
        given[name] = value
    return given


def _value(name: str, raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:  # an integer of thousands of digits
        raise InvalidInput(f"{name}: the number is out of range, received: {bytes(raw)[:80].decode()}") from None


def _unknown(name: str) -> InvalidInput:
    known = sorted(_KNOWN - _IGNORED)
    near = get_close_matches(name, known, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return InvalidInput(f"{name[:80]}: unknown parameter of a list{hint}; this version reads {', '.join(known)}")


def read_whole(given: Mapping[str, Any], name: str, default: int, most: int) -> int:
    """Return a parameter that is a whole number from 1 to `most`. Raises InvalidInput that names it."""
    value = given.get(name, default)
    if isinstance(value, float) and value.is_integer():  # 2.0 is a whole number in JSON
        value = int(value)
    number = int(value) if _WHOLE_NUMBER.fullmatch(str(value)) else 0
    if not 1 <= number <= most:
        raise InvalidInput(f"{name}: expected a whole number from 1 to {most:,}, received: {str(value)[:80]}")
    return number


def _moment(given: dict[str, Any], name: str) -> float | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    moment = read_time(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    if moment is None:
        raise InvalidInput(f"{name}: expected a time as ISO 8601 or an epoch, received: {str(value)[:80]}")
    return min(max(moment, 0.0), 4e9)


def _environment(given: dict[str, Any], own: str) -> str:
    """Return which environment to show: is_test beats all_envs, which beats environment; else the key's own."""
    is_test, all_envs = _flag(given, "is_test"), _flag(given, "all_envs")
    asked = given.get("environment") or own
    if asked not in _ENVIRONMENTS:
        raise InvalidInput(f"environment: expected prod or test, received: {str(asked)[:80]}")
    if is_test is not None:
        return "test" if is_test else "prod"
    if all_envs:
        return ""
    return str(asked)


def _flag(given: dict[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    text = str(value).lower()
    if text not in ("true", "false"):
        raise InvalidInput(f"{name}: expected true or false, received: {text[:80]}")
    return text == "true"


def _address(call: Call, number: int) -> str:
    query = [pair for pair in parse_qsl(call.scope["query_string"].decode("latin-1")) if pair[0] != "page"]
    query.append(("page", str(number)))
    return f"{origin(call)}{sent_path(call.scope)}?{urlencode(query)}"


def origin(call: Call) -> str:
    """Return the scheme and host under which the client reaches this server."""
    host = call.header(b"x-forwarded-host") or call.header(b"host") or "localhost"
    scheme = call.header(b"x-forwarded-proto") or call.scope.get("scheme", "http")
    return f"{scheme}://{host}"
