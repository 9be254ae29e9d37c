"""The one that delivers: takes webhooks that are due from the register, tries each until it is taken or given up."""

import logging
import sqlite3
import threading
from typing import Final

from inferlog import ids, metrics
from inferlog.budgets.register import Delivery, Register
from inferlog.budgets.webhooks import Answer, Sender
from inferlog.errors import StorageFull
from inferlog.priority import step_back

_THREADS: Final = 4
"""How many receivers are spoken to at once; of one budget it is one at a time, in order."""
_GROWTH: Final = 4
_PAUSE_SECONDS_MAX: Final = 21_600.0
_IDLE_SECONDS: Final = 30.0
"""How long is waited where nothing says when to look next, and after a file that could not be written."""
_logger = logging.getLogger("inferlog.webhooks")


class Courier:
    """Some threads that deliver. What they have not delivered when they are stopped, the next start takes up."""

    def __init__(
        self, register: Register, sender: Sender, *, pause_seconds: float, attempts_max: int, seconds_max: float
    ) -> None:
        """Wire the courier; `start` it then.

        After a failure it pauses `pause_seconds`, four times as long after each further one and at most six hours, and
        gives up after `attempts_max` attempts or `seconds_max` seconds after the event.
        """
        self._register = register
        self._sender = sender
        self._pause_seconds = pause_seconds
        self._attempts_max = attempts_max
        self._seconds_max = seconds_max
        self._stopping = False
        self._busy: set[str] = set()
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._run, name=f"inferlog-webhooks-{number}", daemon=True)
            for number in range(_THREADS)
        ]

    def start(self) -> None:
        """Begin, at once with what an earlier process left."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look at once: there is something to deliver."""
        with self._changed:
            self._changed.notify_all()

    def stop(self, timeout: float) -> None:
        """End the threads; an attempt under way is broken off, and made again by the next start, under the same id."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._sender.abort()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout)

    def _run(self) -> None:
        step_back()
        while True:
            try:
                delivery = self._take()
                if delivery is None:
                    return
                self._deliver(delivery)
            except (sqlite3.Error, StorageFull) as error:
                self._pause_after(f"the file of budgets cannot be used: {error}")
            except Exception:  # the loop must outlive what nobody foresaw: the webhook is still to be delivered
                _logger.exception("unexpected failure while delivering a webhook")
                self._pause_after("unexpected failure")

    def _take(self) -> Delivery | None:
        """Wait for a webhook that is due and return it; None is the end. Its budget is busy until it is delivered."""
        with self._changed:
            while not self._stopping:
                moment = ids.now()
                delivery = self._register.due(moment, self._busy)
                if delivery is not None:
                    self._busy.add(delivery.budget_id)
                    return delivery
                self._changed.wait(self._until_next(moment))
        return None

    def _until_next(self, moment: float) -> float:
        following = self._register.next_due()
        if following is None or following <= moment:  # what is due is of a busy budget, whose end wakes this
            return _IDLE_SECONDS
        return min(following - moment, _IDLE_SECONDS)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            answer = self._sender.send(delivery.event_id, delivery.url, delivery.secret, delivery.body)
            self._note(delivery, answer)
        finally:
            with self._changed:
                self._busy.discard(delivery.budget_id)
                self._changed.notify_all()

    def _note(self, delivery: Delivery, answer: Answer) -> None:
        if not answer.problem:
            self._register.note_delivered(delivery.event_id, ids.now())
            metrics.webhooks_delivered.inc()
            return
        if self._stopping:  # it was broken off: that is not the receiver's failure
            return
        due_at = self._next_attempt(delivery, answer)
        self._register.note_failed(delivery.event_id, answer.problem, due_at)
        metrics.webhook_attempts_failed.inc()
        if due_at is None:
            metrics.webhooks_given_up.inc()
            _logger.warning(
                "the webhook %s of budget %s is given up after %d attempts: %s",
                delivery.event_id, delivery.budget_id, delivery.attempts + 1, answer.problem,
            )  # fmt: skip

    def _next_attempt(self, delivery: Delivery, answer: Answer) -> float | None:
        """Return when a webhook is tried again, or None to give it up."""
        if answer.gone or delivery.attempts + 1 >= self._attempts_max:
            return None
        pause = min(self._pause_seconds * float(_GROWTH ** min(delivery.attempts, 20)), _PAUSE_SECONDS_MAX)
        pause = max(pause, min(answer.retry_after or 0.0, _PAUSE_SECONDS_MAX))
        spread = int(delivery.event_id[-2:], 16) / 256 / 10  # receivers that failed together are not tried together
        due_at = ids.now() + pause * (1 + spread)
        return due_at if due_at <= delivery.crossed_at + self._seconds_max else None

    def _pause_after(self, problem: str) -> None:
        with self._changed:
            if not self._stopping:
                _logger.warning("webhooks wait: %s", problem)
                self._changed.wait_for(lambda: self._stopping, _IDLE_SECONDS)
