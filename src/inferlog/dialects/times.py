"""Points in time as clients write them: ISO 8601, epochs in four units, and looser forms."""

import math
from datetime import UTC, datetime
from typing import Final

from dateutil import parser as dateutil_parser

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
    try:
        return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        return _from_epoch(float(text))
    except ValueError:
        pass
    try:
        return _seconds(dateutil_parser.parse(text))
    except (ValueError, OverflowError, TypeError):
        return None


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
