"""What happens while stored logs are priced anew: failures, stops, other jobs, pieces and logs that come meanwhile."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inferlog.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from inferlog.journal import Piece
from inferlog.pieces import Pieces
from inferlog.repricing.jobs import Job, Request
from inferlog.store.clickhouse import Store
from inferlog.uncounted import Uncounted
from tests.store.repricings import expected, fill, shop, stored, total
from tests.unit.books import GUESSED, LATER
from tests.unit.journey import PROJECT, RECEIVED_AT
from tests.unit.pieces import piece

COUNT = 130


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An embedded store: what is asked of every kind of store is asked in test_repricing.py."""
    opened = Store(f"chdb://{tmp_path / 'store'}", scratch=tmp_path / "scratch")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many portions of few logs, and no pause between the tries."""
    monkeypatch.setattr("inferlog.repricing.worker.READ_ROWS", 30)
    monkeypatch.setattr("inferlog.repricing.worker._PAUSE_SECONDS", 0)


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
        pieces.merge([Piece(first.log.id, later.entry.row, "override")], "9")

    with shop(_Interrupting(store, merge), tmp_path) as own:
        own.do(dry_run=False)
    [row] = stored(store).values()
    used = {name: count for name, count in row["usage_details"].items() if count}
    assert (used, row["revision"]) == ({"input": 1_000, "output": 500}, 9)
    found = LATER.find(PROJECT, "", GUESSED, RECEIVED_AT, "")
    assert found is not None
    assert Decimal(row["cost"]) == sum(Decimal(each) for each in row["cost_details"].values())
    assert {name for name, usd in row["cost_details"].items() if Decimal(usd)} == {"input", "output"}
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
