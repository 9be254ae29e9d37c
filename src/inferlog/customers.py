"""What people set of customers, beside what their logs say: name, email, metadata, budgets. One small SQLite file.

A customer is its identifier, in both environments of a project. Its budget of each period is a budget like any other,
of the scope `customer`, known by its name.
"""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from inferlog import ids
from inferlog.budgets.definitions import AMOUNT_EXPECTED, Budget, Draft, read_amount
from inferlog.budgets.definitions import Change as BudgetChange
from inferlog.budgets.periods import PeriodName
from inferlog.budgets.register import Register
from inferlog.errors import Conflict, InvalidInput, NotFound, StorageFull, hint
from inferlog.jsontext import RawObject, kind

DURATIONS: Final[Mapping[str, PeriodName]] = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
FIELDS: Final = (
    "name", "email", "metadata", "period_budget", "budget_duration", "total_budget", "markup_percentage",
)  # fmt: skip
_BUDGET_FIELDS: Final = ("period_budget", "budget_duration")
_TEXT_MAX: Final = 1_000
IDENTIFIER_MAX: Final = 1_000
_NAMED_MAX: Final = 150
"""How much of an identifier is in a budget's name; a longer one is told apart by its digest."""
_PERCENT_MAX: Final = 1e6
_METADATA_BYTES_MAX: Final = 100_000
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS customers (
    project_id TEXT NOT NULL, customer_identifier TEXT NOT NULL, name TEXT, email TEXT, metadata TEXT,
    total_budget TEXT, markup_percentage REAL, created_at REAL NOT NULL, changed_at REAL NOT NULL,
    PRIMARY KEY (project_id, customer_identifier)
) WITHOUT ROWID;
"""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """What people set of one customer; None is not set. `metadata` is JSON, amounts USD, times seconds since 1970."""

    project_id: str
    customer_identifier: str
    name: str | None = None
    email: str | None = None
    metadata: str | None = None
    total_budget: Decimal | None = None
    markup_percentage: float | None = None
    created_at: float
    changed_at: float


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be set: of the record by its columns, and of the budget; what is absent stays, None takes back."""

    columns: dict[str, Any]
    period_budget: Decimal | msgspec.UnsetType | None = msgspec.UNSET
    budget_duration: PeriodName | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def sets_budget(self) -> bool:
        """Tell whether it is about the budget of a period."""
        return (self.period_budget, self.budget_duration) != (msgspec.UNSET, msgspec.UNSET)


class Customers:
    """What is set of the customers of one data directory; their budgets are in the register."""

    def __init__(self, path: Path, budgets: Register, *, budgets_max: int) -> None:
        """Open or create the file at `path`."""
        self._lock = threading.Lock()
        self._budgets = budgets
        self._budgets_max = budgets_max
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds people's addresses
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.executescript(_SCHEMA)

    def create(self, project_id: str, identifier: str, change: Change) -> None:
        """Set what is known of a customer of whom nothing is set yet. Raises Conflict."""
        with self._lock:
            if self._find(project_id, [identifier]):
                raise Conflict(f"customer_identifier: {identifier[:80]!r} is set already; change it with PATCH")
            self._apply(project_id, identifier, change)

    def change(self, project_id: str, identifier: str, change: Change) -> None:
        """Set some of what is known of a customer. Raises Conflict, InvalidInput, StorageFull."""
        with self._lock:
            self._apply(project_id, identifier, change)

    def delete(self, project_id: str, identifier: str) -> None:
        """Forget what is set of a customer, and its budget. Raises NotFound."""
        with self._lock:
            budget = self.budgets(project_id, [identifier]).get(identifier)
            if budget is None and not self._find(project_id, [identifier]):
                raise NotFound(f"Nothing is set of a customer {identifier[:80]!r}; its logs are not deleted here")
            if budget:
                self._budgets.delete(project_id, budget.id)
            with self._writing():
                self._db.execute(
                    "DELETE FROM customers WHERE project_id = ? AND customer_identifier = ?", (project_id, identifier)
                )
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def find(self, project_id: str, identifiers: Iterable[str]) -> dict[str, Customer]:
        """Return what is set of these customers, by their identifiers."""
        with self._lock:
            return self._find(project_id, identifiers)

    def budgets(self, project_id: str, identifiers: Iterable[str]) -> dict[str, Budget]:
        """Return the budgets of a period that these customers have, by their identifiers."""
        wanted = {budget_name(each): each for each in identifiers}
        return {
            budget.subject: budget
            for budget in self._budgets.budgets(project_id)
            if budget.scope == "customer" and wanted.get(budget.name) == budget.subject
        }

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _apply(self, project_id: str, identifier: str, change: Change) -> None:
        """Set the budget first: what is wrong with it is refused before anything is written."""
        if change.sets_budget:
            self._set_budget(project_id, identifier, change)
        moment = ids.now()
        before = self._find(project_id, [identifier]).get(identifier) or Customer(
            project_id=project_id, customer_identifier=identifier, created_at=moment, changed_at=moment
        )
        row = msgspec.structs.asdict(before) | change.columns | {"changed_at": moment}
        row["total_budget"] = None if row["total_budget"] is None else str(row["total_budget"])
        columns = Customer.__struct_fields__
        with self._writing():
            self._db.execute(
                f"INSERT OR REPLACE INTO customers VALUES ({', '.join(f':{name}' for name in columns)})",  # noqa: S608 - columns
                row,
            )

    def _set_budget(self, project_id: str, identifier: str, change: Change) -> None:
        before = self.budgets(project_id, [identifier]).get(identifier)
        amount = change.period_budget
        if amount is msgspec.UNSET:
            amount = before.amount if before else None
            if amount is None and change.budget_duration:
                raise InvalidInput("budget_duration: there is no budget to be spent in it; send period_budget, too")
        period = change.budget_duration or (before.period if before else "month")
        if before and amount is not None and period == before.period:
            self._budgets.change(project_id, before.id, BudgetChange(amount=amount))
            return
        if before:  # for another period it is another sum
            self._budgets.delete(project_id, before.id)
        if amount is not None:
            draft = Draft(
                name=budget_name(identifier), amount=amount, scope="customer", subject=identifier, period=period
            )
            self._budgets.create(project_id, draft, most=self._budgets_max + bool(before))

    def _find(self, project_id: str, identifiers: Iterable[str]) -> dict[str, Customer]:
        wanted = msgspec.json.encode([*identifiers]).decode()
        rows = self._db.execute(
            "SELECT * FROM customers WHERE project_id = ? AND customer_identifier IN (SELECT value FROM json_each(?))",
            (project_id, wanted),
        ).fetchall()
        found = [msgspec.convert(dict(zip(Customer.__struct_fields__, row, strict=True)), Customer) for row in rows]
        return {each.customer_identifier: each for each in found}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StorageFull(f"Customers cannot be written ({error}): make space in the data directory") from error


