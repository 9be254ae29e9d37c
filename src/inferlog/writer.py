"""The one drainer: moves sealed journal segments into the store, in order, each once, for as long as it takes."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol

from inferlog import metrics
from inferlog.errors import RowsRefused, StoreUnavailable
from inferlog.identities import Identities
from inferlog.journal import Journal, Piece, Segment
from inferlog.priority import step_back

_BACKOFF_SECONDS_MAX: Final = 15.0
_logger = logging.getLogger("inferlog.writer")


class Sink(Protocol):
    """Where rows go: the store."""

    def insert(self, lines: Iterable[bytes], token: str) -> None:
        """Insert rows once, however often it is called with this token."""


class Completer(Protocol):
    """What completes rows on their way into the store, with what takes too long while somebody waits for an answer."""

    def complete(self, blocks: Iterable[bytes]) -> Iterable[bytes]:
        """Return the blocks of rows, each row complete. It never fails: a row that cannot be completed is kept."""


class Merger(Protocol):
    """What completes logs that are in the store."""

    def merge(self, pieces: Sequence[Piece], token: str) -> list[Piece]:
        """Merge pieces into the logs that they belong to; return those that cannot be. Again it changes nothing."""


class Writer:
    """A thread that empties the journal about every `flush_seconds`, or at once when it is asked to."""

    def __init__(
        self,
        journal: Journal,
        identities: Identities,
        sink: Sink,
        completer: Completer,
        merger: Merger,
        *,
        flush_seconds: float,
        set_aside: Path,
    ) -> None:
        """Wire the writer; `start` it then. Rows that the sink refuses for ever go to the directory `set_aside`."""
        self.problem: str | None = None
        self._journal = journal
        self._identities = identities
        self._sink = sink
        self._completer = completer
        self._merger = merger
        self._flush_seconds = flush_seconds
        self._set_aside = set_aside
        self._drained = -1
        self._wanted = -1
        self._failures = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="inferlog-writer", daemon=True)
        journal.on_sealed = self._wake

    def start(self) -> None:
        """Begin draining, at once with what an earlier process left."""
        self._thread.start()

    def flush(self, timeout: float) -> bool:
        """Wait until all that was acknowledged is in the store; return False if that took over `timeout` seconds."""
        wanted = self._journal.serial
        with self._changed:
            if self._drained >= wanted:
                return True
            self._wanted = max(self._wanted, wanted)
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._drained >= wanted, timeout)

    def stop(self, timeout: float) -> bool:
        """Drain once more and end the thread; return False if rows are left, which the next start takes up."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout)
        return self._journal.rows == 0

    def _wake(self) -> None:
        with self._changed:
            self._wanted = max(self._wanted, self._drained + 1)
            self._changed.notify_all()

    def _run(self) -> None:
        step_back()
        while True:
            with self._changed:
                pause = self._pause()
                if self._failures:
                    self._changed.wait_for(lambda: self._stopping, pause)
                else:
                    self._changed.wait_for(lambda: self._stopping or self._wanted > self._drained, pause)
                stopping = self._stopping
            self._drain()
            if stopping:
                return

    def _pause(self) -> float:
        if self._failures:
            return min(_BACKOFF_SECONDS_MAX, 0.25 * float(1 << min(self._failures, 10)))
        return self._flush_seconds

    def _drain(self) -> None:
        try:
            serial = self._journal.seal()
            pending = self._journal.sealed()
            if pending:
                self._identities.persist()
            while pending:
                pending[:1] = self._move(pending[0])
        except (StoreUnavailable, sqlite3.Error, OSError) as error:
            self._failed(str(error))
        except Exception as error:  # the loop must outlive what nobody foresaw: the rows are safe, and tried again
            _logger.exception("unexpected failure while draining the journal")
            self._failed(f"unexpected {type(error).__name__}: {error}")
        else:
            if self._failures:
                _logger.warning("the store takes logs again after %d failed attempts", self._failures)
            self._failures, self.problem = 0, None
            with self._changed:
                self._drained = max(self._drained, serial)
                self._changed.notify_all()

    def _move(self, segment: Segment) -> list[Segment]:
        """Insert one segment and drop it; return the segments to do in its place if its rows are refused."""
        begun = time.perf_counter()
        try:
            self._sink.insert(self._completer.complete(segment.read()), segment.token)
        except RowsRefused as error:
            if len(segment.lines()) > 1:
                return self._journal.split(segment)
            path = self._journal.set_aside(segment, self._set_aside, str(error))
            self._merge(segment)  # a piece whose log is set aside takes its place
            self._journal.discard(segment)
            metrics.set_aside.inc()
            _logger.warning("the store refuses a log for ever; it is kept in %s: %s", path, error)
            return []
        self._merge(segment)
        metrics.insert_seconds.observe(time.perf_counter() - begun)
        metrics.stored.inc(segment.rows)
        self._journal.discard(segment)
        return []

    def _merge(self, segment: Segment) -> None:
        """Complete the logs of which the segment holds pieces; pieces that the store will never take are kept aside."""
        pieces = segment.pieces()
        if not pieces:
            return
        problem = "they cannot be merged; the server's log says why"
        try:
            left = self._merger.merge(pieces, segment.token)
        except RowsRefused as error:
            left, problem = pieces, str(error)
        if left:
            path = self._journal.keep_pieces(segment, left, self._set_aside, problem)
            metrics.set_aside.inc()
            _logger.warning("parts of %d logs are kept in %s: %s", len({p.log_id for p in left}), path, problem)

    def _failed(self, problem: str) -> None:
        if not self._failures:
            _logger.warning("the store does not take logs, they stay in the journal: %s", problem)
        self._failures += 1
        self.problem = problem
        metrics.store_failures.inc()
