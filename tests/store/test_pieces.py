"""Logs that come in pieces, made whole in the real store, once, also when it fails in between."""

import itertools
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from inferlog.errors import StoreUnavailable
from inferlog.ingest import Prepared
from inferlog.journal import Piece
from inferlog.model import Change, Log
from inferlog.pieces import Pieces
from inferlog.query.logs import count_logs, fetch_log, fetch_page
from inferlog.query.pages import Page
from inferlog.store.clickhouse import Store
from inferlog.uncounted import Uncounted
from tests.unit.journey import PRICES, PROJECT, RECEIVED_AT
from tests.unit.pieces import piece

EVERYTHING = Page(project_id=PROJECT)
LATER = str(time.time_ns())
UNCOUNTED = Uncounted(PRICES, log_bytes_max=0, segment_bytes_max=0)


def insert(store: Store, *prepared: Prepared) -> None:
    """Store first pieces, as the writer does."""
    store.insert([b"".join(each.entry.row + b"\n" for each in prepared)], prepared[0].entry.log_id)


def as_pieces(first: Prepared, *others: Prepared) -> list[Piece]:
    """Return further pieces of a log, as the journal gives them."""
    return [Piece(first.log.id, each.entry.row, each.entry.merges) for each in others]


def test_a_piece_completes_the_stored_log(store: Store) -> None:
    """The log is there once, under its first id, with what both pieces say; other logs are as they were."""
    first = piece(model="gpt-4o-mini", status="running", start_time=RECEIVED_AT - 5, input="what was asked")
    other = piece(span_unique_id="another", model="m")
    insert(store, first, other)
    end = piece(timestamp=RECEIVED_AT - 2, output={"answer": ["é", 1.10]}, metadata={"k": "v"})
    Pieces(store, PRICES, UNCOUNTED).merge(as_pieces(first, end), LATER)
    log = fetch_log(store, PROJECT, first.log.id)
    assert log is not None
    assert (log.model, log.status, log.latency, log.revision) == ("gpt-4o-mini", "success", 3.0, int(LATER))
    assert (bytes(log.input), bytes(log.output)) == (b"what was asked", '{"answer":["é",1.1]}'.encode())
    assert count_logs(store, EVERYTHING) == 2
    kept = fetch_log(store, PROJECT, other.log.id)
    assert kept is not None
    assert kept.revision == 0


class _Failing:
    """A store that fails at one step, once."""

    def __init__(self, store: Store, step: str) -> None:
        self._store = store
        self._step = step

    def insert(self, lines: Iterable[bytes], token: str) -> None:
        self._fail_at("before the insert")
        self._store.insert(lines, token)
        self._fail_at("after the insert")

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        return self._store.query(sql, parameters)

    def execute(self, sql: str, parameters: dict[str, Any]) -> None:
        self._store.execute(sql, parameters)
        self._fail_at("after the delete")

    def _fail_at(self, step: str) -> None:
        if step == self._step:
            raise StoreUnavailable(step)


@pytest.mark.parametrize("step", ["before the insert", "after the insert", "after the delete"])
def test_a_merge_cut_short_is_completed_by_doing_it_again(store: Store, step: str) -> None:
    """Wherever the store failed, the segment done again leaves the log once and whole, and shows it once meanwhile."""
    first = piece(model="m", status="running", start_time=RECEIVED_AT - 5)
    insert(store, first)
    pieces = as_pieces(first, piece(timestamp=RECEIVED_AT, output="done"))
    with pytest.raises(StoreUnavailable):
        Pieces(_Failing(store, step), PRICES, UNCOUNTED).merge(pieces, LATER)
    assert len(fetch_page(store, EVERYTHING, 10**9).logs) == 1
    Pieces(store, PRICES, UNCOUNTED).merge(pieces, LATER)
    Pieces(store, PRICES, UNCOUNTED).merge(pieces, LATER)
    [listed] = fetch_page(store, EVERYTHING, 10**9).logs
    assert (bytes(listed.log.output), listed.log.latency) == (b"done", 5.0)
    assert count_logs(store, EVERYTHING) == 1


def test_a_repeat_of_what_is_stored_writes_nothing(store: Store) -> None:
    """A request that an exporter sends again leaves the row as it is: its revision does not grow."""
    first = piece(
        model="gpt-4o-mini", start_time=RECEIVED_AT - 5, timestamp=RECEIVED_AT - 0.123457, input='{"text": "of JSON"',
        prompt_messages=[{"role": "user", "content": "Hi"}], usage={"prompt_tokens": 7}, metadata={"a": 1.5},
    )  # fmt: skip
    insert(store, first)
    Pieces(store, PRICES, UNCOUNTED).merge(as_pieces(first, first, piece(received_at=RECEIVED_AT + 60)), LATER)
    log = fetch_log(store, PROJECT, first.log.id)
    assert log is not None
    assert log.revision == 0


