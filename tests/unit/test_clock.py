"""Whether a retention believes the clock: against one that only counts, and across restarts."""

import pytest

from inferlog.deleting.clock import Clock

DAY = 86_400.0
NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("trusted", "now", "doubt"),
    [
        (None, NOW, ""),
        (NOW - 60, NOW, ""),
        (NOW - 30 * DAY, NOW, ""),
        (NOW + 60, NOW, ""),
        (NOW - 32 * DAY, NOW, "it is 32 days ahead of when it was looked at last, which is more than "
                              "retention_gap_days_max = 31"),
        (NOW - 5_000 * DAY, NOW, "it is 5,000 days ahead of when it was looked at last, which is more than "
                                 "retention_gap_days_max = 31"),
        (NOW + 2 * 3_600, NOW, "it is 2.0 hours behind when it was looked at last"),
    ],
)  # fmt: skip
def test_a_new_process_compares_with_when_an_earlier_one_believed_it(
    trusted: float | None, now: float, doubt: str
) -> None:
    """A restart, a weekend and a month are believed; years, and a clock that went back, are not."""
    assert Clock(trusted, 31.0).doubt(now, 5.0) == doubt


@pytest.mark.parametrize(
    ("passed", "counted", "doubt"),
    [
        (600.0, 600.0, ""),
        (100 * DAY, 100 * DAY, ""),
        (600.0 + 3_000.0, 600.0, ""),
        (600.0 + 4 * DAY, 600.0, "it jumped by 4 days"),
        (600.0 - 4 * DAY, 600.0, "it jumped by 4 days"),
    ],
)
def test_in_one_process_it_must_not_jump(passed: float, counted: float, doubt: str) -> None:
    """However long it is not looked at, both clocks pass as much; small corrections are usual."""
    clock = Clock(NOW, 31.0)
    assert clock.doubt(NOW, 1_000.0) == ""
    assert clock.doubt(NOW + passed, 1_000.0 + counted) == doubt


def test_a_clock_that_is_set_right_again_is_believed_again() -> None:
    """While it is doubted nothing is learned from it; somebody may say that it is right, too."""
    clock = Clock(NOW, 31.0)
    clock.doubt(NOW, 0.0)
    assert clock.doubt(NOW + 900 * DAY, 60.0)
    assert clock.doubt(NOW + 900 * DAY + 60, 120.0)
    assert clock.doubt(NOW + 180, 180.0) == ""
    assert clock.doubt(NOW + 900 * DAY, 240.0)
    clock.trust(NOW + 900 * DAY, 240.0)
    assert clock.doubt(NOW + 900 * DAY + 60, 300.0) == ""
