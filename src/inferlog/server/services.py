"""What a running inferlog consists of, opened in order and closed in reverse."""

import ctypes
import fcntl
import gc
import logging
import os
import platform
import socket
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

from inferlog import metrics
from inferlog.access import Access
from inferlog.budgets.courier import Courier
from inferlog.budgets.register import Register
from inferlog.budgets.watcher import Watcher
from inferlog.budgets.webhooks import Sender
from inferlog.config import Settings
from inferlog.customers import Customers
from inferlog.deleting.jobs import Jobs as DeletionJobs
from inferlog.deleting.jobs import selection
from inferlog.deleting.retention import Keeper, Retentions
from inferlog.deleting.table import Table as DeletionTable
from inferlog.deleting.table import preview
from inferlog.deleting.worker import Deleter
from inferlog.errors import ConfigError, DataDirectoryInUse, StorageFull
from inferlog.identities import Identities
from inferlog.ingest import Intake
from inferlog.journal import Journal
from inferlog.kept_prices import KeptPrices
from inferlog.pieces import Pieces
from inferlog.priority import step_back
from inferlog.repricing.jobs import Jobs
from inferlog.repricing.table import Table
from inferlog.repricing.worker import Repricer
from inferlog.scores import Scores
from inferlog.server.copies import Copies
from inferlog.set_aside import SetAside
from inferlog.store.clickhouse import Store
from inferlog.traces import Traces
from inferlog.uncounted import Uncounted
from inferlog.writer import Writer

_COLLECT_AFTER: Final = (50_000, 50, 1_000)
_SWITCH_SECONDS: Final = 0.0005
"""How long a busy thread keeps the others waiting. At Python's 5 ms the event loop read a batch of 4 MB, which comes in
64 pieces, in a third of a second while another one was being prepared."""
_M_MMAP_THRESHOLD: Final = -3
_MAPPED_BYTES: Final = 8_000_000
"""A block this large goes back to the system when it is freed. Left alone, glibc raises this bound to 32 MB by
itself, and forty logs of 20 MB, posted and listed, left 1.6 GB resident."""
_WATCH_STOP_SECONDS: Final = 5.0
_logger = logging.getLogger("inferlog")


_AT_THE_END: Final = "a power cut leaves a commit so that was never acknowledged, all others are recovered"
_WITHIN: Final = "what follows is recovered; logs that were acknowledged may be lost there: check the disk"


