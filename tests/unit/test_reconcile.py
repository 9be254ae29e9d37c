"""An invoice against our logs: the sums, what is within the tolerance, and the reasons that the figures speak for."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.reconcile.compare import ALL_MODELS, Report, Row, Spent, compare
from inferlog.reconcile.invoices import Invoice, Line

DAY: Final = date(2026, 11, 2)
NEXT: Final = date(2026, 11, 3)
ONE: Final = Decimal(1)


def billed(usd: str, model: str = "gpt-4o", kind: Any = "total", day: date = DAY, **rest: Any) -> Line:
    """Return a line of an invoice."""
    return Line(day=day, model=model, kind=kind, usd=Decimal(usd), **rest)


def logged(cost: str = "0", model: str = "gpt-4o", day: date = DAY, **rest: Any) -> Spent:
    """Return what logs say of a day and model."""
    return Spent(day=day, model=model, cost=Decimal(cost), **{"logs": 10, **rest})


def reconciled(lines: list[Line], spent: list[Spent], tolerance: Decimal = ONE, provider: str = "openai") -> Report:
    """Return the comparison over two days."""
    return compare(Invoice(provider, "a cost export", DAY, NEXT, tuple(lines)), spent, tolerance)


def only(report: Report) -> Row:
    """Return the one row of a report."""
    [row] = report.rows
    return row


@pytest.mark.parametrize(
    ("theirs", "ours", "tolerance", "percent", "within"),
    [
        ("10", "10", "0", "0.00", True), ("10", "9.9", "1", "-1.00", True), ("10", "10.1", "1", "1.00", True),
        ("10", "9.89", "1", "-1.10", False), ("10", "9.89", "2", "-1.10", True),
        ("0.000003", "0.000004", "1", "33.33", False),
        ("0", "0", "0", None, True), ("0", "0.000001", "1", None, False), ("-5", "-5", "0", "0.00", True),
    ],
)  # fmt: skip
def test_what_is_within_the_tolerance(
    theirs: str, ours: str, tolerance: str, percent: str | None, within: bool
) -> None:
    """The tolerance is per cent of what was billed; the difference is ours less theirs, exact."""
    row = only(reconciled([billed(theirs)], [logged(ours)], Decimal(tolerance)))
    assert row.difference == Decimal(ours) - Decimal(theirs)
    assert row.difference_percent == (None if percent is None else Decimal(percent))
    assert (row.within, bool(row.reasons)) == (within, not within)


def test_lines_and_logs_of_one_model_are_added_up() -> None:
    """Kinds of tokens, dates in names and who served it make one row; another host's logs are on no invoice of it."""
    lines = [billed("1", "gpt-4o-2024-08-06", "input"), billed("2", "gpt-4o-2024-08-06", "output")]
    spent = [
        logged("1.5", "gpt-4o"),
        logged("1.5", "openai/gpt-4o-2024-08-06", provider_id="openai"),
        logged("9", "gpt-4o", provider_id="azure"),
    ]
    row = only(reconciled(lines, spent))
    assert (row.model, row.theirs, row.ours, row.logs, row.within) == ("gpt-4o", Decimal(3), Decimal(3), 20, True)


def test_days_that_are_billed_as_a_whole_are_compared_as_a_whole() -> None:
    """An export that was not grouped by line item names no models; fees still stand for themselves."""
    report = reconciled([billed("3", ""), billed("1", "web search", "fee")], [logged("1"), logged("2", "gpt-5")])
    assert [(row.model, row.ours, row.within) for row in report.rows] == [
        ("web search", Decimal(0), False), (ALL_MODELS, Decimal(3), True),
    ]  # fmt: skip


TOKENS: Final = {"input": 900, "output": 100}


