"""The stores that every test of this folder runs on: embedded, over HTTP, and CLICKHOUSE_URL if it is set.

The engine takes one path at a time in a process, so each test closes what it opened before the next one opens.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from inferlog.store.clickhouse import Store
from tests.clickhouse import ClickHouse

_KINDS = ["embedded", "http", *(["server"] if os.environ.get("CLICKHOUSE_URL") else [])]


class Place:
    """An empty store of this test's own: its URL, and what was opened there."""

    def __init__(self, url: str, scratch: Path) -> None:
        """Nothing is there yet."""
        self.url = url
        self._scratch = scratch
        self._opened: list[Store | Client] = []

    def open(self, **limits: Any) -> Store:
        """Open the store, which migrates it."""
        store = Store(self.url, scratch=self._scratch, **limits)
        self._opened.append(store)
        return store

    def connect(self) -> Client:
        """Open a bare client, without migrating."""
        parts = urlsplit(self.url)
        dsn = self.url if parts.scheme == "chdb" else parts._replace(path="/default").geturl()
        client = clickhouse_connect.get_client(dsn=dsn)
        self._opened.append(client)
        return client

    def close(self) -> None:
        """Close all that was opened here."""
        while self._opened:
            self._opened.pop().close()


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """A ClickHouse over HTTP for the whole run; each test has a database of its own there."""
    with ClickHouse(tmp_path_factory.mktemp("clickhouse")) as running:
        yield running


@pytest.fixture(params=_KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty store, of each kind there is."""
    database = f"test_{uuid.uuid4().hex}"
    if request.param == "embedded":
        url = f"chdb://{tmp_path / 'store'}"
    elif request.param == "http":
        running: ClickHouse = request.getfixturevalue("clickhouse")
        url = running.url(database)
    else:
        url = urlsplit(os.environ["CLICKHOUSE_URL"])._replace(path=f"/{database}").geturl()
    opened = Place(url, tmp_path / "scratch")
    yield opened
    opened.close()
    if request.param != "embedded":
        opened.connect().command(f"DROP DATABASE IF EXISTS `{database}`")
        opened.close()


@pytest.fixture
def store(place: Place) -> Store:
    """An open store without a log."""
    return place.open()
