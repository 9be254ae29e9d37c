"""Filters, lists, totals and groups on the real engine, compared with a naive reading in memory, to the last digit."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inferlog.jsontext import dumps, read_object
from inferlog.model import Log
from inferlog.query.fields import field
from inferlog.query.filters import read_filters
from inferlog.query.logs import Count, count_logs, count_within, fetch_page
from inferlog.query.metrics import Interval, Measurement, measure, summarize
from inferlog.query.pages import Page, read_cursor, write_cursor
from inferlog.query.selection import Selection
from inferlog.store.clickhouse import Store
from tests.store.generated import filters, logs
from tests.store.naive import Json, holds, in_order, value_of

ZONES: Final = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
FIGURES: Final = (
    "number_of_requests", "total_cost", "total_tokens", "total_prompt_tokens", "error_count", "unpriced_count",
    "estimated_count", "cost_details__cache_read", "usage_details__input",
)  # fmt: skip
# Without shrinking, which takes minutes: an example has 25 logs at most.
_property = settings(max_examples=40, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One embedded store for all examples: each has a project of its own."""
    directory: Path = tmp_path_factory.mktemp("selecting")
    opened = Store(f"chdb://{directory / 'store'}", scratch=directory / "scratch")
    yield opened
    opened.close()


def stored(store: Store, some: list[Log], project: str = "") -> str:
    """Store logs in a project, a new one if none is named, and return its id."""
    project = project or str(uuid.uuid4())
    if some:
        rows = [msgspec.structs.replace(log, project_id=project) for log in some]
        store.insert([b"".join(dumps(row) + b"\n" for row in rows)], str(uuid.uuid4()))
    return project


def selection(project: str, wanted: Json) -> Selection:
    """Return the selection of a filters object."""
    return Selection(project_id=project, filters=read_filters(read_object(dumps(wanted)), conditions_max=100))


def figures(some: list[Log]) -> Json:
    """Return the figures of logs, added up one by one."""
    return {
        "number_of_requests": len(some),
        "total_cost": sum((log.cost for log in some if log.cost is not None), Decimal(0)),
        "total_tokens": sum(log.total_request_tokens for log in some),
        "total_prompt_tokens": sum(log.prompt_tokens for log in some),
        "error_count": sum(log.status == "failed" for log in some),
        "unpriced_count": sum(log.cost is None for log in some),
        "estimated_count": sum(bool(log.estimated) for log in some),
        "cost_details__cache_read": sum((log.cost_details.get("cache_read", Decimal(0)) for log in some), Decimal(0)),
        "usage_details__input": sum(log.usage_details.get("input", 0) for log in some),
    }


