"""What was spent of budgets, from the store: one query for all of them, and one more where each customer counts.

The boundaries of all periods cut time into stretches; a log is in one of them, and so is counted once, whatever number
of days, weeks and months of whatever time zones it is part of. Money is added as decimals, here and in the engine.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any, Final, NamedTuple

import msgspec

from inferlog import ids
from inferlog.budgets.definitions import Budget
from inferlog.budgets.events import EXACT
from inferlog.budgets.periods import Period
from inferlog.query.logs import Rows
from inferlog.query.statements import statement

_REPLACED_SECONDS: Final = 600
"""A log whose latest revision is younger than this may still be there twice; a replacement takes about 0.1 s, and is
done again after a crash."""
_MICROSECONDS: Final = 1_000_000


class Watched(NamedTuple):
    """A budget in one of its periods."""

    budget: Budget
    period: Period


Spent = list[tuple[str, Decimal]]
"""Subjects and what they spent, USD. One of them, but where each customer counts: then those who spent most, first."""


class _Row(msgspec.Struct):
    project_id: str
    spent: Decimal
    environment: str = ""
    api_key_prefix: str = ""
    customer: str = ""
    begins_us: int = 0


_rows: Final = msgspec.json.Decoder(_Row)


def spending(rows: Rows, watched: Sequence[Watched], *, customers_max: int) -> list[Spent]:
    """Return what was spent of each budget in its period, in the same order."""
    found: dict[int, Spent] = {}
    plain = [number for number, each in enumerate(watched) if not each.budget.counts_each_customer]
    if plain:
        sums = _sum([watched[number] for number in plain], rows)
        found |= {number: [(watched[number].budget.subject, its)] for number, its in zip(plain, sums, strict=True)}
    groups: dict[tuple[Period, str], list[int]] = defaultdict(list)
    for number, (budget, period) in enumerate(watched):
        if budget.counts_each_customer:
            groups[period, budget.environment].append(number)
    for (period, environment), numbers in groups.items():
        projects = {watched[number].budget.project_id for number in numbers}
        by_project = _by_customer(rows, projects, period, environment, customers_max)
        found |= {number: by_project[watched[number].budget.project_id] for number in numbers}
    return [found[number] for number in range(len(watched))]


def _sum(watched: Sequence[Watched], rows: Rows) -> list[Decimal]:
    boundaries = sorted({moment for each in watched for moment in each.period})
    parameters = {
        **_bounds({each.budget.project_id for each in watched}, Period(boundaries[0], boundaries[-1])),
        "boundaries": [moment * _MICROSECONDS for moment in boundaries],
        "customers": sorted({each.budget.subject for each in watched if each.budget.scope == "customer"}),
    }
    by_project: dict[str, list[_Row]] = defaultdict(list)
    for row in _rows.decode_lines(rows.query(_statement("budgets.spending"), parameters)):
        by_project[row.project_id].append(row)
    return [
        reduce(EXACT.add, (row.spent for row in by_project[each.budget.project_id] if _counts(each, row)), Decimal())
        for each in watched
    ]


def _counts(watched: Watched, row: _Row) -> bool:
    budget, period = watched
    return (
        period.start <= row.begins_us // _MICROSECONDS < period.end
        and budget.environment in ("", row.environment)
        and (budget.scope != "customer" or budget.subject == row.customer)
        and (budget.scope != "key" or budget.subject == row.api_key_prefix)
    )


def _by_customer(
    rows: Rows, project_ids: Iterable[str], period: Period, environment: str, most: int
) -> dict[str, Spent]:
    parameters = {**_bounds(project_ids, period), "environment": environment, "most": most}
    by_project: dict[str, Spent] = defaultdict(list)
    for row in _rows.decode_lines(rows.query(_statement("budgets.spending_by_customer"), parameters)):
        by_project[row.project_id].append((row.customer, row.spent))
    return by_project


def _statement(name: str) -> str:
    return statement(name).replace("{latest}", statement("budgets.latest"))


def _bounds(project_ids: Iterable[str], period: Period) -> dict[str, Any]:
    return {
        "project_ids": sorted(project_ids),
        "from_us": period.start * _MICROSECONDS,
        "to_us": period.end * _MICROSECONDS,
        "recent": int((ids.now() - _REPLACED_SECONDS) * 1_000_000_000),
    }
