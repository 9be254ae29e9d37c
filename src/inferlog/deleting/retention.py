"""Retention: for how many days a project's logs are kept, and the thread that has older ones deleted.

Ages go by a log's own timestamp. Pinned logs stay. Logs that come late, older than the limit, are stored, and go with
the next run. docs/retention.md.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from inferlog import ids
from inferlog.deleting.clock import Clock
from inferlog.deleting.jobs import ACTIVE, Job, Request
from inferlog.deleting.worker import Deleter
from inferlog.errors import Conflict, InferlogError, StorageFull

DAYS_MAX: Final = 36_500
_DAY_SECONDS: Final = 86_400.0
_TICK_SECONDS: Final = 600.0
_NOT_PINNED: Final = msgspec.Raw(b'{"is_pinned":{"operator":"","value":[false]}}')
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS retentions (project_id TEXT PRIMARY KEY, days INTEGER NOT NULL, changed_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), trusted REAL NOT NULL);
"""
_logger: Final = logging.getLogger("inferlog.retention")


class Retentions:
    """The days of each project that has its own, and when the clock was believed last. A small SQLite file."""

    def __init__(self, path: Path, days: int) -> None:
        """Open or create the file at `path`; projects without days of their own keep logs for `days`; 0 is for ever."""
        self.default_days = days
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def own_days(self, project_id: str) -> int | None:
        """Return a project's own days, or None."""
        with self._lock:
            row = self._db.execute("SELECT days FROM retentions WHERE project_id = ?", (project_id,)).fetchone()
        return row[0] if row else None

    def days(self, project_id: str) -> int:
        """Return for how many days a project's logs are kept; 0 is for ever."""
        own = self.own_days(project_id)
        return self.default_days if own is None else own

    def set_days(self, project_id: str, days: int | None) -> None:
        """Give a project days of its own; None takes them back. Raises StorageFull."""
        with self._lock:
            try:
                if days is None:
                    self._db.execute("DELETE FROM retentions WHERE project_id = ?", (project_id,))
                else:
                    row = (project_id, days, ids.now())
                    self._db.execute("INSERT OR REPLACE INTO retentions VALUES (?, ?, ?)", row)
            except sqlite3.Error as error:
                raise StorageFull(
                    f"The retention cannot be written down ({error}): make space in the data directory"
                ) from error

    def trusted(self) -> float | None:
        """Return when the clock was believed last (seconds since 1970 UTC), or None."""
        with self._lock:
            row = self._db.execute("SELECT trusted FROM clock").fetchone()
        return row[0] if row else None

    def trust(self, now: float) -> None:
        """Write down that the clock was believed, if there is room for it."""
        with self._lock, suppress(sqlite3.Error):
            self._db.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", (now,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def expired(project_id: str, days: int, now: float) -> Request:
    """Return the logs of a project that are older than `days` at `now` (seconds since 1970 UTC) and not pinned."""
    return Request(project_id=project_id, kind="retention", to_time=now - days * _DAY_SECONDS, filters=_NOT_PINNED)


class Keeper:
    """Has what is expired deleted about every `check_seconds`, while the clock can be believed."""

    def __init__(
        self,
        retentions: Retentions,
        deleter: Deleter,
        *,
        projects: Callable[[], Iterable[str]],
        count: Callable[[Request], int],
        newest: Callable[[], float],
        check_seconds: float,
        gap_days_max: float,
    ) -> None:
        """Wire it; `count` tells how many logs a request means, and `newest` when the newest log came."""
        self._retentions = retentions
        self._deleter = deleter
        self._projects = projects
        self._count = count
        self._newest = newest
        self._check_seconds = check_seconds
        self._gap_days_max = gap_days_max
        self._clock: Clock | None = None
        self._clock_lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inferlog-retention", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        if not self._thread.is_alive():
            self._retentions.close()

    def doubt(self) -> str:
        """Return why the clock is not to be believed, or nothing."""
        with self._clock_lock:
            now = ids.now()
            reason = self._its_clock().doubt(now, _counted())
            if not reason:
                self._retentions.trust(now)
            return reason

    def run(self, project_id: str, made_by: str, *, clock_is_right: bool = False) -> Job | None:
        """Begin to delete what is expired of a project; None if nothing is, or nothing is to be.

        Raises Conflict while the clock is doubted, unless somebody says that it is right.
        """
        if clock_is_right:
            with self._clock_lock:
                self._its_clock().trust(ids.now(), _counted())
        reason = self.doubt()
        if reason:
            raise Conflict(
                f"Nothing was deleted, for the clock is not believed: {reason}. It says "
                f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}; if that is right, say clock_is_right"
            )
        days = self._retentions.days(project_id)
        if not days:
            return None
        busy = next((job for job in self._deleter.latest(project_id) if _is_retention(job)), None)
        if busy is not None:
            return busy
        request = expired(project_id, days, ids.now())
        return self._deleter.submit(request, made_by) if self._count(request) else None

    def _its_clock(self) -> Clock:
        if self._clock is None:
            trusted = self._retentions.trusted()
            self._clock = Clock(self._newest() or None if trusted is None else trusted, self._gap_days_max)
        return self._clock

    def _run(self) -> None:
        due = time.monotonic()
        doubted = ""
        while not self._stopping.is_set():
            try:
                reason = self.doubt()
                if reason != doubted and reason:
                    _logger.warning("retention deletes nothing, for the clock is not believed: %s", reason)
                doubted = reason
                if not reason and time.monotonic() >= due:
                    due = time.monotonic() + self._check_seconds
                    for project_id in self._projects():
                        self.run(project_id, "retention")
            except InferlogError as error:
                _logger.warning("retention waits: %s", error)
            except Exception:  # the thread must outlive what nobody foresaw
                _logger.exception("unexpected failure in the retention")
            self._stopping.wait(min(_TICK_SECONDS, self._check_seconds))


def _is_retention(job: Job) -> bool:
    return job.request.kind == "retention" and job.state in ACTIVE


def _counted() -> float:
    """Return a clock that nobody sets; on Linux it also counts while the machine sleeps."""
    boot: Any = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)
