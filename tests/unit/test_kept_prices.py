"""Prices of a data directory: own prices by date, tier and provider; kept for good; seen by another process."""

import json
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.enrich.cost import price as price_step
from inferlog.errors import InvalidInput, NotFound
from inferlog.kept_prices import KeptPrices
from inferlog.pricing.dataset import BUNDLED
from inferlog.pricing.own import OwnIndex, OwnPrice, read_own
from inferlog.pricing.prices import Price
from tests.server import wait_for
from tests.unit.journey import decoded
from tests.unit.test_price_book import SMALL, at, rates

PROJECT = "01234567-89ab-4cde-8f01-23456789abcd"
OTHER = "11234567-89ab-4cde-8f01-23456789abcd"
EMPTY = OwnPrice(id="", project_id=PROJECT, model="", amounts={})
NOW = at("2026-11-24")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the prices are kept."""
    return tmp_path / "prices.db"


@pytest.fixture
def kept(file: Path) -> Iterator[KeptPrices]:
    """The prices of a new data directory."""
    prices = KeptPrices(file)
    yield prices
    prices.close()


def find(kept: KeptPrices, model: str, moment: float = NOW, **more: str) -> Price | None:
    """Return a project's price of a call."""
    return kept.find(
        more.get("project", PROJECT), more.get("provider", ""), model, moment, more.get("tier", "")
    )  # fmt: skip


def _input(price: Price | None) -> Decimal | None:
    return None if price is None else rates(price, "input")[0]


def test_prices_follow_one_another_by_the_day(kept: KeptPrices) -> None:
    """The one that began last holds; a day begins at 00:00 UTC; the end is not in it."""
    kept.add(PROJECT, {"model": "m", "input": 1}, 10)
    kept.add(PROJECT, {"model": "M", "input": 2, "from": "2026-01-01"}, 10)
    kept.add(PROJECT, {"model": "m", "input": 3, "from": "2026-02-01", "until": "2026-03-01T00:00:00+02:00"}, 10)
    for moment, amount in (
        ("2025-12-31T23:59:59.999999", 1), ("2026-01-01", 2), ("2026-01-31T23:59:59", 2), ("2026-02-01", 3),
        ("2026-02-28T21:59:59", 3), ("2026-02-28T22:00:00", 2),
    ):  # fmt: skip
        assert _input(find(kept, " m ", at(moment))) == amount, moment
    assert find(kept, "m", project=OTHER) is None


@given(st.permutations(range(5)), st.floats(0, 5.5))
def test_the_order_in_which_prices_are_set_does_not_matter(order: list[int], day: float) -> None:
    """Of prices with different beginnings the last one that has begun holds."""
    prices = [read_own({"model": "m", "input": begins, "from": str(begins * 86_400 + 1e9)}, EMPTY) for begins in order]
    found = OwnIndex(prices).find(PROJECT, "", "m", day * 86_400 + 1e9, "")
    assert _input(found) == min(int(day), 4)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"input": 4, "output": 8}, {"cache_read": 4, "cache_write_1h": 4, "audio_cache_read": 4, "reasoning": 8}),
        ({"input": 4, "cache_read": 1}, {"cache_read": 1, "audio_cache_read": 1, "output": 0, "reasoning": 0}),
        ({"input": 4, "cache_write_5m": 5}, {"cache_write_1h": 5, "image_input": 4, "audio_input": 4}),
        ({"output": 8, "reasoning": 0}, {"input": 0, "reasoning": 0, "audio_output": 8, "image_output": 8}),
    ],
)
def test_what_an_own_price_does_not_say_follows_from_what_it_says(
    fields: dict[str, int], expected: dict[str, int]
) -> None:
    """Cached and other inputs cost as input does, an hour's write as five minutes', other outputs as output."""
    price = read_own({"model": "m", **fields}, EMPTY).price()
    assert {name: rates(price, name)[0] for name in expected} == expected


def test_an_own_price_holds_to_its_18th_decimal(kept: KeptPrices) -> None:
    """Written as text or as a number of JSON, and kept so."""
    added = kept.add(PROJECT, {"model": "m", "input": "0.123456789012345678", "output": Decimal("1E+3")}, 10)
    assert kept.own(PROJECT) == [added]
    found = find(kept, "m")
    assert found is not None
    assert rates(found, "input", "output") == [Decimal("0.123456789012345678"), Decimal(1000)]


def test_every_version_stays_to_explain_old_logs(kept: KeptPrices) -> None:
    """Changed and ended, never deleted: what a log names as its price's version can be looked up."""
    first = kept.add(PROJECT, {"model": "m", "input": 1}, 10)
    second = kept.change(PROJECT, first.id, {"input": 2, "model": "m2"})
    third = kept.end(PROJECT, first.id, NOW)
    assert [each.price_version for each in kept.versions(PROJECT, first.id)] == [f"{first.id}.{n}" for n in (3, 2, 1)]
    assert [each.price_version for each in kept.own(PROJECT)] == [third.price_version]
    assert (second.version, third.ends, find(kept, "m")) == (2, NOW, None)
    assert (_input(find(kept, "m2", NOW - 1)), find(kept, "m2", NOW)) == (Decimal(2), None)
    with pytest.raises(NotFound):
        kept.versions(OTHER, first.id)
    with pytest.raises(NotFound):
        kept.change(OTHER, first.id, {"input": 9})


