"""A price of the data set, with its own names and lengths of context → rates for every bucket."""

from decimal import Decimal
from typing import Final

from genai_prices.types import ModelPrice, TieredPrices

from inferlog.pricing.buckets import BUCKETS
from inferlog.pricing.prices import Rates, rate
from inferlog.pricing.tiers import mapped

FREE: Final[tuple[tuple[int, Rates], ...]] = ((0, dict.fromkeys(BUCKETS, 0)),)
"""The rates of what costs nothing."""
REQUEST_FEES: Final = "cost:request_fees_not_included"
"""The provider also takes a fee for each request, which is not in the price of tokens."""

_KEYS: Final = {
    "input": ("input_mtok",),
    "cache_read": ("cache_read_mtok",),
    "cache_write_5m": ("cache_write_5m_mtok", "cache_write_mtok"),
    "cache_write_1h": ("cache_write_1h_mtok", "cache_write_mtok"),
    "audio_input": ("input_audio_mtok",),
    "audio_cache_read": ("cache_audio_read_mtok", "cache_read_mtok"),
    "image_input": ("input_image_mtok",),
    "output": ("output_mtok",),
    "reasoning": ("output_reasoning_mtok", "output_mtok"),
    "audio_output": ("output_audio_mtok", "output_mtok"),
    "image_output": ("output_image_mtok", "output_mtok"),
}
"""The data set's names of a bucket's price, the first that is there; else an input costs as uncached text does."""


def steps_of(price: ModelPrice, model_id: str) -> tuple[tuple[int, Rates], ...] | None:
    """Return a model's rates by context length, or None if its tokens have no price (it is paid by the hour, …).

    A length is that beyond which the rates hold for all tokens. Cached tokens without a price of their own cost as
    input does; Claude's cache writes for an hour without one cost twice the input, as Anthropic publishes it.
    """
    if price.input_mtok is None:
        return None
    prices = {bucket: _first(price, keys) for bucket, keys in _KEYS.items()}
    if "claude" in model_id and price.cache_write_1h_mtok is None:
        prices["cache_write_1h"] = mapped(price.input_mtok, lambda amount: amount * 2)
    tiered = [each for each in prices.values() if isinstance(each, TieredPrices)]
    starts = sorted({0, *(tier.start for each in tiered for tier in each.tiers)})
    return tuple((start, {bucket: _at(prices[bucket], start + 1) for bucket in BUCKETS}) for start in starts)


def fees_of(price: ModelPrice) -> tuple[str, ...]:
    """Return the marks of what each call costs beside its tokens."""
    return (REQUEST_FEES,) if price.requests_kcount else ()


def units_of(price: ModelPrice) -> list[str]:
    """Return the data set's names of what a model is priced by."""
    return sorted(name for name, value in price.__dict__.items() if value is not None)


def _first(price: ModelPrice, keys: tuple[str, ...]) -> Decimal | TieredPrices:
    for key in keys:
        found: Decimal | TieredPrices | None = getattr(price, key)
        if found is not None:
            return found
    return (None if "output_mtok" in keys else price.input_mtok) or Decimal(0)


def _at(price: Decimal | TieredPrices, length: int) -> int:
    """Return the price that holds for a prompt of `length` tokens: the last tier that it is beyond, for all tokens."""
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if length > tier.start]
        return rate(reached[-1] if reached else price.base)
    return rate(price)
