"""The price book: it agrees with the data set's own code, by tiers, lengths and days, and says where it does not."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from genai_prices import Usage, data_snapshot
from genai_prices.types import Provider
from hypothesis import given
from hypothesis import strategies as st

from inferlog.errors import InvalidInput
from inferlog.pricing.book import PriceBook
from inferlog.pricing.buckets import BUCKETS, INPUT, total
from inferlog.pricing.dataset import BUNDLED, bundled, read_dataset
from inferlog.pricing.prices import Price, charge, rates_for
from inferlog.pricing.tiers import OTHER, STANDARD, tier_name

BOOK = PriceBook()
LARGE = ("openai", "anthropic", "google", "mistral", "groq", "deepseek", "x-ai", "cohere", "aws", "azure", "perplexity")
DAYS = ("2025-01-15T12:00:00", "2025-07-01T20:00:00", "2026-11-24T12:00:00")
CONTEXTS: dict[str, dict[str, str]] = {
    "": {},
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "fast": {"service_tier": "fast", "speed": "fast"},
}
COUNTS = (
    {"input": 1_000, "output": 500},
    {"input": 300_000, "output": 7},
    {"input": 10, "cache_read": 250_000, "cache_write_5m": 2_000, "output": 3},
    {"input": 5, "cache_write_1h": 99, "output": 1},
)


def at(day: str) -> float:
    """Return a day or a time (UTC) as seconds since 1970."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def find(model: str, provider_id: str = "", day: str = DAYS[2], tier: str = "") -> Price:
    """Return the book's price of a call, which must have one."""
    found = BOOK.find("", provider_id, model, at(day), tier)
    assert found is not None
    return found


def rates(price: Price, *buckets: str) -> list[Decimal]:
    """Return USD a million tokens for some buckets of a short prompt."""
    return [Decimal(price.steps[0][1][bucket]).scaleb(-18) for bucket in buckets]


def _theirs(provider: Provider, model: Any, usage: dict[str, int], day: str, context: dict[str, str]) -> Decimal:
    """Return what the data set's own code makes of a usage."""
    reported = Usage(
        input_tokens=total(usage, INPUT),
        cache_read_tokens=usage.get("cache_read", 0),
        cache_write_tokens=usage.get("cache_write_5m", 0) + usage.get("cache_write_1h", 0),
        cache_write_1h_tokens=usage.get("cache_write_1h", 0),
        output_tokens=usage["output"],
    )
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    price = model.get_prices(moment, context)
    priced = {name: value for name, value in price.__dict__.items() if name.endswith("mtok")}
    return Decimal(type(price)(**priced).calc_price(reported)["total_price"])


@pytest.mark.parametrize("provider_id", LARGE)
def test_the_book_agrees_with_the_data_sets_own_code(provider_id: str) -> None:
    """For every model of a large provider, in every tier, short and long, with caches, on three days."""
    theirs = next(each for each in data_snapshot.get_snapshot().providers if each.id == provider_id)
    data, compared = bundled(), 0
    ours = data.provider(provider_id)
    assert ours is not None
    for model in theirs.models:
        same = next(each for each in ours.models if each.id == model.id)
        if same is not model:  # the supplement has a part in it
            continue
        for tier, context in CONTEXTS.items():
            for day in DAYS:
                price = BOOK.price_of(ours, same, at(day), tier)
                if price is None or any(mark.startswith("cost:tier") for mark in price.estimated):
                    continue
                for usage in COUNTS:
                    if "cache_write_1h" in usage and "claude" in model.id:
                        continue  # two inputs where the data set has no price; see below
                    amount = charge(rates_for(price, total(usage, INPUT)), usage)[0]
                    expected = _theirs(theirs, model, usage, day, context)
                    assert abs(amount - expected) <= Decimal("4e-12"), (model.id, tier, day, usage)
                    compared += 1
    assert compared > 50


