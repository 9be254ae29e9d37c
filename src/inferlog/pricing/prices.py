"""A price, and what a usage costs by it: integers of 10^-18 USD in, exact decimals of 12 places out."""

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Final, Protocol

import msgspec

SCALE: Final = 18
"""Decimals to which prices are held, as integers: the most that the data set has (0.041666666666666664)."""
_PICO: Final = 10**12
"""A price of 10^-18 USD a million tokens is 10^-24 USD a token: so many of them are 10^-12 USD."""
CONTEXT: Final = Context(prec=60)
"""Room for the most tokens at the highest price: 10 + 15 digits before the point, 18 after it."""

Rates = dict[str, int]
"""The price of each bucket's tokens, in 10^-18 USD a million. Every bucket is there."""
Costs = dict[str, Decimal]
"""USD by bucket, each of 12 decimals."""


class Price(msgspec.Struct, frozen=True):
    """What the tokens of one model cost at one time, in one service tier.

    `id` and `version` are kept with every log that is priced by it. `steps` are (context length beyond which these
    rates hold for all tokens, rates), the shortest first and from 0. `estimated` says why it may not be the price that
    is charged.
    """

    id: str
    version: str
    steps: tuple[tuple[int, Rates], ...]
    source: str = "price_book"
    estimated: tuple[str, ...] = ()


class Prices(Protocol):
    """What knows prices: the price book."""

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, service_tier: str) -> Price | None:
        """Return the price of a call made at `timestamp` (seconds since 1970 UTC), or None for an unknown model."""


def charge(rates: Mapping[str, int], usage: Mapping[str, int]) -> tuple[Decimal, Costs]:
    """Return what a usage costs, in all and by bucket. Each part is rounded half to even; the total is their sum."""
    parts = {name: _rounded(count * rates[name]) for name, count in usage.items()}
    return _usd(sum(parts.values())), {name: _usd(pico) for name, pico in parts.items() if pico}


def rates_for(price: Price, context_length: int) -> Rates:
    """Return the rates that hold for a prompt of so many tokens: the last step that it is beyond, for all tokens."""
    steps = price.steps
    found = steps[0][1]
    for start, rates in steps[1:]:
        if context_length > start:
            found = rates
    return found


def rate(usd_per_million: Decimal) -> int:
    """Return a price as an integer of 10^-18 USD a million tokens."""
    return int(usd_per_million.scaleb(SCALE, CONTEXT))


def _rounded(amount: int) -> int:
    quotient, rest = divmod(amount, _PICO)
    return quotient + (rest * 2 > _PICO or (rest * 2 == _PICO and quotient % 2 == 1))


def _usd(pico: int) -> Decimal:
    return Decimal(pico).scaleb(-12, CONTEXT)
