"""Projects and the keys to them: who may write and read whose logs. One small SQLite file.

A key is shown once, when it is made; kept is its SHA-256 (a key has 190 random bits, so a slow hash would
add nothing) and its visible prefix. Another process (`inferlog keys`) may change the file at any time.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inferlog import ids
from inferlog.errors import InvalidInput, NotFound
from inferlog.model import SCOPES, Environment, Key, Project, Scope

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS projects (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS keys (
    hash TEXT PRIMARY KEY, prefix TEXT NOT NULL, name TEXT NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    environment TEXT NOT NULL, scopes TEXT NOT NULL, created_at REAL NOT NULL, revoked_at REAL
);
"""
_SELECT_KEYS: Final = (
    "SELECT prefix, keys.name, project_id, projects.name, environment, scopes, keys.created_at, revoked_at "
    "FROM keys JOIN projects ON projects.id = project_id "
)
_FRESH_SECONDS: Final = 1.0
"""How long a looked-up key is believed before the file is asked whether it changed: a revocation holds within it."""
_CACHE_MAX: Final = 10_000
PREFIX_LENGTH: Final = 8
KEY_LENGTH_MIN: Final = 12


class Access:
    """The keys and projects of one data directory."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self._cache: dict[bytes, Key | None] = {}
        self._data_version = -1
        self._checked_at = 0.0

    def bootstrap(self, given: str = "") -> str | None:
        """While there is no key, make the first one, to the project `default`, and return it; else return None.

        What counts is a key, not a project: a start that failed on its first key would leave nobody with one.
        """
        if self._db.execute("SELECT 1 FROM keys LIMIT 1").fetchone():
            return None
        if not self._db.execute("SELECT 1 FROM projects WHERE name = 'default'").fetchone():
            self.create_project("default")
        return self.create_key("default", name="first", environment="prod", scopes=SCOPES, secret=given)

    def create_project(self, name: str) -> Project:
        """Make a project. Raises InvalidInput if the name is taken or empty."""
        name = name.strip()
        if not name:
            raise InvalidInput("The project's name is empty")
        project = Project(ids.new_uuid(), name, ids.now())
        try:
            with self._lock:
                self._db.execute("INSERT INTO projects VALUES (?, ?, ?)", (project.id, name, project.created_at))
        except sqlite3.IntegrityError:
            raise InvalidInput(f"There is a project named {name!r} already") from None
        return project

    def project(self, name: str) -> Project:
        """Return the project of that name. Raises NotFound with the names there are."""
        row = self._db.execute("SELECT id, name, created_at FROM projects WHERE name = ?", (name,)).fetchone()
        if row is None:
            names = ", ".join(sorted(row[0] for row in self._db.execute("SELECT name FROM projects")))
            raise NotFound(f"There is no project named {name!r}; there are: {names}")
        return Project(*row)

    def project_ids(self) -> list[str]:
        """Return the ids of all projects."""
        return [row[0] for row in self._db.execute("SELECT id FROM projects ORDER BY created_at")]

    def create_key(
        self, project_name: str, *, name: str, environment: Environment, scopes: Sequence[Scope], secret: str = ""
    ) -> str:
        """Make a key to a project and return it: the only time that it can be seen."""
        secret = secret or ids.new_key()
        if len(secret) < KEY_LENGTH_MIN or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise InvalidInput(f"A key must be at least {KEY_LENGTH_MIN} printable ASCII characters without spaces")
        project = self.project(project_name)
        row = (
            _hash(secret.encode()), secret[: min(PREFIX_LENGTH, len(secret) // 2)], name, project.id, environment,
            " ".join(scopes), ids.now(), None,
        )  # fmt: skip
        try:
            with self._lock:
                self._db.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                self._cache.clear()  # data_version tells only of what others wrote
        except sqlite3.IntegrityError:
            raise InvalidInput("This very key exists already") from None
        return secret

    def list_keys(self) -> list[Key]:
        """Return all keys, the oldest first."""
        with self._lock:
            return [_key(row) for row in self._db.execute(_SELECT_KEYS + "ORDER BY keys.created_at").fetchall()]

    def require_key(self, project_id: str, prefix: str) -> None:
        """Raise InvalidInput unless a key of the project, revoked or not, has that visible prefix."""
        with self._lock:
            known = self._db.execute("SELECT 1 FROM keys WHERE project_id = ? AND prefix = ?", (project_id, prefix))
            if known.fetchone() is None:
                raise InvalidInput(
                    f"api_key_prefix: this project has no key with the prefix {prefix[:80]!r}; see: inferlog keys list"
                )

    def revoke(self, prefix: str) -> Key:
        """Revoke the key with that visible prefix. Raises NotFound, or InvalidInput if several live ones share it."""
        with self._lock:
            rows = self._db.execute(_SELECT_KEYS + "WHERE prefix = ? AND revoked_at IS NULL", (prefix,)).fetchall()
            if not rows:
                raise NotFound(
                    f"There is no key with the prefix {prefix!r} that is not revoked; see: inferlog keys list"
                )
            if len(rows) > 1:
                raise InvalidInput(f"{len(rows)} keys share the prefix {prefix!r}; none was revoked")
            self._db.execute(
                "UPDATE keys SET revoked_at = ? WHERE prefix = ? AND revoked_at IS NULL", (ids.now(), prefix)
            )
            self._cache.clear()
            return _key(rows[0])

    def find(self, secret: bytes) -> Key | None:
        """Return the live key that `secret` is, or None. Looked-up keys are remembered while the file is unchanged."""
        self._forget_if_changed()
        try:
            return self._cache[secret]
        except KeyError:
            pass
        with self._lock:
            row = self._db.execute(_SELECT_KEYS + "WHERE hash = ? AND revoked_at IS NULL", (_hash(secret),)).fetchone()
        if len(self._cache) >= _CACHE_MAX:  # somebody is guessing keys
            self._cache.clear()
        key = self._cache[secret] = _key(row) if row else None
        return key

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _forget_if_changed(self) -> None:
        moment = time.monotonic()
        if moment - self._checked_at < _FRESH_SECONDS:
            return
        self._checked_at = moment
        with self._lock:
            (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data_version = version
            self._cache.clear()


def _hash(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def _key(row: tuple[str, str, str, str, Environment, str, float, float | None]) -> Key:
    prefix, name, project_id, project_name, environment, scopes, created_at, revoked_at = row
    granted = tuple(scope for scope in SCOPES if scope in scopes.split())
    return Key(prefix, name, project_id, project_name, environment, granted, created_at, revoked_at)
