"""The price book: prices of known models, from the public data set `genai-prices`.

`genai_prices.calc_price` takes 228 µs a call; resolving a model once, its price once a half-hour of the log's own
time, and multiplying integers takes 2.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from genai_prices import data_snapshot
from genai_prices.data_snapshot import find_provider_by_id
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from inferlog.pricing.buckets import BUCKETS
from inferlog.pricing.prices import Price, Rates, rate

_SLOT_SECONDS: Final = 1_800
"""Prices change at a half-hour of UTC at most: some are lower at night, from 16:30 to 00:30."""
_NAME_MAX: Final = 200
"""Characters of a name. A longer one is no model's, and must not fill the memory of what was resolved."""
_MAKERS: Final = frozenset({"openai", "anthropic", "google", "mistral", "cohere", "deepseek", "x-ai"})
"""Providers of models of their own, whose names (text-embedding-3-small) do not all tell who made them."""
_VERSION: Final = f"genai-prices {version('genai-prices')}"

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


class PriceBook:
    """What every model costs, by the data set and by the projects' own prices."""

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, service_tier: str) -> Price | None:
        """Return the price of a call made at `timestamp` (seconds since 1970 UTC), or None for an unknown model."""
        if len(model) > _NAME_MAX or len(provider_id) > _NAME_MAX:
            return None
        return _price(model, provider_id, int(timestamp // _SLOT_SECONDS))


@lru_cache(maxsize=20_000)
def _price(model: str, provider_id: str, slot: int) -> Price | None:
    """Return a model's price in a slot (half-hours since 1970 UTC)."""
    found = _find(model, provider_id)
    if found is None:
        return None
    provider, info = found
    price = info.get_prices(datetime.fromtimestamp(slot * _SLOT_SECONDS, UTC))
    if price.input_mtok is None:
        return None
    return Price(f"{provider.id}:{info.id}", _VERSION, _steps(price))


@lru_cache(maxsize=20_000)
def _find(model: str, provider_id: str) -> tuple[Provider, ModelInfo] | None:
    """Resolve a model: at the provider that is named, else at the one that its name tells, else at one that made it.

    A provider of the caller's own naming must not hide a known model. (The data set's own search remembers every name
    that it ever failed to find, without a bound.)
    """
    providers = data_snapshot.get_snapshot().providers
    name = model.lower()
    named = find_provider_by_id(providers, provider_id) if provider_id else None
    candidates = [named] if named else []
    candidates += [each for each in providers if each.model_match and each.model_match.is_match(name)]
    candidates += [each for each in providers if each.id in _MAKERS]
    for provider in candidates:
        found = provider.find_model(name, all_providers=providers)
        if found is not None:
            return provider, found
    return None


def _steps(price: ModelPrice) -> tuple[tuple[int, Rates], ...]:
    """Return a model's rates by context length; cached tokens without a price of their own cost as input does."""
    prices = {bucket: _first(price, keys) for bucket, keys in _KEYS.items()}
    tiered = [each for each in prices.values() if isinstance(each, TieredPrices)]
    starts = sorted({0, *(tier.start for each in tiered for tier in each.tiers)})
    return tuple((start, {bucket: _at(prices[bucket], start + 1) for bucket in BUCKETS}) for start in starts)


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
