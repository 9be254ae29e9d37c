"""The one thread that deletes: each job's logs are written down as a list, then deleted a portion after the other.

A crash while the list is written is mended by writing it anew, one after that by going on behind the last portion that
was written down; to delete a portion again changes nothing. A log that pieces complete meanwhile is deleted at the end,
while no merge is under way: what is read to be replaced would come back.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

import msgspec

from inferlog import ids
from inferlog.deleting.jobs import ACTIVE, Job, Jobs, Request, selection, subject_digest
from inferlog.deleting.table import Table
from inferlog.errors import InferlogError, StorageFull, StoreUnavailable
from inferlog.priority import step_back

_TRIES: Final = 8
_PAUSE_SECONDS: Final = 0.25
_FULL_SECONDS: Final = 15.0
_SLACK_SECONDS: Final = 60.0
"""A segment that is merged after a job began was opened after it, but for this much."""
_OUTDATED_SECONDS_MAX: Final = 120.0
_logger: Final = logging.getLogger("inferlog.deleting")
_Result = TypeVar("_Result")
Flush = Callable[[], bool]
ForgetScores = Callable[[str, list[str]], int]
"""Removes the scores of these logs (32 hex digits) of a project for good; returns how many rows of them there were."""
ForgetCopies = Callable[[Job, Table], dict[str, int]]
"""Erases what there is of a customer outside of the store's logs; returns how much of what it was."""


class BetweenMerges(Protocol):
    """Calls a function while no log is read to be replaced, and returns what it returns."""

    def __call__(self, function: Callable[[], _Result]) -> _Result:
        """Call it."""


class Stopping(Exception):
    """The process ends."""


