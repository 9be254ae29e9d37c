"""Days, weeks and months of time zones: where they begin and end, also where clocks are changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inferlog.budgets.periods import PERIODS, Period, PeriodName, period_before, period_of

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/St_Johns",
         "Asia/Kolkata", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Cairo",
         "America/Toronto"]  # fmt: skip


def at(text: str) -> float:
    """Return an ISO time as seconds since 1970 UTC."""
    return datetime.fromisoformat(text).timestamp()


def shown(period: Period) -> tuple[str, str]:
    """Return a period as two times of UTC."""
    start, end = (datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%d %H:%M") for each in period)
    return start, end


@pytest.mark.parametrize(
    ("name", "zone", "moment", "expected"),
    [
        ("day", "UTC", "2026-11-24T22:00:00Z", ("2026-11-24 00:00", "2026-11-25 00:00")),
        ("day", "UTC", "2026-11-24T00:00:00Z", ("2026-11-24 00:00", "2026-11-25 00:00")),
        ("day", "UTC", "2026-11-23T23:59:59.999999Z", ("2026-11-23 00:00", "2026-11-24 00:00")),
        ("week", "UTC", "2026-11-24T22:00:00Z", ("2026-11-23 00:00", "2026-11-30 00:00")),  # a Tuesday
        ("week", "UTC", "2026-11-23T00:00:00Z", ("2026-11-23 00:00", "2026-11-30 00:00")),
        ("week", "UTC", "2026-11-29T23:59:59Z", ("2026-11-23 00:00", "2026-11-30 00:00")),
        ("week", "UTC", "2027-01-01T12:00:00Z", ("2026-12-28 00:00", "2027-01-04 00:00")),  # over the year's end
        ("month", "UTC", "2026-11-24T22:00:00Z", ("2026-11-01 00:00", "2026-12-01 00:00")),
        ("month", "UTC", "2026-12-31T23:00:00Z", ("2026-12-01 00:00", "2027-01-01 00:00")),
        ("month", "UTC", "2028-02-29T12:00:00Z", ("2028-02-01 00:00", "2028-03-01 00:00")),
        ("year", "UTC", "2026-12-31T23:59:59Z", ("2026-01-01 00:00", "2027-01-01 00:00")),
        ("year", "Europe/Berlin", "2026-12-31T23:30:00Z", ("2026-12-31 23:00", "2027-12-31 23:00")),
        ("day", "Asia/Kolkata", "2026-11-24T18:29:59Z", ("2026-11-23 18:30", "2026-11-24 18:30")),
        ("day", "Asia/Kolkata", "2026-11-24T18:30:00Z", ("2026-11-24 18:30", "2026-11-25 18:30")),
        ("month", "Europe/Berlin", "2026-10-31T23:30:00Z", ("2026-10-31 23:00", "2026-11-30 23:00")),
        # 23 and 25 hours
        ("day", "Europe/Berlin", "2026-03-29T12:00:00Z", ("2026-03-28 23:00", "2026-03-29 22:00")),
        ("day", "Europe/Berlin", "2026-10-25T12:00:00Z", ("2026-10-24 22:00", "2026-10-25 23:00")),
        ("week", "America/New_York", "2026-03-08T12:00:00Z", ("2026-03-02 05:00", "2026-03-09 04:00")),
        ("month", "America/New_York", "2026-11-15T12:00:00Z", ("2026-11-01 04:00", "2026-12-01 05:00")),
        # midnight is skipped, and comes twice
        ("day", "Africa/Cairo", "2026-04-24T12:00:00Z", ("2026-04-23 22:00", "2026-04-24 21:00")),
        ("day", "America/Havana", "2026-11-01T12:00:00Z", ("2026-11-01 04:00", "2026-11-02 05:00")),
        # the hour before midnight is skipped half; it comes twice, and is the next day's then
        ("day", "America/Toronto", "1919-03-31T12:00:00Z", ("1919-03-31 04:30", "1919-04-01 04:00")),
        ("day", "America/St_Johns", "2010-11-07T03:00:00Z", ("2010-11-07 02:30", "2010-11-08 03:30")),
        # a day that was not
        ("day", "Pacific/Apia", "2011-12-30T09:59:59Z", ("2011-12-29 10:00", "2011-12-30 10:00")),
        ("day", "Pacific/Apia", "2011-12-30T10:00:00Z", ("2011-12-30 10:00", "2011-12-31 10:00")),
    ],
)  # fmt: skip
def test_a_period_begins_at_midnight_of_its_time_zone(
    name: PeriodName, zone: str, moment: str, expected: tuple[str, str]
) -> None:
    """Days, weeks from Monday and calendar months, in hours of UTC."""
    assert shown(period_of(name, ZoneInfo(zone), at(moment))) == expected


moments = st.floats(0, 4e9) | st.integers(0, 4_000_000_000)


@given(st.sampled_from(PERIODS), st.sampled_from(ZONES), moments)
@example("day", "America/St_Johns", 1289098800)  # within the repeated end of a day
@example("day", "Pacific/Apia", 1325239200)
def test_periods_follow_each_other_without_a_gap(name: PeriodName, zone_name: str, moment: float) -> None:
    """Each moment is in its period, as are its first and last second, and the next begins where it ends."""
    zone = ZoneInfo(zone_name)
    period = period_of(name, zone, moment)
    assert period.start <= moment < period.end
    assert period_of(name, zone, period.start) == period_of(name, zone, period.end - 1) == period
    assert period_of(name, zone, period.end).start == period.end
    assert period_before(name, zone, period).end == period.start


@given(st.sampled_from(ZONES), moments)
def test_weeks_months_and_years_are_whole_days(zone_name: str, moment: float) -> None:
    """The boundaries of weeks, months and years are boundaries of days, and each day is in one of each."""
    zone = ZoneInfo(zone_name)
    day = period_of("day", zone, moment)
    for longer in (period_of(name, zone, moment) for name in PERIODS[1:]):
        assert longer.start <= day.start < day.end <= longer.end
        assert period_of("day", zone, longer.start).start == longer.start
