"""Deletions in the real store: a list, portions of it, and logs that are replaced while it is worked on."""

import random
import time
from datetime import datetime
from typing import Any

import msgspec

from inferlog.deleting.table import Table, preview
from inferlog.pieces import Pieces
from inferlog.query.logs import count_logs, fetch_page
from inferlog.query.pages import Page
from inferlog.query.selection import Selection
from inferlog.store.clickhouse import Store
from tests.store.test_pieces import UNCOUNTED, as_pieces, insert
from tests.unit.journey import PRICES, PROJECT, RECEIVED_AT
from tests.unit.pieces import piece

EVERYTHING = Page(project_id=PROJECT)
JOB = "0123456789abcdef0123456789abcdef"


def table_of(store: Store) -> Table:
    """Return the table that deletions work on."""
    return Table(store, store.placement.database, is_cluster=False)


def test_a_list_is_deleted_in_portions_of_whole_moments(store: Store) -> None:
    """Logs of one time go together; a portion done again changes nothing; what is not on the list stays."""
    firsts = [
        piece(span_unique_id=f"{number:016x}", model="m", timestamp=RECEIVED_AT - 100 + number // 3)
        for number in range(10)
    ]
    insert(store, *firsts)
    table = table_of(store)
    assert preview(store, EVERYTHING).logs == 10
    laid = table.lay(JOB, EVERYTHING)
    assert laid == table.lay(JOB, EVERYTHING)
    assert laid.logs == 10
    later = piece(span_unique_id="later", model="m", timestamp=RECEIVED_AT - 99)
    insert(store, later)
    after, portions = -1, []
    while (portion := table.boundary(JOB, after, 2)).logs:
        portions.append(portion.logs)
        for _ in range(2):
            table.delete(JOB, PROJECT, after, portion.to_us)
        after = portion.to_us
    assert portions == [3, 3, 3, 1]
    assert [listed.log.id for listed in fetch_page(store, EVERYTHING, 10**9).logs] == [later.log.id]
    assert sorted(log_id for some in table.listed(JOB) for log_id in some) == sorted(each.log.id for each in firsts)
    table.forget(JOB)
    assert [*table.listed(JOB)] == []


def test_a_log_that_was_replaced_meanwhile_does_not_stay(store: Store) -> None:
    """A piece that moves a log to another time, merged between the list and its portions, saves it from nothing."""
    first, other = (piece(span_unique_id=name, model="m", timestamp=RECEIVED_AT - 90) for name in ("first", "other"))
    insert(store, first, other)
    table = table_of(store)
    begun = time.time()
    table.lay(JOB, Selection(project_id=PROJECT, from_time=RECEIVED_AT - 91, to_time=RECEIVED_AT - 89))
    moved = piece(span_unique_id="first", timestamp=RECEIVED_AT - 5)
    Pieces(store, PRICES, UNCOUNTED).merge(as_pieces(first, moved), str(time.time_ns()))
    table.delete(JOB, PROJECT, -1, table.boundary(JOB, -1, 10).to_us)
    assert [listed.log.id for listed in fetch_page(store, EVERYTHING, 10**9).logs] == [first.log.id]
    table.delete_replaced(JOB, PROJECT, begun)
    assert count_logs(store, EVERYTHING) == 0


def test_what_was_deleted_is_taken_off_the_disk(store: Store) -> None:
    """After a purge the engine holds fewer bytes, without a merge."""
    draw = random.Random(1)
    insert(store, *[piece(span_unique_id=f"{number:016x}", input=draw.randbytes(3_000).hex()) for number in range(50)])
    table = table_of(store)
    before = table.stored_bytes()
    laid = table.lay(JOB, EVERYTHING)
    table.delete(JOB, PROJECT, -1, table.boundary(JOB, -1, 100).to_us)
    for month in laid.months:
        table.purge(month)
    assert table.stored_bytes() < before


def test_a_month_of_which_nothing_stays_is_dropped(store: Store) -> None:
    """A pinned log, a later one, or another project's holds its month; an empty month is no longer on the disk."""
    months: dict[str, Any] = {"2025-01": {}, "2025-02": {"is_pinned": True}, "2025-03": {}}
    logs = [
        piece(span_unique_id=f"{number:016x}", model="m", timestamp=_moment(f"{month}-10"), **columns)
        for number, (month, columns) in enumerate(months.items())
    ]
    insert(store, *logs)
    foreign = msgspec.json.decode(piece(span_unique_id="theirs", timestamp=_moment("2025-03-11")).entry.row)
    foreign["project_id"] = PROJECT.replace("0", "f")
    store.insert([msgspec.json.encode(foreign) + b"\n"], "theirs")
    table = table_of(store)
    table.drop_months(PROJECT, round(_moment("2025-01-20") * 1e6))
    assert count_logs(store, EVERYTHING) == 3
    table.drop_months(PROJECT, round(_moment("2025-06-01") * 1e6))
    assert {listed.log.id for listed in fetch_page(store, EVERYTHING, 10**9).logs} == {logs[1].log.id, logs[2].log.id}
    assert table.masked_months([202501, 202502, 202503]) == []
    table.delete_logs(PROJECT, [logs[2].log.id])
    assert table.masked_months([202501, 202502, 202503]) == [202503]


def _moment(day: str) -> float:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()
