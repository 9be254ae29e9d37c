"""What a provider says that it charges for a call, where its usage says that: better than any price list of ours.

It holds what is no token as well: searches, tools, a gateway's discount.
"""

from decimal import Context, Decimal
from typing import Final

import msgspec

CHARGES: Final = frozenset({"cost", "cost_in_usd_ticks"})
"""A usage without these tells no charge."""
_TICKS_PER_USD: Final = 10
"""xAI's ticks are 10^-10 USD."""
_STORED: Final = Decimal("1E-12")
_EXACT: Final = Context(prec=60)
_LARGEST: Final = Decimal(10) ** 15


class _CostDetails(msgspec.Struct):
    upstream_inference_cost: Decimal | None = None


class _Perplexitys(msgspec.Struct):
    total_cost: Decimal | None = None


class _Charged(msgspec.Struct):
    cost: Decimal | _Perplexitys | None = None
    cost_details: _CostDetails | None = None
    is_byok: bool | None = None
    cost_in_usd_ticks: int | None = None


_decode: Final = msgspec.json.Decoder(_Charged).decode


def charged(usage: msgspec.Raw, provider_id: str) -> Decimal | None:
    """Return what a usage says was charged, in USD at the store's 12 decimals; None if it says nothing of that.

    xAI's `cost_in_usd_ticks`, Perplexity's `cost.total_cost`, OpenRouter's `cost` in credits of a dollar (known by what
    stands beside it, or by the provider). Who brings a key of their own pays the provider as well as OpenRouter.
    """
    try:
        told = _decode(usage)
    except msgspec.ValidationError:
        return None
    if told.cost_in_usd_ticks is not None:
        return _amount(Decimal(told.cost_in_usd_ticks).scaleb(-_TICKS_PER_USD, _EXACT))
    if isinstance(told.cost, _Perplexitys):
        return None if told.cost.total_cost is None else _amount(told.cost.total_cost)
    if told.cost is None or (told.cost_details is None and told.is_byok is None and provider_id != "openrouter"):
        return None
    upstream = told.cost_details.upstream_inference_cost if told.is_byok and told.cost_details else None
    return _amount(_EXACT.add(told.cost, upstream or Decimal(0)))


def _amount(usd: Decimal) -> Decimal | None:
    return usd.quantize(_STORED, context=_EXACT) if usd.is_finite() and 0 <= usd < _LARGEST else None
