"""What a call cost in USD, and where that figure is from. Exact decimal arithmetic throughout."""

from decimal import Context, Decimal
from typing import Final

from inferlog.model import Log, Sent
from inferlog.pricing.book import quote

_MILLION: Final = Decimal(1_000_000)
_STORED_DECIMALS: Final = Decimal("1E-12")
_PRECISE: Final = Context(prec=60)
"""Room for the most tokens at the highest price: 10 + 15 digits before the point, 18 after it."""


def price(sent: Sent) -> None:
    """Fill cost and cost_source: a given cost, else given unit prices, else the price book, else none (not zero)."""
    log = sent.log
    if log.cost is not None:
        log.cost_source = log.cost_source or "given"
    elif log.prompt_unit_price is not None or log.completion_unit_price is not None:
        log.cost, log.cost_source = _by_unit_prices(log), "unit_prices"
    elif log.total_request_tokens and log.model:
        amount = quote(
            log.model,
            log.provider_id,
            log.timestamp,
            log.prompt_tokens,
            log.completion_tokens,
            log.prompt_cache_hit_tokens,
            log.prompt_cache_creation_tokens,
            cached_inside=_counts_cached_inside(log),
        )
        if amount is not None:
            log.cost, log.cost_source = amount.quantize(_STORED_DECIMALS, context=_PRECISE), "price_book"


def _counts_cached_inside(log: Log) -> bool:
    """Tell whether the usage is in OpenAI's shape, whose cached tokens are part of the prompt's.

    So do instrumentations of Anthropic count that write it (LiteLLM, OpenLLMetry, OpenInference), unlike Anthropic.
    """
    if not (log.prompt_cache_hit_tokens or log.prompt_cache_creation_tokens):
        return False
    usage = bytes(log.usage)
    return b'"prompt_tokens"' in usage or b'"cached_tokens"' in usage


def _by_unit_prices(log: Log) -> Decimal:
    into = _PRECISE.multiply(log.prompt_tokens, log.prompt_unit_price or Decimal(0))
    out = _PRECISE.multiply(log.completion_tokens, log.completion_unit_price or Decimal(0))
    return _PRECISE.divide(_PRECISE.add(into, out), _MILLION).quantize(_STORED_DECIMALS, context=_PRECISE)
