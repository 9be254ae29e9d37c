"""Thresholds: reached to the last digit, told once, in a text that says all."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.budgets.events import events_of, fraction, reached
from inferlog.budgets.periods import Period
from tests.unit.budgets.samples import MONTH, NOW, PROJECT, budget
from tests.unit.budgets.samples import reached as events

amounts = st.decimals("0.000001", "999999999999999", places=6)


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        ("0", []), ("49.999999999999", []), ("50", [50]), ("79.999999999999", [50]), ("80.000000000000", [50, 80]),
        ("99.999999999999", [50, 80]), ("100", [50, 80, 100]), ("12345", [50, 80, 100]),
    ],
)  # fmt: skip
def test_a_threshold_is_reached_when_exactly_so_much_is_spent(spent: str, expected: list[int]) -> None:
    """Not a trillionth of a dollar before."""
    assert reached(budget(), Decimal(spent)) == expected


@given(amounts, st.integers(1, 1_000))
def test_the_smallest_step_below_a_threshold_does_not_reach_it(amount: Decimal, threshold: int) -> None:
    """Whatever the amount: at the threshold it is reached, a digit of the store's column less and it is not."""
    of = budget(amount=amount, thresholds=(threshold,))
    exactly = (amount * threshold / 100).quantize(Decimal("1e-12"))
    assert reached(of, exactly) == [threshold]
    assert reached(of, exactly - Decimal("1e-12")) == []


@given(amounts, amounts)
def test_the_part_that_is_spent_is_never_rounded_up(amount: Decimal, spent: Decimal) -> None:
    """1 is shown when all is spent, and not before."""
    assert (fraction(spent, amount) >= 1) is (spent >= amount)


def test_what_is_known_is_no_event_again() -> None:
    """An event is of a budget's version, a subject, a period and a threshold; another of these is another event."""
    of = budget()
    first = events(of, "90")
    assert [each.threshold for each in first] == [50, 80]
    known = {each.crossing for each in first}
    assert [each.threshold for each in events_of(of, MONTH, [("", Decimal(200))], known, NOW)] == [100]
    others = [
        *events(of, "90", period=Period(MONTH.end, MONTH.end + 1)),
        *events(of, "90", subject="acme"),
        *events(budget(version=2), "90"),
        *events(budget(id="c" * 32), "90"),
    ]
    assert not known & {each.crossing for each in others}
    assert len({each.id for each in (*first, *others)}) == 10


def test_an_events_id_is_the_same_however_often_it_is_worked_out() -> None:
    """Whatever is spent meanwhile: a receiver knows it again."""
    assert [each.id for each in events(budget(), "80")] == [each.id for each in events(budget(), "90")]


def test_an_event_says_all_that_its_receiver_needs() -> None:
    """Whose budget, which period, how much: money with all its digits."""
    of = budget(name="ACME, monthly", scope="customer", subject="*", environment="prod", amount=Decimal("100.50"))
    [event] = events(of, "62.000000000001", subject="acme")
    assert json.loads(event.body, parse_float=Decimal) == {
        "type": "budget.threshold_reached",
        "timestamp": "2026-11-24T06:00:00.500000Z",
        "data": {
            "organization_id": PROJECT,
            "budget_id": "b" * 32,
            "budget_name": "ACME, monthly",
            "scope": "customer",
            "customer_identifier": "acme",
            "api_key_prefix": None,
            "environment": "prod",
            "period": "month",
            "time_zone": "UTC",
            "amount": Decimal("100.5"),
            "threshold": 50,
            "spent": Decimal("62.000000000001"),
            "fraction": Decimal("0.616915"),
            "period_start": "2026-11-01T00:00:00.000000Z",
            "period_end": "2026-12-01T00:00:00.000000Z",
        },
    }


def test_an_event_reads_the_same_when_python_writes_it_again() -> None:
    """Receivers made for the vendor's webhooks sign what they read and wrote again."""
    [event] = events(budget(name="ACME"), "62.25")
    assert json.dumps(json.loads(event.body)).encode() == event.body