def test_a_piece_whose_log_was_set_aside_becomes_the_log(store: Store) -> None:
    """What the store refused for ever does not take the further pieces with it."""
    first = piece(model="m")
    further = as_pieces(first, piece(output="late"), piece(error_message="boom"))
    Pieces(store, PRICES, UNCOUNTED, lambda log_id: log_id == first.log.id).merge(further, LATER)
    log = fetch_log(store, PROJECT, first.log.id)
    assert log is not None
    assert (bytes(log.output), log.status) == (b"late", "failed")


def test_a_piece_of_a_deleted_log_does_not_bring_it_back(store: Store) -> None:
    """Neither a late part of a span nor a late change is a log; they are not kept aside, either."""
    first, other = piece(model="m"), piece(span_unique_id="other", model="m")
    insert(store, other)
    late = [*as_pieces(first, piece(output="late")), as_change(first, note="late")]
    good = as_pieces(other, piece(span_unique_id="other", output="done"))
    assert Pieces(store, PRICES, UNCOUNTED).merge([*late, *good], LATER) == []
    [listed] = fetch_page(store, EVERYTHING, 10**9).logs
    assert (listed.log.id, bytes(listed.log.output)) == (other.log.id, b"done")


def as_change(first: Prepared, **fields: Any) -> Piece:
    """Return a change of a log, as the journal gives it."""
    change = Change(project_id=PROJECT, timestamp=first.log.timestamp, **fields)
    return Piece(first.log.id, msgspec.json.encode(change), "change")


@pytest.mark.parametrize("change_first", [True, False])
def test_a_change_and_a_further_piece_both_hold(store: Store, change_first: bool) -> None:
    """Whichever comes first; and the same again writes nothing."""
    first = piece(model="gpt-4o-mini", start_time=RECEIVED_AT - 5, metadata={"a": 1}, usage={"prompt_tokens": 7})
    insert(store, first)
    changed = as_change(first, note="n", is_pinned=True, metadata=msgspec.Raw(b'{"b":2}'))
    further = as_pieces(first, piece(output="done", metadata={"a": 3}))
    pieces = [changed, *further] if change_first else [*further, changed]
    Pieces(store, PRICES, UNCOUNTED).merge(pieces, LATER)
    Pieces(store, PRICES, UNCOUNTED).merge(pieces, str(int(LATER) + 1))
    [listed] = fetch_page(store, EVERYTHING, 10**9).logs
    log = listed.log
    assert (log.note, log.is_pinned, bytes(log.output), log.model) == ("n", True, b"done", "gpt-4o-mini")
    assert msgspec.json.decode(log.metadata) == {"a": 3, "b": 2}
    assert log.revision == int(LATER)


def test_many_pieces_of_many_logs_at_once(store: Store) -> None:
    """Five hundred logs of three pieces each are five hundred whole logs."""
    firsts = [piece(span_unique_id=f"{number:016x}", model="m", status="running") for number in range(500)]
    insert(store, *firsts)
    pieces: list[Piece] = []
    for number, first in enumerate(firsts):
        pieces += as_pieces(first, piece(span_unique_id=f"{number:016x}", output=f"answer {number}"))
        pieces += as_pieces(first, piece(span_unique_id=f"{number:016x}", customer_identifier=f"c{number}"))
    Pieces(store, PRICES, UNCOUNTED).merge(pieces, LATER)
    logs = [listed.log for listed in fetch_page(store, Page(project_id=PROJECT, size=1_000), 10**9).logs]
    assert _said(logs) == {(f"answer {number}", f"c{number}", "success") for number in range(500)}
    assert count_logs(store, EVERYTHING) == 500


def _said(logs: Sequence[Log]) -> set[tuple[str, str, str]]:
    return {(bytes(log.output).decode(), log.customer_identifier, log.status) for log in logs}


def test_pieces_of_two_projects_do_not_meet(store: Store) -> None:
    """The same trace and span ids in two projects are two logs."""
    first = piece(model="m")
    insert(store, first)
    foreign = msgspec.json.decode(piece(output="theirs").entry.row)
    foreign["project_id"] = PROJECT.replace("0", "f")
    Pieces(store, PRICES, UNCOUNTED).merge([Piece(first.log.id, msgspec.json.encode(foreign), "override")], LATER)
    log = fetch_log(store, PROJECT, first.log.id)
    assert log is not None
    assert bytes(log.output) == b'""'


