"""Stored logs priced anew on the real engine: exactly the right columns, each log once, also after failures."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inferlog.enrich.reprice import COUNTED, PRICED
from inferlog.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from inferlog.journal import Piece
from inferlog.pieces import Pieces
from inferlog.repricing.jobs import Cursor, Job, Portion, Request
from inferlog.repricing.report import Report
from inferlog.repricing.table import Table
from inferlog.store.clickhouse import Store
from inferlog.store.migrate import Placement
from inferlog.uncounted import Uncounted
from tests.store.repricings import expected, fill, shop, stored
from tests.unit.books import GUESSED, LATER
from tests.unit.journey import PRICES, PROJECT, RECEIVED_AT
from tests.unit.pieces import piece

COUNT = 130
_CHANGING = (*PRICED, *COUNTED)


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many portions of few logs, and no pause between the tries."""
    monkeypatch.setattr("inferlog.repricing.worker.READ_ROWS", 30)
    monkeypatch.setattr("inferlog.repricing.worker._PAUSE_SECONDS", 0)


def total(store: Store) -> Decimal:
    """Return what all logs of the project cost, as the store adds it up."""
    answer = store.query("SELECT sum(cost) AS usd FROM {database}.logs WHERE project_id = {p:UUID}", {"p": PROJECT})
    return Decimal(msgspec.json.decode(answer)["usd"] or 0)


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


class _Failing:
    """A store that fails at a step of the second portion, for as long as it is told to."""

    def __init__(self, store: Store, step: str) -> None:
        self._store = store
        self._step = step
        self._updates = 0
        self.is_away = True

    def insert(self, lines: Iterable[bytes], token: str, table: str) -> None:
        self._do("insert", lambda: self._store.insert(lines, token, table))

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        return self._store.query(sql, parameters)

    def rewrite(self, sql: str, parameters: dict[str, Any]) -> None:
        step = "update" if "UPDATE" in sql else "drop"
        self._do(step, lambda: self._store.rewrite(sql, parameters))
        self._updates += step == "update"

    def _do(self, step: str, act: Callable[[], None]) -> None:
        if self._updates and self._step == f"before {step}" and self.is_away:
            raise StoreUnavailable(self._step)
        act()
        if self._updates and self._step == f"after {step}" and self.is_away:
            raise StoreUnavailable(self._step)


@pytest.mark.parametrize(
    "step", ["before insert", "after insert", "before update", "after update", "before drop", "after drop"]
)
def test_a_job_that_failed_anywhere_goes_on_and_changes_each_log_once(store: Store, tmp_path: Path, step: str) -> None:
    """Wherever the store failed, the job resumed ends as one that never failed, its report too."""
    fill(store, COUNT)
    before = total(store)
    failing = _Failing(store, step)
    with shop(failing, tmp_path) as own:
        job = own.do(dry_run=False)
        assert (job.state, job.error) == ("failed", step)
        assert 0 < job.report.seen < COUNT
    failing.is_away = False
    with shop(failing, tmp_path) as own:  # another process, by then
        done = own.resume(job)
    assert (done.state, done.error, done.report.seen) == ("done", "", COUNT)
    assert (done.report.cost_before, done.report.cost_after) == (before, total(store))
    assert stored(store) == expected(store, COUNT)


def test_a_job_whose_process_ended_goes_on_by_itself(store: Store, tmp_path: Path) -> None:
    """A stop in the middle leaves the job running, and the next start does the rest."""
    fill(store, COUNT)
    with shop(store, tmp_path) as own:
        job = own.repricer.submit(Request(project_id=PROJECT, dry_run=False), "a test")
    with shop(store, tmp_path) as own:
        assert own.wait(job).report.seen == COUNT
    assert stored(store) == expected(store, COUNT)


class _Interrupting(_Failing):
    """A store in which something happens right before the first update."""

    def __init__(self, store: Store, happens: Callable[[], object]) -> None:
        super().__init__(store, "")
        self._happens: list[Callable[[], object]] = [happens]

    def rewrite(self, sql: str, parameters: dict[str, Any]) -> None:
        if "UPDATE" in sql and self._happens:
            self._happens.pop()()
        super().rewrite(sql, parameters)