@pytest.mark.parametrize(
    ("model", "provider_id", "tier", "day", "expected", "marks"),
    [
        # the data set's own tiers: input and output, USD a million
        ("gpt-4o", "openai", "batch", "2026-11-01", ["1.25", "5"], ()),
        ("gpt-5", "openai", "flex", "2026-11-01", ["0.625", "5"], ()),
        ("gpt-5", "openai", "priority", "2026-11-01", ["2.5", "20"], ()),
        ("claude-opus-5", "anthropic", "fast", "2026-11-01", ["10", "50"], ()),
        ("claude-haiku-4-5", "anthropic", "batch", "2026-11-01", ["0.5", "2.5"], ()),
        # sold before the data set recorded it, at the same standard price
        ("gpt-4o", "openai", "batch", "2025-06-01", ["1.25", "5"], ("cost:tier_price_by_rule",)),
        ("gpt-5", "openai", "flex", "2025-09-01", ["0.625", "5"], ("cost:tier_price_by_rule",)),
        # not yet sold
        ("gpt-4o", "openai", "batch", "2024-04-14", ["2.5", "10"], ("cost:no_price_for_tier_batch",)),
        # o3 cost five times as much then: the published share of what it cost
        ("o3", "openai", "flex", "2025-06-01", ["5", "20"], ("cost:tier_price_by_rule",)),
        ("text-embedding-3-small", "openai", "batch", "2026-11-01", ["0.01", "0"], ("cost:tier_price_by_rule",)),
        ("gemini-2.5-flash", "google", "flex", "2026-11-01", ["0.15", "1.25"], ("cost:tier_price_by_rule",)),
        ("gemini-2.5-flash", "google", "flex", "2026-03-31", ["0.3", "2.5"], ("cost:no_price_for_tier_flex",)),
        ("gemini-2.5-flash", "google", "priority", "2026-11-01", ["0.54", "4.5"], ("cost:tier_price_by_rule",)),
        ("gemini-3.8-flash-tts", "google", "priority", "2026-11-01", ["0.9", "16.2"], ()),
        # by the provider's published share
        ("claude-3-5-haiku-20241022", "anthropic", "batch", "2025-06-01", ["0.4", "2"], ("cost:tier_price_by_rule",)),
        ("gpt-4o", "azure", "batch", "2025-06-01", ["1.25", "5"], ("cost:tier_price_by_rule",)),
        ("amazon.nova-pro-v1:0", "aws", "batch", "2025-06-01", ["0.4", "1.6"], ("cost:tier_price_by_rule",)),
        ("llama-3.1-8b-instant", "groq", "flex", "2025-06-01", ["0.05", "0.08"], ()),
        # no price is known for it
        ("claude-sonnet-4-5", "anthropic", "priority", "2026-11-01", ["3", "15"], ("cost:no_price_for_tier_priority",)),
        ("gpt-4o", "openai", "scale", "2026-11-01", ["2.5", "10"], ("cost:no_price_for_tier_scale",)),
        ("gpt-4o", "openai", "a tier of 2030", "2026-11-01", ["2.5", "10"], ("cost:no_price_for_tier_other",)),
        # standard by any of its names
        ("gpt-4o", "openai", "default", "2026-11-01", ["2.5", "10"], ()),
        ("gpt-4o", "openai", "auto", "2026-11-01", ["2.5", "10"], ()),
        ("llama-3.1-8b-instant", "groq", "on_demand", "2026-11-01", ["0.05", "0.08"], ()),
    ],
)  # fmt: skip
def test_a_service_tier_has_its_price_or_a_mark(
    model: str, provider_id: str, tier: str, day: str, expected: list[str], marks: tuple[str, ...]
) -> None:
    """By the data set, by what the provider publishes, else the standard price, marked."""
    price = find(model, provider_id, day, tier)
    assert rates(price, "input", "output") == [Decimal(each) for each in expected]
    assert price.estimated == marks


