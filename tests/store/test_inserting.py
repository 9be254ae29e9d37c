"""Inserting: a token's rows once, whatever happened in between; and whose fault a failure is."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferlog.errors import RowsRefused, StoreUnavailable
from inferlog.store.clickhouse import Store
from tests.clickhouse import ClickHouse
from tests.store.conftest import Place

ROWS = [b'{"model":"a","prompt_tokens":1}\n', b'{"model":"b","prompt_tokens":2}\n{"model":"c"}\n']

POISON = {
    "a text in a number's column": b'{"model":"bad","status_code":"two hundred"}\n',
    "a number over its column's range": b'{"model":"bad","cost":1e40}\n',
    "a field without a column": b'{"model":"bad","no_such_column":1}\n',
    "an id that is no UUID": b'{"model":"bad","id":"zz"}\n',
    "a row cut short": b'{"model":"bad","note":"and then\n',
    "no JSON at all": b"\x00\x01\n",
    "no UTF-8": b"\xff\n",
    "a text that the engine quotes up to the middle of a character": (
        '{"model":"bad","status_code":"x' + "é" * 300 + '"}\n'
    ).encode(),
}


def test_a_block_is_stored_once_for_its_token(store: Store) -> None:
    """The same rows under the same token again are one insert; under another token they are rows of their own."""
    store.insert(ROWS, "first")
    store.insert(ROWS, "first")
    assert _models(store) == ["a", "b", "c"]
    store.insert(ROWS, "second")
    assert _models(store) == ["a", "a", "b", "b", "c", "c"]


def test_a_token_is_known_after_reopening(place: Place) -> None:
    """A block that was stored right before a crash is not stored again by the next process."""
    place.open().insert(ROWS, "token")
    place.close()
    again = place.open()
    again.insert(ROWS, "token")
    assert _models(again) == ["a", "b", "c"]


def test_a_token_is_known_after_many_others(store: Store) -> None:
    """The block that is retried is still known when thirty others came after it."""
    store.insert(ROWS, "oldest")
    for number in range(30):
        store.insert([b'{"model":"other"}\n'], f"other-{number}")
    store.insert(ROWS, "oldest")
    assert [model for model in _models(store) if model != "other"] == ["a", "b", "c"]


def test_a_large_block_is_one_part_and_stored_once(store: Store) -> None:
    """Rows of several megabytes, that come in pieces, are still one block under one token."""
    piece = b"".join(b'{"model":"m","note":"%04d%s"}\n' % (number, b"x" * 900) for number in range(1_000))
    for _ in range(2):
        store.insert((piece for _ in range(12)), "large")
    answer = store.query(
        "SELECT count() AS logs, (SELECT count() FROM system.parts WHERE database = {name:String} AND table = 'logs' "
        "AND active) AS parts FROM {database}.logs",
        {"name": store.placement.database},
    )
    assert json.loads(answer) == {"logs": 12_000, "parts": 1}


def test_rows_of_many_months_go_in_together(store: Store) -> None:
    """Two years of logs in one block are no reason to refuse it, and its token holds for all of them."""
    rows = [b'{"model":"m","timestamp":%d}\n' % (1_600_000_000 + month * 2_629_800) for month in range(24)]
    store.insert(rows, "history")
    store.insert(rows, "history")
    assert len(_models(store)) == 24


def test_a_poison_row_is_the_rows_fault_and_stores_nothing(store: Store) -> None:
    """For every kind: RowsRefused, not one row of the block stored; and the store takes the next block."""
    for kind, row in POISON.items():
        with pytest.raises(RowsRefused, match="ClickHouse refused the rows"):
            store.insert([*ROWS, row], kind)
        assert _models(store) == [], kind
    store.insert(ROWS, "good")
    assert _models(store) == ["a", "b", "c"]


def test_a_block_whose_source_fails_stores_nothing(store: Store) -> None:
    """If reading the rows fails half-way, none is stored, and the whole block can be inserted afterwards."""

    def broken() -> Iterator[bytes]:
        yield ROWS[0]
        raise OSError("the disk cannot be read")

    with pytest.raises(StoreUnavailable, match="the disk cannot be read"):
        store.insert(broken(), "token")
    assert _models(store) == []
    store.insert(ROWS, "token")
    assert _models(store) == ["a", "b", "c"]


def test_a_store_in_trouble_is_not_the_rows_fault(clickhouse: ClickHouse, own: Store) -> None:
    """Memory, too many parts, no space, too many queries, network, Keeper: StoreUnavailable, and later it works."""
    try:
        for code in (241, 252, 243, 202, 210, 999):
            clickhouse.fail(code)
            with pytest.raises(StoreUnavailable, match=f"code: {code}"):
                own.insert(ROWS, "token")
            assert own.ping() is False
    finally:
        clickhouse.fail(0)
    own.insert(ROWS, "token")
    assert own.ping() is True
    assert _models(own) == ["a", "b", "c"]


def test_a_store_that_went_away_is_not_the_rows_fault(clickhouse: ClickHouse, own: Store) -> None:
    """Nobody listens: StoreUnavailable for inserts and queries; the same Store works when the server is back."""
    own.insert(ROWS, "before")
    clickhouse.kill()
    try:
        with pytest.raises(StoreUnavailable):
            own.insert(ROWS, "after")
        with pytest.raises(StoreUnavailable):
            own.query("SELECT 1")
        assert own.ping() is False
    finally:
        clickhouse.start()
    own.insert(ROWS, "before")
    own.insert(ROWS, "after")
    assert _models(own) == ["a", "a", "b", "b", "c", "c"]


def test_an_answer_lost_on_the_way_does_not_double_the_rows(clickhouse: ClickHouse, tmp_path: Path) -> None:
    """The server stores a block after its client gave up waiting; the retry under the token stores nothing more."""
    place = Place(clickhouse.url("late", "?send_receive_timeout=1"), tmp_path)
    store = place.open()
    try:
        clickhouse.hang()
        with pytest.raises(StoreUnavailable):
            store.insert(ROWS, "token")
        clickhouse.go_on()
        store.insert(ROWS, "token")
        store.insert(ROWS, "token")
        assert _models(store) == ["a", "b", "c"]
    finally:
        clickhouse.go_on()
        place.close()


@pytest.fixture
def own(clickhouse: ClickHouse, tmp_path: Path) -> Iterator[Store]:
    """A store on the ClickHouse over HTTP, whatever other kinds there are."""
    place = Place(clickhouse.url(f"own_{uuid.uuid4().hex}"), tmp_path)
    yield place.open()
    place.close()


def _models(store: Store) -> list[str]:
    lines = store.query("SELECT model FROM {database}.logs ORDER BY model").splitlines()
    return [json.loads(line)["model"] for line in lines]
