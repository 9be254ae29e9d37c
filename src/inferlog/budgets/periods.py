"""Days, weeks, months and years of a time zone, as half-open intervals of time. Weeks begin on Monday (ISO 8601)."""

from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

PeriodName = Literal["day", "week", "month", "year"]
PERIODS: Final[tuple[PeriodName, ...]] = ("day", "week", "month", "year")
_ONE_DAY: Final = timedelta(days=1)


class Period(NamedTuple):
    """From `start` to before `end`, in whole seconds since 1970 UTC."""

    start: int
    end: int


def period_of(name: PeriodName, zone: ZoneInfo, moment: float) -> Period:
    """Return the day, week, month or year of `zone` that holds `moment` (seconds since 1970 UTC).

    Periods follow each other without a gap: a day has 23 or 25 hours where clocks are changed.
    """
    first = _first_day(name, datetime.fromtimestamp(moment, zone).date())
    start, end = _begin(first, zone), _begin(_following(name, first), zone)
    while moment >= end:  # clocks put back over midnight repeat the end of a day that was over: it is the next one's
        first = _following(name, first)
        start, end = end, _begin(_following(name, first), zone)
    return Period(start, end)


def period_before(name: PeriodName, zone: ZoneInfo, period: Period) -> Period:
    """Return the period that ends where `period` starts."""
    return period_of(name, zone, period.start - 1)


def _first_day(name: PeriodName, day: date) -> date:
    if name == "day":
        return day
    if name == "week":
        return day - day.weekday() * _ONE_DAY
    return day.replace(day=1) if name == "month" else day.replace(month=1, day=1)


def _following(name: PeriodName, first: date) -> date:
    if name == "month":
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    if name == "year":
        return first.replace(year=first.year + 1)
    return first + (_ONE_DAY if name == "day" else 7 * _ONE_DAY)


def _begin(day: date, zone: ZoneInfo) -> int:
    """Return the first second of a day. Where midnight comes twice it is the first; where it is skipped, what follows.

    In a gap `fold` 0 and 1 lie on both sides of the change of clocks (PEP 495), which is found between them.
    """
    midnight = datetime.combine(day, time(), zone)
    begin, other = int(midnight.timestamp()), int(midnight.replace(fold=1).timestamp())
    if other >= begin:
        return begin
    before, after = other - 1, begin
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).date() < day:
            before = middle
        else:
            after = middle
    return after
