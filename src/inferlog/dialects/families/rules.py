"""What one attribute means: a rule takes its value into the draft, or leaves the attribute to be kept as metadata."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final, NamedTuple

import msgspec

from inferlog.dialects.spans import Draft
from inferlog.jsontext import one_line
from inferlog.usage.names import COUNT_MAX

Rule = Callable[[Draft, Any], bool]
"""Takes an attribute's value; returns False if it is of no use here, so that the attribute is kept as it came."""


class Family(NamedTuple):
    """One convention of attribute names.

    `rules` are for attributes that speak for themselves, `read` for what takes more than one (messages, tools); it is
    called when the span has an attribute whose name begins with one of `roots` (up to the first dot), or always
    if there are none; if `events`, also when the span has any. A rule or family that comes first wins.
    """

    name: str
    rules: Mapping[str, Rule]
    read: Callable[[Draft], None] | None = None
    roots: frozenset[str] = frozenset()
    events: bool = False


_MONEY_MAX: Final = 10**15
_STORED_DECIMALS: Final = Decimal("1E-12")
_EXACT: Final = Context(prec=40, rounding=ROUND_HALF_EVEN)
_SIMPLE_DEPTH: Final = 400
"""Fewer brackets than this are no danger: JSON is read to about 900 levels, and what is read is put into more."""


def text(column: str) -> Rule:
    """Into a column of text: a string as it is, a number or boolean by its digits."""

    def take(draft: Draft, value: Any) -> bool:
        return isinstance(value, (str, int, float)) and draft.set(column, as_text(value))

    return take


def flag(column: str) -> Rule:
    """Into a boolean column."""

    def take(draft: Draft, value: Any) -> bool:
        return str(value).lower() in ("true", "false") and draft.set(column, str(value).lower() == "true")

    return take


def seconds(column: str, *, per_second: float = 1.0) -> Rule:
    """Into a duration; `per_second` is how many of the attribute's units make a second."""

    def take(draft: Draft, value: Any) -> bool:
        number = as_number(value)
        return number is not None and draft.set(column, number / per_second)

    return take


def money(column: str) -> Rule:
    """Into a column of USD, at the store's 12 decimals; what is no amount, or negative, is left."""

    def take(draft: Draft, value: Any) -> bool:
        number = as_number(value)
        if number is None or not 0 <= number < _MONEY_MAX:
            return False
        return draft.set(column, Decimal(str(value).strip()).quantize(_STORED_DECIMALS, context=_EXACT))

    return take


def usage(path: str) -> Rule:
    """Into `usage`, at a dotted path; what is no count is left."""
    *holders, last = path.split(".")

    def take(draft: Draft, value: Any) -> bool:
        number = as_number(value)
        if number is None or not 0 <= number <= COUNT_MAX or number != int(number):
            return False
        place = draft.usage
        for name in holders:
            place = place.setdefault(name, {})
        return bool(place.setdefault(last, int(number)) == number)

    return take


def parameter(name: str) -> Rule:
    """Into the request's parameters, as it is."""

    def take(draft: Draft, value: Any) -> bool:
        return value is not None and bool(draft.parameters.setdefault(name, value) == value)

    return take


def extra(name: str) -> Rule:
    """Into what has no column, shown at the top level of the log under `name`."""

    def take(draft: Draft, value: Any) -> bool:
        return bool(draft.extra.setdefault(name, value) == value)

    return take


def kind(names: Mapping[str, str]) -> Rule:
    """Into log_type, by the convention's own names; the attribute is kept too if it says more than that."""

    def take(draft: Draft, value: Any) -> bool:
        named = names.get(value.lower()) if isinstance(value, str) else None
        return named is not None and draft.set("log_type", named) and named == value.lower()

    return take


def named(key: str) -> Rule:
    """Into the metadata, under a name of its own."""

    def take(draft: Draft, value: Any) -> bool:
        return bool(draft.metadata.setdefault(key, value) == value)

    return take


def metadata(draft: Draft, value: Any) -> bool:
    """An object (or its JSON text) whose keys become metadata; it is kept too if a key has another value already."""
    given = from_json(value)
    if not isinstance(given, dict):
        return False
    clashing = [key for key, each in given.items() if draft.metadata.setdefault(key, each) != each]
    return not clashing


def body(column: str, kind_of_json: type) -> Rule:
    """JSON of this kind, or its text, into a body's column (variables, …)."""

    def take(draft: Draft, value: Any) -> bool:
        given = from_json(value)
        return isinstance(given, kind_of_json) and draft.set_body(column, given)

    return take


def tags(draft: Draft, value: Any) -> bool:
    """A list of tags, which metadata holds under this one name whatever the convention."""
    given = from_json(value)
    return isinstance(given, list) and bool(draft.metadata.setdefault("tags", given) == given)


def take_variables(draft: Draft, prefix: str) -> None:
    """Take the variables of a prompt, each an attribute of its own."""
    found = {name: value for name, value in draft.attributes.items() if name.startswith(prefix) and name != prefix}
    if found and draft.set_body("variables", {name.removeprefix(prefix): value for name, value in found.items()}):
        for name in found:
            del draft.attributes[name]


def set_text_body(draft: Draft, column: str, text: str) -> bool:
    """Put JSON text into a body's column as it came, its digits and all, unless the column is filled."""
    return draft.set_raw(column, msgspec.Raw(one_line(text.encode())))


def seconds_since_start(draft: Draft, time: float) -> float:
    """Return how long after the span's start a time is; 0 if either is unknown or they are the wrong way round."""
    start = draft.span.start
    return max(time - start, 0.0) if start > 0 and time > 0 else 0.0


def as_text(value: str | float) -> str:
    """Return an attribute's text: true and false as JSON has them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_number(value: Any) -> float | None:
    """Return a finite number, also from its text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def from_json(value: Any) -> Any:
    """Return what JSON text holds if it is an object or an array; any other value as it is.

    Text that is nested so deeply that it could not be written again, inside of other JSON, stays text.
    """
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        if value.count("[") + value.count("{") > _SIMPLE_DEPTH:
            msgspec.json.decode("[" * 50 + value + "]" * 50)
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value