def test_a_piece_that_cannot_be_merged_holds_up_no_other(store: Store) -> None:
    """It is returned, to be kept aside; the others are merged."""
    first, other = piece(model="m"), piece(span_unique_id="other", model="m")
    insert(store, first, other)
    broken = Piece(first.log.id, b'{"project_id":"' + PROJECT.encode() + b'","extra":{"a":', "override")
    odd = msgspec.json.decode(piece(output="x").entry.row) | {"extra": [1]}
    unmergeable = Piece(first.log.id, msgspec.json.encode(odd), "override")
    good = as_pieces(other, piece(span_unique_id="other", output="done"))
    assert Pieces(store, PRICES, UNCOUNTED).merge([broken, unmergeable, *good], LATER) == [broken, unmergeable]
    log = fetch_log(store, PROJECT, other.log.id)
    assert log is not None
    assert bytes(log.output) == b"done"


def test_large_logs_are_merged_a_few_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pieces of logs that are large where they are stored do not fill the memory with them."""
    monkeypatch.setattr("inferlog.pieces._BYTES_MAX", 50_000)
    firsts = [piece(span_unique_id=f"{number:016x}", input="x" * 20_000) for number in range(5)]
    insert(store, *firsts)
    counting = _Counting(store)
    further = [
        each
        for number, first in enumerate(firsts)
        for each in as_pieces(first, piece(span_unique_id=f"{number:016x}", output="done"))
    ]
    Pieces(counting, PRICES, UNCOUNTED).merge(further, LATER)
    assert counting.inserted == [2, 2, 1]
    logs = [listed.log for listed in fetch_page(store, EVERYTHING, 10**9).logs]
    assert [bytes(log.output) for log in logs] == [b"done"] * 5


class _Counting(_Failing):
    """A store that notes how many rows come at once."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, "")
        self.inserted: list[int] = []

    def insert(self, lines: Iterable[bytes], token: str) -> None:
        rows = list(lines)
        self.inserted.append(len(rows))
        super().insert(rows, token)


def test_a_read_in_which_a_log_is_replaced_is_done_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that meets a log in both its forms is not taken; one that is disturbed each time is taken at last."""
    monkeypatch.setattr("inferlog.pieces._PAUSE_SECONDS", 60.0)  # a busy machine's merge takes more than a second
    first = piece(model="m")
    insert(store, first)
    pieces = Pieces(store, PRICES, UNCOUNTED)
    counts: list[int] = []
    revisions = itertools.count(int(LATER))

    def disturbed(times: int) -> int:
        if len(counts) < times:
            pieces.merge(as_pieces(first, piece(output=f"answer {len(counts)}")), str(next(revisions)))
        counts.append(count_logs(store, EVERYTHING))
        return len(counts)

    assert pieces.read_at_rest(lambda: disturbed(0)) == 1
    counts.clear()
    assert pieces.read_at_rest(lambda: disturbed(2)) == 3
    counts.clear()
    assert pieces.read_at_rest(lambda: disturbed(100)) == 4
    assert set(counts) == {1}


class _Watched(_Failing):
    """A store in which somebody counts between the insert of a whole log and the delete of its parts."""

    def __init__(self, store: Store, pool: ThreadPoolExecutor) -> None:
        super().__init__(store, "")
        self.pieces = Pieces(self, PRICES, UNCOUNTED)
        self.between: list[int] = []
        self.at_rest: list[Future[int]] = []
        self._pool = pool

    def execute(self, sql: str, parameters: dict[str, Any]) -> None:
        self.between.append(self._count())
        self.at_rest.append(self._pool.submit(self.pieces.read_at_rest, self._count))
        super().execute(sql, parameters)

    def _count(self) -> int:
        return count_logs(self._store, EVERYTHING)


def test_a_count_half_way_through_a_replacement_waits_for_its_end(store: Store) -> None:
    """The log is in the store twice then; who reads at rest sees it once."""
    first = piece(model="m")
    insert(store, first)
    with ThreadPoolExecutor(1) as pool:
        watched = _Watched(store, pool)
        for number in range(5):
            watched.pieces.merge(as_pieces(first, piece(output=f"answer {number}")), str(int(LATER) + number))
        assert [count.result() for count in watched.at_rest] == [1] * 5
    assert watched.between == [2] * 5
