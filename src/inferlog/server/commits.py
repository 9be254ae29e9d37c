"""Group commit: all requests that wait at one moment share one fsync."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from inferlog import metrics
from inferlog.journal import Journal
from inferlog.model import Entry

_Answer = asyncio.Future[list[str]]
_Waiting = tuple[Sequence[Entry], _Answer]


class GroupCommit:
    """Appends to the journal from the event loop: one commit at a time, of all that came during the last one."""

    def __init__(self, journal: Journal) -> None:
        """Use one thread of its own: a commit must not wait behind queries, nor the loop for the disk."""
        self._journal = journal
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "inferlog-commit")

    def append(self, entries: Sequence[Entry]) -> _Answer:
        """Return a future of the log ids, done once the entries are durable. It raises what Journal.append raises."""
        answer: _Answer = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return answer

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            entries = [entry for one, _ in group for entry in one]
            begun = time.perf_counter()
            try:
                ids = await loop.run_in_executor(self._thread, self._journal.append, entries)
            except Exception as error:  # every waiting request gets it, as its own
                for _, answer in group:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                _hand_out(group, entries, ids)
                metrics.commit_seconds.observe(time.perf_counter() - begun)
        self._task = None


def _hand_out(group: list[_Waiting], entries: list[Entry], ids: list[str]) -> None:
    position = 0
    for one, answer in group:
        if not answer.done():
            answer.set_result(ids[position : position + len(one)])
        position += len(one)
    metrics.received.inc(len(ids))
    metrics.acknowledged.inc(len(ids))
    repeats = sum(entry.log_id != log_id for entry, log_id in zip(entries, ids, strict=True))
    if repeats:
        metrics.repeated.inc(repeats)
