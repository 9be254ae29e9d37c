"""Which logs have been stored under which identity, so that a repeat is the same log, across restarts.

Identities of rows that are still in the journal are in memory (the journal's frames hold them, so a restart
learns them again); when their segment goes to the store they are written here first. Two generations of
one table, each `days` long: an identity is known for at least that long, and old ones go by one DROP.
"""

import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

_DAY_SECONDS: Final = 86_400
_FORGET: Final = (
    "DELETE FROM current WHERE identity >= ? AND identity < ? AND log_id IN (SELECT log_id FROM temp.gone)",
    "DELETE FROM previous WHERE identity >= ? AND identity < ? AND log_id IN (SELECT log_id FROM temp.gone)",
)


class Identities:
    """The index from identity (16 bytes) to log id (16 bytes)."""

    def __init__(self, path: Path, *, days: int) -> None:
        """Open or create the index at `path`; it keeps identities for at least `days` days."""
        self._seconds = days * _DAY_SECONDS
        self._lock = threading.Lock()
        self._recent: dict[bytes, bytes] = {}
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS generations (name TEXT PRIMARY KEY, begun REAL NOT NULL)")
        for name in ("current", "previous"):
            self._db.execute(
                f"CREATE TABLE IF NOT EXISTS {name} (identity BLOB PRIMARY KEY, log_id BLOB NOT NULL) WITHOUT ROWID"
            )
        self._db.execute("INSERT OR IGNORE INTO generations VALUES ('current', ?)", (time.time(),))

    def find(self, identity: bytes) -> bytes | None:
        """Return the log id first stored under `identity`, or None."""
        with self._lock:
            found = self._recent.get(identity)
            if found is not None:
                return found
            row = self._db.execute(
                "SELECT log_id FROM current WHERE identity = ?1 UNION ALL "
                "SELECT log_id FROM previous WHERE identity = ?1 LIMIT 1",
                (identity,),
            ).fetchone()
            return row[0] if row else None

    def remember(self, known: dict[bytes, bytes]) -> None:
        """Hold identities in memory: their rows are durable in the journal."""
        if known:
            with self._lock:
                self._recent.update(known)

    def persist(self) -> None:
        """Write what is only in memory to disk, synced: the journal may then forget it. Raises sqlite3.Error."""
        with self._lock:
            batch = sorted(self._recent.items())  # neighbours go into the same pages: a third of the time
            if not batch:
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._turn_generation()
                self._db.executemany("INSERT OR IGNORE INTO current VALUES (?, ?)", batch)
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._recent.clear()

    def release(self, identities: Sequence[bytes]) -> None:
        """Forget identities themselves: what comes under them is a new log."""
        rows = [(identity,) for identity in identities]
        with self._lock:
            for identity in identities:
                self._recent.pop(identity, None)
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("DELETE FROM current WHERE identity = ?", rows)
                self._db.executemany("DELETE FROM previous WHERE identity = ?", rows)
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def forget(self, log_ids: Iterable[list[str]]) -> int:
        """Forget under which identities logs (32 hex digits, some at a time) were stored, on the disk, too; count them.

        What is sent again under such an identity is a new log then.
        """
        with self._lock:
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS gone (log_id BLOB PRIMARY KEY) WITHOUT ROWID")
        for some in log_ids:
            gone = {bytes.fromhex(log_id) for log_id in some}
            with self._lock:
                self._db.executemany("INSERT OR IGNORE INTO temp.gone VALUES (?)", [(log_id,) for log_id in gone])
                self._recent = {key: log_id for key, log_id in self._recent.items() if log_id not in gone}
        count = 0
        for first in range(256):  # a part at a time: whoever commits a log must not wait for a walk through all
            bounds = (bytes([first]), bytes([first + 1]) if first + 1 < 256 else bytes([255] * 17))
            with self._lock:
                count += sum(self._db.execute(sql, bounds).rowcount for sql in _FORGET)
        with self._lock:
            self._db.execute("DELETE FROM temp.gone")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._db.close()

    def _turn_generation(self) -> None:
        (begun,) = self._db.execute("SELECT begun FROM generations WHERE name = 'current'").fetchone()
        if time.time() - begun < self._seconds:
            return
        self._db.execute("DROP TABLE previous")
        self._db.execute("ALTER TABLE current RENAME TO previous")
        self._db.execute("CREATE TABLE current (identity BLOB PRIMARY KEY, log_id BLOB NOT NULL) WITHOUT ROWID")
        self._db.execute("UPDATE generations SET begun = ? WHERE name = 'current'", (time.time(),))