class Deleter:
    """Does the jobs of one data directory, one at a time, in a thread of its own."""

    def __init__(
        self,
        jobs: Jobs,
        table: Table,
        *,
        flush: Flush,
        between_merges: BetweenMerges,
        forget_scores: ForgetScores,
        forget_copies: ForgetCopies,
        conditions_max: int,
        portion_logs: int,
    ) -> None:
        """Wire it; `flush` waits until what was acknowledged is in the store, and tells whether it is."""
        self._jobs = jobs
        self._table = table
        self._flush = flush
        self._between_merges = between_merges
        self._forget_scores = forget_scores
        self._forget_copies = forget_copies
        self._conditions_max = conditions_max
        self._portion_logs = portion_logs
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="inferlog-delete", daemon=True)

    def start(self) -> None:
        """Begin to work, at once with the job that an earlier process left."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End after the step under way; what is left of a job is done after the next start."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout)
        if not self._thread.is_alive():
            self._jobs.close()

    def delete_log(self, project_id: str, log_id: str) -> None:
        """Delete one log at once, and its scores."""
        self._between_merges(lambda: self._table.delete_logs(project_id, [log_id]))
        self._forget_scores(project_id, [log_id])

    def submit(self, request: Request, made_by: str) -> Job:
        """Begin a job, after those that wait. Raises InvalidInput for a filter."""
        selection(request, self._conditions_max)
        job = Job(id=ids.new_uuid().replace("-", ""), made_by=made_by, created_at=ids.now(), request=request)
        if request.kind == "erase":
            job.subject_digest = subject_digest(job.id, request.customer)
        self._jobs.save(job)
        self._wake()
        return job

    def wait(self, project_id: str, job_id: str, timeout: float) -> Job:
        """Return a job once it is done or has failed, or as it is after `timeout` seconds. Raises NotFound."""
        with self._changed:
            self._changed.wait_for(lambda: self.find(project_id, job_id).state not in ACTIVE, timeout)
        return self.find(project_id, job_id)

    def find(self, project_id: str, job_id: str) -> Job:
        """Return a job as it is now. Raises NotFound."""
        return self._jobs.find(project_id, job_id)

    def latest(self, project_id: str) -> list[Job]:
        """Return a project's jobs, the newest first."""
        return self._jobs.latest(project_id)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        step_back()
        while not self._stopping.is_set():
            job = self._jobs.next()
            if job is not None:
                try:
                    self._do(job)
                except StorageFull as error:  # the job goes on from where it was written down last
                    _logger.warning("a deletion waits: %s", error)
                    self._stopping.wait(_FULL_SECONDS)
                continue
            with self._changed:
                self._changed.wait_for(lambda: self._stopping.is_set() or self._jobs.next() is not None, None)

    def _do(self, job: Job) -> None:
        """Do a job to its end, whatever it is; only a process that ends leaves it under way."""
        try:
            self._work(job)
            job.state = "done"
        except Stopping:
            return
        except StorageFull:
            raise
        except InferlogError as error:
            job.state, job.error = "failed", str(error)
        except Exception as error:  # the thread must outlive what nobody foresaw
            _logger.exception("unexpected failure in the deletion %s", job.id)
            job.state, job.error = "failed", f"unexpected {type(error).__name__}: {error}"
        job.finished_at = ids.now()
        if job.state == "done" and job.request.kind == "erase":
            job.request = Request(project_id=job.request.project_id, kind="erase")  # the receipt holds no data
        self._jobs.save(job)
        self._wake()

    def _work(self, job: Job) -> None:
        table, project_id = self._table, job.request.project_id
        if job.state == "planned":
            self._try(lambda: self._lay(job))
        if job.request.kind == "retention" and job.request.to_time is not None:
            before = self._try(table.stored_bytes)
            to_us = round(job.request.to_time * 1_000_000)
            self._try(lambda: self._between_merges(lambda: table.drop_months(project_id, to_us)))
            job.freed_bytes = (job.freed_bytes or 0) + max(0, before - self._try(table.stored_bytes))
        while True:
            portion = self._try(lambda: table.boundary(job.id, job.after_us, self._portion_logs))
            if not portion.logs:
                break
            self._try(lambda: table.delete(job.id, project_id, job.after_us, portion.to_us))  # noqa: B023 - called at once
            job.after_us, job.deleted = portion.to_us, min(job.total, job.deleted + portion.logs)
            self._jobs.save(job)
        since = job.created_at - _SLACK_SECONDS
        self._try(lambda: self._between_merges(lambda: table.delete_replaced(job.id, project_id, since)))
        for log_ids in table.listed(job.id):
            self._try(lambda: self._forget_scores(project_id, log_ids))  # noqa: B023 - called at once
        job.deleted = job.total
        if job.request.kind != "delete":
            self._give_back(job)
        self._try(lambda: table.forget(job.id))
        if job.request.kind == "erase" and job.months:
            self._wait_for_cleanup()

    def _lay(self, job: Job) -> None:
        """Write down which logs go, of all that was acknowledged by now."""
        if not self._flush():
            raise StoreUnavailable("what was acknowledged is not in the store yet")
        wanted = selection(job.request, self._conditions_max)
        # Between merges: a log that is just being replaced would stand on the list twice.
        laid = self._between_merges(lambda: self._table.lay(job.id, wanted))
        job.total, job.bytes, job.months, job.state = laid.logs, laid.bytes, laid.months, "running"
        job.logs_digest = self._table.digest(job.id)
        self._jobs.save(job)

    def _give_back(self, job: Job) -> None:
        """Take what was deleted off the disk, and for an erasure what there is of it elsewhere."""
        before = self._try(self._table.stored_bytes)
        is_erasure = job.request.kind == "erase"
        for month in job.months if is_erasure else self._try(lambda: self._table.masked_months(job.months)):
            self._try(lambda: self._table.purge(month))  # noqa: B023 - called at once
        job.freed_bytes = (job.freed_bytes or 0) + max(0, before - self._try(self._table.stored_bytes))
        if is_erasure:
            job.copies = self._try(lambda: self._forget_copies(job, self._table))
        self._jobs.save(job)

    def _wait_for_cleanup(self) -> None:
        """Wait until the engine has unlinked the files whose place others took."""
        waited, until = 0.0, ids.now() + 1
        while waited < _OUTDATED_SECONDS_MAX and self._try(lambda: self._table.outdated_parts(until)):
            if self._stopping.wait(_PAUSE_SECONDS):
                raise Stopping
            waited += _PAUSE_SECONDS

    def _try(self, step: Callable[[], _Result]) -> _Result:
        """Do a step, again and again for about a minute while the store is away."""
        for number in range(_TRIES):
            if self._stopping.is_set():
                raise Stopping
            try:
                return step()
            except StoreUnavailable as error:
                _logger.warning("a deletion waits for the store: %s", error)
                if self._stopping.wait(_PAUSE_SECONDS * (1 << number)):
                    raise Stopping from None
        return step()


def shown(job: Job) -> dict[str, Any]:
    """Return a job as the API shows it."""
    return {
        "id": job.id,
        "kind": job.request.kind,
        "state": job.state,
        "error": job.error,
        "made_by": job.made_by,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "logs": job.total,
        "logs_deleted": job.deleted,
        "bytes": job.bytes,
        "freed_bytes": job.freed_bytes,
        "logs_digest": job.logs_digest,
        "subject_digest": job.subject_digest,
        "copies": msgspec.structs.asdict(job)["copies"],
    }
