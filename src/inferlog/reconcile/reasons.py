"""Why an invoice and our logs differ: what the figures speak for. Likely, not proven; the most telling one first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from inferlog.pricing.buckets import BUCKETS, CACHE_READ, CACHE_WRITE, total

_ZERO: Final = Decimal(0)
_HALF: Final = (Decimal("0.45"), Decimal("0.55"))
_CLOSE: Final = Decimal("0.02")
_EDGE: Final = Decimal("0.25")
"""How much of a difference may be left when it is set against that of the day before or after."""


class Reason(msgspec.Struct, frozen=True):
    """A likely reason: its name, for programs, and what speaks for it, for people."""

    reason: str
    text: str


@dataclass
class Theirs:
    """What was billed for a day and model."""

    usd: Decimal = _ZERO
    list_usd: Decimal = _ZERO
    fee: bool = False
    tokens: int = 0
    by_kind: dict[str, Decimal] = field(default_factory=dict)
    by_tier: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Ours:
    """What our logs say of it."""

    logs: int = 0
    usd: Decimal = _ZERO
    unpriced: int = 0
    uncounted: int = 0
    given: int = 0
    given_usd: Decimal = _ZERO
    estimated: int = 0
    estimated_usd: Decimal = _ZERO
    tokens: dict[str, int] = field(default_factory=dict)
    by_bucket: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Pair:
    """Both, and what is known of the same model on other days: `beside` are the differences of the days next to it."""

    day: date
    model: str
    theirs: Theirs
    ours: Ours
    beside: tuple[Decimal, ...] = ()
    logged_on_other_days: bool = False

    @property
    def difference(self) -> Decimal:
        """Return ours less theirs, in USD."""
        return self.ours.usd - self.theirs.usd


def likely_reasons(pair: Pair) -> tuple[Reason, ...]:
    """Return what likely makes the two differ; there is always one, if only that nothing speaks for any."""
    for name, rule in _ALONE:
        if text := rule(pair):
            return (Reason(name, text),)
    found = [Reason(name, text) for name, rule in _RULES if (text := rule(pair))]
    return tuple(found) or (Reason("unknown", _unknown(pair)),)


# One side is empty


def _fee(pair: Pair) -> str:
    return "a fee that is not for tokens; logs have no such cost" if pair.theirs.fee else ""


def _not_logged(pair: Pair) -> str:
    if pair.ours.logs:
        return ""
    if pair.logged_on_other_days:
        return "no log of this model on this day, though on others: calls that were not logged, or logs that were lost"
    return "no log of this model in the whole export: calls that are not logged, or under another model's name"


def _not_billed(pair: Pair) -> str:
    if pair.theirs.usd:
        return ""
    return (
        f"{_logs(pair.ours.logs)} of a model that is not in the export on this day: another account or host, a filter "
        "of the export, free or credited use, or another model's name"
    )


# Both have something


def _day_edge(pair: Pair) -> str:
    for other in pair.beside:
        if pair.difference * other < 0 and abs(pair.difference + other) <= _EDGE * max(
            abs(pair.difference), abs(other)
        ):
            return f"a day beside it differs by about as much the other way ({_usd(other)}): calls around midnight UTC"
    return ""


def _unpriced(pair: Pair) -> str:
    if not pair.ours.unpriced or pair.difference >= 0:
        return ""
    return f"{_logs(pair.ours.unpriced)} with tokens and no cost: no price of this model was known"


def _uncounted(pair: Pair) -> str:
    if not pair.ours.uncounted or pair.difference >= 0:
        return ""
    return f"{_logs(pair.ours.uncounted)} without tokens: no usage came and nothing could be counted"


def _missing_logs(pair: Pair) -> str:
    ours, theirs = total(pair.ours.tokens, BUCKETS), pair.theirs.tokens
    if not theirs or pair.difference >= 0 or ours >= theirs * (1 - float(_CLOSE)):
        return ""
    return f"{1 - ours / theirs:.1%} of the tokens that were billed are in no log: calls that were not logged"


def _more_tokens(pair: Pair) -> str:
    ours, theirs = total(pair.ours.tokens, BUCKETS), pair.theirs.tokens
    if not theirs or pair.difference <= 0 or ours <= theirs * (1 + float(_CLOSE)):
        return ""
    return f"{ours / theirs - 1:.1%} more tokens than were billed: calls of another account, or logged twice"


def _batch(pair: Pair) -> str:
    if pair.difference <= 0:
        return ""
    if billed := sum((pair.theirs.by_tier.get(tier, _ZERO) for tier in ("batch", "flex")), _ZERO):
        return f"{_usd(billed)} were billed as batch or flex, at half the price; logs must say so in service_tier"
    if pair.ours.usd and _HALF[0] <= pair.theirs.usd / pair.ours.usd <= _HALF[1]:
        return "about half was billed: batch or flex, which logs did not say in service_tier"
    return ""


def _priority(pair: Pair) -> str:
    billed = pair.theirs.by_tier.get("priority", _ZERO)
    if pair.difference >= 0 or not billed:
        return ""
    return f"{_usd(billed)} were billed as priority, at a higher price; logs must say so in service_tier"


def _discount(pair: Pair) -> str:
    listed = pair.theirs.list_usd
    if listed == pair.theirs.usd or abs(pair.ours.usd - listed) > _CLOSE * abs(listed):
        return ""
    return f"ours is the list price ({_usd(listed)}), theirs is after a discount"


def _cache_writes(pair: Pair) -> str:
    billed = pair.theirs.by_kind.get("cache_write", _ZERO)
    if not billed or total(pair.ours.tokens, CACHE_WRITE):
        return ""
    return f"{_usd(billed)} were billed for cache writes, and no log tells of any: usage without its details"


def _cache_reads(pair: Pair) -> str:
    billed = pair.theirs.by_kind.get("cache_read", _ZERO)
    if not billed or total(pair.ours.tokens, CACHE_READ):
        return ""
    return f"{_usd(billed)} were billed as cached input, and no log tells of any: usage without its details"


def _given(pair: Pair) -> str:
    if not pair.ours.given:
        return ""
    return f"{_logs(pair.ours.given)} ({_usd(pair.ours.given_usd)}) with a cost that their sender gave, which stands"


def _estimated(pair: Pair) -> str:
    if not pair.ours.estimated:
        return ""
    return f"{_logs(pair.ours.estimated)} ({_usd(pair.ours.estimated_usd)}) with tokens or a price that are estimated"


def _price_differs(pair: Pair) -> str:
    ours, theirs = total(pair.ours.tokens, BUCKETS), pair.theirs.tokens
    if not theirs or abs(ours / theirs - 1) > float(_CLOSE):
        return ""
    return "the tokens agree, so that the prices do not: a tier, a discount, or a price that is out of date"


_Rule = Callable[[Pair], str]
_ALONE: Final[tuple[tuple[str, _Rule], ...]] = (
    ("not_tokens", _fee), ("not_logged", _not_logged), ("not_billed", _not_billed),
)  # fmt: skip
_RULES: Final[tuple[tuple[str, _Rule], ...]] = (
    ("day_edge", _day_edge), ("unpriced", _unpriced), ("uncounted", _uncounted), ("missing_logs", _missing_logs),
    ("more_tokens", _more_tokens), ("batch_tier", _batch), ("priority_tier", _priority), ("discount", _discount),
    ("cache_writes", _cache_writes), ("cache_reads", _cache_reads), ("given_cost", _given), ("estimated", _estimated),
    ("price_differs", _price_differs),
)  # fmt: skip
"""In the order in which they are told: what explains all of a difference before what only may be part of it."""


def _unknown(pair: Pair) -> str:
    if pair.difference < 0:
        return "nothing in the logs speaks for a reason; likely calls that were not logged"
    return "nothing in the logs speaks for a reason; likely calls of another account, a discount, or calls logged twice"


def _logs(number: int) -> str:
    return "1 log" if number == 1 else f"{number:,} logs"


def _usd(amount: Decimal) -> str:
    sign, size = "-" if amount < 0 else "", abs(amount)
    return f"{sign}${size:,.2f}" if size >= 1 else f"{sign}${size:.6f}"
