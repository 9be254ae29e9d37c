"""Service tiers: how their names are written, and what a call costs in one."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Final, NamedTuple

from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    PriceVariant,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from inferlog.pricing.dataset import DataSet

STANDARD: Final = ""
_NAMES: Final = {
    **dict.fromkeys(("", "auto", "default", "standard", "standard_only", "on_demand", "on-demand"), STANDARD),
    **dict.fromkeys(("batch", "batches", "batch_api"), "batch"),
    **{name: name for name in ("flex", "priority", "fast", "scale", "performance", "reserved", "ultrafast")},
    **dict.fromkeys(("provisioned", "provisioned_throughput", "ptu"), "provisioned"),
}  # fmt: skip
"""How providers, gateways and people write a tier → its one name here."""
OTHER: Final = "other"
BY_RULE: Final = "cost:tier_price_by_rule"
"""The tier's price is worked out: the data set knows it from a later day only, or the provider publishes a share."""


class TierPrice(NamedTuple):
    """A model's price in a tier at one time, and why it may not be the one that is charged."""

    price: ModelPrice
    marks: tuple[str, ...] = ()
    by_supplement: bool = False


def tier_name(written: str) -> str:
    """Return a tier's one name: "" for the standard one, "other" for one that is not known."""
    found = _NAMES.get(written)
    return _NAMES.get(written.strip().lower(), OTHER) if found is None else found


def price_in_tier(data: DataSet, provider_id: str, model: ModelInfo, tier: str, at: datetime) -> TierPrice:
    """Return what a model costs in a service tier at a time.

    By the data set's price of the tier; by the one that it recorded later, if the tier was sold by then and the
    standard price was the same; by the share of the standard price that the provider publishes, or as another tier;
    else the standard price, with a mark. A provider that sells another one's model has that one's standard price only.
    """
    standard = model.get_prices(at)
    if tier == STANDARD:
        return TierPrice(standard)
    own = data.provider(provider_id)
    variants = _variants(model, tier) if own is not None and any(each is model for each in own.models) else []
    if any(each.constraint is None or each.constraint.active(at) for each in variants):
        return TierPrice(model.get_prices(at, _context(tier)))
    for rule in data.tier_rules(provider_id, tier):
        if at.timestamp() < rule.begins:
            continue
        if rule.share is not None:
            if rule.share == 1:
                return TierPrice(standard)
            return TierPrice(_scaled(standard, rule.share), (BY_RULE,), by_supplement=True)
        if rule.same_as:
            return price_in_tier(data, provider_id, model, rule.same_as, at)._replace(
                marks=(BY_RULE,), by_supplement=True
            )
        for start in _starts(variants):
            if start > at and model.get_prices(start) == standard:
                return TierPrice(model.get_prices(start, _context(tier)), (BY_RULE,), by_supplement=True)
    return TierPrice(standard, (f"cost:no_price_for_tier_{tier}",))


def boundaries(data: DataSet, provider_id: str, model: ModelInfo, tier: str) -> tuple[list[float], list[float]]:
    """Return when a model's price may change: moments (seconds since 1970 UTC), and seconds of each day (UTC)."""
    conditions = [] if isinstance(model.prices, ModelPrice) else [each.constraint for each in model.prices]
    conditions += [each.constraint for each in _variants(model, tier)]
    moments = {_midnight(each).timestamp() for each in conditions if isinstance(each, StartDateConstraint)}
    for rule in data.tier_rules(provider_id, tier):
        moments.add(rule.begins)
        if rule.same_as:
            moments.update(boundaries(data, provider_id, model, rule.same_as)[0])
    seconds: set[float] = set()
    for each in conditions:
        if isinstance(each, TimeOfDateConstraint):
            seconds |= {_of_day(each.start_time), _of_day(each.end_time)}
    return sorted(moments), sorted(seconds)


def _context(tier: str) -> dict[str, str]:
    if tier == "batch":
        return {"processing": "batch"}
    return {"service_tier": tier, "speed": tier}


def _variants(model: ModelInfo, tier: str) -> list[PriceVariant]:
    """Return a model's prices for a tier; OpenAI calls its tiers service_tier, Anthropic its fast mode speed."""
    context = _context(tier)
    return [
        each for each in model.price_variants or ()
        if all(context.get(name) == value for name, value in each.when.items())
    ]  # fmt: skip


def _starts(variants: list[PriceVariant]) -> list[datetime]:
    return sorted(_midnight(each.constraint) for each in variants if isinstance(each.constraint, StartDateConstraint))


def _scaled(price: ModelPrice, share: Decimal) -> ModelPrice:
    def scale(value: Decimal | TieredPrices) -> Decimal | TieredPrices:
        return mapped(value, lambda amount: amount * share)

    return ModelPrice(**{name: scale(value) for name, value in price.__dict__.items() if value is not None})


def mapped(value: Decimal | TieredPrices, change: Callable[[Decimal], Decimal]) -> Decimal | TieredPrices:
    """Return a price with each of its amounts changed, whatever the length of the context."""
    if isinstance(value, TieredPrices):
        tiers = [type(tier)(tier.start, change(tier.price)) for tier in value.tiers]
        return TieredPrices(change(value.base), tiers)
    return change(value)


def _midnight(constraint: StartDateConstraint) -> datetime:
    return datetime.combine(constraint.start_date, time(), UTC)


def _of_day(moment: time) -> float:
    """Return a time of day as seconds of the day in UTC (a time without a zone is UTC, as in the data set)."""
    offset = moment.utcoffset()
    seconds = moment.hour * 3_600 + moment.minute * 60 + moment.second
    return (seconds - (offset.total_seconds() if offset else 0)) % 86_400
