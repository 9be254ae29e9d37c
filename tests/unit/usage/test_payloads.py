"""Usage as providers document it, in buckets and in USD, each worked out by hand."""

from decimal import Decimal
from typing import Final

import msgspec
import pytest

from inferlog.model import Log
from inferlog.pricing.buckets import BUCKETS, CACHE_READ, CACHE_WRITE, INPUT, OUTPUT, total
from tests.unit.journey import prepared
from tests.unit.usage import anthropic_cases, google_cases, library_cases, openai_cases, other_cases
from tests.unit.usage.case import Case, bill

CASES: Final = (
    *openai_cases.CASES, *anthropic_cases.CASES, *google_cases.CASES, *other_cases.CASES, *library_cases.CASES,
)  # fmt: skip

AFTERWARDS: Final = 1_800_000_000.0
"""When the logs are sent: in 2027, so that no time is in the future."""

each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def log_of(case: Case) -> Log:
    """Return the log that a case becomes."""
    return prepared(case.body(), received_at=AFTERWARDS).log


def test_the_table_is_as_large_as_was_promised() -> None:
    """At least sixty payloads of ten providers, streamed and not."""
    documented = [case for case in CASES if not case.source.startswith("shape of")]
    assert len(documented) >= 60
    assert len({case.provider for case in documented if case.paid or case.charged}) >= 10
    assert len([case for case in documented if case.sent.get("stream")]) >= 8


@each_case
def test_the_buckets_of_a_documented_payload(case: Case) -> None:
    """Disjoint buckets, and the sums that the API shows; what contradicts itself is flagged and nothing else is."""
    log = log_of(case)
    assert log.usage_details == case.buckets
    assert set(case.buckets) <= set(BUCKETS)
    assert log.flags == case.flags
    assert tuple([reason for reason in log.estimated if reason.startswith("tokens:")]) == case.estimated
    assert log.service_tier == case.service_tier
    if "prompt_tokens" not in case.sent:
        shown = (log.prompt_tokens, log.completion_tokens, log.total_request_tokens)
        assert shown == tuple(total(case.buckets, part) for part in (INPUT, OUTPUT, BUCKETS))
        assert log.prompt_cache_hit_tokens == total(case.buckets, CACHE_READ)
        assert log.prompt_cache_creation_tokens == total(case.buckets, CACHE_WRITE)
        assert log.reasoning_tokens == case.buckets.get("reasoning", 0)


@each_case
def test_the_cost_of_a_documented_payload(case: Case) -> None:
    """What the published prices of the day come to, or what the provider says that it charges; to the last digit."""
    assert [tokens for tokens, _ in case.paid] in ([], list(case.buckets.values()))
    log = log_of(case)
    if case.charged:
        assert (log.cost, log.cost_source) == (Decimal(case.charged), "given")
        if case.paid:
            assert bill(case.paid) == Decimal(case.charged)
    elif case.paid:
        assert log.cost in (bill(case.paid), bill(case.book or case.paid))
        assert (log.cost_source, log.price_id != "", log.price_version != "") == ("price_book", True, True)
        assert sum(log.cost_details.values()) == log.cost
        assert log.cost_details.keys() == log.usage_details.keys()
    else:
        assert (log.cost, log.cost_source, log.price_id) == (None, "", "")


@each_case
def test_the_usage_of_a_documented_payload_is_kept_as_it_came(case: Case) -> None:
    """Verbatim, and taken out of a response where only that was sent."""
    log = log_of(case)
    if "usage" in case.sent:
        assert msgspec.json.decode(log.usage) == case.sent["usage"]
    elif "full_response" in case.sent:
        assert msgspec.json.decode(log.full_response) == case.sent["full_response"]
        assert isinstance(msgspec.json.decode(log.usage), dict)
