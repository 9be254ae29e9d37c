"""A project's own prices: read and checked, and found for a call. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput, hint
from inferlog.pricing.buckets import BUCKETS
from inferlog.pricing.hosts import UNKNOWN, host_of
from inferlog.pricing.names import NAME_MAX
from inferlog.pricing.prices import Price, Rates, rate
from inferlog.pricing.tiers import OTHER, STANDARD, tier_name

ALIASES_MAX: Final = 100
STEPS_MAX: Final = 20
PRICE_MAX: Final = Decimal(10) ** 9
"""USD a million tokens. More is a slip of the unit."""
_PLACES_MAX: Final = 18
_LENGTH_MAX: Final = 2**32 - 1
_NOTE_MAX: Final = 1_000
_LATEST: Final = 4e9
"""2096. A later day is as good as never."""
_FALLBACKS: Final = {
    "cache_read": "input", "cache_write_5m": "input", "cache_write_1h": "cache_write_5m", "audio_input": "input",
    "audio_cache_read": "cache_read", "image_input": "input", "reasoning": "output", "audio_output": "output",
    "image_output": "output",
}  # fmt: skip
"""A bucket without a price of its own costs as this one does. In this order, each is known when it is needed."""

Amounts = dict[str, Decimal]
"""USD a million tokens, by bucket; only those that were given."""


class ContextStep(msgspec.Struct, frozen=True):
    """What differs once a prompt has more than `above` tokens: for all tokens of the call."""

    above: int
    amounts: Amounts


class OwnPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a project pays for a model: from `begins` on, until before `ends` (seconds since 1970 UTC; None: open).

    `service_tier` is one of `tiers.tier_name`, "" the standard. An empty provider means whoever serves the model.
    `version` counts the changes of this price: each is kept.
    """

    id: str
    project_id: str
    model: str
    aliases: tuple[str, ...] = ()
    provider_id: str = ""
    service_tier: str = STANDARD
    amounts: Amounts
    steps: tuple[ContextStep, ...] = ()
    begins: float = 0.0
    ends: float | None = None
    note: str = ""
    version: int = 1
    created_at: float = 0.0
    changed_at: float = 0.0

    @property
    def price_id(self) -> str:
        """Return what a log keeps as its price's id."""
        return f"project:{self.model}"

    @property
    def price_version(self) -> str:
        """Return what a log keeps as its price's version: which own price, and which state of it."""
        return f"{self.id}.{self.version}"

    def price(self) -> Price:
        """Return it as the price that a log is charged by."""
        steps = [(0, _rates(self.amounts))]
        steps += [(step.above, _rates(self.amounts | step.amounts)) for step in self.steps]
        return Price(self.price_id, self.price_version, tuple(steps), "project_price")


def _rates(amounts: Mapping[str, Decimal]) -> Rates:
    rates = {name: rate(value) for name, value in amounts.items()}
    rates.setdefault("input", 0)
    rates.setdefault("output", 0)
    for name, other in _FALLBACKS.items():
        rates.setdefault(name, rates[other])
    return {name: rates[name] for name in BUCKETS}


class OwnIndex:
    """All projects' own prices, by the names that they hold for."""

    def __init__(self, prices: Iterable[OwnPrice]) -> None:
        """Take the prices as they are now."""
        self._by_name: dict[str, dict[str, list[tuple[OwnPrice, Price]]]] = {}
        for own in prices:
            names = self._by_name.setdefault(own.project_id, {})
            pair = (own, own.price())
            for name in dict.fromkeys(each.lower() for each in (own.model, *own.aliases)):
                names.setdefault(name, []).append(pair)

    @property
    def projects(self) -> Mapping[str, object]:
        """Return the projects that have prices of their own."""
        return self._by_name

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, tier: str) -> Price | None:
        """Return the price that holds for a call, or None.

        The one for its service tier goes before the standard one (which is marked as not the tier's), the one for its
        provider before the one for any, and then that which began last.
        """
        held = self._by_name[project_id].get(model.strip().lower())
        if held is None:
            return None
        if len(held) == 1 and not held[0][0].provider_id:
            own, price = held[0]
            if own.service_tier == tier and own.begins <= timestamp and (own.ends is None or timestamp < own.ends):
                return price
        fitting = [
            ((own.service_tier == tier, bool(own.provider_id), own.begins, own.changed_at), price)
            for own, price in held
            if own.begins <= timestamp
            and (own.ends is None or timestamp < own.ends)
            and own.service_tier in (tier, STANDARD)
            and _same_provider(own.provider_id, provider_id)
        ]
        if not fitting:
            return None
        (exact, *_), price = max(fitting, key=lambda each: each[0])
        return price if exact else msgspec.structs.replace(price, estimated=(f"cost:no_price_for_tier_{tier}",))


def _same_provider(own: str, given: str) -> bool:
    if not own or own.lower() == given.strip().lower():
        return True
    host = host_of(own)
    return host != UNKNOWN and host == host_of(given)


# Reading


_NAMES: Final = ("model", "aliases", "provider_id", "service_tier", *BUCKETS, "tiers", "from", "until", "note")
FIELDS: Final = frozenset(_NAMES)
"""What a price is written with, in the API, in a file, on the command line."""
_TEXT: Final = re.compile("[^\x00-\x1f\ud800-\udfff]*")
"""No control characters, and no half of a surrogate pair, which no file can hold."""


