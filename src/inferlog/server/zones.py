"""Time zones, by their names in the IANA database."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from inferlog.errors import InvalidInput, hint


def read_zone(value: Any) -> str:
    """Return the name of a time zone, UTC if none is given. Raises InvalidInput with the nearest name."""
    name = "UTC" if value in (None, "") else value
    if not isinstance(name, str) or name not in _names():
        near = hint(str(name), sorted(_names()))
        raise InvalidInput(f"time_zone: expected a name like Europe/Berlin, received: {str(name)[:80]}{near}")
    return name


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules"})
