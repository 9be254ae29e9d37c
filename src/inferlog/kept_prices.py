"""The prices of one data directory: the book as it was last updated, and the projects' own. One SQLite file.

Nothing in it is ever deleted: a log names the price and the version that it was charged by, and those can be looked up.
Another process (`inferlog prices`) may change the file at any time.
"""

import hashlib
import json
import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import zstandard

from inferlog import ids
from inferlog.errors import InvalidInput, NotFound
from inferlog.pricing.book import PriceBook
from inferlog.pricing.dataset import BUNDLED, DataSet, bundled, read_dataset
from inferlog.pricing.own import OwnPrice, read_own
from inferlog.pricing.prices import Price

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS own_prices (
    id TEXT NOT NULL, version INTEGER NOT NULL, project_id TEXT NOT NULL, price TEXT NOT NULL, current INTEGER NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX IF NOT EXISTS own_prices_current ON own_prices (project_id) WHERE current;
CREATE TABLE IF NOT EXISTS books (
    id INTEGER PRIMARY KEY, version TEXT NOT NULL, added_at REAL NOT NULL, beside TEXT NOT NULL, data BLOB NOT NULL
);
"""
_FRESH_SECONDS: Final = 0.5
"""How long the prices are believed before the file is asked whether it changed."""
_NEW_ID_BYTES: Final = 6
_logger = logging.getLogger("inferlog.prices")


class BookVersion(NamedTuple):
    """Published prices that were given as a file. Not used once inferlog ships with others than it did then."""

    version: str
    added_at: float
    used: bool


class KeptPrices:
    """What knows prices, for a running server and for the command line."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`, and read it."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self._book = PriceBook()
        self._data_version = -1
        self._book_row = 0
        self._checked_at = 0.0
        self._reload()

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, service_tier: str) -> Price | None:
        """Return the price of a call made at `timestamp` (seconds since 1970 UTC), or None for an unknown model."""
        if time.monotonic() - self._checked_at >= _FRESH_SECONDS:
            self._refresh()
        return self._book.find(project_id, provider_id, model, timestamp, service_tier)

    @property
    def book(self) -> PriceBook:
        """Return all prices as they are now."""
        if time.monotonic() - self._checked_at >= _FRESH_SECONDS:
            self._refresh()
        return self._book

    # A project's own prices

    def own(self, project_id: str) -> list[OwnPrice]:
        """Return a project's prices as they are now, also those that have ended, by model and beginning."""
        with self._lock:
            rows = self._db.execute("SELECT price FROM own_prices WHERE project_id = ? AND current", (project_id,))
            prices = [_decode(row[0]) for row in rows]
        return sorted(prices, key=lambda each: (each.model.lower(), each.begins, each.id))

    def versions(self, project_id: str, price_id: str) -> list[OwnPrice]:
        """Return all states of one price, the newest first. Raises NotFound."""
        with self._lock:
            return self._versions(project_id, price_id)

    def add(self, project_id: str, fields: Mapping[str, Any], prices_max: int) -> OwnPrice:
        """Keep a new price and return it. Raises InvalidInput that names the field or the limit `own_prices_max`."""
        return self.add_all(project_id, [fields], prices_max)[0]

    def add_all(self, project_id: str, many: Sequence[Mapping[str, Any]], prices_max: int) -> list[OwnPrice]:
        """Keep all of many new prices, or none if one of them cannot be. Raises InvalidInput."""
        now = ids.now()
        empty = OwnPrice(id="", project_id=project_id, model="", amounts={}, created_at=now, changed_at=now)
        prices = [
            msgspec.structs.replace(read_own(fields, empty), id=uuid.uuid4().hex[: _NEW_ID_BYTES * 2])
            for fields in many
        ]
        with self._lock, self._transaction():
            (held,) = self._db.execute(
                "SELECT count(*) FROM own_prices WHERE project_id = ? AND current", (project_id,)
            ).fetchone()
            if held + len(prices) > prices_max:
                raise InvalidInput(
                    f"The project has {held:,} prices of its own, and {len(prices):,} more came; the limit "
                    f"own_prices_max is {prices_max:,}"
                )
            for price in prices:
                self._insert(price)
        self._reload()
        return prices

    def change(self, project_id: str, price_id: str, fields: Mapping[str, Any]) -> OwnPrice:
        """Keep a new state of a price and return it. Raises NotFound, and InvalidInput that names the field."""
        with self._lock, self._transaction():
            newest = self._versions(project_id, price_id)[0]
            changed = msgspec.structs.replace(
                read_own(fields, newest), version=newest.version + 1, changed_at=ids.now()
            )
            self._db.execute("UPDATE own_prices SET current = 0 WHERE id = ?", (price_id,))
            self._insert(changed)
        self._reload()
        return changed

    def end(self, project_id: str, price_id: str, moment: float) -> OwnPrice:
        """End a price: it holds for no call at `moment` or later. One that would begin later never holds."""
        newest = self.versions(project_id, price_id)[0]
        if newest.ends is not None and newest.ends <= moment:
            return newest
        return self.change(project_id, price_id, {"until": Decimal(str(max(moment, newest.begins)))})

    # The book

    def update(self, text: bytes) -> DataSet:
        """Price by the published prices of a file from now on. Raises InvalidInput, and then nothing is changed."""
        version = f"genai-prices file {hashlib.sha256(text).hexdigest()[:12]}"
        data = read_dataset(text, version)
        blob = zstandard.compress(text)
        with self._lock, self._transaction():
            self._db.execute(
                "INSERT INTO books (version, added_at, beside, data) VALUES (?, ?, ?, ?)",
                (version, ids.now(), BUNDLED, blob),
            )
        self._reload()
        return data

    def books(self) -> list[BookVersion]:
        """Return the files that were given, the newest first."""
        with self._lock:
            rows = self._db.execute("SELECT id, version, added_at FROM books ORDER BY id DESC").fetchall()
            return [BookVersion(version, added_at, row == self._book_row) for row, version, added_at in rows]

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _insert(self, price: OwnPrice) -> None:
        self._db.execute(
            "INSERT INTO own_prices VALUES (?, ?, ?, ?, 1)",
            (price.id, price.version, price.project_id, msgspec.json.encode(price).decode()),
        )

    def _versions(self, project_id: str, price_id: str) -> list[OwnPrice]:
        rows = self._db.execute(
            "SELECT price FROM own_prices WHERE project_id = ? AND id = ? ORDER BY version DESC", (project_id, price_id)
        ).fetchall()
        if not rows:
            raise NotFound(f"The project has no price of its own with the id {price_id[:80]!r}")
        return [_decode(row[0]) for row in rows]

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)

    def _refresh(self) -> None:
        self._checked_at = time.monotonic()
        try:
            with self._lock:
                (version,) = self._db.execute("PRAGMA data_version").fetchone()
                if version != self._data_version:
                    self._reload()
                    self._data_version = version
        except sqlite3.Error as error:  # a log is taken all the same, at the prices that are known
            _logger.warning("the prices cannot be read again: %s", error)

    def _reload(self) -> None:
        """Read what the file holds now. Under the lock as a whole, so that an older reading never replaces a newer."""
        with self._lock:
            rows = self._db.execute("SELECT price FROM own_prices WHERE current").fetchall()
            newest = self._db.execute(
                "SELECT id, version FROM books WHERE beside = ? ORDER BY id DESC LIMIT 1", (BUNDLED,)
            ).fetchone()
            self._book.use_own([_decode(row[0]) for row in rows])
            row, version = newest or (0, "")
            if row != self._book_row:
                self._book.use_data(self._read_book(row, version) if row else bundled())
                self._book_row = row

    def _read_book(self, row: int, version: str) -> DataSet:
        (blob,) = self._db.execute("SELECT data FROM books WHERE id = ?", (row,)).fetchone()
        try:
            return read_dataset(zstandard.decompress(blob), version)
        except (InvalidInput, zstandard.ZstdError) as error:  # it could be read when it was given
            _logger.warning("the prices of %s cannot be read again; those of %s are used: %s", version, BUNDLED, error)
            return bundled()


class _Transaction:
    """One write to the file, whole or not at all; no other process writes in between."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def _decode(text: str) -> OwnPrice:
    return msgspec.json.decode(text, type=OwnPrice)


def read_fields(text: bytes) -> Any:
    """Return JSON that holds prices, its numbers exact. Raises InvalidInput."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The prices are not JSON that can be read: {str(error)[:200]}") from None