@pytest.mark.parametrize(
    ("lines", "spent", "reasons"),
    [
        ([billed("1", "web search tool calls", "fee")], [], ["not_tokens"]),
        ([billed("1")], [], ["not_logged"]),
        ([], [logged("1")], ["not_billed"]),
        ([billed("2")], [logged("1", unpriced=4)], ["unpriced"]),
        ([billed("2")], [logged("1", uncounted=4)], ["uncounted"]),
        ([billed("2", tokens=2_000)], [logged("1", tokens=TOKENS)], ["missing_logs"]),
        ([billed("1", tokens=800)], [logged("2", tokens=TOKENS)], ["more_tokens", "batch_tier"]),
        ([billed("1", tokens=1_000)], [logged("1.3", tokens=TOKENS)], ["price_differs"]),
        ([billed("1")], [logged("2")], ["batch_tier"]),
        ([billed("1", tier="batch"), billed("1")], [logged("3")], ["batch_tier"]),
        ([billed("2", tier="priority")], [logged("1")], ["priority_tier"]),
        ([billed("0.8", list_usd=ONE)], [logged("1")], ["discount"]),
        ([billed("1", kind="cache_write"), billed("1", kind="input")], [logged("1.5", tokens=TOKENS)],
         ["cache_writes"]),
        ([billed("1", kind="cache_read"), billed("1", kind="input")], [logged("2.5", tokens=TOKENS)], ["cache_reads"]),
        ([billed("1", kind="cache_read")], [logged("1.5", tokens={"cache_read": 5})], ["unknown"]),
        ([billed("1")], [logged("1.5", given=3, given_cost=ONE)], ["given_cost"]),
        ([billed("1")], [logged("1.5", estimated=3, estimated_cost=ONE)], ["estimated"]),
        ([billed("2")], [logged("1")], ["unknown"]),
    ],
)  # fmt: skip
def test_the_reason_that_the_figures_speak_for(lines: list[Line], spent: list[Spent], reasons: list[str]) -> None:
    """Each reason is told where its figures are there, and no other one."""
    assert [each.reason for each in only(reconciled(lines, spent)).reasons] == reasons


def test_a_days_edge() -> None:
    """Two days that differ by about as much, one up and one down, are calls around midnight."""
    lines = [billed("10"), billed("10", day=NEXT)]
    rows = reconciled(lines, [logged("9"), logged("11.1", day=NEXT)]).rows
    assert [[each.reason for each in row.reasons] for row in rows] == [["day_edge"], ["day_edge"]]
    rows = reconciled(lines, [logged("9"), logged("13", day=NEXT)]).rows
    assert [[each.reason for each in row.reasons] for row in rows] == [["unknown"], ["unknown"]]


def test_a_model_that_is_logged_on_other_days() -> None:
    """A day without logs is told from a model without logs."""
    rows = reconciled([billed("1"), billed("1", day=NEXT)], [logged("1", day=NEXT)]).rows
    assert "though on others" in rows[0].reasons[0].text
    assert rows[1].within


_usd = st.decimals(0, 1000, places=12)
_models = st.sampled_from(["gpt-4o", "gpt-4o-mini", "gpt-5", "o3"])
_days = st.sampled_from([DAY, NEXT])


@given(
    st.lists(st.builds(lambda usd, model, day: billed(str(usd), model, day=day), _usd, _models, _days), max_size=12),
    st.lists(st.builds(lambda usd, model, day: logged(str(usd), model, day), _usd, _models, _days), max_size=12),
)
def test_rows_add_up_to_the_last_digit(lines: list[Line], spent: list[Spent]) -> None:
    """Theirs is the sum of the invoice, ours that of the logs, and the rows' differences make the difference."""
    report = reconciled(lines, spent)
    assert report.theirs == sum((line.usd for line in lines), Decimal(0))
    assert report.ours == sum((each.cost for each in spent), Decimal(0))
    assert report.difference == sum((row.difference for row in report.rows), Decimal(0)) == report.ours - report.theirs
    assert report.within == all(row.within for row in report.rows)
    assert all(row.within or row.reasons for row in report.rows)
