"""What holds for any usage: buckets are disjoint, never negative, and add up; cost follows from them."""

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from inferlog.model import Log
from inferlog.pricing.buckets import BUCKETS, INPUT, OUTPUT, total
from inferlog.pricing.prices import charge, rates_for
from inferlog.usage import read, read_given
from inferlog.usage.names import COUNT_MAX, COUNTS, DETAILS
from inferlog.usage.plain import read_plain
from tests.unit.journey import PRICES, enriched

COUNT = st.integers(0, 5_000)
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, COUNT_MAX + 5), st.floats(allow_nan=False), st.text(max_size=4),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["cached_tokens", "total", "x"]), st.integers()),
)  # fmt: skip
PROVIDERS = st.sampled_from(
    [("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("x-ai", "grok-4"), ("google", "gemini-2.5-pro")]
)


@st.composite
def openais(draw: st.DrawFn) -> dict[str, Any]:
    """Return a usage of OpenAI's that adds up."""
    cached, uncached, text, reasoning = (draw(COUNT) for _ in range(4))
    return {
        "prompt_tokens": cached + uncached,
        "completion_tokens": text + reasoning,
        "total_tokens": cached + uncached + text + reasoning,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def any_usage() -> st.SearchStrategy[dict[str, Any]]:
    """Return usages of any names that somebody has, with counts or anything else."""
    detail = st.dictionaries(
        st.sampled_from(sorted({name for names in DETAILS.values() for name in names})),
        st.one_of(COUNT, ODD),
        max_size=4,
    )
    return st.dictionaries(
        st.sampled_from(
            [*COUNTS, *DETAILS, "iterations", "cacheDetails", "promptTokensDetails", "cost", "service_tier"]
        ),
        st.one_of(COUNT, ODD, detail, st.lists(detail, max_size=2)),
        max_size=8,
    )


@given(any_usage(), st.dictionaries(st.sampled_from(["input", "output", "total", "cached", "write"]), COUNT), PROVIDERS)
def test_buckets_are_never_negative_and_fit_their_column(
    usage: dict[str, Any], given: dict[str, int], of: tuple[str, str]
) -> None:
    """Whatever a provider says, each bucket is known and is from 1 to what its column holds."""
    buckets = read(usage, given, *of).buckets or {}
    assert set(buckets) <= set(BUCKETS)
    assert all(0 < count <= COUNT_MAX for count in buckets.values())


@given(any_usage(), PROVIDERS)
def test_no_usage_raises_and_each_is_kept(usage: dict[str, Any], of: tuple[str, str]) -> None:
    """An odd usage is flagged at most; the log has it as it came, and its cost is the sum of the parts."""
    log = enriched({"usage": usage, "provider_id": of[0], "model": of[1], "timestamp": "2025-09-01T12:00:00Z"})
    assert msgspec.json.decode(log.usage) == msgspec.json.decode(msgspec.json.encode(usage))
    assert log.cost is None or log.cost >= 0
    if log.cost_source == "price_book":
        assert sum(log.cost_details.values()) == log.cost


@given(openais(), PROVIDERS)
def test_what_adds_up_adds_up_in_buckets(usage: dict[str, Any], of: tuple[str, str]) -> None:
    """The sum of the buckets is the total, each side's is its count, and nothing is flagged."""
    reading = read(usage, {}, *of)
    buckets = reading.buckets or {}
    assert total(buckets, BUCKETS) == usage["total_tokens"]
    assert total(buckets, INPUT) == usage["prompt_tokens"]
    assert total(buckets, OUTPUT) == usage["completion_tokens"]
    assert (reading.flags, reading.estimated) == ((), ())


@given(any_usage(), openais(), st.booleans(), PROVIDERS)
def test_the_quick_way_comes_to_the_same(
    odd: dict[str, Any], plain: dict[str, Any], mixed: bool, of: tuple[str, str]
) -> None:
    """What is read by one typed decode is what the general way reads."""
    usage = plain | odd if mixed else plain
    quick = read_plain(msgspec.Raw(msgspec.json.encode(usage)))
    if quick is not None:
        reading = read(usage, {}, *of)
        assert (quick, (), ()) == (reading.buckets or {}, reading.flags, reading.estimated)
    assert mixed or quick is not None


@given(COUNT, COUNT, COUNT, COUNT)
def test_anthropics_counts_are_disjoint_already(into: int, read_: int, write: int, out: int) -> None:
    """Its input, cache reads and cache writes are buckets as they come, with and without a raw usage."""
    expected = {"input": into, "cache_read": read_, "cache_write_5m": write, "output": out}
    expected = {name: count for name, count in expected.items() if count}
    usage = {"input_tokens": into, "cache_read_input_tokens": read_, "cache_creation_input_tokens": write,
             "output_tokens": out}  # fmt: skip
    assert read(usage, {}, "anthropic", "claude-sonnet-4-5").buckets == expected
    counts = {"input": into, "cached": read_, "write": write, "output": out}
    assert read_given(counts, "anthropic", "claude-sonnet-4-5").buckets == expected


@given(st.dictionaries(st.sampled_from(BUCKETS), st.integers(0, 1000)), st.sampled_from(BUCKETS), st.integers(1, 1000))
def test_more_tokens_never_cost_less(usage: dict[str, int], bucket: str, more: int) -> None:
    """Pricing is monotone in each bucket's tokens, within one step of context length."""
    price = PRICES.find("", "openai", "gpt-realtime", 1_760_000_000.0, "")
    assert price is not None
    rates = rates_for(price, 1_000)
    before, _ = charge(rates, usage)
    after, parts = charge(rates, {**usage, bucket: usage.get(bucket, 0) + more})
    assert after >= before
    assert sum(parts.values(), Decimal(0)) == after


@given(
    any_usage(), st.lists(st.sampled_from(["prompt_tokens", "completion_tokens", "total_tokens"]), unique=True), COUNT
)
def test_what_the_client_gave_is_shown_as_it_came(usage: dict[str, Any], names: list[str], count: int) -> None:
    """Given counts stand beside any usage; the buckets are the usage's."""
    log: Log = enriched({"usage": usage, **dict.fromkeys(names, count)})
    shown = {"prompt_tokens": log.prompt_tokens, "completion_tokens": log.completion_tokens,
             "total_tokens": log.total_request_tokens}  # fmt: skip
    assert all(shown[name] == count for name in names if count)