def read_own(fields: Mapping[str, Any], known: OwnPrice) -> OwnPrice:
    """Return a price as `fields` make it of a known one: what is not given stays, and null takes away.

    Numbers are Decimal, int or text. Raises InvalidInput that names the field.
    """
    for name in fields:
        if name not in FIELDS:
            near = hint(name, _NAMES)
            raise InvalidInput(f"{name[:80]}: unknown field of a price{near}; known are {', '.join(_NAMES)}")
    changes: dict[str, Any] = {}
    for name, read in (("model", _name), ("provider_id", _text), ("service_tier", _tier), ("note", _note)):
        if name in fields:
            changes[name] = read(name, fields[name])
    if "aliases" in fields:
        changes["aliases"] = _aliases(fields["aliases"])
    if "from" in fields:
        changes["begins"] = 0.0 if fields["from"] is None else read_moment("from", fields["from"])
    if "until" in fields:
        changes["ends"] = None if fields["until"] is None else read_moment("until", fields["until"])
    changes["amounts"] = _amounts(fields, known.amounts, "")
    if "tiers" in fields:
        changes["steps"] = _steps(fields["tiers"])
    price = msgspec.structs.replace(known, **changes)
    if not price.model:
        raise InvalidInput("model: expected a model's name, received nothing")
    if not {"input", "output"} & price.amounts.keys():
        raise InvalidInput("input: a price needs input or output (USD per million tokens), received neither")
    if price.ends is not None and price.ends < price.begins:
        raise InvalidInput(f"until: expected a time not before from ({iso(price.begins)}), received: {iso(price.ends)}")
    return price


def iso(seconds: float) -> str:
    """Return a time as ISO 8601 with Z, without a fraction that is none."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if moment.microsecond else "%Y-%m-%dT%H:%M:%SZ")


def _received(value: Any) -> str:
    return str(value)[:80]


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > NAME_MAX or not _TEXT.fullmatch(value):
        raise InvalidInput(f"{name}: expected a text of at most {NAME_MAX} characters, received: {_received(value)}")
    return value.strip()


def _name(name: str, value: Any) -> str:
    text = _text(name, value)
    if not text:
        raise InvalidInput(f"{name}: expected a model's name, received: {_received(value)}")
    return text


def _note(name: str, value: Any) -> str:
    if value is not None and (not isinstance(value, str) or len(value) > _NOTE_MAX or not _TEXT.fullmatch(value)):
        raise InvalidInput(f"{name}: expected a text of at most {_NOTE_MAX} characters, received: {_received(value)}")
    return value or ""


def _tier(name: str, value: Any) -> str:
    tier = tier_name(_text(name, value))
    if tier == OTHER:
        raise InvalidInput(
            f"{name}: expected standard, batch, flex, priority, fast, scale, performance, reserved, provisioned or "
            f"ultrafast, received: {_received(value)}"
        )
    return tier


def _aliases(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or len(value) > ALIASES_MAX:
        raise InvalidInput(f"aliases: expected an array of at most {ALIASES_MAX} names, received: {_received(value)}")
    return tuple(dict.fromkeys(_name("aliases", each) for each in value))


def read_moment(name: str, value: Any) -> float:
    """Return a time as seconds since 1970 UTC. Raises InvalidInput that names the field."""
    if isinstance(value, Decimal):
        value = float(value)
    known = isinstance(value, str | int | float) and not isinstance(value, bool)
    moment = read_time(value) if known and value != "" else None
    if moment is None:
        raise InvalidInput(
            f"{name}: expected a time as ISO 8601 (a day begins at 00:00 UTC), received: {_received(value)}"
        )
    return min(max(moment, 0.0), _LATEST)


def _amounts(fields: Mapping[str, Any], known: Amounts, where: str) -> Amounts:
    amounts = dict(known)
    for bucket in BUCKETS:
        if bucket not in fields:
            continue
        if fields[bucket] is None:
            amounts.pop(bucket, None)
        else:
            amounts[bucket] = _amount(f"{where}{bucket}", fields[bucket])
    return amounts


def _amount(name: str, value: Any) -> Decimal:
    try:
        amount = Decimal(value) if isinstance(value, int | str | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= PRICE_MAX:
        raise InvalidInput(
            f"{name}: expected USD per million tokens from 0 to {PRICE_MAX:,}, received: {_received(value)}"
        )
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _PLACES_MAX and amount:
        raise InvalidInput(f"{name}: expected at most {_PLACES_MAX} decimals, received: {_received(value)}")
    return amount if amount else Decimal(0)


def _steps(value: Any) -> tuple[ContextStep, ...]:
    if value is None:
        return ()
    expected = f'an array of at most {STEPS_MAX} objects like {{"above": 200000, "input": 6, "output": 22.5}}'
    if not isinstance(value, list | tuple) or len(value) > STEPS_MAX:
        raise InvalidInput(f"tiers: expected {expected}, received: {_received(value)}")
    steps: list[ContextStep] = []
    for index, each in enumerate(value):
        where = f"tiers[{index}]"
        if not isinstance(each, dict) or set(each) - {"above", *BUCKETS} or not set(each) & set(BUCKETS):
            raise InvalidInput(f"{where}: expected above and prices by bucket, received: {_received(each)}")
        above = each.get("above")
        if isinstance(above, Decimal) and above.is_finite() and above == above.to_integral_value():
            above = int(min(above, Decimal(_LENGTH_MAX + 1)))  # 200000.0 is a whole number in JSON
        if isinstance(above, bool) or not isinstance(above, int) or not 0 < above <= _LENGTH_MAX:
            raise InvalidInput(
                f"{where}.above: expected tokens from 1 to {_LENGTH_MAX:,}, received: {_received(above)}"
            )
        steps.append(ContextStep(above, _amounts(each, {}, f"{where}.")))
    steps.sort(key=lambda step: step.above)
    if len({step.above for step in steps}) < len(steps):
        raise InvalidInput("tiers: expected each length (above) once")
    return tuple(steps)
