"""An invoice against our logs: by day and model, theirs, ours, the difference, and what is likely the reason."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal
from typing import Final

import msgspec

from inferlog.reconcile.invoices import Invoice, Line
from inferlog.reconcile.names import is_of, key_of
from inferlog.reconcile.reasons import Ours, Pair, Reason, Theirs, likely_reasons

ALL_MODELS: Final = "all models"
"""The model of a day that is billed as a whole."""
_ZERO: Final = Decimal(0)
_PRECISE: Final = Context(prec=60)
_HUNDREDTH: Final = Decimal("0.01")


class Spent(msgspec.Struct):
    """What our logs say of one day (UTC), model, provider and price: counts of logs, sums of USD and of tokens.

    `unpriced` logs have tokens and no cost, `uncounted` ones have neither, `given` ones a cost that their sender
    gave, `estimated` ones figures that are estimated.
    """

    day: date
    model: str
    provider_id: str = ""
    price_provider: str = ""
    logs: int = 0
    cost: Decimal = _ZERO
    unpriced: int = 0
    uncounted: int = 0
    given: int = 0
    given_cost: Decimal = _ZERO
    estimated: int = 0
    estimated_cost: Decimal = _ZERO
    tokens: dict[str, int] = {}
    costs: dict[str, Decimal] = {}


class Row(msgspec.Struct, frozen=True):
    """One day and model. USD; `difference` is ours less theirs, `difference_percent` of theirs, if they have any."""

    day: date
    model: str
    theirs: Decimal
    ours: Decimal
    difference: Decimal
    difference_percent: Decimal | None
    within: bool
    logs: int
    reasons: tuple[Reason, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole comparison. `within` tells whether every row is within the tolerance."""

    provider: str
    format: str
    first_day: date
    last_day: date
    tolerance_percent: Decimal
    theirs: Decimal
    ours: Decimal
    difference: Decimal
    difference_percent: Decimal | None
    within: bool
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def compare(invoice: Invoice, spent: Iterable[Spent], tolerance_percent: Decimal) -> Report:
    """Return the comparison of an invoice with what was spent on its days."""
    whole_days = any(not line.model for line in invoice.lines)
    pairs: dict[tuple[date, str], Pair] = {}
    for line in invoice.lines:
        name = ALL_MODELS if whole_days else key_of(invoice.provider, line.model)
        _add_theirs(pairs, line, line.model if line.kind == "fee" else name)
    for each in spent:
        if is_of(invoice.provider, each.provider_id, each.model, each.price_provider):
            _add_ours(pairs, each, ALL_MODELS if whole_days else key_of(invoice.provider, each.model))
    _see_neighbours(pairs)
    rows = [_row(pair, tolerance_percent) for pair in pairs.values() if pair.theirs.usd or pair.ours.logs]
    rows.sort(key=lambda row: (row.day, -abs(row.difference), row.model))
    theirs, ours = sum((row.theirs for row in rows), _ZERO), sum((row.ours for row in rows), _ZERO)
    return Report(
        provider=invoice.provider, format=invoice.format, first_day=invoice.first, last_day=invoice.last,
        tolerance_percent=tolerance_percent, theirs=theirs, ours=ours, difference=ours - theirs,
        difference_percent=_percent(ours, theirs), within=all(row.within for row in rows), rows=tuple(rows),
        notes=invoice.notes,
    )  # fmt: skip


def _pair(pairs: dict[tuple[date, str], Pair], day: date, name: str) -> Pair:
    return pairs.setdefault((day, name), Pair(day, name, Theirs(), Ours()))


def _add_theirs(pairs: dict[tuple[date, str], Pair], line: Line, name: str) -> None:
    theirs = _pair(pairs, line.day, name).theirs
    theirs.usd += line.usd
    theirs.list_usd += line.usd if line.list_usd is None else line.list_usd
    theirs.fee = theirs.fee or line.kind == "fee"
    theirs.by_kind[line.kind] = theirs.by_kind.get(line.kind, _ZERO) + line.usd
    if line.tokens is not None:
        theirs.tokens += line.tokens
    if line.tier:
        theirs.by_tier[line.tier] = theirs.by_tier.get(line.tier, _ZERO) + line.usd


def _add_ours(pairs: dict[tuple[date, str], Pair], spent: Spent, name: str) -> None:
    ours = _pair(pairs, spent.day, name).ours
    for field in ("logs", "unpriced", "uncounted", "given", "estimated"):
        setattr(ours, field, getattr(ours, field) + getattr(spent, field))
    ours.usd += spent.cost
    ours.given_usd += spent.given_cost
    ours.estimated_usd += spent.estimated_cost
    for bucket, tokens in spent.tokens.items():
        ours.tokens[bucket] = ours.tokens.get(bucket, 0) + tokens
    for bucket, usd in spent.costs.items():
        ours.by_bucket[bucket] = ours.by_bucket.get(bucket, _ZERO) + usd


def _see_neighbours(pairs: dict[tuple[date, str], Pair]) -> None:
    """Tell each pair the differences of the same model on the days beside it, and whether it is logged at all."""
    by_name: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs.values():
        by_name[pair.model].append(pair)
    for same in by_name.values():
        by_day = {pair.day.toordinal(): pair for pair in same}
        logged = any(pair.ours.logs for pair in same)
        for day, pair in by_day.items():
            pair.logged_on_other_days = logged
            pair.beside = tuple([by_day[other].difference for other in (day - 1, day + 1) if other in by_day])


def _row(pair: Pair, tolerance_percent: Decimal) -> Row:
    theirs, ours = pair.theirs.usd, pair.ours.usd
    within = abs(pair.difference) * 100 <= tolerance_percent * abs(theirs)
    reasons = () if within else likely_reasons(pair)
    percent = _percent(ours, theirs)
    return Row(pair.day, pair.model, theirs, ours, pair.difference, percent, within, pair.ours.logs, reasons)


def _percent(ours: Decimal, theirs: Decimal) -> Decimal | None:
    """Return the difference in per cent of theirs, to two decimals."""
    if not theirs:
        return None
    return _PRECISE.divide((ours - theirs) * 100, theirs).quantize(_HUNDREDTH, context=_PRECISE)