class Services:
    """The open journal, store, keys and writer of one data directory. One process holds it at a time."""

    def __init__(self, settings: Settings) -> None:
        """Lock the data directory and open all in it.

        Raises DataDirectoryInUse, StorageFull, StoreUnavailable, ConfigError.
        """
        self.settings = settings
        self.directory = Path(settings.data).absolute()
        self._lock = _lock(self.directory)
        try:
            self._open_files()
        except (sqlite3.Error, OSError) as error:
            raise StorageFull(
                f"The data directory {self.directory} cannot be written ({error}): make space there, or mend it"
            ) from error
        self._tell_damage()
        self.intake = Intake(settings, self.prices)
        uncounted = Uncounted(
            self.prices, log_bytes_max=settings.count_bytes_max, segment_bytes_max=settings.count_segment_bytes_max
        )
        with ThreadPoolExecutor(1, initializer=step_back) as opener:  # the engine's threads inherit its priority
            self.store = opener.submit(self._open_store).result()
        self.scores = Scores(self.store)
        self.set_aside = SetAside(self.directory / "set-aside", self.journal.directory)
        self.pieces = Pieces(self.store, self.prices, uncounted, self.set_aside.holds)
        self.writer = Writer(
            self.journal,
            self.identities,
            self.store,
            uncounted,
            self.pieces,
            flush_seconds=settings.flush_seconds,
            set_aside=self.set_aside.directory,
        )
        self.repricer = Repricer(
            self._repricings,
            Table(self.store, self.pieces.read_at_rest, is_cluster=bool(self.store.placement.cluster)),
            self.prices,
            flush=lambda: self.writer.flush(settings.flush_wait_seconds_max),
            conditions_max=settings.filter_conditions_max,
            portion_logs=settings.reprice_portion_logs,
        )
        self._open_deletions()
        self.writer.start()
        self._open_budgets()
        _settle()

    def watch(self) -> None:
        """Begin to watch budgets, deliver webhooks, re-price and delete: what a server does, and an import does not."""
        self.repricer.start()
        self.deleter.start()
        self.keeper.start()
        self.courier.start()
        self.watcher.start()

    def _tell_damage(self) -> None:
        """Say what of the journal cannot be read, and keep a copy of what may have been acknowledged."""
        for torn in self.journal.torn:
            metrics.torn_bytes.inc(torn.size)
            told = _AT_THE_END
            if torn.inside:
                told = f"{_WITHIN}; these bytes are kept in {self.journal.salvage(torn, self.directory / 'set-aside')}"
            _logger.warning(
                "the journal file %s is damaged at byte %d: %d bytes cannot be read there and are skipped; %s",
                torn.path, torn.position, torn.size, told,
            )  # fmt: skip

    def _open_files(self) -> None:
        settings = self.settings
        self.access = Access(self.directory / "access.db")
        self.first_key = self.access.bootstrap(settings.bootstrap_key)
        self.prices = KeptPrices(self.directory / "prices.db")
        self.budgets = Register(self.directory / "budgets.db")
        self.customers = Customers(self.directory / "customers.db", self.budgets, budgets_max=settings.budgets_max)
        self._repricings = Jobs(self.directory / "repricings.db")
        self._deletions = DeletionJobs(self.directory / "deletions.db")
        self.retentions = Retentions(self.directory / "retention.db", settings.retention_days)
        self.identities = Identities(self.directory / "identities.db", days=settings.dedup_days)
        self.journal = Journal(
            self.directory / "journal",
            self.identities,
            bytes_max=settings.journal_bytes_max,
            segment_bytes_max=settings.segment_bytes_max,
        )

    def _open_budgets(self) -> None:
        settings = self.settings
        metrics.budgets.series_max = settings.budget_series_max
        self.courier = Courier(
            self.budgets,
            Sender(seconds_max=settings.webhook_seconds_max, private=settings.webhook_private_addresses),
            pause_seconds=settings.webhook_pause_seconds,
            attempts_max=settings.webhook_attempts_max,
            seconds_max=settings.webhook_retry_seconds_max,
        )
        self.watcher = Watcher(
            self.budgets,
            self.store,
            self.writer,
            check_seconds=settings.budget_check_seconds,
            grace_seconds=settings.budget_grace_seconds,
            flush_wait_seconds=settings.flush_wait_seconds_max,
            customers_max=settings.budget_customers_max,
            event_days=settings.budget_event_days,
            on_events=self.courier.wake,
        )

    def _open_deletions(self) -> None:
        settings, placement = self.settings, self.store.placement
        table = DeletionTable(self.store, placement.database, is_cluster=bool(placement.cluster))
        conditions_max = settings.filter_conditions_max
        self.traces = Traces()
        copies = Copies(
            self.identities,
            self.set_aside,
            self.customers,
            self.budgets,
            self._repricings,
            self._deletions,
            self.traces,
        )
        self.deleter = Deleter(
            self._deletions,
            table,
            flush=lambda: self.writer.flush(settings.flush_wait_seconds_max),
            between_merges=self.pieces.between_merges,
            forget_scores=self.scores.forget,
            forget_copies=copies.forget,
            conditions_max=conditions_max,
            portion_logs=settings.delete_portion_logs,
        )
        self.keeper = Keeper(
            self.retentions,
            self.deleter,
            projects=self.access.project_ids,
            count=lambda request: preview(self.store, selection(request, conditions_max)).logs,
            newest=table.newest,
            check_seconds=settings.retention_check_seconds,
            gap_days_max=settings.retention_gap_days_max,
        )

    def _open_store(self) -> Store:
        settings = self.settings
        for left in (self.directory / "scratch").glob("*"):  # of a process that was killed: blocks of logs
            if left.is_file():
                left.unlink()
        return Store(
            settings.store or f"chdb://{self.directory / 'store'}",
            queries_max=settings.queries_max,
            sql_queries_max=settings.sql_queries_max,
            query_seconds_max=settings.query_seconds_max,
            query_bytes_max=settings.query_bytes_max,
            scratch=self.directory / "scratch",
        )

    def close(self, timeout: float = 30.0) -> bool:
        """Drain the journal and close everything; return False if logs are left for the next start."""
        self.keeper.stop(timeout)
        self.deleter.stop(timeout)
        self.repricer.stop(timeout)
        self.watcher.stop(_WATCH_STOP_SECONDS)
        self.courier.stop(_WATCH_STOP_SECONDS)
        drained = self.writer.stop(timeout)
        self.journal.close()
        self.store.close()
        self.identities.close()
        self.prices.close()
        self.customers.close()
        self.budgets.close()
        self.access.close()
        self._lock.close()
        return drained


def _settle() -> None:
    """Tune the interpreter for a process that runs long: what was loaded by now lives as long as it does.

    Without this it walks 400,000 objects of the price book and the engine's libraries again and again: 8 % of the
    throughput, and pauses of 25 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    sys.setswitchinterval(_SWITCH_SECONDS)
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)


def _lock(directory: Path) -> IO[str]:
    """Hold the data directory until the returned file is closed, or the process ends, however it does."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = (directory / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"The data directory {directory} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise DataDirectoryInUse(f"The data directory {directory} is in use by {holder}") from None
    started = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    holder = f"process {os.getpid()} on {socket.gethostname()} ({command}), started {started}\n"
    try:
        file.truncate(0)
        os.write(file.fileno(), holder.encode())
    except OSError as error:
        file.close()
        raise StorageFull(f"The data directory {directory} cannot be written ({error.strerror}): make space") from None
    return file
