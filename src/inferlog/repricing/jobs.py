"""Jobs of re-pricing, kept for ever: who changed which costs, when, by which prices. One small SQLite file.

A job is written before and after each portion of logs that it changes, so that it goes on where it stopped.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from inferlog.errors import Conflict, NotFound, StorageFull
from inferlog.query.filters import Connector, read_filters
from inferlog.query.selection import Selection
from inferlog.repricing.report import Report

State = Literal["planned", "running", "done", "failed", "cancelled"]
ACTIVE: Final = ("planned", "running")
LARGEST_MAX: Final = 1_000
LISTED_MAX: Final = 100

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at REAL NOT NULL, state TEXT NOT NULL, job TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_of_project ON jobs (project_id, created_at);
"""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which logs of a project are priced anew, and how.

    `filters` is the API's own JSON object of filters, `connector` joins those that say nothing of it. Times are seconds
    since 1970 UTC. With `include_given`, costs of the caller's own are replaced too. A `dry_run` changes nothing.
    """

    project_id: str
    environment: str = ""
    from_time: float | None = None
    to_time: float | None = None
    filters: msgspec.Raw = msgspec.Raw(b"{}")
    connector: Connector = "AND"
    include_given: bool = False
    dry_run: bool = True
    largest: Annotated[int, Meta(ge=0, le=LARGEST_MAX)] = 10


class Cursor(msgspec.Struct, frozen=True):
    """The log up to which a job has come, in the table's own order: microseconds since 1970 UTC, and the id."""

    at_us: int = 0
    id: str = "00000000-0000-0000-0000-000000000000"


class Portion(msgspec.Struct, frozen=True):
    """Changes that lie ready in the store: of which time, which columns, and how far the job is once they are made."""

    from_us: int
    to_us: int
    columns: tuple[str, ...]
    cursor: Cursor
    report: Report


class Job(msgspec.Struct, kw_only=True):
    """One re-pricing: what was asked, by whom, how far it is and what it found. `total` logs are selected."""

    id: str
    made_by: str
    created_at: float
    request: Request
    state: State = "planned"
    finished_at: float | None = None
    error: str = ""
    total: int = 0
    cursor: Cursor = Cursor()
    report: Report = msgspec.field(default_factory=Report)
    portion: Portion | None = None


def selection(request: Request, conditions_max: int) -> Selection:
    """Return the logs that a request means. Raises InvalidInput naming the filter that cannot be read."""
    fields = msgspec.json.decode(request.filters, type=dict[str, msgspec.Raw])
    return Selection(
        project_id=request.project_id,
        environment=request.environment,
        from_time=request.from_time,
        to_time=request.to_time,
        filters=read_filters(fields, conditions_max=conditions_max, connector=request.connector),
    )


class Jobs:
    """The jobs of one data directory."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def add(self, job: Job) -> None:
        """Keep a new job.

        Raises StorageFull, and Conflict while another one is under way: each would read what the other changes.
        """
        with self._lock, _full_disk():
            row = self._db.execute("SELECT id FROM jobs WHERE state IN (?, ?)", ACTIVE).fetchone()
            if row:
                raise Conflict(f"The re-pricing {row[0]} is under way; wait for it, or cancel it")
            text = msgspec.json.encode(job).decode()
            row = (job.id, job.request.project_id, job.created_at, job.state, text)
            self._db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", row)

    def save(self, job: Job) -> None:
        """Write down how far a job is; on the disk when this returns. Raises StorageFull."""
        with self._lock, _full_disk():
            text = msgspec.json.encode(job).decode()
            self._db.execute("UPDATE jobs SET state = ?, job = ? WHERE id = ?", (job.state, text, job.id))

    def find(self, project_id: str, job_id: str) -> Job:
        """Return a job of a project. Raises NotFound."""
        with self._lock:
            row = self._db.execute(
                "SELECT job FROM jobs WHERE id = ? AND project_id = ?", (job_id, project_id)
            ).fetchone()
        if row is None:
            raise NotFound(f"There is no re-pricing {job_id[:80]!r} in this project")
        return msgspec.json.decode(row[0], type=Job)

    def active(self) -> Job | None:
        """Return the job that is under way, or was when the process ended."""
        with self._lock:
            row = self._db.execute("SELECT job FROM jobs WHERE state IN (?, ?)", ACTIVE).fetchone()
        return msgspec.json.decode(row[0], type=Job) if row else None

    def latest(self, project_id: str) -> list[Job]:
        """Return a project's jobs, the newest first, LISTED_MAX at most."""
        with self._lock:
            rows = self._db.execute(
                "SELECT job FROM jobs WHERE project_id = ? ORDER BY created_at DESC LIMIT ?", (project_id, LISTED_MAX)
            ).fetchall()
        return [msgspec.json.decode(row[0], type=Job) for row in rows]

    def forget_filters(self, project_id: str, customer: str) -> int:
        """Take filters that name a customer out of the jobs that have ended; return of how many."""
        quoted = msgspec.json.encode(customer)
        with self._lock, _full_disk():
            self._db.execute("PRAGMA secure_delete = ON")
            rows = self._db.execute(
                "SELECT job FROM jobs WHERE project_id = ? AND state NOT IN (?, ?)", (project_id, *ACTIVE)
            ).fetchall()
            jobs = [msgspec.json.decode(row[0], type=Job) for row in rows]
            named = [job for job in jobs if quoted in bytes(job.request.filters)]
            for job in named:
                job.request = msgspec.structs.replace(job.request, filters=msgspec.Raw(b"{}"))
                text = msgspec.json.encode(job).decode()
                self._db.execute("UPDATE jobs SET job = ? WHERE id = ?", (text, job.id))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(named)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFull(
            f"The re-pricing cannot be written down ({error}): make space in the data directory"
        ) from error
