"""The watcher on the real store, at chosen moments: which events there are, in which periods, once."""

import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inferlog.budgets.definitions import Budget, Change, Draft
from inferlog.budgets.register import Register
from inferlog.budgets.watcher import Watcher
from inferlog.errors import StoreUnavailable
from inferlog.store.clickhouse import Store
from tests.store.test_spending import insert, log
from tests.unit.budgets.samples import PROJECT

GRACE = 3_600.0
_YEAR = time.gmtime().tm_year + 1
MIDNIGHT = datetime.fromisoformat(f"{_YEAR}-03-01T00:00:00+00:00").timestamp()
"""The end of a month, a while after the budgets of these tests are made."""


class Flushed:
    """A writer that has nothing to flush: the tests insert into the store themselves."""

    def flush(self, timeout: float) -> bool:
        """Everything is there."""
        return True


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An embedded store: what is asked of every kind of store is asked in test_spending.py."""
    opened = Store(f"chdb://{tmp_path / 'store'}", scratch=tmp_path / "scratch")
    yield opened
    opened.close()


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """An empty register."""
    opened = Register(tmp_path / "budgets.db")
    yield opened
    opened.close()


def watcher(register: Register, store: Any, **given: Any) -> Watcher:
    """Return a watcher that looks when it is told to."""
    options = {
        "check_seconds": 60, "grace_seconds": GRACE, "flush_wait_seconds": 1, "customers_max": 10, "event_days": 90,
        "on_events": lambda: None, **given,
    }  # fmt: skip
    return Watcher(register, store, Flushed(), **options)


def kept(register: Register, **given: Any) -> Budget:
    """Keep a budget of one dollar a month."""
    draft = {"name": "all", "amount": Decimal(1), "scope": "project", "subject": "", **given}
    return register.create(PROJECT, Draft(**draft), most=100)


def test_each_threshold_is_reached_once_in_each_period(store: Store, register: Register) -> None:
    """Looked at again and again, in the same process and after a restart; the next month it is reached again."""
    kept(register)
    moment = MIDNIGHT - 86_400
    insert(store, [log("0.5", timestamp=moment)])
    assert [event.threshold for event in watcher(register, store).check(moment)] == [50]
    assert watcher(register, store).check(moment + 1) == []
    insert(store, [log("0.6", timestamp=moment)])
    assert [event.threshold for event in watcher(register, store).check(moment + 2)] == [80, 100]
    assert watcher(register, store).check(moment + 3) == []
    insert(store, [log("0.55", timestamp=MIDNIGHT + 10)])
    assert [event.threshold for event in watcher(register, store).check(MIDNIGHT + 20)] == [50]


def test_late_logs_reach_thresholds_until_their_period_is_closed(store: Store, register: Register) -> None:
    """For budget_grace_seconds after its end; then they count in its state, and nobody is told."""
    kept(register)
    insert(store, [log("0.5", timestamp=MIDNIGHT - 1)])
    [event] = watcher(register, store).check(MIDNIGHT + GRACE - 1)
    assert (event.threshold, event.period.end) == (50, MIDNIGHT)
    insert(store, [log("0.5", timestamp=MIDNIGHT - 1)])
    assert watcher(register, store).check(MIDNIGHT + GRACE) == []


def test_a_budget_is_not_told_of_a_period_that_ended_before_it_was_made(store: Store, register: Register) -> None:
    """What was spent before in the current period counts, and reaches its thresholds at once."""
    made = kept(register)
    before = made.created_at - 40 * 86_400
    insert(store, [log("5", timestamp=before), log("0.6", timestamp=made.created_at)])
    events = watcher(register, store, grace_seconds=40 * 86_400.0).check(made.created_at)
    assert [event.threshold for event in events] == [50]


def test_a_raised_amount_reaches_its_thresholds_anew(store: Store, register: Register) -> None:
    """Eighty percent of the new amount is told, though eighty of the old one was."""
    made = kept(register)
    moment = MIDNIGHT - 1
    insert(store, [log("0.9", timestamp=moment)])
    assert len(watcher(register, store).check(moment)) == 2
    register.change(PROJECT, made.id, Change(amount=Decimal(2)))
    assert watcher(register, store).check(moment) == []
    insert(store, [log("0.8", timestamp=moment)])
    assert [(event.threshold, event.version) for event in watcher(register, store).check(moment)] == [(50, 2), (80, 2)]


def test_each_customer_reaches_thresholds_by_itself(store: Store, register: Register) -> None:
    """An event names its customer; of more customers than are looked at, those who spent most have events."""
    kept(register, scope="customer", subject="*", thresholds=(100,))
    moment = MIDNIGHT - 1
    insert(store, [log(f"{1 + number}", timestamp=moment, customer_identifier=f"c{number}") for number in range(4)])
    events = watcher(register, store, customers_max=3).check(moment)
    assert [(event.subject, event.spent) for event in events] == [(f"c{n}", Decimal(n + 1)) for n in (3, 2, 1)]
    assert [event.subject for event in watcher(register, store).check(moment)] == ["c0"]


class _Counting:
    """The store, and how many queries it was asked; one that is away answers none."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.queries = 0
        self.away = False

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Ask the store."""
        self.queries += 1
        if self.away:
            raise StoreUnavailable("away")
        return self._store.query(sql, parameters)


def test_many_budgets_are_one_query(store: Store, register: Register) -> None:
    """Whatever their scopes, periods and time zones; those of each customer are one more for each stretch of time."""
    for number, (scope, subject) in enumerate(
        [("project", ""), ("customer", "a"), ("customer", "b"), ("key", "k")] * 5
    ):
        zone = ["UTC", "Europe/Berlin", "Asia/Tokyo"][number % 3]
        period = ["day", "week", "month"][number % 3]
        kept(register, name=str(number), scope=scope, subject=subject, time_zone=zone, period=period)
    counting = _Counting(store)
    watcher(register, counting).check(MIDNIGHT - 86_400)
    assert counting.queries == 1
    for number in range(5):
        kept(register, name=f"each {number}", scope="customer", subject="*")
    watcher(register, counting).check(MIDNIGHT - 86_400)
    assert counting.queries == 3


def test_without_a_budget_the_store_is_not_asked(store: Store, register: Register) -> None:
    """Whoever has none pays nothing."""
    counting = _Counting(store)
    assert watcher(register, counting).check(MIDNIGHT) == []
    assert counting.queries == 0


def test_what_was_reached_while_the_store_was_away_is_found_when_it_is_back(store: Store, register: Register) -> None:
    """A look that fails changes nothing."""
    kept(register)
    insert(store, [log("2", timestamp=MIDNIGHT - 1)])
    counting = _Counting(store)
    counting.away = True
    with pytest.raises(StoreUnavailable):
        watcher(register, counting).check(MIDNIGHT)
    counting.away = False
    assert len(watcher(register, counting).check(MIDNIGHT)) == 3
