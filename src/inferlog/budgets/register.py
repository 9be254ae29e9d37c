"""Budgets, the events of their thresholds and the deliveries of these: one small SQLite file.

An event is written, synced, before anybody is told of it, and its delivery is noted after: a crash between the two
tells of it again, under the same id. Another process (`inferlog budgets`) may change budgets at any time. Webhooks'
secrets stand in it as they are, for they sign; only the file's owner may read it.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from inferlog import ids
from inferlog.budgets.definitions import Budget, Change, Draft
from inferlog.budgets.events import Crossing, Event
from inferlog.budgets.periods import Period
from inferlog.errors import Conflict, NotFound, StorageFull
from inferlog.jsontext import dumps

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS budgets (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL, subject TEXT NOT NULL,
    environment TEXT NOT NULL, period TEXT NOT NULL, time_zone TEXT NOT NULL, amount TEXT NOT NULL,
    thresholds TEXT NOT NULL, webhook_url TEXT NOT NULL, webhook_secret TEXT NOT NULL, version INTEGER NOT NULL,
    created_at REAL NOT NULL, changed_at REAL NOT NULL,
    UNIQUE (project_id, name)
);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, budget_id TEXT NOT NULL REFERENCES budgets (id) ON DELETE CASCADE, version INTEGER NOT NULL,
    subject TEXT NOT NULL, period_start INTEGER NOT NULL, period_end INTEGER NOT NULL, threshold INTEGER NOT NULL,
    spent TEXT NOT NULL, crossed_at REAL NOT NULL, body BLOB NOT NULL,
    delivery TEXT NOT NULL, attempts INTEGER NOT NULL, due_at REAL NOT NULL, last_error TEXT NOT NULL,
    delivered_at REAL,
    UNIQUE (budget_id, version, subject, period_start, threshold)
);
CREATE INDEX IF NOT EXISTS events_ended ON events (period_end);
CREATE INDEX IF NOT EXISTS events_due ON events (due_at) WHERE delivery = 'pending';
CREATE TABLE IF NOT EXISTS seen (
    budget_id TEXT PRIMARY KEY REFERENCES budgets (id) ON DELETE CASCADE,
    subject TEXT NOT NULL, period_start INTEGER NOT NULL, period_end INTEGER NOT NULL, spent TEXT NOT NULL
);
"""
_PUT: Final = (
    "INSERT INTO budgets VALUES (:id, :project_id, :name, :scope, :subject, :environment, :period, :time_zone, "
    ":amount, :thresholds, :webhook_url, :webhook_secret, :version, :created_at, :changed_at) "
    "ON CONFLICT (id) DO UPDATE SET name = :name, amount = :amount, thresholds = :thresholds, "
    "webhook_url = :webhook_url, webhook_secret = :webhook_secret, version = :version, changed_at = :changed_at"
)
_DUE: Final = (
    "SELECT events.id, budget_id, webhook_url, webhook_secret, body, attempts, crossed_at "
    "FROM events JOIN budgets ON budgets.id = budget_id "
    "WHERE delivery = 'pending' AND due_at <= ? AND budget_id NOT IN (SELECT value FROM json_each(?)) "
    "ORDER BY crossed_at, threshold LIMIT 1"
)
_RECORDED: Final = "SELECT budget_id, version, subject, period_start, threshold FROM events WHERE period_end > ?"

_FORGET_CUSTOMER: Final = (
    "DELETE FROM budgets WHERE project_id = ? AND scope = 'customer' AND subject = ?",
    "DELETE FROM events WHERE budget_id IN (SELECT id FROM budgets WHERE project_id = ?) AND subject = ?",
    "DELETE FROM seen WHERE budget_id IN (SELECT id FROM budgets WHERE project_id = ?) AND subject = ?",
)

DeliveryStatus = Literal["no_webhook", "pending", "delivered", "failed"]


