"""Points in time as clients write them: ISO 8601, epochs in four units, and looser forms."""

import math
from datetime import UTC, datetime
from typing import Final

from dateutil import parser as dateutil_parser

_COMPACT_DIGITS: Final = (8, 14)
"""Text of so many digits is a compact date (20240415, 20240415083037); any other text of digits is an epoch."""
_DEFAULTS: Final = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 2, 2, tzinfo=UTC))
_ZONES: Final = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
"""The zone names that RFC 5322 §4.3 defines, in hours; GMT and UTC are known anyway, any other may mean several."""
_EPOCH_UNITS: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""A number at least this large → how many of its units make a second (ns, µs, ms). Seconds end in the year 5138."""


def read_time(value: str | float) -> float | None:
    """Return seconds since 1970 UTC, or None if `value` is no point in time. A time without a zone is UTC."""
    if isinstance(value, (int, float)):
        try:
            return _from_epoch(float(value))
        except OverflowError:  # an integer beyond every float
            return None
    text = value.strip()
    is_epoch = text.isdecimal() and len(text) not in _COMPACT_DIGITS
    if is_epoch:  # before ISO 8601, to which 1712101200101 is a minute of the year 1712
        return _from_epoch(float(text))
    try:
        return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        if not text.isdecimal():
            return _from_epoch(float(text))
    except ValueError:
        pass
    try:
        return _seconds(_read_loosely(text))
    except (ValueError, OverflowError, TypeError):
        return None


def _read_loosely(text: str) -> datetime:
    """Return a moment in a looser form. Raises ValueError if its day is incomplete or its zone is not known.

    What the text leaves out would come from the default: read with two of them, only a complete day is the same.
    """
    first, second = (dateutil_parser.parse(text, default=each, tzinfos=_zone) for each in _DEFAULTS)
    if first != second:
        raise ValueError("the day is not complete")
    return first


def _zone(name: str | None, offset: int | None) -> int | None:
    """Return a zone's offset from UTC in seconds, None for no zone. Never this machine's own zone."""
    if offset is not None or name is None:
        return offset
    if name not in _ZONES:
        raise ValueError(f"the zone {name} is not known")
    return _ZONES[name] * 3600


def _from_epoch(number: float) -> float | None:
    if not math.isfinite(number):
        return None
    for least, per_second in _EPOCH_UNITS:
        if abs(number) >= least:
            number /= per_second
            break
    return round(number, 6)


def _seconds(moment: datetime) -> float:
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), 6)
