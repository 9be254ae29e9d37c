"""The one that looks: at every budget each few seconds, and writes down which thresholds were reached."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, Protocol

from inferlog import ids, metrics
from inferlog.budgets.definitions import Budget
from inferlog.budgets.events import Event, events_of
from inferlog.budgets.periods import period_before, period_of
from inferlog.budgets.register import Register, Seen
from inferlog.budgets.spending import Spent, Watched, spending
from inferlog.errors import InferlogError
from inferlog.priority import step_back
from inferlog.query.logs import Rows

_DAY_SECONDS: Final = 86_400
_logger = logging.getLogger("inferlog.budgets")


class Flushing(Protocol):
    """What brings acknowledged logs into the store: the writer."""

    def flush(self, timeout: float) -> bool:
        """Wait until they are there."""


class Watcher:
    """A thread that compares what was spent with every budget each `check_seconds`.

    It asks the store in one query, and in one more for each stretch of time in which each customer counts. A period is
    watched until `grace_seconds` after its end, for its last logs come after it; then it is closed.
    """

    def __init__(
        self,
        register: Register,
        rows: Rows,
        writer: Flushing,
        *,
        check_seconds: float,
        grace_seconds: float,
        flush_wait_seconds: float,
        customers_max: int,
        event_days: int,
        on_events: Callable[[], None],
    ) -> None:
        """Wire the watcher; `start` it then. `on_events` is called when there is something to deliver."""
        self._register = register
        self._rows = rows
        self._writer = writer
        self._check_seconds = check_seconds
        self._grace_seconds = grace_seconds
        self._flush_wait_seconds = flush_wait_seconds
        self._customers_max = customers_max
        self._event_seconds = event_days * _DAY_SECONDS
        self._on_events = on_events
        self._failing = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inferlog-budgets", daemon=True)

    def start(self) -> None:
        """Begin, with a look at once."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def check(self, moment: float) -> list[Event]:
        """Look at every budget once, as at `moment`; return the events that are new.

        Raises StoreUnavailable, QueryLimitExceeded, sqlite3.Error: nothing is lost, the next look finds the same.
        """
        watched = [each for budget in self._register.budgets() for each in self._watched(budget, moment)]
        if not watched:
            metrics.budgets.show([])
            return []
        self._writer.flush(self._flush_wait_seconds)
        spent = spending(self._rows, watched, customers_max=self._customers_max)
        looked = list(zip(watched, spent, strict=True))
        known = self._register.recorded(int(moment - self._grace_seconds) - 1)
        found = [
            event for each, its in looked for event in events_of(each.budget, each.period, its, known, moment)
        ]  # fmt: skip
        new = self._register.record(found) if found else []
        self._show([(each, its) for each, its in looked if each.period.end > moment])
        return new

    def _watched(self, budget: Budget, moment: float) -> list[Watched]:
        """Return a budget's current period and, for a while, the one before, if the budget was there by then."""
        current = period_of(budget.period, budget.zone, moment)
        if moment - current.start >= self._grace_seconds or budget.created_at >= current.start:
            return [Watched(budget, current)]
        return [Watched(budget, period_before(budget.period, budget.zone, current)), Watched(budget, current)]

    def _show(self, looked: Sequence[tuple[Watched, Spent]]) -> None:
        """Show in the metrics and keep in the register what was spent in the current periods."""
        seen: list[tuple[str, Seen]] = []
        figures: list[metrics.BudgetFigures] = []
        for (budget, period), spent in looked:
            subject, most = spent[0] if spent else ("", Decimal())
            seen.append((budget.id, Seen(subject, period, most)))
            figures.append(metrics.BudgetFigures(budget.id, budget.name, budget.amount, most))
        self._register.note_seen(seen)
        metrics.budgets.show(figures)

    def _run(self) -> None:
        step_back()
        while True:
            self._look()
            if self._stopping.wait(self._check_seconds):
                return

    def _look(self) -> None:
        moment = ids.now()
        try:
            new = self.check(moment)
            self._register.drop_older(moment - self._event_seconds)
        except (InferlogError, sqlite3.Error, OSError) as error:
            self._failed(str(error))
        except Exception as error:  # the loop must outlive what nobody foresaw: the next look finds the same
            if self._stopping.is_set():  # the store may be closed by now
                return
            _logger.exception("unexpected failure while looking at budgets")
            self._failed(f"unexpected {type(error).__name__}: {error}")
        else:
            if self._failing:
                _logger.warning("budgets are watched again")
            self._failing = False
            for event in new:
                said = "budget %s: %d %% is reached in this period (event %s)"
                _logger.info(said, event.budget_id, event.threshold, event.id)
            if new:
                self._on_events()

    def _failed(self, problem: str) -> None:
        metrics.budget_checks_failed.inc()
        if not self._failing and not self._stopping.is_set():
            _logger.warning("budgets cannot be watched now, and are tried again: %s", problem)
        self._failing = True
