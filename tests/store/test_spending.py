"""What was spent of budgets, asked of the real store: whose, when, and to the last digit."""

import time
import uuid
from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from inferlog.budgets.definitions import Budget
from inferlog.budgets.periods import PERIODS, period_of
from inferlog.budgets.spending import Watched, spending
from inferlog.model import Log
from inferlog.store.clickhouse import Store
from tests.unit.budgets.samples import NOW, PROJECT, budget

OTHER = PROJECT.replace("0", "f")
_DAY = 86_400


def log(cost: str | None, **given: Any) -> Log:
    """Return a log of the project, at NOW."""
    values = {"project_id": PROJECT, "environment": "prod", "timestamp": NOW, **given}
    return Log(id=uuid.uuid4().hex, cost=None if cost is None else Decimal(cost), **values)


def insert(store: Store, logs: Sequence[Log]) -> None:
    """Store logs."""
    store.insert([msgspec.json.encode(each) + b"\n" for each in logs], uuid.uuid4().hex)


def watched(of: Budget, moment: float = NOW) -> Watched:
    """Return a budget in the period that holds a moment."""
    return Watched(of, period_of(of.period, of.zone, moment))


def spent(store: Store, *budgets: Budget) -> list[str]:
    """Return what is spent of each budget in the period that holds NOW."""
    sums = spending(store, [watched(each) for each in budgets], customers_max=10)
    return [str(its.normalize()) for [(_, its)] in sums]


def test_an_empty_store_has_spent_nothing(store: Store) -> None:
    """Zero, and no customers."""
    assert spending(store, [watched(budget())], customers_max=10) == [[("", Decimal(0))]]
    assert spending(store, [watched(budget(scope="customer", subject="*"))], customers_max=10) == [[]]
    assert spending(store, [], customers_max=10) == []


def test_spending_is_counted_by_project_customer_key_and_environment(store: Store) -> None:
    """One query answers all of them; a log without a cost counts nothing."""
    insert(store, [
        log("1"), log("0.2", customer_identifier="acme"), log("0.03", customer_identifier="it's"),
        log("0.004", api_key_prefix="abcdefgh"), log("0.0005", environment="test", customer_identifier="acme"),
        log("7", project_id=OTHER, customer_identifier="acme", api_key_prefix="abcdefgh"), log(None),
    ])  # fmt: skip
    assert spent(
        store,
        budget(),
        budget(environment="test"),
        budget(environment="prod"),
        budget(scope="customer", subject="acme"),
        budget(scope="customer", subject="acme", environment="prod"),
        budget(scope="customer", subject="it's"),
        budget(scope="customer", subject="nobody"),
        budget(scope="key", subject="abcdefgh"),
        budget(project_id=OTHER),
        budget(project_id=OTHER, scope="customer", subject="acme"),
    ) == ["1.2345", "0.0005", "1.234", "0.2005", "0.2", "0.03", "0", "0.004", "7", "7"]


def test_a_log_counts_in_the_period_of_its_timestamp(store: Store) -> None:
    """From the first microsecond to before the end, in the budget's time zone; before and after is another period."""
    for name, zone in product(PERIODS, ("UTC", "Asia/Kolkata", "America/New_York")):
        start, end = period_of(name, ZoneInfo(zone), NOW)
        project = str(uuid.uuid4())
        moments = {"1": start, "0.1": end - 0.000001, "100": start - 0.000001, "1000": end}
        insert(store, [log(cost, project_id=project, timestamp=moment) for cost, moment in moments.items()])
        assert spent(store, budget(project_id=project, period=name, time_zone=zone)) == ["1.1"]


def test_sums_are_exact_whatever_periods_lie_over_each_other(store: Store) -> None:
    """A thousand logs of twelve decimals over two months, days, weeks and months of three time zones, two at once."""
    draw = Random(7)
    logs = [
        log(
            str(Decimal(draw.randrange(10**14)).scaleb(-12)), timestamp=NOW + draw.uniform(-35, 25) * _DAY,
            customer_identifier=draw.choice(["", "a", "b"]), environment=draw.choice(["prod", "test"]),
        )
        for _ in range(1_000)
    ]  # fmt: skip
    insert(store, logs)
    every = [
        watched(budget(scope=scope, subject=subject, environment=environment, period=name, time_zone=zone), moment)
        for (scope, subject), environment, name, zone, moment in product(
            (("project", ""), ("customer", "a")), ("", "test"), PERIODS,
            ("UTC", "Europe/Berlin", "Pacific/Apia"), (NOW, NOW - 7 * _DAY),
        )
    ]  # fmt: skip
    expected = [
        sum((each.cost or Decimal(0) for each in logs if _counts(of, each)), Decimal(0)) for of in every
    ]  # fmt: skip
    assert [its for [(_, its)] in spending(store, every, customers_max=10)] == expected
    assert len(set(expected)) > 20


def _counts(of: Watched, each: Log) -> bool:
    return (
        of.period.start <= round(each.timestamp * 1e6) / 1e6 < of.period.end
        and of.budget.environment in ("", each.environment)
        and of.budget.subject in ("", each.customer_identifier)
    )


def test_each_customer_counts_by_itself(store: Store) -> None:
    """Those who spent most, first, of each project so many; logs without a customer are nobody's."""
    insert(store, [
        *(log(f"{number}.5", customer_identifier=f"c{number}") for number in range(5)),
        log("10", customer_identifier="c0"), log("99"), log("1", customer_identifier="c4", environment="test"),
        log("3", customer_identifier="c1", project_id=OTHER),
        log("3", customer_identifier="c0", timestamp=NOW - 40 * _DAY),
    ])  # fmt: skip
    each = {"scope": "customer", "subject": "*"}
    budgets = [budget(**each), budget(**each, environment="prod"), budget(**each, project_id=OTHER)]
    found = spending(store, [watched(of) for of in budgets], customers_max=3)
    assert found == [
        [("c0", Decimal("10.5")), ("c4", Decimal("5.5")), ("c3", Decimal("3.5"))],
        [("c0", Decimal("10.5")), ("c4", Decimal("4.5")), ("c3", Decimal("3.5"))],
        [("c1", Decimal("3"))],
    ]


def test_a_log_that_is_just_being_replaced_counts_once(store: Store) -> None:
    """Between the insert of its later revision and the delete of the earlier one both rows are there."""
    first = log("1", customer_identifier="acme")
    untouched = log("0.25", customer_identifier="acme")
    insert(store, [first, untouched])
    for number, cost in enumerate(("3", "5")):
        later = msgspec.structs.replace(first, cost=Decimal(cost), revision=time.time_ns() + number)
        insert(store, [later])
        of = budget(scope="customer", subject="acme")
        assert spent(store, budget(), of) == [f"{cost}.25", f"{cost}.25"]
        [found] = spending(store, [watched(budget(scope="customer", subject="*"))], customers_max=10)
        assert found == [("acme", Decimal(f"{cost}.25"))]
