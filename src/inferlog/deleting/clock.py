"""Whether the clock can be believed: a retention that believes one that jumped to 2040 deletes everything. Pure."""

from typing import Final

_TOLERANCE_SECONDS: Final = 3_600.0
_DAY_SECONDS: Final = 86_400.0


class Clock:
    """Compares the wall clock with one that only counts (seconds since some moment, also while the machine sleeps).

    In a process it must not jump against the other one. A new process knows only when it was believed last: more than
    `gap_days_max` ago is too long to tell.
    """

    def __init__(self, trusted: float | None, gap_days_max: float) -> None:
        """Begin with the time that an earlier process believed last (seconds since 1970 UTC), or None."""
        self.trusted = trusted
        self._counted: float | None = None
        self._gap_days_max = gap_days_max

    def doubt(self, now: float, counted: float) -> str:
        """Return why `now` is not to be believed, or nothing, and then remember it as believed."""
        reason = self._doubt(now, counted)
        if not reason:
            self.trust(now, counted)
        return reason

    def trust(self, now: float, counted: float) -> None:
        """Believe the clock: somebody has looked at it."""
        self.trusted, self._counted = now, counted

    def _doubt(self, now: float, counted: float) -> str:
        if self.trusted is None:
            return ""
        if self._counted is not None:
            off = now - (self.trusted + counted - self._counted)
            return f"it jumped by {_spoken(off)}" if abs(off) > _TOLERANCE_SECONDS else ""
        ahead = now - self.trusted
        if ahead < -_TOLERANCE_SECONDS:
            return f"it is {_spoken(ahead)} behind when it was looked at last"
        if ahead > self._gap_days_max * _DAY_SECONDS:
            return (
                f"it is {_spoken(ahead)} ahead of when it was looked at last, which is more than "
                f"retention_gap_days_max = {self._gap_days_max:g}"
            )
        return ""


def _spoken(seconds: float) -> str:
    days = abs(seconds) / _DAY_SECONDS
    return f"{days:,.0f} days" if days >= 2 else f"{abs(seconds) / 3_600:.1f} hours"
