"""What a re-pricing found, added up exactly: counts, totals before and after, the largest changes. Pure."""

from decimal import Decimal
from typing import Final

import msgspec

from inferlog.model import Log
from inferlog.pricing.prices import CONTEXT

MODELS_MAX: Final = 1_000
"""Models that are added up apart. Names come from callers, and must not fill the memory."""
OTHERS: Final = "(others)"
"""The models past them."""
_NONE: Final = Decimal(0)


class ModelTotal(msgspec.Struct):
    """The logs of one model whose cost has one source after re-pricing, and what they cost before and after in USD."""

    model: str
    cost_source: str
    logs: int = 0
    changed: int = 0
    cost_before: Decimal = _NONE
    cost_after: Decimal = _NONE


class Change(msgspec.Struct):
    """One log whose cost changes. `timestamp` is in seconds since 1970 UTC."""

    id: str
    model: str
    timestamp: float
    cost_before: Decimal | None
    cost_after: Decimal | None
    price_before: str
    price_after: str


class Report(msgspec.Struct):
    """What was seen of the selected logs so far. A log without a cost counts nothing in sums.

    `given` are those left alone since their cost is the caller's own, `unpriced` those with tokens and without a price.
    """

    seen: int = 0
    changed: int = 0
    unpriced: int = 0
    given: int = 0
    cost_before: Decimal = _NONE
    cost_after: Decimal = _NONE
    models: dict[str, ModelTotal] = msgspec.field(default_factory=dict)
    largest: list[Change] = msgspec.field(default_factory=list)
    price_versions: list[str] = msgspec.field(default_factory=list)


def note(report: Report, before: Log, after: Log, *, is_changed: bool) -> None:
    """Add one log, as it was and as it is priced now."""
    old, new = before.cost or _NONE, after.cost or _NONE
    total = _total(report, after)
    total.logs += 1
    total.changed += is_changed
    total.cost_before = CONTEXT.add(total.cost_before, old)
    total.cost_after = CONTEXT.add(total.cost_after, new)
    report.seen += 1
    report.changed += is_changed
    report.unpriced += after.cost is None and bool(after.usage_details)
    report.cost_before = CONTEXT.add(report.cost_before, old)
    report.cost_after = CONTEXT.add(report.cost_after, new)
    versions = report.price_versions
    if after.price_version and after.price_version not in versions and len(versions) < MODELS_MAX:
        versions.append(after.price_version)


def note_largest(report: Report, before: Log, after: Log, most: int) -> None:
    """Keep a change if it is among the `most` largest, the larger first; of equal ones the first that was seen."""
    if before.cost == after.cost or not most:
        return
    change = Change(before.id, before.model, before.timestamp, before.cost, after.cost, before.price_id, after.price_id)
    largest = report.largest
    if len(largest) >= most and size_of(change) <= size_of(largest[-1]):
        return
    largest.append(change)
    largest.sort(key=size_of, reverse=True)
    del largest[most:]


def size_of(change: Change) -> Decimal:
    """Return by how much a log's cost changes, in USD."""
    return abs(CONTEXT.subtract(change.cost_after or _NONE, change.cost_before or _NONE))


def _total(report: Report, log: Log) -> ModelTotal:
    key = f"{log.cost_source}|{log.model}"
    if key not in report.models and len(report.models) >= MODELS_MAX:
        key = f"{log.cost_source}|{OTHERS}"
        return report.models.setdefault(key, ModelTotal(OTHERS, log.cost_source))
    return report.models.setdefault(key, ModelTotal(log.model, log.cost_source))