class Delivery(msgspec.Struct, frozen=True):
    """One webhook that is due: where it goes, what is sent, and how often it was tried. `crossed_at` is the event's."""

    event_id: str
    budget_id: str
    url: str
    secret: str
    body: bytes
    attempts: int
    crossed_at: float


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold that was reached, and what became of its webhook. Times are seconds since 1970 UTC."""

    event_id: str
    subject: str
    threshold: int
    spent: Decimal
    crossed_at: float
    delivery: DeliveryStatus
    attempts: int
    due_at: float
    last_error: str
    delivered_at: float | None


class Seen(msgspec.Struct, frozen=True):
    """What the watcher saw spent last: of several subjects, by the one that spent most."""

    subject: str
    period: Period
    spent: Decimal


class Register:
    """The budgets of one data directory."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        self._lock = threading.Lock()
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite gives its other files the same mode
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(_SCHEMA)

    def create(self, project_id: str, draft: Draft, *, most: int) -> Budget:
        """Keep a new budget and return it. Raises Conflict if its name is taken or the project has `most`."""
        moment = ids.now()
        budget = Budget(
            id=ids.new_uuid().replace("-", ""),
            project_id=project_id,
            webhook_secret=ids.new_webhook_secret() if draft.webhook_url else "",
            created_at=moment,
            changed_at=moment,
            **msgspec.structs.asdict(draft),
        )
        with self._writing():
            (count,) = self._db.execute("SELECT count(*) FROM budgets WHERE project_id = ?", (project_id,)).fetchone()
            if count >= most:
                raise Conflict(f"This project has {count:,} budgets; the limit budgets_max is {most:,}")
            self._put(budget)
        return budget

    def change(self, project_id: str, budget_id: str, change: Change) -> Budget:
        """Change a budget and return it. A given webhook address has a new secret, also if it is the same address.

        Raises NotFound, Conflict if the name is taken.
        """
        with self._writing():
            budget = self._find(project_id, budget_id)
            given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
            if "webhook_url" in given:
                given["webhook_secret"] = ids.new_webhook_secret() if given["webhook_url"] else ""
            anew = change.amount is not None and change.amount != budget.amount
            budget = msgspec.structs.replace(
                budget, **given, version=budget.version + anew, changed_at=ids.now()
            )  # fmt: skip
            self._put(budget)
            if not budget.webhook_url:
                self._db.execute(
                    "UPDATE events SET delivery = 'no_webhook' WHERE budget_id = ? AND delivery = 'pending'",
                    (budget.id,),
                )
        return budget

    def delete(self, project_id: str, budget_id: str) -> Budget:
        """Forget a budget, its events and what is still to be delivered of them. Raises NotFound."""
        with self._writing():
            budget = self._find(project_id, budget_id)
            self._db.execute("DELETE FROM budgets WHERE id = ?", (budget.id,))
        return budget

    def find(self, project_id: str, budget_id: str) -> Budget:
        """Return the budget with this id of this project. Raises NotFound."""
        with self._lock:
            return self._find(project_id, budget_id)

    def budgets(self, project_id: str = "") -> list[Budget]:
        """Return the budgets of a project, or of all, the oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM budgets WHERE project_id = ?1 OR ?1 = '' ORDER BY created_at, id", (project_id,)
            ).fetchall()
        return [_budget(row) for row in rows]

    def recorded(self, since: int) -> set[Crossing]:
        """Return what there are events of, in periods that end after `since`."""
        with self._lock:
            return set(self._db.execute(_RECORDED, (since,)))

    def record(self, events: Iterable[Event]) -> list[Event]:
        """Write events down, synced, each once; return those that are new. A budget that is gone has none."""
        new: list[Event] = []
        with self._writing():
            for event in events:
                added = self._db.execute(
                    "INSERT OR IGNORE INTO events SELECT ?, id, version, ?, ?, ?, ?, ?, ?, ?, "
                    "iif(webhook_url = '', 'no_webhook', 'pending'), 0, ?, '', NULL "
                    "FROM budgets WHERE id = ? AND version = ?",
                    (event.id, event.subject, *event.period, event.threshold, str(event.spent), event.crossed_at,
                     event.body, event.crossed_at, event.budget_id, event.version),
                )  # fmt: skip
                if added.rowcount:
                    new.append(event)
        return new

    def told(self, budget: Budget, period_start: int) -> list[Told]:
        """Return the thresholds that were reached of a budget as it is now in one period, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, subject, threshold, spent, crossed_at, delivery, attempts, due_at, last_error, "
                "delivered_at FROM events WHERE budget_id = ? AND version = ? AND period_start = ? ORDER BY threshold",
                (budget.id, budget.version, period_start),
            ).fetchall()
        names = Told.__struct_fields__
        return [msgspec.convert(dict(zip(names, row, strict=True)), Told, strict=False) for row in rows]

    def due(self, moment: float, busy: Iterable[str]) -> Delivery | None:
        """Return the first webhook that is due at `moment` of a budget that is not among the `busy` ones, or None."""
        with self._lock:
            row = self._db.execute(_DUE, (moment, dumps([*busy]).decode())).fetchone()
        return Delivery(*row) if row else None

    def next_due(self) -> float | None:
        """Return when the next webhook is due, or None if none waits."""
        with self._lock:
            (moment,) = self._db.execute("SELECT min(due_at) FROM events WHERE delivery = 'pending'").fetchone()
        return None if moment is None else float(moment)

    def note_delivered(self, event_id: str, moment: float) -> None:
        """Note that a webhook was taken by its receiver."""
        with self._writing():
            self._db.execute(
                "UPDATE events SET delivery = 'delivered', attempts = attempts + 1, last_error = '', delivered_at = ? "
                "WHERE id = ?", (moment, event_id),
            )  # fmt: skip

    def note_failed(self, event_id: str, problem: str, due_at: float | None) -> None:
        """Note why a webhook was not taken, and when it is tried again; None gives it up."""
        with self._writing():
            self._db.execute(
                "UPDATE events SET attempts = attempts + 1, last_error = ?1, due_at = coalesce(?2, due_at), "
                "delivery = iif(?2 IS NULL, 'failed', delivery) WHERE id = ?3 AND delivery = 'pending'",
                (problem, due_at, event_id),
            )

    def note_seen(self, seen: Sequence[tuple[str, Seen]]) -> None:
        """Keep what was seen spent of budgets, for whoever cannot ask the store; what is unchanged is not written."""
        with self._lock:
            known = {row[0]: tuple(row[1:]) for row in self._db.execute("SELECT * FROM seen")}
        rows = [(budget_id, each.subject, *each.period, str(each.spent)) for budget_id, each in seen]
        changed = [row for row in rows if known.get(row[0]) != row[1:]]
        if changed:
            with self._writing():
                self._db.executemany(
                    "INSERT OR REPLACE INTO seen SELECT ?1, ?2, ?3, ?4, ?5 "
                    "WHERE EXISTS (SELECT 1 FROM budgets WHERE id = ?1)", changed,
                )  # fmt: skip

    def seen(self, budget_id: str) -> Seen | None:
        """Return what was last seen spent of a budget, or None if it was not looked at yet."""
        with self._lock:
            row = self._db.execute(
                "SELECT subject, period_start, period_end, spent FROM seen WHERE budget_id = ?", (budget_id,)
            ).fetchone()
        return Seen(row[0], Period(row[1], row[2]), Decimal(row[3])) if row else None

    def drop_older(self, moment: float) -> None:
        """Forget the events of periods that ended before `moment`, unless they are still to be delivered."""
        with self._writing():
            self._db.execute("DELETE FROM events WHERE period_end < ? AND delivery != 'pending'", (moment,))

    def forget_customer(self, project_id: str, customer: str) -> int:
        """Forget a customer: budgets of it alone, and of others its events; return how many, on the disk, too."""
        with self._lock:
            self._db.execute("PRAGMA secure_delete = ON")
        with self._writing():
            count = sum(self._db.execute(sql, (project_id, customer)).rowcount for sql in _FORGET_CUSTOMER)
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _find(self, project_id: str, budget_id: str) -> Budget:
        row = self._db.execute(
            "SELECT * FROM budgets WHERE project_id = ? AND id = ?", (project_id, budget_id)
        ).fetchone()
        if row is None:
            raise NotFound("Budget not found")
        return _budget(row)

    def _put(self, budget: Budget) -> None:
        row = msgspec.structs.asdict(budget)
        row |= {"amount": str(budget.amount), "thresholds": " ".join(map(str, budget.thresholds))}
        try:
            self._db.execute(_PUT, row)
        except sqlite3.IntegrityError:
            raise Conflict(f"name: this project has a budget named {budget.name!r} already") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Make all that is written within one transaction. Raises StorageFull if the disk does not take it."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except sqlite3.OperationalError as error:
                raise StorageFull(f"Budgets cannot be written ({error}): make space in the data directory") from error
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")


def _budget(row: tuple[Any, ...]) -> Budget:
    values = dict(zip(Budget.__struct_fields__, row, strict=True))
    values["amount"] = Decimal(values["amount"])
    values["thresholds"] = tuple(int(each) for each in values["thresholds"].split())
    return Budget(**values)
