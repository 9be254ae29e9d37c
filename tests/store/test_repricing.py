"""Stored logs priced anew on the real engine: exactly the right columns, each log once, also after failures."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inferlog.enrich.reprice import COUNTED, PRICED
from inferlog.repricing.jobs import Cursor, Portion
from inferlog.repricing.report import Report
from inferlog.repricing.table import Table
from inferlog.store.clickhouse import Store
from inferlog.store.migrate import Placement
from tests.store.repricings import expected, fill, shop, stored, total
from tests.unit.journey import PRICES, PROJECT, RECEIVED_AT

COUNT = 130
_CHANGING = (*PRICED, *COUNTED)


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many portions of few logs, and no pause between the tries."""
    monkeypatch.setattr("inferlog.repricing.worker.READ_ROWS", 30)
    monkeypatch.setattr("inferlog.repricing.worker._PAUSE_SECONDS", 0)


def test_each_log_is_as_if_it_came_under_the_new_book(store: Store, tmp_path: Path) -> None:
    """Every column of every log, its text among them; the report's totals are the store's, to the last digit."""
    fill(store, COUNT)
    before = total(store)
    with shop(store, tmp_path) as own:
        job = own.do(dry_run=False)
    assert (job.state, job.error) == ("done", "")
    assert (job.report.cost_before, job.report.cost_after) == (before, total(store))
    assert before != total(store)
    found = stored(store)
    wanted = expected(store, COUNT)
    assert found == wanted
    assert (job.total, job.report.seen) == (COUNT, COUNT)
    assert sum(each.logs for each in job.report.models.values()) == COUNT
    assert store.query("SELECT count() AS n FROM {database}.repricings") == b'{"n":0}\n'


def test_a_dry_run_tells_the_same_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    """The report of a dry run is the one of the change that follows; a second change has nothing to do."""
    fill(store, COUNT)
    before = stored(store)
    with shop(store, tmp_path) as own:
        dry = own.do()
        assert stored(store) == before
        done = own.do(dry_run=False)
        again = own.do(dry_run=False)
    assert dry.report == done.report
    assert 0 < done.report.changed < COUNT
    changed = [each for each, row in stored(store).items() if row != before[each]]
    assert len(changed) == done.report.changed
    assert (again.report.changed, again.report.largest) == (0, [])
    assert again.report.cost_before == again.report.cost_after == done.report.cost_after


def test_given_costs_stay_unless_told_otherwise(store: Store, tmp_path: Path) -> None:
    """What was given, or made by given unit prices, is byte for byte as it was; told so, the book's takes its place."""
    fill(store, COUNT)
    own_costs = {each: row for each, row in stored(store).items() if row["cost_source"] in ("given", "unit_prices")}
    with shop(store, tmp_path) as own:
        job = own.do(dry_run=False)
        after = stored(store)
        assert {each: after[each] for each in own_costs} == own_costs
        assert job.report.given == len(own_costs) > 20
        told = own.do(dry_run=False, include_given=True)
    replaced = {each: row for each, row in stored(store).items() if row["price_id"].startswith("later:")}
    assert told.report.changed == len(replaced.keys() & own_costs.keys()) > 10
    assert told.report.cost_after == total(store)


def test_only_the_selected_logs_change(store: Store, tmp_path: Path) -> None:
    """A filter, a time and an environment hold; every other log is byte for byte as it was."""
    fill(store, COUNT)
    before = stored(store)
    filters = msgspec.Raw(b'{"customer_identifier":{"operator":"","value":["customer-1"]}}')
    with shop(store, tmp_path) as own:
        assert own.do(dry_run=False, environment="test").total == 0
        job = own.do(dry_run=False, filters=filters, from_time=RECEIVED_AT - 100 * 7_919)
    changed = {each for each, row in stored(store).items() if row != before[each]}
    assert len(changed) == job.report.changed > 5
    assert {before[each]["customer_identifier"] for each in changed} == {"customer-1"}
    assert min(float(before[each]["timestamp"]) for each in changed) >= RECEIVED_AT - 100 * 7_919


def test_logs_from_before_there_were_buckets_are_counted_and_priced(store: Store, tmp_path: Path) -> None:
    """Logs that lack buckets and prices get both, from the counts and the usage that were kept."""
    fill(store, COUNT)
    wanted = stored(store)
    emptied = ("usage_details = map()", "cost_details = map()", "price_id = ''", "price_version = ''")
    store.rewrite(f"ALTER TABLE {{database}}.logs UPDATE {', '.join(emptied)} WHERE cost_source = 'price_book'", {})
    with shop(store, tmp_path, PRICES) as own:
        own.do(dry_run=False)
    assert stored(store) == wanted


class _Noting:
    """A store that notes what it is told to do, and has nothing."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def insert(self, lines: Iterable[bytes], token: str, table: str) -> None:
        self.statements.append(f"INSERT INTO {table}")

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        return b""

    def rewrite(self, sql: str, parameters: dict[str, Any]) -> None:
        self.statements.append(Placement("logs", "main").render(sql))


def test_on_a_cluster_every_replica_has_the_values_before_the_update() -> None:
    """Each replica makes the update of its own copy of the new values, which must be complete there."""
    noting = _Noting()
    portion = Portion(0, 1, ("cost", "price_id"), Cursor(), Report())
    Table(noting, lambda run: run(), is_cluster=True).update("a job", PROJECT, portion)
    sync, update = noting.statements
    assert "SYSTEM SYNC REPLICA ON CLUSTER `main` `logs`.repricings" in sync
    assert "ALTER TABLE `logs`.logs ON CLUSTER `main` UPDATE cost =" in update