@_property
@given(some=logs, wanted=st.lists(filters, min_size=2, max_size=2))
def test_any_filter_lists_the_logs_that_pass_it_newest_first(store: Store, some: list[Log], wanted: list[Json]) -> None:
    """Same logs, same order, page by page, and the count is theirs."""
    project = stored(store, some)
    for each in wanted:
        chosen = selection(project, each)
        expected = [log.id for log in in_order([log for log in some if holds(each, log)], "", descending=True)]
        pages = [
            Page(**msgspec.structs.asdict(chosen), number=number, size=10)
            for number in range(1, len(expected) // 10 + 2)
        ]
        assert [found.log.id for page in pages for found in fetch_page(store, page, 10**9).logs] == expected
        assert count_logs(store, chosen) == len(expected)


@_property
@given(some=logs, by=st.sampled_from(["cost", "latency", "prompt_tokens", "all_tokens"]), descending=st.booleans())
def test_a_list_is_sorted_by_a_figure_and_then_by_time(
    store: Store, some: list[Log], by: str, descending: bool
) -> None:
    """Same logs, same order, page by page; those without a cost come last, whatever the direction."""
    project, sort_by = stored(store, some), field(by, "sort_by")
    given = [log for log in some if value_of(log, sort_by.name) is not None]
    expected = in_order(given, sort_by.name, descending) + in_order(
        [log for log in some if log not in given], "", descending
    )
    pages = [
        Page(project_id=project, sort_by=sort_by, descending=descending, number=number, size=10) for number in (1, 2, 3)
    ]
    assert [found.log.id for page in pages for found in fetch_page(store, page, 10**9).logs] == [
        log.id for log in expected
    ]


def by_cursor(store: Store, page: Page, *, backwards: bool) -> Iterator[list[str]]:
    """Yield the ids of page after page, each from the cursor of the one before."""
    text = None
    while True:
        here = page if text is None else read_cursor(text, page)
        listing = fetch_page(store, here, 10**9)
        if not listing.ends:
            return
        yield [found.log.id for found in listing.logs]
        if text is not None and not listing.more:
            return
        text = write_cursor(page, listing.ends[0 if backwards else 1], backwards=backwards)


_SORTS: Final = ["", "cost", "latency", "prompt_tokens"]


@_property
@given(some=logs, wanted=filters, by=st.sampled_from(_SORTS), descending=st.booleans(), size=st.integers(1, 7))
def test_cursors_lead_through_every_log_once_there_and_back(
    store: Store, some: list[Log], wanted: Json, by: str, descending: bool, size: int
) -> None:
    """From cursor to cursor come the same logs in the same order as on one large page, and backwards the same again."""
    chosen = msgspec.structs.asdict(selection(stored(store, some), wanted))
    page = Page(**chosen, sort_by=field(by, "sort_by") if by else None, descending=descending, size=size)
    whole = fetch_page(store, msgspec.structs.replace(page, size=1_000), 10**9)
    expected = [found.log.id for found in whole.logs]
    there = [each for part in by_cursor(store, page, backwards=False) for each in part]
    assert there == expected
    if whole.ends:
        last = write_cursor(page, whole.ends[1], backwards=True)
        parts = [fetch_page(store, read_cursor(last, page), 10**9)]
        while parts[-1].more:
            assert parts[-1].ends
            parts.append(
                fetch_page(store, read_cursor(write_cursor(page, parts[-1].ends[0], backwards=True), page), 10**9)
            )
        assert [found.log.id for part in reversed(parts) for found in part.logs] == expected[:-1]


def test_new_logs_move_no_cursor(store: Store) -> None:
    """Logs that come while someone reads on by cursor are neither repeated nor push others off a page."""
    some = [Log(id=f"{number:032x}", timestamp=1_000.0 + number) for number in range(6)]
    project = stored(store, some)
    page = Page(project_id=project, size=3)
    first = fetch_page(store, page, 10**9)
    assert first.ends
    stored(store, [Log(id=f"{99:032x}", timestamp=2_000.0)], project)
    second = fetch_page(store, read_cursor(write_cursor(page, first.ends[1], backwards=False), page), 10**9)
    listed = [found.log.timestamp for found in (*first.logs, *second.logs)]
    assert listed == sorted((log.timestamp for log in some), reverse=True)
    assert not second.more


@pytest.mark.parametrize(("most", "expected"), [(5, Count(5, exact=False)), (6, Count(6, exact=True))])
def test_a_count_is_exact_up_to_its_bound(store: Store, most: int, expected: Count) -> None:
    """Past the bound a count is the bound, and says that there are more."""
    some = [Log(id=f"{number:032x}", timestamp=1_000.0 + number) for number in range(6)]
    chosen = Page(project_id=stored(store, some))
    assert count_within(store, chosen, logs_max=most, seconds_max=60) == expected


def test_a_count_that_is_stopped_leaves_other_queries_their_time(store: Store) -> None:
    """The time of a count holds for that count: an inexact one is followed by an exact one."""
    some = [Log(id=f"{number:032x}", timestamp=1_000.0 + number) for number in range(6)]
    chosen = Page(project_id=stored(store, some))
    assert not count_within(store, chosen, logs_max=100, seconds_max=1e-9).exact
    assert len(fetch_page(store, chosen, 10**9).logs) == 6
    slow = b"SELECT sum(sleepEachRow(0.1)) AS slept FROM numbers(3)"
    assert store.query(slow.decode()) == b'{"slept":0}\n'


@_property
@given(some=logs, wanted=filters)
def test_totals_are_the_sums_over_the_list(store: Store, some: list[Log], wanted: Json) -> None:
    """The summary and the metrics equal the listed logs added up, to the last digit."""
    chosen = selection(stored(store, some), wanted)
    listed = [found.log for found in fetch_page(store, Page(**msgspec.structs.asdict(chosen), size=1_000), 10**9).logs]
    expected = figures(listed)
    [row] = measure(store, Measurement(selection=chosen, metrics=FIGURES)).rows
    assert row == expected == figures([log for log in some if holds(wanted, log)])
    summary = summarize(store, chosen)
    assert {name: summary[name] for name in FIGURES[:7]} == {name: expected[name] for name in FIGURES[:7]}


_GROUPS: Final = ["model", "metadata__plan", "status_code", "cost", "stream", "positive_feedback", "flags", "unique_id"]


@_property
@given(some=logs, wanted=filters, by=st.lists(st.sampled_from(_GROUPS), min_size=1, max_size=3, unique=True))
def test_groups_are_the_logs_parted_and_add_up(store: Store, some: list[Log], wanted: Json, by: list[str]) -> None:
    """Each group's figures are those of its logs; together they are the total."""
    measurement = Measurement(
        selection=selection(stored(store, some), wanted),
        metrics=FIGURES,
        group_by=tuple(field(name, "group_by") for name in by),
    )
    rows = measure(store, measurement).rows
    parted: dict[tuple[Any, ...], list[Log]] = defaultdict(list)
    for log in (log for log in some if holds(wanted, log)):
        parted[tuple(value_of(log, name) for name in by)].append(log)
    found = {tuple(_hashable(value) for value in row.pop("group").values()): row for row in rows}
    assert found == {key: figures(group) for key, group in parted.items()}
    _adds_up(rows, [log for group in parted.values() for log in group])


@_property
@given(
    some=logs,
    wanted=filters,
    interval=st.sampled_from(["minute", "hour", "day", "week", "month"]),
    zone=st.sampled_from(ZONES),
)
def test_stretches_of_time_follow_the_zones_clock_and_add_up(
    store: Store, some: list[Log], wanted: Json, interval: Interval, zone: str
) -> None:
    """Each day (hour, week, …) of a time zone holds its logs, also when clocks change; together they are the total."""
    measurement = Measurement(
        selection=selection(stored(store, some), wanted), metrics=FIGURES, interval=interval, time_zone=zone
    )
    rows = measure(store, measurement).rows
    assert [row["time"] for row in rows] == [each.isoformat() for each in sorted(_moments(rows))]
    parted: dict[str, list[Log]] = defaultdict(list)
    for log in (log for log in some if holds(wanted, log)):
        parted[_label(log.timestamp, interval, zone)].append(log)
    found: dict[str, list[Json]] = defaultdict(list)
    for row in rows:
        found[_cut(row.pop("time"), interval)].append(row)
    assert {label: _sum(parts) for label, parts in found.items()} == {
        key: figures(part) for key, part in parted.items()
    }
    _adds_up(rows, [log for part in parted.values() for log in part])


def _moments(rows: list[Json]) -> list[datetime]:
    return [datetime.fromisoformat(row["time"]) for row in rows]


def _label(timestamp: float, interval: Interval, zone: str) -> str:
    """Return what a clock and a calendar of the zone show, cut to the interval."""
    local = datetime.fromtimestamp(round(timestamp * 1e6) // 1_000_000, UTC).astimezone(ZoneInfo(zone))
    if interval == "week":
        return datetime.fromordinal(local.toordinal() - local.weekday()).strftime("%Y-%m-%d")
    return _cut(local.isoformat(), interval)


def _cut(text: str, interval: Interval) -> str:
    return text[: {"minute": 16, "hour": 13, "day": 10, "week": 10, "month": 7}[interval]]


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _sum(rows: list[Json]) -> Json:
    return {name: sum(row[name] for row in rows) for name in FIGURES}


def _adds_up(rows: list[Json], some: list[Log]) -> None:
    assert _sum(rows) == figures(some)
