"""Group commit: all requests that wait at one moment are prepared together and share one fsync."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from inferlog import metrics
from inferlog.journal import Journal
from inferlog.model import Entry

_Answer = TypeVar("_Answer", covariant=True)


class Job(Protocol[_Answer]):
    """What one request wants in the journal, and what it answers when that is durable."""

    def prepare(self) -> Sequence[Entry]:
        """Return the rows. What this raises is the answer of this job alone."""

    def finish(self, ids: list[str]) -> _Answer:
        """Return the answer, given each row's log id."""


_Prepared = tuple[Job[Any], "asyncio.Future[Any]", Sequence[Entry]]


class GroupCommit:
    """Appends to the journal from the event loop: one commit at a time, of all that came during the last one.

    Preparing the jobs of a group one after the other, and not each where its request is read, is half of the
    throughput: the code stays in the processor's caches (22 µs a log against 47), and the answers leave in one go.
    """

    def __init__(self, journal: Journal) -> None:
        """Use one thread of its own: a commit must not wait behind queries, nor the loop for the disk."""
        self._journal = journal
        self._submitted: list[tuple[Job[Any], asyncio.Future[Any]]] = []
        self._prepared: list[_Prepared] = []
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "inferlog-commit")

    def submit(self, job: Job[_Answer]) -> "asyncio.Future[_Answer]":
        """Return a future of the job's answer, done once its rows are durable.

        It raises what the job's `prepare` or what Journal.append raises.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Answer] = loop.create_future()
        if not self._submitted:
            loop.call_soon(self._prepare)  # after all requests that have been read by now
        self._submitted.append((job, answer))
        return answer

    def _prepare(self) -> None:
        """Prepare what was submitted in this turn of the loop, also while the commit before is under way."""
        submitted, self._submitted = self._submitted, []
        for job, answer in submitted:
            if answer.done():  # the client has gone
                continue
            try:
                self._prepared.append((job, answer, job.prepare()))
            except Exception as error:  # the ASGI edge tells what was foreseen from what was not
                answer.set_exception(error)
        if self._prepared and self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._prepared:
            group, self._prepared = self._prepared, []
            entries = [entry for _, _, some in group for entry in some]
            begun = time.perf_counter()
            try:
                ids = await asyncio.get_running_loop().run_in_executor(self._thread, self._journal.append, entries)
            except Exception as error:  # every waiting request gets it, as its own
                for _, answer, _ in group:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            metrics.commit_seconds.observe(time.perf_counter() - begun)
            _answer(group, ids)
            _count(entries, ids)
        self._task = None


def _answer(group: "list[_Prepared]", ids: list[str]) -> None:
    position = 0
    for job, answer, some in group:
        if not answer.done():
            answer.set_result(job.finish(ids[position : position + len(some)]))
        position += len(some)


def _count(entries: list[Entry], ids: list[str]) -> None:
    metrics.received.inc(len(ids))
    metrics.acknowledged.inc(len(ids))
    repeats = sum(entry.log_id != log_id for entry, log_id in zip(entries, ids, strict=True))
    if repeats:
        metrics.repeated.inc(repeats)
