"""What happens when spending reaches a threshold: the event, its id, and the text that its receiver gets."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Final

import msgspec

from inferlog import ids
from inferlog.budgets.definitions import Budget
from inferlog.budgets.periods import Period
from inferlog.query.render import amount, iso_time

_SIX_PLACES: Final = Decimal("0.000001")
EXACT: Final = Context(prec=76, rounding=ROUND_DOWN)
"""Twice the digits of the store's decimals: no sum or product of amounts is rounded."""
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Spending of one subject in one period has reached one threshold.

    `id` is the same one however often it is worked out. `crossed_at` is when it was seen, `body` what is sent.
    """

    id: str
    budget_id: str
    version: int
    subject: str
    period: Period
    threshold: int
    spent: Decimal
    crossed_at: float
    body: bytes

    @property
    def crossing(self) -> "Crossing":
        """Return what there is one event of."""
        return (self.budget_id, self.version, self.subject, self.period.start, self.threshold)


Crossing = tuple[str, int, str, int, int]
"""A budget, its version, a subject, a period's start and a threshold: there is at most one event of these."""


def fraction(spent: Decimal, of: Decimal) -> Decimal:
    """Return which part of an amount is spent, to six places, never rounded up: 1 means that all of it is."""
    return EXACT.quantize(EXACT.divide(spent, of), _SIX_PLACES)


def reached(budget: Budget, spent: Decimal) -> list[int]:
    """Return the thresholds (percent) that an amount has reached; exact, for there is no division."""
    hundredfold = EXACT.multiply(spent, Decimal(100))
    return [each for each in budget.thresholds if hundredfold >= EXACT.multiply(budget.amount, Decimal(each))]


def events_of(
    budget: Budget, period: Period, spent: Sequence[tuple[str, Decimal]], known: set[Crossing], moment: float
) -> Iterator[Event]:
    """Yield the events of a period that are not known, the lowest threshold first, as seen at `moment`."""
    for subject, its in spent:
        for threshold in reached(budget, its):
            if (budget.id, budget.version, subject, period.start, threshold) not in known:
                yield _event(budget, period, subject, threshold, its, moment)


def _event(budget: Budget, period: Period, subject: str, threshold: int, spent: Decimal, moment: float) -> Event:
    event_id = ids.identity(
        budget.project_id, "budget event", budget.id, str(budget.version), subject, str(period.start), str(threshold)
    ).hex()
    data = {
        **described(budget, subject),
        "threshold": threshold,
        "spent": amount(spent),
        "fraction": amount(fraction(spent, budget.amount)),
        "period_start": iso_time(period.start),
        "period_end": iso_time(period.end),
    }
    return Event(
        id=f"evt_{event_id}",
        budget_id=budget.id,
        version=budget.version,
        subject=subject,
        period=period,
        threshold=threshold,
        spent=spent,
        crossed_at=moment,
        body=message("budget.threshold_reached", moment, data),
    )


def trial_message(budget: Budget, moment: float) -> bytes:
    """Return what is sent to try a budget's webhook: nothing was spent."""
    return message("budget.test", moment, described(budget, budget.subject))


def message(kind: str, moment: float, data: dict[str, Any]) -> bytes:
    """Return the body of a webhook: {"type", "timestamp", "data"}, as Standard Webhooks recommends.

    Written with the spaces that Python's `json.dumps` writes: receivers made for the vendor's webhooks sign what they
    read once more with it.
    """
    text = _encode({"type": kind, "timestamp": iso_time(moment), "data": data})
    return msgspec.json.format(text, indent=0)


def described(budget: Budget, subject: str) -> dict[str, Any]:
    """Return whose budget of what size this is, for `subject` of it."""
    return {
        "organization_id": budget.project_id,
        "budget_id": budget.id,
        "budget_name": budget.name,
        "scope": budget.scope,
        "customer_identifier": subject if budget.scope == "customer" else None,
        "api_key_prefix": subject if budget.scope == "key" else None,
        "environment": budget.environment or None,
        "period": budget.period,
        "time_zone": budget.time_zone,
        "amount": amount(budget.amount),
    }
