"""What a call cost in USD, and where that figure is from. Exact decimal arithmetic throughout."""

from decimal import Decimal

from inferlog.model import Log, Sent
from inferlog.pricing.buckets import INPUT, OUTPUT, total
from inferlog.pricing.prices import Prices, charge, rate, rates_for


def price(sent: Sent, prices: Prices) -> None:
    """Fill cost and cost_source: a given cost, else given unit prices, else the price book, else none (not zero).

    `cost_details` has it by bucket, and sums up to it, where it was worked out here.
    """
    log = sent.log
    if log.cost is not None:
        log.cost_source = log.cost_source or "given"
    elif log.prompt_unit_price is not None or log.completion_unit_price is not None:
        log.cost, log.cost_details = charge(_unit_rates(log), log.usage_details)
        log.cost_source = "unit_prices"
    elif log.usage_details and log.model:
        _price_by_book(log, prices)


def _price_by_book(log: Log, prices: Prices) -> None:
    found = prices.find(log.project_id, log.provider_id, log.model, log.timestamp, log.service_tier)
    if found is None:
        return
    usage = log.usage_details
    rates = found.steps[0][1] if len(found.steps) == 1 else rates_for(found, total(usage, INPUT))
    log.cost, log.cost_details = charge(rates, usage)
    log.cost_source, log.price_id, log.price_version = found.source, found.id, found.version
    if found.estimated:
        log.estimated = tuple(dict.fromkeys((*log.estimated, *found.estimated)))


def _unit_rates(log: Log) -> dict[str, int]:
    """Return the caller's own prices for every bucket: it names one for what goes in and one for what comes out."""
    into = rate(log.prompt_unit_price or Decimal(0))
    out = rate(log.completion_unit_price or Decimal(0))
    return dict.fromkeys(INPUT, into) | dict.fromkeys(OUTPUT, out)
