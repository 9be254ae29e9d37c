"""Points in time as clients write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.dialects.times import read_time

MOMENT = 1713169837.0  # 2024-04-15T08:30:37Z


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        # ISO 8601
        ("2024-04-15T08:30:37Z", MOMENT),
        ("2024-04-15T08:30:37.721313Z", 1713169837.721313),
        ("2024-04-15T08:30:37.7213134Z", 1713169837.721313),
        ("2024-04-15T08:30:37", MOMENT),
        ("2024-04-15 08:30:37", MOMENT),
        ("2024-04-15T10:30:37+02:00", MOMENT),
        ("2024-04-15T03:00:37-05:30", MOMENT),
        ("  2024-04-15T08:30:37Z\n", MOMENT),
        ("2024-04-15", 1713139200.0),
        ("20240415T083037Z", MOMENT),
        ("20240415", 1713139200.0),
        ("20240415083037", MOMENT),
        ("2024-W16-1", 1713139200.0),
        # epochs
        (1713169837, MOMENT),
        (1713169837.5, 1713169837.5),
        (1713169837721, 1713169837.721),
        (1713169837721313, 1713169837.721313),
        (1713169837721313000, 1713169837.721313),
        ("1713169837", MOMENT),
        ("1713169837.721313", 1713169837.721313),
        ("1713169837721", 1713169837.721),
        ("1713169837721313", 1713169837.721313),
        ("1713169837721313000", 1713169837.721313),
        ("1712101200101", 1712101200.101),  # also 01:01 of 12 October 1712, if it were compact ISO 8601
        ("1.713169837e9", MOMENT),
        (0, 0.0),
        (-1, -1.0),
        # looser forms
        ("Mon, 15 Apr 2024 08:30:37 GMT", MOMENT),
        ("Mon, 15 Apr 2024 08:30:37 +0000", MOMENT),
        ("Mon, 15 Apr 2024 04:30:37 EDT", MOMENT),
        ("2024-04-15 00:30:37 PST", MOMENT),
        ("2024-04-15 08:30:37 UTC", MOMENT),
        ("2024-04-15 08:30:37 +00:00", MOMENT),
        ("2024-04-15T08:30:37 +0200", MOMENT - 7200),
        ("April 15, 2024 8:30:37 AM", MOMENT),
        ("15 April 2024", 1713139200.0),
        ("04/15/2024 08:30", 1713169800.0),
        ("Mon Apr 15 08:30:37 2024", MOMENT),
    ],
)
def test_a_time_is_read(value: str | float, seconds: float) -> None:
    """ISO 8601, epochs in seconds, milli-, micro- and nanoseconds, and loose forms; without a zone it is UTC."""
    assert read_time(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "", "  ", "soon", "yesterday", "2024-13-01", "2024-02-30", "25:61", "nan", "inf", "-inf", "1e400", "²",
        float("nan"), float("inf"), "99999-01-01T00:00:00Z", "{}",
        # what lacks a part of its day would be filled in from today's date
        "10:30", "Monday", "April", "April 2024", "15 April", "Monday 10:30",
        # a zone that may mean several, or that only this machine's own setting knows
        "2024-04-15 08:30:37 IST", "2024-04-15 08:30:37 CET", "2024-04-15 08:30:37 XYZ",
    ],
)  # fmt: skip
def test_what_is_no_point_in_time_is_not_read(value: str | float) -> None:
    """Neither nonsense nor what could only be guessed is a time."""
    assert read_time(value) is None


@given(
    st.integers(0, 7_258_118_400_000_000),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_iso_times_are_read_to_the_microsecond(microseconds: int, zone: timezone) -> None:
    """Any moment in any zone comes back as itself."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert read_time(moment.astimezone(zone).isoformat()) == microseconds / 1e6


@given(st.one_of(st.text(max_size=20), st.floats(), st.text("0123456789-:TZ. +/APM", max_size=20)))
def test_any_text_is_a_time_or_none(value: str | float) -> None:
    """Nothing that a client sends as a time raises."""
    seconds = read_time(value)
    assert seconds is None or abs(seconds) < 1e309