def test_a_log_that_a_piece_changes_meanwhile_is_left_to_the_piece(store: Store, tmp_path: Path) -> None:
    """What was priced before the piece came is not put over what the merge priced; the log is there once."""
    first = piece(model=GUESSED, prompt_tokens=1_000)
    store.insert([first.entry.row + b"\n"], "first")
    later = piece(completion_tokens=500)
    pieces = Pieces(store, LATER, Uncounted(LATER, log_bytes_max=0, segment_bytes_max=0))

    def merge() -> None:
        pieces.merge([Piece(first.log.id, later.entry.row, overrides=True)], "9")

    with shop(_Interrupting(store, merge), tmp_path) as own:
        own.do(dry_run=False)
    [row] = stored(store).values()
    assert (row["usage_details"], row["revision"]) == ({"input": 1_000, "output": 500}, 9)
    found = LATER.find(PROJECT, "", GUESSED, RECEIVED_AT, "")
    assert found is not None
    assert Decimal(row["cost"]) == sum(Decimal(each) for each in row["cost_details"].values())
    assert set(row["cost_details"]) == {"input", "output"}
    assert row["price_version"] == "v2"


def test_logs_that_come_meanwhile_are_left_alone(store: Store, tmp_path: Path) -> None:
    """A log that is stored during an update keeps what it came with, and is there once."""
    fill(store, COUNT)
    fresh = piece(model=GUESSED, prompt_tokens=7, timestamp=RECEIVED_AT - 40 * 7_919)

    def come() -> None:
        store.insert([fresh.entry.row + b"\n"], "meanwhile")

    with shop(_Interrupting(store, come), tmp_path) as own:
        own.do(dry_run=False)
    row = stored(store)[fresh.log.id]
    assert Decimal(row["cost"]) in (fresh.log.cost, LATER_COST)
    assert len(stored(store)) == COUNT + 1


LATER_COST = Decimal("0.000023333333")
"""Seven tokens at 2.5 USD a million and a third more."""


def test_jobs_are_kept_one_at_a_time_and_for_their_project_alone(store: Store, tmp_path: Path) -> None:
    """While one is under way another is refused; each leaves an entry of who, what and by which prices."""
    fill(store, COUNT)
    with shop(store, tmp_path) as own:
        first = own.repricer.submit(Request(project_id=PROJECT), "key aBcDeFgH")
        with pytest.raises(Conflict, match=first.id):
            own.repricer.submit(Request(project_id=PROJECT), "another")
        own.wait(first)
        second = own.do(dry_run=False)
        with pytest.raises(InvalidInput, match="no_field"):
            own.do(filters=msgspec.Raw(b'{"no_field":{"operator":"","value":[1]}}'))
        with pytest.raises(NotFound):
            own.repricer.find(PROJECT.replace("0", "f"), first.id)
        with pytest.raises(Conflict, match="done"):
            own.repricer.resume(PROJECT, second.id)
    with shop(store, tmp_path) as own:
        entries = own.repricer.latest(PROJECT)
    assert [(each.id, each.made_by, each.request.dry_run) for each in entries] == [
        (second.id, "a test", False),
        (first.id, "key aBcDeFgH", True),
    ]
    assert entries[0].report.price_versions == ["v2"]
    assert isinstance(entries[0], Job)


def test_a_cancelled_job_ends_between_two_portions_and_can_go_on(store: Store, tmp_path: Path) -> None:
    """What it changed stays and is told; resumed, it does the rest."""
    fill(store, COUNT)

    def cancel() -> None:
        own.repricer.cancel(PROJECT, own.repricer.latest(PROJECT)[0].id)

    with shop(_Interrupting(store, cancel), tmp_path) as own:
        cancelled = own.do(dry_run=False)
        assert cancelled.state == "cancelled"
        assert 0 < cancelled.report.seen < COUNT
        assert own.resume(cancelled).report.seen == COUNT
    assert stored(store) == expected(store, COUNT)


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
