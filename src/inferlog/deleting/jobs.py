"""Jobs of deletion: which logs, by whom, how far. One small SQLite file; a job is its receipt when it is done.

A job goes on where it stopped. An erasure's receipt says of whom only by a digest: whoever knows the identifier can
tell that it was this one, nobody can read it there. `secure_delete` overwrites what stood in the file before.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import msgspec

from inferlog.errors import NotFound, StorageFull
from inferlog.query.fields import field
from inferlog.query.filters import Condition, Connector, join, read_filters
from inferlog.query.selection import Selection

State = Literal["planned", "running", "done", "failed"]
Kind = Literal["delete", "erase", "retention"]
ACTIVE: Final = ("planned", "running")
LISTED_MAX: Final = 100

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at REAL NOT NULL, state TEXT NOT NULL, job TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_of_project ON jobs (project_id, created_at);
"""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which logs of a project are deleted. Times are seconds since 1970 UTC.

    `filters` is the API's own JSON object of filters, `connector` joins those that say nothing of it. Logs that were
    received after `received_until` stay. `customer` is whom an erasure forgets, until it is done.
    """

    project_id: str
    kind: Kind = "delete"
    environment: str = ""
    from_time: float | None = None
    to_time: float | None = None
    filters: msgspec.Raw = msgspec.Raw(b"{}")
    connector: Connector = "AND"
    received_until: float | None = None
    customer: str = ""


def erasure(project_id: str, customer: str) -> Request:
    """Return the request that erases a customer."""
    filters = {"customer_identifier": {"operator": "in", "value": [customer]}}
    return Request(
        project_id=project_id, kind="erase", filters=msgspec.Raw(msgspec.json.encode(filters)), customer=customer
    )


class Job(msgspec.Struct, kw_only=True):
    """One deletion: what was asked, by whom, how far it is, what it took.

    Logs up to `after_us` (microseconds since 1970 UTC) are deleted. `freed_bytes` are those of the disk, where they
    are given back at once. `logs_digest` is the SHA-256 of the ids of the logs, `subject_digest` of the job's id, a
    colon and the customer's identifier.
    """

    id: str
    made_by: str
    created_at: float
    request: Request
    state: State = "planned"
    finished_at: float | None = None
    error: str = ""
    total: int = 0
    deleted: int = 0
    bytes: int = 0
    freed_bytes: int | None = None
    after_us: int = -1
    months: tuple[int, ...] = ()
    logs_digest: str = ""
    subject_digest: str = ""
    copies: dict[str, int] = msgspec.field(default_factory=dict)


def selection(request: Request, conditions_max: int) -> Selection:
    """Return the logs that a request means. Raises InvalidInput naming the filter that cannot be read."""
    fields = msgspec.json.decode(request.filters, type=dict[str, msgspec.Raw])
    filters = read_filters(fields, conditions_max=conditions_max, connector=request.connector)
    if request.received_until is not None:
        until = Condition(field("received_at", "filters"), "lte", (round(request.received_until * 1_000_000),))
        filters = join(filters, "AND", until)
    return Selection(
        project_id=request.project_id,
        environment=request.environment,
        from_time=request.from_time,
        to_time=request.to_time,
        filters=filters,
    )


def subject_digest(job_id: str, customer: str) -> str:
    """Return the digest by which a receipt tells whom it is of."""
    return hashlib.sha256(f"{job_id}:{customer}".encode("utf-8", "surrogatepass")).hexdigest()


class Jobs:
    """The jobs of one data directory."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.executescript(_SCHEMA)

    def save(self, job: Job) -> None:
        """Write down how far a job is; on the disk when this returns. Raises StorageFull."""
        with self._lock, _full_disk():
            text = msgspec.json.encode(job).decode()
            row = (job.id, job.request.project_id, job.created_at, job.state, text)
            self._db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?)", row)

    def find(self, project_id: str, job_id: str) -> Job:
        """Return a job of a project. Raises NotFound."""
        with self._lock:
            row = self._db.execute(
                "SELECT job FROM jobs WHERE id = ? AND project_id = ?", (job_id, project_id)
            ).fetchone()
        if row is None:
            raise NotFound(f"There is no deletion {job_id[:80]!r} in this project")
        return msgspec.json.decode(row[0], type=Job)

    def next(self) -> Job | None:
        """Return the job to do, the oldest: one that is under way, or was when the process ended, or that waits."""
        with self._lock:
            row = self._db.execute(
                "SELECT job FROM jobs WHERE state IN (?, ?) ORDER BY state = 'planned', created_at LIMIT 1", ACTIVE
            ).fetchone()
        return msgspec.json.decode(row[0], type=Job) if row else None

    def latest(self, project_id: str) -> list[Job]:
        """Return a project's jobs, the newest first, LISTED_MAX at most."""
        with self._lock:
            rows = self._db.execute(
                "SELECT job FROM jobs WHERE project_id = ? ORDER BY created_at DESC LIMIT ?", (project_id, LISTED_MAX)
            ).fetchall()
        return [msgspec.json.decode(row[0], type=Job) for row in rows]

    def forget_filters(self, project_id: str, customer: str, *, but: str) -> int:
        """Take filters that name a customer out of the jobs that have ended, `but` for one; return of how many."""
        quoted = msgspec.json.encode(customer)
        with self._lock, _full_disk():
            rows = self._db.execute(
                "SELECT job FROM jobs WHERE project_id = ? AND id != ? AND state NOT IN (?, ?)",
                (project_id, but, *ACTIVE),
            ).fetchall()
            jobs = [msgspec.json.decode(row[0], type=Job) for row in rows]
            named = [job for job in jobs if quoted in bytes(job.request.filters)]
            for job in named:
                job.request = msgspec.structs.replace(job.request, filters=msgspec.Raw(b"{}"), customer="")
                text = msgspec.json.encode(job).decode()
                self._db.execute("UPDATE jobs SET job = ? WHERE id = ?", (text, job.id))
        return len(named)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFull(f"The deletion cannot be written down ({error}): make space in the data directory") from error