def budget_name(identifier: str) -> str:
    """Return the name of a customer's budget of each period."""
    if len(identifier) > _NAMED_MAX:
        digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        identifier = f"{identifier[:_NAMED_MAX]}… {digest}"
    return f"period_budget of {identifier}"


# What a user sends


def read_identifier(raw: msgspec.Raw | None) -> str:
    """Return a customer's identifier. Raises InvalidInput."""
    if raw is None:
        raise InvalidInput("customer_identifier: a customer needs one, as its logs have it")
    text = _text(raw) if kind(raw) != "number" else bytes(raw).decode()
    if not text:
        raise InvalidInput(
            f"customer_identifier: expected a text of 1 to {IDENTIFIER_MAX:,} characters, received: {_shown(raw)}"
        )
    return text


def read_change(fields: RawObject) -> Change:
    """Return what is to be set from the top level of a JSON object. Raises InvalidInput that names the field."""
    read: dict[str, Any] = {}
    for name, raw in fields.items():
        if name in ("period_start", "period_end"):
            raise InvalidInput(f"{name}: cannot be set; a budget's periods are the calendar's (budget_duration)")
        if name not in FIELDS:
            raise InvalidInput(
                f"{name[:80]}: cannot be set of a customer{hint(name, FIELDS)}; can be set: {', '.join(FIELDS)}"
            )
        read[name] = None if kind(raw) == "null" else _READERS[name](raw)
        if read[name] is None and kind(raw) != "null":
            raise InvalidInput(f"{name}: expected {_EXPECTED[name]}, received: {_shown(raw)}")
    budget = {name: read.pop(name) for name in _BUDGET_FIELDS if name in read}
    return Change(columns=read, **budget)


def _text(raw: msgspec.Raw) -> str | None:
    text = msgspec.json.decode(raw, type=str) if kind(raw) == "string" else ""
    return text if 0 < len(text) <= _TEXT_MAX else None


def _duration(raw: msgspec.Raw) -> PeriodName | None:
    return DURATIONS.get(_text(raw) or "")


def _percent(raw: msgspec.Raw) -> float | None:
    if kind(raw) != "number":
        return None
    try:
        number = msgspec.json.decode(raw, type=float)
    except msgspec.ValidationError:
        return None
    return number if abs(number) <= _PERCENT_MAX else None


def _metadata(raw: msgspec.Raw) -> str | None:
    text = bytes(raw)
    return text.decode() if kind(raw) == "object" and len(text) <= _METADATA_BYTES_MAX else None


_READERS: Final = {
    "name": _text,
    "email": _text,
    "metadata": _metadata,
    "period_budget": read_amount,
    "budget_duration": _duration,
    "total_budget": read_amount,
    "markup_percentage": _percent,
}
_EXPECTED: Final = {
    "name": f"a text of 1 to {_TEXT_MAX:,} characters, or null",
    "email": f"a text of 1 to {_TEXT_MAX:,} characters, or null",
    "metadata": f"an object of at most {_METADATA_BYTES_MAX:,} bytes, or null",
    "period_budget": f"{AMOUNT_EXPECTED}, or null",
    "budget_duration": ", ".join(DURATIONS),
    "total_budget": f"{AMOUNT_EXPECTED}, or null",
    "markup_percentage": f"a number of at most {_PERCENT_MAX:,.0f}, or null",
}


def _shown(raw: msgspec.Raw) -> str:
    return bytes(raw)[:80].decode("utf-8", "replace")
