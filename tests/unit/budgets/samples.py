"""Budgets and events for tests."""

from decimal import Decimal
from typing import Any

from inferlog.budgets.definitions import Budget, Draft
from inferlog.budgets.events import Event, events_of
from inferlog.budgets.periods import Period
from inferlog.budgets.register import Register

PROJECT = "01234567-89ab-cdef-0123-456789abcdef"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MONTH = Period(1793491200, 1796083200)  # November 2026
NOW = 1795500000.5


def budget(**given: Any) -> Budget:
    """Return a budget of 100 USD a month."""
    return Budget(**{
        "id": "b" * 32, "project_id": PROJECT, "name": "all", "amount": Decimal(100), "created_at": NOW,
        "changed_at": NOW, **given,
    })  # fmt: skip


def kept(register: Register, **given: Any) -> Budget:
    """Keep a budget and return it."""
    draft = {"name": "all", "amount": Decimal(100), "scope": "project", "subject": "", **given}
    return register.create(PROJECT, Draft(**draft), most=100)


def reached(of: Budget, spent: str, *, subject: str = "", period: Period = MONTH) -> list[Event]:
    """Return the events of a budget when so much is spent."""
    return list(events_of(of, period, [(subject, Decimal(spent))], set(), NOW))
