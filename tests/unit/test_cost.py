"""What a call cost: given, by unit prices, or by the price book; worked out by hand, exact to 12 decimals."""

from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.enrich.cost import price
from inferlog.pricing.buckets import INPUT, total
from inferlog.pricing.prices import charge, rates_for
from tests.unit.journey import PRICES, decoded, enriched

WHEN = "2025-10-09T12:00:00Z"
CLAUDE = "claude-3-5-sonnet-20241022"
WIDE = Context(prec=60)
WHEN_SECONDS = 1_760_011_200.0


def cost(**body: Any) -> tuple[Decimal | None, str]:
    """Return what a log costs and where that figure is from."""
    log = enriched({"timestamp": WHEN, **body})
    return log.cost, log.cost_source


def quote(model: str, provider_id: str, **usage: int) -> Decimal | None:
    """Return what a usage costs by the book on the day WHEN."""
    found = PRICES.find("", provider_id, model, WHEN_SECONDS, "")
    return None if found is None else charge(rates_for(found, total(usage, INPUT)), usage)[0]


def spent(prompt: int, completion: int, **rest: Any) -> dict[str, Any]:
    """Return the parameters of a call that used so many tokens."""
    return {"prompt_tokens": prompt, "completion_tokens": completion, **rest}


def of(model: str, prompt: int, completion: int, **rest: Any) -> dict[str, Any]:
    """Return the parameters of a call of a model."""
    return spent(prompt, completion, model=model, **rest)


def usd(text: str) -> Decimal:
    """Return an amount."""
    return Decimal(text)


def test_a_given_cost_stands_whatever_else_is_known() -> None:
    """A client's own figure is never corrected, be it zero."""
    known = {"model": "gpt-4o-mini", "prompt_tokens": 1000, "completion_tokens": 500, "prompt_unit_price": 9}
    assert cost(cost=0.00042, **known) == (usd("0.00042"), "given")
    assert cost(cost=0, **known) == (usd("0"), "given")
    assert cost(cost="123456789.123456789012", **known) == (usd("123456789.123456789012"), "given")


@pytest.mark.parametrize(
    ("body", "amount"),
    [
        # 1,000 tokens at $3 and 500 at $15 a million: 0.003 + 0.0075
        (spent(1000, 500, prompt_unit_price=3, completion_unit_price=15), "0.0105"),
        # the page's example: $0.0042 a million
        (spent(8, 16, prompt_unit_price=0.0042), "0.0000000336"),
        (spent(8, 16, completion_unit_price=0.0042), "0.0000000672"),
        (spent(8, 0, prompt_unit_price=0), "0"),
        ({"prompt_unit_price": 5}, "0"),
        # 0.1 + 0.2 is 0.3
        (spent(1, 1, prompt_unit_price=0.1, completion_unit_price=0.2), "0.0000003"),
        # half to even at the twelfth decimal
        (spent(1, 0, prompt_unit_price="0.0000005"), "0"),
        (spent(3, 0, prompt_unit_price="0.0000005"), "0.000000000002"),
        # the most tokens at the highest price
        (spent(2**32 - 1, 0, prompt_unit_price="999999999999999"), "4294967294999995705.032705"),
        (spent(2**32 - 1, 0, prompt_unit_price="999999999999999.999999999999"), "4294967294999999999.999999995705"),
    ],
)
def test_unit_prices_are_usd_per_million_tokens(body: dict[str, Any], amount: str) -> None:
    """Tokens times price by a million, in decimals; before the price book, also for a model that it knows."""
    assert cost(**body) == (usd(amount), "unit_prices")
    assert cost(model="gpt-4o-mini", **body) == (usd(amount), "unit_prices")


@pytest.mark.parametrize(
    ("body", "amount"),
    [
        # gpt-4o-mini: $0.15 in, $0.60 out, $0.075 cached: 1000 x 0.15 + 500 x 0.60 = 450 millionths
        (of("gpt-4o-mini", 1000, 500), "0.00045"),
        (of("gpt-4o-mini-2024-07-18", 1, 1), "0.00000075"),
        (of("gpt-4o-mini", 0, 0, usage={"prompt_tokens": 1000, "completion_tokens": 500}), "0.00045"),
        # of 1000 prompt tokens 600 are cached: 400 x 0.15 + 600 x 0.075 + 500 x 0.60 = 405
        (of("gpt-4o-mini", 1000, 500, prompt_cache_hit_tokens=600), "0.000405"),
        # more cached than prompt tokens, so they come beside them: 10 x 0.15 + 100 x 0.075
        (of("gpt-4o-mini", 10, 0, prompt_cache_hit_tokens=100), "0.000009"),
        # the caller's own name for a provider does not hide a known model
        (of("gpt-4o-mini", 1000, 0, provider_id="my-proxy"), "0.00015"),
        (of("gpt-4o-mini", 1000, 0, provider_id="openai"), "0.00015"),
        # o3: $10 in and $40 out until 2025-06-09, $2 and $8 since
        (of("o3", 1000, 100, timestamp="2025-06-09T23:59:59Z"), "0.014"),
        (of("o3", 1000, 100, timestamp="2025-06-10T00:00:00Z"), "0.0028"),
        # deepseek-chat: $0.27 in and $1.10 out by day, $0.135 and $0.55 from 16:30 to 00:30 UTC
        (of("deepseek-chat", 1000, 500, timestamp="2025-07-01T00:29:59Z"), "0.00041"),
        (of("deepseek-chat", 1000, 500, timestamp="2025-07-01T00:30:00Z"), "0.00082"),
        (of("deepseek-chat", 1000, 500, timestamp="2025-07-01T16:29:59Z"), "0.00082"),
        (of("deepseek-chat", 1000, 500, timestamp="2025-07-01T16:30:00Z"), "0.00041"),
        # gemini-2.5-pro: $1.25 in, $10 out, $0.125 cached; above 200,000 prompt tokens $2.5, $15, $0.25 for all of them
        (of("gemini-2.5-pro", 200_000, 1000), "0.26"),
        (of("gemini-2.5-pro", 200_001, 1000), "0.5150025"),
        # 50,000 x 2.5 + 250,000 x 0.25 + 1,000 x 15
        (of("gemini-2.5-pro", 300_000, 1000, prompt_cache_hit_tokens=250_000), "0.2025"),
        # claude: $3 in, $15 out, $0.30 cache read, $3.75 cache write; cached tokens are counted beside the input:
        # 1,000 x 3 + 10,000 x 0.30 + 2,000 x 3.75 + 100 x 15
        (of(CLAUDE, 1000, 100), "0.0045"),
        (of(CLAUDE, 1000, 100, prompt_cache_hit_tokens=10_000, prompt_cache_creation_tokens=2_000), "0.015"),
        # above 200,000 $6, $22.5 and $0.60; what was cached counts towards the length:
        # 1,000 x 6 + 200,000 x 0.6 + 100 x 22.5
        (of("claude-sonnet-4-5", 1000, 100, prompt_cache_hit_tokens=199_000), "0.0642"),
        (of("claude-sonnet-4-5", 1000, 100, prompt_cache_hit_tokens=200_000), "0.12825"),
    ],
)
def test_the_price_book_prices_known_models(body: dict[str, Any], amount: str) -> None:
    """The price that held on the day, by tiers, cached tokens at their own price."""
    assert cost(**body) == (usd(amount), "price_book")