@pytest.mark.parametrize(
    ("model", "day", "expected"),
    [
        ("o3", "2025-06-09T23:59:59.999999", ["10", "40"]),
        ("o3", "2025-06-10T00:00:00", ["2", "8"]),
        ("deepseek-chat", "2025-07-01T00:29:59", ["0.135", "0.55"]),
        ("deepseek-chat", "2025-07-01T00:30:00", ["0.27", "1.1"]),
        ("deepseek-chat", "2025-07-01T16:29:59", ["0.27", "1.1"]),
        ("deepseek-chat", "2025-07-01T16:30:00", ["0.135", "0.55"]),
        ("deepseek-chat", "2025-09-28T23:59:59", ["0.56", "1.68"]),
        ("deepseek-chat", "2025-09-29T00:00:00", ["0.28", "0.42"]),
        ("mistral-large-latest", "2025-12-01", ["2", "6"]),
        ("mistral-large-latest", "2025-12-02", ["0.5", "1.5"]),
        ("gemini-3.8-flash", "2026-12-31T23:59:59", ["0.75", "3.75"]),
        ("gemini-3.8-flash", "2027-01-01", ["1.5", "7.5"]),
    ],
)
def test_a_call_is_charged_by_what_held_when_it_was_made(model: str, day: str, expected: list[str]) -> None:
    """Days and hours in UTC; a price that began later is not used before."""
    assert rates(find(model, day=day), "input", "output") == [Decimal(each) for each in expected]


@pytest.mark.parametrize(
    ("model", "bucket", "amount"),
    [
        ("claude-sonnet-4-5", "cache_write_1h", "6"),
        ("vertex_ai/claude-3-5-sonnet@20240620", "cache_write_1h", "6"),  # not in the data set: twice the input
        ("ft:gpt-4o-2024-08-06:acme::1", "cache_read", "1.875"),
        ("ft:gpt-4.1-2025-04-14:acme::1", "output", "12"),
        ("gpt-4o-audio-preview", "audio_input", "40"),
        ("gpt-4o-audio-preview", "audio_output", "80"),
        ("gpt-4o-audio-preview", "input", "2.5"),
        ("gemini-2.5-flash", "audio_input", "1"),
        ("gemini-2.5-flash-image", "image_output", "30"),
        ("gpt-4o", "cache_write_5m", "2.5"),  # OpenAI takes nothing extra for writing to this model's cache
        ("gpt-4o", "reasoning", "10"),
        ("omni-moderation-latest", "input", "0"),
    ],
)
def test_each_bucket_has_its_price(model: str, bucket: str, amount: str) -> None:
    """Its own, else what the provider charges such tokens as."""
    assert rates(find(model), bucket) == [Decimal(amount)]


def test_a_price_says_where_it_is_from() -> None:
    """The version is that of the data set, and names the supplement if that has a part in the price."""
    assert find("gpt-4o").version == BUNDLED
    assert find("ft:gpt-4.1-2025-04-14:acme::1").version.startswith(f"{BUNDLED} + supplement 20")
    assert find("gpt-4o", "azure", tier="batch").version.startswith(f"{BUNDLED} + supplement 20")


def test_every_entry_of_the_supplement_says_where_it_was_read() -> None:
    """A source and a day, and it is of a provider and a model that there are."""
    path = Path(__file__).parents[2] / "src" / "inferlog" / "pricing" / "data" / "supplement.json"
    supplement = json.loads(path.read_text("utf-8"))
    data = bundled()
    for part in ("models", "changes", "completes", "free", "tiers"):
        for entry in supplement[part]:
            assert entry["source"].startswith("https://"), entry
            assert datetime.fromisoformat(entry["read"]).year >= 2026, entry
            provider = data.provider(entry["provider"])
            assert provider is not None
            named = {entry["model"]} if isinstance(entry.get("model"), str) else set(entry.get("models", ()))
            assert named <= {model.id for model in provider.models}, entry