def test_many_are_set_all_or_none(kept: KeptPrices) -> None:
    """One that cannot be read, or a number over the limit, and nothing is kept."""
    with pytest.raises(InvalidInput, match="input: expected"):
        kept.add_all(PROJECT, [{"model": "a", "input": 1}, {"model": "b", "input": "x"}], 10)
    with pytest.raises(InvalidInput, match="own_prices_max is 1"):
        kept.add_all(PROJECT, [{"model": "a", "input": 1}, {"model": "b", "input": 2}], 1)
    assert kept.own(PROJECT) == []


def test_another_process_s_change_is_seen(kept: KeptPrices, file: Path) -> None:
    """Of an own price and of the book, within a second, without a restart; and after one."""
    assert find(kept, "m") is None
    beside = KeptPrices(file)
    beside.add(PROJECT, {"model": "m", "input": 7}, 10)
    wait_for(lambda: _input(find(kept, "m")) == 7)
    beside.update(json.dumps(SMALL).encode())
    wait_for(lambda: find(kept, "gpt-9") is not None)
    assert find(kept, "gpt-4o") is None
    beside.close()
    again = KeptPrices(file)
    assert (_input(find(again, "m")), _input(find(again, "gpt-9"))) == (Decimal(7), Decimal("0.1"))
    assert [each.used for each in again.books()] == [True]
    again.close()


def test_a_broken_file_changes_nothing(kept: KeptPrices) -> None:
    """The book stays what it was, and no version is written down."""
    with pytest.raises(InvalidInput):
        kept.update(b"[]")
    assert (kept.books(), kept.book.data.version) == ([], BUNDLED)
    assert find(kept, "gpt-4o") is not None


def test_a_given_book_is_left_when_newer_prices_ship(file: Path) -> None:
    """A file was given beside the prices that shipped then; with others it is not used, but stays known."""
    kept = KeptPrices(file)
    kept.update(json.dumps(SMALL).encode())
    kept.close()
    with sqlite3.connect(file) as db:
        db.execute("UPDATE books SET beside = 'genai-prices 0.0.1'")
    db.close()
    again = KeptPrices(file)
    assert again.book.data.version == BUNDLED
    assert [each.used for each in again.books()] == [False]
    again.close()


def _priced(kept: KeptPrices, body: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return which price a log gets, and its flags."""
    sent = decoded({"prompt_tokens": 10, "timestamp": "2026-11-24T00:00:00Z", **body})
    sent.log.project_id, sent.log.usage_details = PROJECT, {"input": 10}
    price_step(sent, kept)
    return sent.log.price_id, sent.log.flags


@pytest.mark.parametrize(
    ("body", "price_id"),
    [
        # the model that answered helps where that which was asked is an alias, or a guess
        ({"model": "best-model", "response_model": "gpt-4o-2024-08-06"}, "openai:gpt-4o"),
        ({"model": "best-model", "full_response": {"model": "gpt-4o-2024-08-06"}}, "openai:gpt-4o"),
        ({"model": "gpt-4o-prod", "response_model": "gpt-4o-mini-2024-07-18"}, "openai:gpt-4o-mini"),
        # and does not where it is known
        ({"model": "gpt-4o", "response_model": "gpt-4o-2024-05-13"}, "openai:gpt-4o"),
        ({"model": "gpt-4o-prod", "response_model": "gpt-4o-eu-2"}, "openai:gpt-4o"),
        ({"model": "best-model", "response_model": "another"}, ""),
        ({"model": "best-model", "response_model": 7}, ""),
    ],
)
def test_the_model_that_answered_names_the_price_of_an_alias(
    kept: KeptPrices, body: dict[str, Any], price_id: str
) -> None:
    """A log without a price has the flag `model_unpriced`."""
    assert _priced(kept, body) == (price_id, () if price_id else ("model_unpriced",))


def test_a_log_that_gets_a_price_later_loses_the_flag(kept: KeptPrices) -> None:
    """Priced again once the project has set a price."""
    sent = decoded({"model": "m", "prompt_tokens": 10})
    sent.log.project_id, sent.log.usage_details, sent.log.timestamp = PROJECT, {"input": 10}, NOW
    price_step(sent, kept)
    assert sent.log.flags == ("model_unpriced",)
    kept.add(PROJECT, {"model": "m", "input": 7}, 10)
    again = msgspec.structs.replace(sent)
    price_step(again, kept)
    assert (again.log.flags, again.log.cost) == ((), Decimal("0.00007"))
