"""Group commit: all requests that wait at one moment are prepared together and share one fsync."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar

from inferlog import metrics
from inferlog.journal import Journal
from inferlog.model import Entry

_Answer = TypeVar("_Answer", covariant=True)
_GROUP_MAX: Final = 64
"""Jobs prepared before the loop looks at its sockets again, and before the first of them is made durable."""


class Job(Protocol[_Answer]):
    """What one request wants in the journal, and what it answers when that is durable."""

    def prepare(self) -> Sequence[Entry]:
        """Return the rows. What this raises is the answer of this job alone."""

    def finish(self, ids: list[str]) -> _Answer:
        """Return the answer, given each row's log id."""


class GroupCommit:
    """Appends to the journal from the event loop: one commit at a time, of all that came during the last one.

    Preparing the jobs of a group one after the other, and not each where its request is read, is half of the
    throughput: the code stays in the processor's caches (22 µs a log against 47), and the answers leave in one go.
    """

    def __init__(self, journal: Journal) -> None:
        """Use one thread of its own: a commit must not wait behind queries, nor the loop for the disk."""
        self._journal = journal
        self._waiting: list[tuple[Job[Any], asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "inferlog-commit")

    def submit(self, job: Job[_Answer]) -> "asyncio.Future[_Answer]":
        """Return a future of the job's answer, done once its rows are durable.

        It raises what the job's `prepare` or what Journal.append raises.
        """
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return answer

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_GROUP_MAX], self._waiting[_GROUP_MAX:]
            await self._commit(group)
        self._task = None

    async def _commit(self, group: list[tuple[Job[Any], "asyncio.Future[Any]"]]) -> None:
        prepared = [(job, answer, entries) for job, answer in group if (entries := _prepare(job, answer)) is not None]
        entries = [entry for _, _, some in prepared for entry in some]
        begun = time.perf_counter()
        try:
            ids = await asyncio.get_running_loop().run_in_executor(self._thread, self._journal.append, entries)
        except Exception as error:  # every waiting request gets it, as its own
            for _, answer, _ in prepared:
                if not answer.done():
                    answer.set_exception(error)
            return
        metrics.commit_seconds.observe(time.perf_counter() - begun)
        position = 0
        for job, answer, some in prepared:
            if not answer.done():
                answer.set_result(job.finish(ids[position : position + len(some)]))
            position += len(some)
        _count(entries, ids)


def _prepare(job: Job[Any], answer: "asyncio.Future[Any]") -> Sequence[Entry] | None:
    """Return the job's rows; or pass the reason on to whom it concerns, and return None."""
    if answer.done():  # the client has gone
        return None
    try:
        return job.prepare()
    except Exception as error:  # the ASGI edge tells what was foreseen from what was not
        answer.set_exception(error)
        return None


def _count(entries: list[Entry], ids: list[str]) -> None:
    metrics.received.inc(len(ids))
    metrics.acknowledged.inc(len(ids))
    repeats = sum(entry.log_id != log_id for entry, log_id in zip(entries, ids, strict=True))
    if repeats:
        metrics.repeated.inc(repeats)
