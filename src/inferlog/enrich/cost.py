"""What a call cost in USD, and where that figure is from. Exact decimal arithmetic throughout."""

from decimal import Decimal
from typing import Final

import msgspec

from inferlog.enrich.clock import add_flag
from inferlog.enrich.extract import read_object_leniently, read_text
from inferlog.jsontext import kind
from inferlog.model import NO_JSON, Log, Sent
from inferlog.pricing.buckets import INPUT, OUTPUT, total
from inferlog.pricing.names import FROM_DEPLOYMENT, FROM_NAME
from inferlog.pricing.prices import Price, Prices, charge, rate, rates_for

UNPRICED: Final = "model_unpriced"
"""The flag of a log that used tokens of a model without a known price."""
_GUESSES: Final = frozenset({FROM_NAME, FROM_DEPLOYMENT})


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
    elif log.model and (log.usage_details or sent.tokens_known):
        _price_by_book(sent, prices)


def _price_by_book(sent: Sent, prices: Prices) -> None:
    log = sent.log
    found = prices.find(log.project_id, log.provider_id, log.model, log.timestamp, log.service_tier)
    if found is None or (found.estimated and not _GUESSES.isdisjoint(found.estimated)):
        found = _by_answer(sent, prices) or found
    if found is None:
        add_flag(log, UNPRICED)
        return
    if UNPRICED in log.flags:
        log.flags = tuple([each for each in log.flags if each != UNPRICED])
    usage = log.usage_details
    rates = found.steps[0][1] if len(found.steps) == 1 else rates_for(found, total(usage, INPUT))
    log.cost, log.cost_details = charge(rates, usage)
    log.cost_source, log.price_id, log.price_version = found.source, found.id, found.version
    if found.estimated:
        log.estimated = tuple(dict.fromkeys((*log.estimated, *found.estimated)))


def _by_answer(sent: Sent, prices: Prices) -> Price | None:
    """Return the price of the model that answered, where that which was asked is an alias or a deployment."""
    log = sent.log
    answered = _text(sent.extra.get("response_model", NO_JSON))
    if not answered and log.full_response is not NO_JSON and kind(log.full_response) == "object":
        answered = _text(read_object_leniently(log.full_response).get("model", NO_JSON))
    if not answered or answered == log.model:
        return None
    found = prices.find(log.project_id, log.provider_id, answered, log.timestamp, log.service_tier)
    return None if found is None or not _GUESSES.isdisjoint(found.estimated) else found


def _text(raw: msgspec.Raw) -> str:
    return "" if raw is NO_JSON else read_text(raw)


def _unit_rates(log: Log) -> dict[str, int]:
    """Return the caller's own prices for every bucket: it names one for what goes in and one for what comes out."""
    into = rate(log.prompt_unit_price or Decimal(0))
    out = rate(log.completion_unit_price or Decimal(0))
    return dict.fromkeys(INPUT, into) | dict.fromkeys(OUTPUT, out)
