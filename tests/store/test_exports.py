"""Exports on the real engine: every log once, in order, and the same bytes after an import."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inferlog.ingest import prepare_exported
from inferlog.jsontext import dumps
from inferlog.model import NO_JSON, Log
from inferlog.query.exported import COLUMNS, Lines
from inferlog.query.exports import BEGINNING, Extract, fetch_portion, find_places, portions, stored_ids
from inferlog.query.logs import JSON_COLUMNS
from inferlog.store.clickhouse import Store
from tests.store.generated import logs

_BODIES: Final = [
    '"text"', '"{\\"a\\": 1}"', '"{not json"', '"line\\nfeed \\u0000 é"', '{"a": 1.10, "b":[ ]}', "[]", "[1,  2]",
    '"null"', '"[\\n1]"', '{"big":123456789012345678901234567890}',
]  # fmt: skip
_TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=5)
_FLOATS: Final = st.floats(0, 1e9, allow_subnormal=False)


@st.composite
def _filled(draw: st.DrawFn) -> list[Log]:
    """Return logs with anything in every kind of column."""
    some = draw(logs)
    for log in some:
        for name in draw(st.lists(st.sampled_from(JSON_COLUMNS), max_size=4)):
            setattr(log, name, msgspec.Raw(draw(st.sampled_from(_BODIES)).encode()))
        log.metadata = NO_JSON
        log.error_message, log.api_key_prefix, log.price_id = draw(_TEXTS), draw(_TEXTS), draw(_TEXTS)
        log.latency, log.time_to_first_token, log.tokens_per_second = draw(_FLOATS), draw(_FLOATS), draw(_FLOATS)
        log.start_time, log.received_at = draw(st.integers(0, 4 * 10**15)) / 1e6, log.timestamp
        log.revision = draw(st.sampled_from([0, 1, 2**64 - 1]))
        log.given = tuple(draw(st.lists(st.sampled_from(["cost", "latency"]), unique=True)))
    return some


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One embedded store for all examples: each has projects of its own."""
    directory: Path = tmp_path_factory.mktemp("exports")
    opened = Store(f"chdb://{directory / 'store'}", scratch=directory / "scratch")
    yield opened
    opened.close()


def _insert(store: Store, rows: list[bytes], project: str) -> None:
    if rows:
        store.insert([b"".join(row + b"\n" for row in rows)], project)


def _export(store: Store, project: str) -> bytes:
    extract = Extract(project_id=project, columns=COLUMNS)
    places = find_places(store, extract, BEGINNING)
    return b"".join(Lines(COLUMNS).write(fetch_portion(store, extract, some)) for some in portions(places))


@settings(max_examples=30, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(some=_filled())
def test_export_import_export_gives_the_same_bytes(store: Store, some: list[Log]) -> None:
    """Whatever is in a log: the same line comes out of the store that it was imported into."""
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    _insert(store, [dumps(msgspec.structs.replace(log, project_id=first)) for log in some], first)
    exported = _export(store, first)
    assert exported.count(b"\n") == len(some)
    prepared = [prepare_exported(line, second) for line in exported.splitlines()]
    assert {each.log.id for each in prepared} == {log.id for log in some}
    assert stored_ids(store, second, [each.log for each in prepared]) == set()
    _insert(store, [each.entry.row for each in prepared], second)
    assert _export(store, second) == exported
    assert stored_ids(store, second, [each.log for each in prepared]) == {log.id for log in some}


@settings(max_examples=15, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(some=logs, data=st.data())
def test_from_any_place_on_come_the_logs_after_it(store: Store, some: list[Log], data: st.DataObject) -> None:
    """A place is where an export goes on: none is left out or comes twice, also among logs of one moment."""
    project = str(uuid.uuid4())
    _insert(store, [dumps(msgspec.structs.replace(log, project_id=project)) for log in some], project)
    extract = Extract(project_id=project, columns=("id",))
    places = find_places(store, extract, BEGINNING)
    assert {uuid.UUID(place.id).hex for place in places} == {log.id for log in some}
    for position in data.draw(st.sets(st.integers(1, max(len(places), 1)), max_size=3)):
        if places:
            assert find_places(store, extract, places[position - 1]) == places[position:]
