"""Filters on every kind of store there is: each kind of field and operator, odd texts, and as large as they may be."""

from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest

from inferlog.config import Settings
from inferlog.errors import InvalidInput
from inferlog.jsontext import dumps, read_object
from inferlog.model import Log
from inferlog.query.filters import read_filters
from inferlog.query.logs import fetch_page
from inferlog.query.metrics import METRICS, Measurement, measure
from inferlog.query.pages import Page
from inferlog.query.selection import Selection
from inferlog.store.clickhouse import Store
from tests.store.naive import Json, holds, in_order
from tests.store.test_queries import TEXTS
from tests.unit.journey import PROJECT

LOGS: Final = [
    Log(
        project_id=PROJECT,
        id=f"{number:032x}",
        timestamp=1_760_000_000.0 + number / 1_000_000,
        model=text,
        cost=None if number % 4 == 0 else Decimal(number) / 1000,
        prompt_tokens=number,
        latency=number / 10,
        stream=bool(number % 2),
        flags=("late",) if number % 3 == 0 else (),
        usage_details={"input": number} if number else {},
        metadata=msgspec.Raw(dumps({text: text, "n": number})),
        size_bytes=100,
    )
    for number, text in enumerate(TEXTS)
]
FILTERS: Final[list[Json]] = [
    {},
    *({"model": {"operator": operator, "value": [text]}} for text in TEXTS for operator in ("", "not")),
    *({"model": {"operator": "contains", "value": [text]}} for text in TEXTS if text),
    *({f"metadata__{text}": {"value": [text]}} for text in TEXTS if text),
    {"model": {"operator": "in", "value": TEXTS}},
    {"model": {"operator": "lt", "value": ["m"]}},
    {"model": {"operator": "regex", "value": ["^[a-z]+$"]}},
    {"model": {"operator": "icontains", "value": ["PLAIN", "\\"]}},
    {"metadata__n": {"operator": "not", "value": ["3"]}},
    {"cost": {"operator": "in", "value": [0.001, "0.0020"]}},
    {"cost": {"operator": "lte", "value": [0.003]}},
    {"cost": {"operator": "empty", "value": [""]}},
    {"prompt_tokens": {"operator": "not_in", "value": [1, 2.5, 3]}},
    {"latency": {"operator": "gt", "value": [0.3]}},
    {"usage_details__input": {"operator": "gte", "value": [4]}},
    {"stream": {"operator": "", "value": [True]}},
    {"flags": {"operator": "overlap", "value": ["late", "x"]}},
    {"unique_id": {"operator": "in", "value": [f"{3:032x}", f"{4:032x}"]}},
    {"unique_id": {"operator": "endswith", "value": ["5"]}},
    {"timestamp": {"operator": "gt", "value": [1_760_000_000.000004]}},
]


def _selection(filters: Json) -> Selection:
    return Selection(project_id=PROJECT, filters=read_filters(read_object(dumps(filters)), conditions_max=100))


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with those logs."""
    store.insert([b"".join(dumps(log) + b"\n" for log in LOGS)], "token")
    return store


def test_every_kind_of_filter_finds_its_logs(filled: Store) -> None:
    """The same logs as a naive reading in memory finds."""
    for filters in FILTERS:
        page = Page(**msgspec.structs.asdict(_selection(filters)))
        expected = in_order([log for log in LOGS if holds(filters, log)], "", descending=True)
        found = [listed.log.model for listed in fetch_page(filled, page, 10**9).logs]
        assert found == [log.model for log in expected], filters


def test_filters_may_be_as_large_as_their_limit(filled: Store) -> None:
    """filter_bytes_max is what a store takes, also if each character must be escaped on the way there."""
    size = Settings().filter_bytes_max
    for text in ("m" * size, "\\" * (size // 2), "é" * (size // 2), "'" * size):
        page = Page(**msgspec.structs.asdict(_selection({"model": {"operator": "not", "value": [text]}})))
        assert len(fetch_page(filled, page, 10**9).logs) == len(LOGS)
    for operator, text in (
        ("trigram_word_similar", "ä" * 1_000),
        ("regex", "m" * size),
        ("ilike", "%m_" * (size // 3)),
    ):
        page = Page(**msgspec.structs.asdict(_selection({"model": {"operator": operator, "value": [text]}})))
        assert fetch_page(filled, page, 10**9).logs == []
    for pattern in ("(a{1000}){1000}", "[", "(?=a)", "\\1", "a**"):
        page = Page(**msgspec.structs.asdict(_selection({"model": {"operator": "regex", "value": [pattern]}})))
        with pytest.raises(InvalidInput, match="RE2"):
            fetch_page(filled, page, 10**9)
    many: dict[str, Any] = {"model": {"operator": "in", "value": [f"model-{number}" for number in range(4_000)]}}
    assert fetch_page(filled, Page(**msgspec.structs.asdict(_selection(many))), 10**9).logs == []


def test_filters_may_be_as_deep_as_their_limit(filled: Store) -> None:
    """A hundred conditions joined by turns, or one within ninety-nine bundles, are no trouble to the engine."""
    by_turns = [
        {"operator": "not", "value": ["x"], "connector": "OR" if number % 2 else "AND"} for number in range(100)
    ]
    nested: Json = {"model": {"operator": "contains", "value": ["in"]}}
    for _ in range(99):
        nested = {"stream": {"value": [True]}, "bundle": {"filter_params": nested, "connector": "OR"}}
        if len(dumps(nested)) > 4_000:
            nested = {"bundle": nested["bundle"]}
    for filters in ({"model": by_turns}, nested):
        wanted = Selection(project_id=PROJECT, filters=read_filters(read_object(dumps(filters)), conditions_max=200))
        expected = in_order([log for log in LOGS if holds(filters, log)], "", descending=True)
        found = fetch_page(filled, Page(**msgspec.structs.asdict(wanted)), 10**9).logs
        assert [listed.log.model for listed in found] == [log.model for log in expected]


def test_every_metric_is_measured(filled: Store) -> None:
    """All at once, also where there is no log: then sums are 0, and averages None."""
    everything = Measurement(selection=_selection({}), metrics=tuple(METRICS))
    [row] = measure(filled, everything).rows
    assert (row["number_of_requests"], row["total_cost"], row["unpriced_count"]) == (10, Decimal("0.033"), 3)
    assert (row["average_cost"], row["usage_details__input"]) == (Decimal("0.004714285714"), 45)
    assert (row["latency_p50"], row["ttft_p50"]) == (pytest.approx(0.5), None)
    nothing = Measurement(selection=_selection({"model": {"value": ["none"]}}), metrics=tuple(METRICS))
    [row] = measure(filled, nothing).rows
    assert set(row.values()) == {0, None}