@pytest.mark.parametrize(
    "body",
    [
        {"model": "nobody-knows-this-model", "prompt_tokens": 1000},
        {"model": "", "prompt_tokens": 1000},
        {"model": "gpt-4o-mini"},
        {"prompt_tokens": 1000},
        {},
    ],
)
def test_an_unknown_cost_is_none_and_not_zero(body: dict[str, Any]) -> None:
    """Without a known model or without tokens there is no figure."""
    assert cost(**body) == (None, "")


@given(
    st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1),
    st.decimals(0, 10**6, places=12), st.decimals(0, 10**6, places=12),
)  # fmt: skip
def test_cost_by_unit_prices_is_exact(prompt: int, completion: int, into: Decimal, out: Decimal) -> None:
    """Each part is exact to its 12th decimal (half to even), and the total is the sum of its parts."""
    exact = [WIDE.multiply(prompt, into).scaleb(-6, WIDE), WIDE.multiply(completion, out).scaleb(-6, WIDE)]
    total_cost = sum((part.quantize(Decimal("1E-12"), context=WIDE) for part in exact), Decimal(0))
    found, _ = cost(
        prompt_tokens=prompt, completion_tokens=completion, prompt_unit_price=str(into), completion_unit_price=str(out)
    )
    assert found is not None
    assert found == total_cost
    assert found.as_tuple().exponent == -12


@pytest.mark.parametrize(
    "body",
    [
        {"cost": 0.5}, {"prompt_tokens": 3, "prompt_unit_price": 2.5}, {},
        {"model": "gpt-4o-mini", "timestamp": WHEN, "prompt_tokens": 5, "total_tokens": 5},
    ],
)  # fmt: skip
def test_pricing_again_changes_nothing(body: dict[str, Any]) -> None:
    """The step is idempotent: neither the figure nor its source moves."""
    sent = decoded(body)
    price(sent, PRICES)
    once = (sent.log.cost, sent.log.cost_source)
    price(sent, PRICES)
    assert (sent.log.cost, sent.log.cost_source) == once


@pytest.mark.parametrize(
    ("model", "amount"),
    [("text-embedding-3-small", "0.02"), ("TEXT-EMBEDDING-3-SMALL", "0.02"), ("text-embedding-3-large", "0.13")],
)
def test_a_model_whose_name_does_not_tell_its_maker_is_found(model: str, amount: str) -> None:
    """An embedding model is priced without a provider: its maker is looked for by the models that it has."""
    assert quote(model, "", input=1_000_000) == Decimal(amount)


def test_an_overlong_name_is_no_model() -> None:
    """A model's name of a megabyte is looked up nowhere, and kept in no memory of names."""
    assert quote("gpt-4o-mini" + "x" * 1_000_000, "", input=10) is None
    assert quote("gpt-4o-mini", "p" * 1_000_000, input=10) is None


@pytest.mark.parametrize(
    ("usage", "amount"),
    [
        ({"input_tokens": 80, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 10}, "0.0002895"),
        (
            {"prompt_tokens": 130, "prompt_tokens_details": {"cached_tokens": 40}, "cache_creation_input_tokens": 10},
            "0.0002895",
        ),
        # the call that fills the cache reads nothing from it: 80 x 3 + 10 x 3.75
        ({"input_tokens": 80, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 10}, "0.0002775"),
        (
            {"prompt_tokens": 90, "prompt_tokens_details": {"cached_tokens": 0}, "cache_creation_input_tokens": 10},
            "0.0002775",
        ),
    ],
)
def test_cached_tokens_cost_the_same_in_anthropics_shape_and_in_openais(usage: dict[str, Any], amount: str) -> None:
    """Anthropic counts cached tokens beside the input, instrumentations that write OpenAI's shape inside of it.

    By hand: 80 x 3 USD + 40 x 0.30 + 10 x 3.75, a million.
    """
    assert enriched({"model": "claude-sonnet-4-5", "usage": usage}).cost == Decimal(amount)