@pytest.mark.parametrize(
    ("written", "name"),
    [("", STANDARD), ("Default", STANDARD), ("on_demand", STANDARD), ("BATCH", "batch"), (" flex ", "flex"),
     ("standard_only", STANDARD), ("x" * 10_000, OTHER), ("ptu", "provisioned")],
)  # fmt: skip
def test_tiers_have_one_name(written: str, name: str) -> None:
    """However a provider writes it; what is not known is one name, so that it can mark logs without end."""
    assert tier_name(written) == name


@given(
    st.sampled_from([(provider, model) for provider, model in BOOK.models() if provider.id in LARGE]),
    st.sampled_from([*CONTEXTS, "scale"]),
    st.floats(1.5e9, 1.9e9),
    st.dictionaries(st.sampled_from(BUCKETS), st.integers(0, 10**7)),
    st.dictionaries(st.sampled_from(BUCKETS), st.integers(0, 10**7)),
)
def test_more_tokens_never_cost_less(
    sold: Any, tier: str, moment: float, usage: dict[str, int], more: dict[str, int]
) -> None:
    """Whatever the model, the tier, the day and the length: no part is negative, and the parts are the whole."""
    price = BOOK.price_of(sold[0], sold[1], moment, tier)
    if price is None:
        return
    larger = {name: usage.get(name, 0) + more.get(name, 0) for name in {*usage, *more}}
    cost, parts = charge(rates_for(price, total(usage, INPUT)), usage)
    cost_of_more, _ = charge(rates_for(price, total(larger, INPUT)), larger)
    assert all(part >= 0 for part in parts.values())
    assert sum(parts.values(), Decimal(0)) == cost
    assert cost_of_more >= cost


SMALL: list[dict[str, Any]] = [
    {
        "id": "openai", "name": "OpenAI", "api_pattern": "https://api\\.openai\\.com",
        "model_match": {"starts_with": "gpt-"},
        "models": [
            {"id": "gpt-9", "match": {"or": [{"equals": "gpt-9"}, {"starts_with": "gpt-9-"}]},
             "prices": {"input_mtok": 0.1, "output_mtok": {"base": 1, "tiers": [{"start": 1000, "price": 2}]}}},
        ],
    }
]  # fmt: skip


def test_a_published_file_becomes_the_book() -> None:
    """In genai-prices' own format, its numbers to the last digit; what it lacks the supplement still has."""
    book = PriceBook(read_dataset(json.dumps(SMALL).encode(), "a file"))
    found = book.find("", "", "gpt-9", 0.0, "")
    assert found is not None
    assert (found.id, found.version, rates(found, "input")) == ("openai:gpt-9", "a file", [Decimal("0.1")])
    assert rates_for(found, 1_001)["output"] == 2 * 10**18
    assert book.find("", "", "gpt-4o", 0.0, "") is None
    tuned = book.find("", "", "ft:gpt-4.1-2025-04-14:a::b", 0.0, "")
    assert tuned is not None
    assert tuned.version.startswith("a file + supplement")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "The price file is not JSON"),
        (b"{}", "The price file: expected genai-prices' array of providers"),
        (b"[]", "The price file cannot be read: it has no models"),
        (b"[1]", "The price file: expected genai-prices' array of providers"),
        (b'[{"id": "x"}]', "The price file: 0.name: Field required"),
        (json.dumps(SMALL).replace("0.1", '"cheap"').encode(), "The price file"),
        (json.dumps(SMALL).replace("0.1", "-1").encode(), "The price file cannot be read: openai: gpt"),
        (
            json.dumps(SMALL).replace("input_mtok", "input_parsecs").encode(),
            "The price file cannot be read: openai: gpt",
        ),
        (json.dumps(SMALL).replace("starts_with", "begins_with").encode(), "The price file"),
        (b"[" * 100_000, "The price file is not JSON"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(text: bytes, said: str) -> None:
    """No JSON, another format, a price that is none: one line that says what is wrong."""
    with pytest.raises(InvalidInput) as error:
        read_dataset(text, "a file")
    assert str(error.value).startswith(said)
    assert len(str(error.value)) < 400
