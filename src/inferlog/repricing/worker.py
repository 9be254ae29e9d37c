"""The one thread that does re-pricings, a portion of logs after the other, so that each is changed once.

A portion is read, priced and laid ready in the store, written down, put in place, and written down as done. A crash
before it was written down is mended by reading it again, one after that by putting it in place again, which changes
nothing twice.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from inferlog import ids
from inferlog.enrich.reprice import COUNTED, OWN, PRICED, differing, reprice, reprice_given
from inferlog.errors import Conflict, InferlogError, StorageFull, StoreUnavailable
from inferlog.model import Log
from inferlog.pricing.prices import Prices
from inferlog.priority import step_back
from inferlog.query.selection import Selection
from inferlog.repricing.jobs import ACTIVE, Job, Jobs, Portion, Request, selection
from inferlog.repricing.report import Report, note, note_largest
from inferlog.repricing.table import Table

READ_ROWS: Final = 10_000
"""Logs that are read at once: about 10 MB."""
SEEN_ROWS: Final = 1_000_000
"""Logs after which a job is written down in any case."""
_TRIES: Final = 8
_PAUSE_SECONDS: Final = 0.25
_FULL_SECONDS: Final = 15.0
_COLUMNS: Final = (*PRICED, *COUNTED)
_logger: Final = logging.getLogger("inferlog.repricing")
_Result = TypeVar("_Result")


class _Gathered:
    """A portion while it is read: what it comes to, and what an update of it must cover."""

    def __init__(self, job: Job) -> None:
        self.cursor = job.cursor
        self.report = _copy(job.report)
        self.seen = 0
        self.changed = 0
        self._request = job.request
        self._ids: set[str] = set()
        self._columns: set[str] = set()
        self._times: list[float] = []

    def add(self, log: Log, priced: Log) -> bool:
        """Note a log, as it is and as it would be priced; tell whether it is to be changed."""
        self.seen += 1
        columns = () if log is priced else differing(log, priced)
        note(self.report, log, priced, is_changed=bool(columns))
        self.report.given += log is priced and log.cost_source in OWN
        note_largest(self.report, log, priced, self._request.largest)
        if not columns or log.id in self._ids:
            return False
        self.changed += 1
        if self._request.dry_run:
            return False
        self._ids.add(log.id)
        self._columns.update(columns)
        self._times = [min([log.timestamp, *self._times]), max([log.timestamp, *self._times])]
        return True

    def done(self) -> Portion:
        """Return the portion, as it is written down."""
        times = [round(moment * 1_000_000) for moment in self._times or (0.0, 0.0)]
        columns = tuple(name for name in _COLUMNS if name in self._columns)
        return Portion(times[0] - 1, times[1] + 1, columns, self.cursor, self.report)


def _copy(report: Report) -> Report:
    return msgspec.json.decode(msgspec.json.encode(report), type=Report)


class Stopping(Exception):
    """The process ends, or the job is cancelled."""


class Repricer:
    """Does the jobs of one data directory, one at a time, in a thread of its own."""

    def __init__(
        self,
        jobs: Jobs,
        table: Table,
        prices: Prices,
        *,
        flush: Callable[[], object],
        conditions_max: int,
        portion_logs: int,
    ) -> None:
        """Wire it; `flush` waits until what was acknowledged is in the store.

        `portion_logs` are changed at once: an update rewrites those parts of the table in which they are.
        """
        self._jobs = jobs
        self._table = table
        self._prices = prices
        self._flush = flush
        self._conditions_max = conditions_max
        self._portion_logs = portion_logs
        self._live: Job | None = None
        self._cancelled = ""
        self._stopping = threading.Event()
        self._wanted = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="inferlog-reprice", daemon=True)

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

    def submit(self, request: Request, made_by: str) -> Job:
        """Begin a job. Raises Conflict while another one is under way, and InvalidInput for a filter."""
        selection(request, self._conditions_max)
        job = Job(id=ids.new_uuid().replace("-", ""), made_by=made_by, created_at=ids.now(), request=request)
        self._jobs.add(job)
        self._wake()
        return job

    def resume(self, project_id: str, job_id: str) -> Job:
        """Go on with a job that failed or was cancelled. Raises NotFound, and Conflict if it is done."""
        job = self.find(project_id, job_id)
        if job.state in ACTIVE:
            return job
        if job.state == "done":
            raise Conflict(f"The re-pricing {job_id} is done; begin a new one")
        busy = self._jobs.active()
        if busy is not None:
            raise Conflict(f"The re-pricing {busy.id} is under way; wait for it, or cancel it")
        job.state, job.error, job.finished_at = "planned", "", None
        self._jobs.save(job)
        self._wake()
        return job

    def cancel(self, project_id: str, job_id: str) -> Job:
        """End a job after the portion under way; what it changed by then stays. Raises NotFound."""
        job = self.find(project_id, job_id)
        if job.state in ACTIVE:
            self._cancelled = job_id
        return job

    def find(self, project_id: str, job_id: str) -> Job:
        """Return a job as it is now. Raises NotFound."""
        job, live = self._jobs.find(project_id, job_id), self._live
        return live if live is not None and live.id == job.id and job.state in ACTIVE else job

    def latest(self, project_id: str) -> list[Job]:
        """Return a project's jobs, the newest first."""
        return self._jobs.latest(project_id)

    def _wake(self) -> None:
        with self._wanted:
            self._wanted.notify_all()

    def _run(self) -> None:
        step_back()
        while not self._stopping.is_set():
            job = self._jobs.active()
            if job is not None:
                try:
                    self._do(job)
                except StorageFull as error:  # the job goes on from where it was written down last
                    _logger.warning("a re-pricing waits: %s", error)
                    self._stopping.wait(_FULL_SECONDS)
                continue
            with self._wanted:
                self._wanted.wait_for(lambda: self._stopping.is_set() or self._jobs.active() is not None, None)

    def _do(self, job: Job) -> None:
        """Do a job to its end, whatever it is; only a process that ends leaves it under way."""
        try:
            self._work(job)
            job.state = "done"
        except Stopping:
            if self._stopping.is_set():
                return
            job.state = "cancelled"
        except StorageFull:
            raise
        except InferlogError as error:
            job.state, job.error = "failed", str(error)
        except Exception as error:  # the thread must outlive what nobody foresaw; the job can be resumed
            _logger.exception("unexpected failure in the re-pricing %s", job.id)
            job.state, job.error = "failed", f"unexpected {type(error).__name__}: {error}"
        job.finished_at = ids.now()
        self._jobs.save(job)
        self._live = None

    def _work(self, job: Job) -> None:
        wanted = selection(job.request, self._conditions_max)
        if job.state == "planned":
            self._flush()
            job.total = self._try(lambda: self._table.count(wanted))
            job.state = "running"
            self._save(job)
        is_last = False
        while not is_last:
            self._heed(job)
            if job.portion is None:
                portion, is_last = self._try(lambda: self._lay_ready(job, wanted))
                job.portion = portion
                self._save(job)
            self._put_in_place(job, job.portion)

    def _put_in_place(self, job: Job, portion: Portion) -> None:
        if portion.columns:
            self._try(lambda: self._table.update(job.id, job.request.project_id, portion))
        job.cursor, job.report, job.portion = portion.cursor, portion.report, None
        self._save(job)
        if portion.columns:
            self._try(lambda: self._table.forget(job.id))

    def _lay_ready(self, job: Job, wanted: Selection) -> tuple[Portion, bool]:
        """Read the next logs, price them, and lay the changed ones ready; tell whether they were the last."""
        request = job.request
        if not request.dry_run:
            self._table.forget(job.id)  # of a portion that was begun before a crash
        price = reprice_given if request.include_given else reprice
        portion = _Gathered(job)
        while portion.changed < self._portion_logs and portion.seen < SEEN_ROWS:
            self._heed(job)
            logs, cursor = self._table.read(wanted, portion.cursor, READ_ROWS)
            pairs = [(log, price(log, self._prices)) for log in logs]
            changed = [priced for log, priced in pairs if portion.add(log, priced)]
            portion.cursor = cursor
            if changed and not request.dry_run:
                self._table.put(job.id, changed, _COLUMNS)
            self._live = msgspec.structs.replace(job, report=_copy(portion.report))
            if len(logs) < READ_ROWS:
                return portion.done(), True
        return portion.done(), False

    def _save(self, job: Job) -> None:
        self._jobs.save(job)
        self._live = msgspec.structs.replace(job)

    def _heed(self, job: Job) -> None:
        if self._stopping.is_set():
            raise Stopping
        if self._cancelled == job.id:
            self._cancelled = ""
            raise Stopping

    def _try(self, step: Callable[[], _Result]) -> _Result:
        """Do a step, again and again for about a minute while the store is away."""
        for number in range(_TRIES):
            try:
                return step()
            except StoreUnavailable as error:
                _logger.warning("a re-pricing waits for the store: %s", error)
                if self._stopping.wait(_PAUSE_SECONDS * (1 << number)):
                    raise Stopping from None
        return step()
