"""Prices as the API and the command line show them: USD per million tokens, by bucket, in full digits."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from genai_prices.types import ModelInfo, Provider

from inferlog.pricing.buckets import BUCKETS
from inferlog.pricing.own import OwnPrice, iso
from inferlog.pricing.prices import SCALE, Price


def shown_amounts(price: Price) -> dict[str, Any]:
    """Return a price by bucket, and under `tiers` what holds for all tokens of a prompt `above` a length."""
    (_, base), *rest = price.steps
    return {
        **_amounts(base),
        "tiers": [{"above": start, **_amounts(rates)} for start, rates in rest],
    }


def shown_own(own: OwnPrice) -> dict[str, Any]:
    """Return a project's own price as it was written, with its id and version."""
    return {
        "id": own.id,
        "source": "project",
        "model": own.model,
        "aliases": list(own.aliases),
        "provider_id": own.provider_id,
        "service_tier": own.service_tier or "standard",
        **{name: own.amounts.get(name) for name in BUCKETS},
        "tiers": [{"above": step.above, **step.amounts} for step in own.steps],
        "from": iso(own.begins) if own.begins else None,
        "until": None if own.ends is None else iso(own.ends),
        "note": own.note,
        "version": own.version,
        "price_id": own.price_id,
        "price_version": own.price_version,
        "created_at": iso(own.created_at),
        "changed_at": iso(own.changed_at),
    }


def shown_published(provider: Provider, model: ModelInfo, price: Price) -> dict[str, Any]:
    """Return a published price, as it holds now for a standard call."""
    return {
        "id": price.id,
        "source": "price_book",
        "model": model.id,
        "provider_id": provider.id,
        "context_window": model.context_window,
        **shown_amounts(price),
        "price_id": price.id,
        "price_version": price.version,
        "estimated": list(price.estimated),
    }


def shown_public(provider: Provider, model: ModelInfo, price: Price, name: str) -> dict[str, Any]:
    """Return a model in the shape of the API's public list, whose costs are USD a token, as its client reads them."""
    rates = price.steps[0][1]
    return {
        "model_name": name,
        "max_context_window": model.context_window,
        "input_cost": _usd(rates["input"]).scaleb(-6),
        "output_cost": _usd(rates["output"]).scaleb(-6),
        "rate_limit": None,
        "provider": {
            "provider_name": provider.name,
            "provider_id": provider.id,
            "moderation": None,
            "credential_fields": [],
        },
    }


def _amounts(rates: Mapping[str, int]) -> dict[str, Decimal]:
    return {name: _usd(rates[name]) for name in BUCKETS}


def _usd(rate: int) -> Decimal:
    """Return USD a million tokens, without zeros that only the scale adds."""
    amount = Decimal(rate).scaleb(-SCALE).normalize()
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount
