"""A stored log as it would be priced today. Pure: what is read of it here is what `repricing/` reads of the store."""

from typing import Final

import msgspec

from inferlog.enrich.cost import UNPRICED, price
from inferlog.enrich.extract import read_object_leniently
from inferlog.enrich.usage import count_tokens
from inferlog.model import NO_JSON, Log, Sent
from inferlog.pricing.prices import Prices

OWN: Final = frozenset({"given", "unit_prices"})
"""Sources of a cost that are the caller's own."""
_ABOUT_COST: Final = "cost:"
"""How a mark of `estimated` begins that is about the price; those about tokens stay."""

PRICED: Final = (
    "cost", "cost_source", "cost_details", "price_id", "price_version", "estimated", "flags", "given",
)  # fmt: skip
"""Columns that pricing fills."""
COUNTED: Final = (
    "usage_details", "prompt_tokens", "completion_tokens", "total_request_tokens", "prompt_cache_hit_tokens",
    "prompt_cache_creation_tokens", "reasoning_tokens", "service_tier",
)  # fmt: skip
"""Columns that are also filled in a log that was stored before there were buckets."""


def reprice(log: Log, prices: Prices) -> Log:
    """Return a log with what it costs by these prices; a cost of the caller's own, or by their unit prices, stands."""
    if log.cost_source in OWN:
        return log
    fresh = _unpriced(log)
    sent = Sent(log=fresh, extra={} if log.extra is NO_JSON else read_object_leniently(log.extra))
    if not fresh.usage_details:
        count_tokens(sent)
    price(sent, prices)
    return fresh


def reprice_given(log: Log, prices: Prices) -> Log:
    """Return a log with what it costs by these prices, whatever its caller gave; what has no price stays as it is."""
    fresh = _unpriced(log)
    fresh.prompt_unit_price = fresh.completion_unit_price = None
    fresh.given = tuple(name for name in log.given if name != "cost")  # else a later piece would take it for theirs
    fresh = reprice(fresh, prices)
    if fresh.cost is None:
        return log
    fresh.prompt_unit_price, fresh.completion_unit_price = log.prompt_unit_price, log.completion_unit_price
    return fresh


def differing(log: Log, other: Log) -> tuple[str, ...]:
    """Return the columns of PRICED and COUNTED in which two logs differ."""
    return tuple(name for name in (*PRICED, *COUNTED) if getattr(log, name) != getattr(other, name))


def _unpriced(log: Log) -> Log:
    return msgspec.structs.replace(
        log,
        cost=None,
        cost_source="",
        cost_details={},
        price_id="",
        price_version="",
        estimated=tuple(mark for mark in log.estimated if not mark.startswith(_ABOUT_COST)),
        flags=tuple(flag for flag in log.flags if flag != UNPRICED),
    )
