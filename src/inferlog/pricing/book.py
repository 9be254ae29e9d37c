"""Prices of known models, from the public data set `genai-prices`, and what a call costs by them.

`genai_prices.calc_price` takes 228 µs a call; resolving a model once, its price once a half-hour of the log's own
time, and multiplying integers takes 2.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final

from genai_prices import data_snapshot
from genai_prices.data_snapshot import find_provider_by_id
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

_SLOT_SECONDS: Final = 1_800
"""Prices change at a half-hour of UTC at most: some are lower at night, from 16:30 to 00:30."""
_SCALE: Final = 18
"""Decimals to which prices are held, as integers: the most that the data set has (0.041666666666666664)."""
_FREE: Final = Decimal(0)
_NAME_MAX: Final = 200
"""Characters of a name. A longer one is no model's, and must not fill the memory of what was resolved."""
_MAKERS: Final = frozenset({"openai", "anthropic", "google", "mistral", "cohere", "deepseek", "x-ai"})
"""Providers of models of their own, whose names (text-embedding-3-small) do not all tell who made them."""
_CONTEXT: Final = Context(prec=60)
_CACHE_OUTSIDE_INPUT: Final = frozenset({"anthropic"})
"""Providers that count cached tokens beside the input tokens; all others count them inside."""

_Tokens = tuple[int, int, int, int]
_Pricing = Callable[[_Tokens], Decimal]


def quote(
    model: str,
    provider_id: str,
    timestamp: float,
    prompt_tokens: int,
    completion_tokens: int,
    cache_read_tokens: int,
    cache_write_tokens: int,
    *,
    cached_inside: bool = False,
) -> Decimal | None:
    """Return the cost in USD of a call made at `timestamp` (seconds since 1970 UTC), or None for an unknown model.

    `cached_inside` means that the prompt's tokens hold the cached ones, whatever the provider's own way is.
    """
    if len(model) > _NAME_MAX or len(provider_id) > _NAME_MAX:
        return None
    pricing = _pricing(model, provider_id, int(timestamp // _SLOT_SECONDS), cached_inside)
    return pricing((prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens)) if pricing else None


@lru_cache(maxsize=20_000)
def _pricing(model: str, provider_id: str, slot: int, cached_inside: bool) -> _Pricing | None:
    """Return the arithmetic of a model's price in a slot (half-hours since 1970 UTC)."""
    found = _find(model, provider_id)
    if found is None:
        return None
    provider, info = found
    price = info.get_prices(datetime.fromtimestamp(slot * _SLOT_SECONDS, UTC))
    if price.input_mtok is None:
        return None
    return _priced(price, inside=cached_inside or provider.id not in _CACHE_OUTSIDE_INPUT)


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


def _priced(price: ModelPrice, *, inside: bool) -> _Pricing:
    """Return the arithmetic of one model's prices; cached tokens without a price of their own cost as input does."""
    into = price.input_mtok or _FREE
    out = price.output_mtok or _FREE
    cache_read = into if price.cache_read_mtok is None else price.cache_read_mtok
    cache_write = into if price.cache_write_mtok is None else price.cache_write_mtok
    prices = (into, out, cache_read, cache_write)
    starts = sorted({0, *(tier.start for each in prices if isinstance(each, TieredPrices) for tier in each.tiers)})
    steps = [(start, tuple(_at(each, start + 1) for each in prices)) for start in starts]
    base = steps[0][1]
    higher = steps[:0:-1]

    def cost(tokens: _Tokens) -> Decimal:
        prompt, completion, read, write = tokens
        uncached = max(prompt - read - write, 0) if inside else prompt
        rates = base
        if higher:
            length = uncached + read + write
            rates = next((step for start, step in higher if length > start), base)
        total = uncached * rates[0] + completion * rates[1] + read * rates[2] + write * rates[3]
        return Decimal(total).scaleb(-_SCALE - 6, _CONTEXT)

    return cost


def _at(price: Decimal | TieredPrices, length: int) -> int:
    """Return the price that holds for a prompt of `length` tokens: the last tier that it is beyond, for all tokens."""
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if length > tier.start]
        price = reached[-1] if reached else price.base
    return int(price.scaleb(_SCALE, _CONTEXT))
