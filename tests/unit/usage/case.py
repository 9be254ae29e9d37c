"""One documented payload, and what it must come to."""

from decimal import Decimal
from typing import Any, NamedTuple

MILLION = Decimal(10) ** 6


class Case(NamedTuple):
    """A payload as `source` shows it, sent as the log of a call of `model` made `when`.

    A source that begins with "shape of" documents the names, and the numbers are made up.

    `paid` is the bill by the prices that the provider published on that day: (tokens, USD a million) of each kind. The
    order is that of `buckets`. `book` has the prices that the data set gives instead, where it lacks or contradicts a
    published one. `charged` is the provider's own figure, where the payload tells one: it is the cost then.
    """

    name: str
    source: str
    provider: str
    model: str
    when: str
    sent: dict[str, Any]
    buckets: dict[str, int]
    paid: tuple[tuple[int, str], ...] = ()
    book: tuple[tuple[int, str], ...] = ()
    charged: str = ""
    flags: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    service_tier: str = ""

    def body(self) -> dict[str, Any]:
        """Return the log as a client sends it."""
        return {"model": self.model, "provider_id": self.provider, "timestamp": self.when, **self.sent}


def bill(paid: tuple[tuple[int, str], ...]) -> Decimal:
    """Return what tokens at prices come to, in USD."""
    return sum((tokens * Decimal(price) for tokens, price in paid), Decimal(0)) / MILLION
