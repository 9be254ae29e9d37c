"""A stored log priced anew, and what a re-pricing adds up: pure parts."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.enrich.cost import UNPRICED
from inferlog.enrich.reprice import COUNTED, PRICED, differing, reprice, reprice_given
from inferlog.ingest import prepare
from inferlog.model import Log
from inferlog.repricing.report import MODELS_MAX, OTHERS, Report, note, note_largest
from tests.unit.books import GONE, GUESSED, LATER, NEW
from tests.unit.journey import INTAKE, KEY, PRICES, RECEIVED_AT, enriched

MODELS = [GONE, NEW, GUESSED, "claude-3-5-sonnet-20241022", "gemini-2.5-pro", "no such model", ""]
COUNTS = st.integers(0, 400_000)


def by_later(body: dict[str, Any]) -> Log:
    """Return the log that a body becomes under the later book."""
    return prepare(msgspec.json.encode(body), KEY, RECEIVED_AT, INTAKE._replace(prices=LATER)).log


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a log: of a known or unknown model, with usage in one of several forms or none."""
    body: dict[str, Any] = {"model": draw(st.sampled_from(MODELS))}
    into, out, cached = draw(COUNTS), draw(COUNTS), draw(COUNTS)
    form = draw(st.sampled_from(["counts", "usage", "none", "unit prices"]))
    if form == "counts":
        body |= {"prompt_tokens": into, "completion_tokens": out, "prompt_cache_hit_tokens": min(cached, into)}
    elif form == "usage":
        details = {"cached_tokens": min(cached, into)}
        body["usage"] = {"prompt_tokens": into, "completion_tokens": out, "prompt_tokens_details": details}
    elif form == "unit prices":
        body |= {"prompt_tokens": into, "completion_tokens": out, "prompt_unit_price": 1.5}
    return body


@given(bodies())
def test_a_log_priced_anew_is_as_if_it_came_under_the_new_book(body: dict[str, Any]) -> None:
    """Every column that pricing fills is what the new book would have filled, and no other column changes."""
    before, expected = enriched(body), by_later(body)
    after = reprice(before, LATER)
    for name in (*PRICED, *COUNTED):
        assert getattr(after, name) == getattr(expected, name), name
    others = set(Log.__struct_fields__) - {*PRICED, *COUNTED}
    assert [name for name in others if getattr(after, name) != getattr(before, name)] == []


@given(bodies())
def test_pricing_again_by_the_same_book_changes_nothing(body: dict[str, Any]) -> None:
    """A log that was priced by a book is as it is after re-pricing by that book."""
    log = enriched(body)
    assert differing(log, reprice(log, PRICES)) == ()
    later = reprice(log, LATER)
    assert differing(later, reprice(later, LATER)) == ()


@given(bodies())
def test_a_log_from_before_there_were_buckets_gets_them(body: dict[str, Any]) -> None:
    """Without buckets they are counted of the counts and the usage that are kept."""
    whole = enriched(body)
    old = msgspec.structs.replace(whole, usage_details={}, cost_details={}, price_id="", price_version="")
    expected = old if whole.cost_source == "unit_prices" else whole
    assert differing(reprice(old, PRICES), expected) == ()


@pytest.mark.parametrize("own", [{"cost": 0.5}, {"cost": 0}, {"prompt_unit_price": 3, "completion_unit_price": 4}])
def test_what_the_caller_gave_stands_unless_told_otherwise(own: dict[str, Any]) -> None:
    """A given cost and one of given unit prices stay; told so, the book's cost takes their place."""
    body = {"model": GUESSED, "prompt_tokens": 1_000, "completion_tokens": 10}
    log = enriched(body | own)
    assert reprice(log, LATER) is log
    told = reprice_given(log, LATER)
    assert (told.cost, told.cost_source, told.price_id) == (by_later(body).cost, "price_book", f"later:{GUESSED}")
    assert told.prompt_unit_price == log.prompt_unit_price


def test_a_given_cost_that_the_book_cannot_better_stays() -> None:
    """Told to replace given costs, a log without a known price keeps its own: none is no better than theirs."""
    log = enriched({"model": GONE, "prompt_tokens": 1_000, "cost": 0.5})
    assert reprice_given(log, LATER) is log


def test_a_span_whose_given_cost_is_replaced_no_longer_gives_it() -> None:
    """Else a later piece of the span would take the book's cost for the sender's."""
    log = msgspec.structs.replace(
        enriched({"model": GUESSED, "prompt_tokens": 9, "cost": 1}), given=("cost", "latency")
    )
    assert reprice_given(log, LATER).given == ("latency",)


def test_marks_about_tokens_stay_and_those_about_the_price_are_made_anew() -> None:
    """Why tokens are estimated does not depend on a price."""
    log = enriched({"model": GUESSED, "prompt_tokens": 9})
    log.estimated = ("tokens:characters", "cost:of the former price")
    assert reprice(log, LATER).estimated == ("tokens:characters", "cost:guess")


def test_a_model_that_has_a_price_now_is_no_longer_flagged() -> None:
    """The flag goes with the reason for it; other flags stay."""
    log = enriched({"model": NEW, "prompt_tokens": 9})
    log.flags = (UNPRICED, "usage_unreadable")
    after = reprice(log, LATER)
    assert (after.flags, after.cost_source) == (("usage_unreadable",), "price_book")


AMOUNTS = st.one_of(st.none(), st.decimals(0, 10**14, places=12))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), AMOUNTS, AMOUNTS), max_size=30), st.integers(0, 5))
def test_a_report_adds_up_to_the_last_digit(logs: list[tuple[str, Decimal | None, Decimal | None]], most: int) -> None:
    """Totals are the sums of the models', and of the logs'; the largest changes are the largest, in order."""
    report = Report()
    for model, old, new in logs:
        before, after = Log(model=model, cost=old), Log(model=model, cost=new)
        note(report, before, after, is_changed=old != new)
        note_largest(report, before, after, most)
    pico = [(int((old or 0) * 10**12), int((new or 0) * 10**12)) for _, old, new in logs]
    assert (report.seen, report.changed) == (len(logs), sum(old != new for _, old, new in logs))
    for at, total in enumerate((report.cost_before, report.cost_after)):
        assert int(total.scaleb(12)) == sum(pair[at] for pair in pico)
    for name in ("cost_before", "cost_after"):
        assert sum(int(getattr(each, name).scaleb(12)) for each in report.models.values()) == int(
            getattr(report, name).scaleb(12)
        )
    changes = [pair for pair, (_, old, new) in zip(pico, logs, strict=True) if old != new]
    found = [int(((each.cost_after or 0) - (each.cost_before or 0)) * 10**12) for each in report.largest]
    assert [abs(each) for each in found] == sorted((abs(new - old) for old, new in changes), reverse=True)[:most]


def test_names_without_end_are_added_up_together() -> None:
    """Models past the bound are one line: the totals still hold."""
    report = Report()
    for number in range(MODELS_MAX + 5):
        note(report, Log(), Log(model=f"m{number}", cost=Decimal(1)), is_changed=True)
    assert len(report.models) == MODELS_MAX + 1
    assert report.models[f"|{OTHERS}"].cost_after == 5
    assert report.cost_after == MODELS_MAX + 5
