"""The API's filters → one typed expression.

    {"model": {"operator": "in", "value": ["a", "b"]},
     "cost": [{"operator": "gte", "value": 0.1}, {"operator": "lt", "value": 1}],
     "metadata__plan": {"operator": "not", "value": ["free"], "connector": "OR"},
     "any name": {"connector": "AND", "filter_params": {…}}}

A connector joins a condition with all that stand before it, from left to right; the first one's counts for nothing. A
list of conditions and a bundle (`filter_params`) are in brackets of their own. What operators mean: dossier §2.1.
"""

import math
from collections.abc import Callable, Iterable
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Final, Literal, NamedTuple

import msgspec

from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput, hint
from inferlog.jsontext import RawObject, explain, kind, read_array, read_object
from inferlog.query.fields import METADATA, Field, Kind, field

Connector = Literal["AND", "OR"]
Value = str | float | int | bool | Decimal


class Condition(NamedTuple):
    """One comparison. `values` are of the field's kind: text, float, Decimal, microseconds since 1970 UTC, or bool."""

    field: Field
    operator: str
    values: tuple[Value, ...]


class Group(NamedTuple):
    """Expressions that must all hold (AND), or one of which must (OR)."""

    connector: Connector
    parts: tuple["Expression", ...]


Expression = Condition | Group

_ALIASES: Final = {
    **dict.fromkeys(("", "=", "==", "eq", "equals", "overlap"), "in"),
    "not": "not_in",
    "not_overlap": "not_in",
    "notEmpty": "not_empty",
}
_ANY: Final = ("in", "not_in")
_ORDER: Final = ("lt", "lte", "gt", "gte")
_ABSENCE: Final = ("empty", "not_empty", "isnull")
_MANY: Final = (
    "contains", "not_contains", "icontains", "startswith", "not_startswith", "endswith", "not_endswith", "iexact",
    "ilike", "regex", "trigram_word_similar", "full_text_search",
)  # fmt: skip
"""Operators on text. Of several values one must fit; with `not` none may."""

_TEXT: Final = (*_ANY, *_ORDER, *_MANY, *_ABSENCE)
_NUMBER: Final = (*_ANY, *_ORDER, *_ABSENCE)
OPERATORS: Final[dict[Kind, tuple[str, ...]]] = {
    "text": _TEXT,
    "id": _TEXT,
    "metadata": (*_TEXT, "has_key"),
    "number": _NUMBER,
    "money": _NUMBER,
    "time": _NUMBER,
    "flag": (*_ANY, *_ABSENCE),
    "list": (*_ANY, "contains", "not_contains", *_ABSENCE),
    "keys": ("has_key", *_ABSENCE),
    "score": (*_TEXT, "has_key"),
    "scores": ("has_key", *_ABSENCE),
}
"""The operators of each kind of field, without their aliases."""

_CONDITION_KEYS: Final = frozenset({"operator", "value", "connector", "operator_function", "operator_args"})
_BUNDLE_KEYS: Final = frozenset({"connector", "filter_params"})
_MONEY_MAX: Final = Decimal(10) ** 40
_MONEY_LEAST: Final = Decimal("1e-30")
_EXACT: Final = Context(prec=80)
_SIMILAR_CHARACTERS_MAX: Final = 1_000
"""The engine compares words of up to 32 kB by their trigrams."""
_FLOAT_MAX: Final = 1e300
_SECONDS_MAX: Final = 4e9
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_decode: Final = msgspec.json.Decoder(float_hook=Decimal).decode


def join(first: Expression | None, connector: Connector, second: Expression | None) -> Expression | None:
    """Return two expressions joined; one that is missing holds for every log."""
    if first is None or second is None:
        return first or second
    if isinstance(first, Group) and first.connector == connector:
        return Group(connector, (*first.parts, second))
    return Group(connector, (first, second))


def conditions(expression: Expression | None) -> Iterable[Condition]:
    """Yield every condition of an expression."""
    if isinstance(expression, Condition):
        yield expression
    elif expression is not None:
        for part in expression.parts:
            yield from conditions(part)


def comparisons(expression: Expression | None) -> int:
    """Return how many comparisons an expression is in SQL: one a value or word, but for those with a set of values."""
    return sum(
        len([word for value in each.values for word in str(value).split()])
        if each.operator == "full_text_search"
        else len(each.values)
        for each in conditions(expression)
        if each.operator not in _ANY and each.field.kind != "list"
    )


def read_filters(
    fields: RawObject, *, conditions_max: int, connector: Connector = "AND", where: str = "filters"
) -> Expression | None:
    """Return the expression of a filters object, None for one that is empty. Raises InvalidInput naming the field.

    `connector` holds for conditions without one of their own.
    """
    return _Reader(conditions_max, connector).read(fields, where)


class _Reader:
    """Reads one filters object and counts what it holds: a bundle counts, too, which bounds how deep they nest."""

    def __init__(self, conditions_max: int, connector: Connector) -> None:
        self._conditions_max = conditions_max
        self._connector = connector
        self._count = 0

    def read(self, fields: RawObject, where: str) -> Expression | None:
        """Return what the conditions of an object are together."""
        whole: Expression | None = None
        for name, raw in fields.items():
            if kind(raw) != "null":
                connector, part = self._read_one(name, raw, f"{where}.{name[:80]}")
                whole = join(whole, connector, part)
        return whole

    def _read_one(self, name: str, raw: msgspec.Raw, where: str) -> tuple[Connector, Expression | None]:
        """Return what stands under one name, and how it joins with what stands before it."""
        if kind(raw) == "array":
            members = [self._read_one(name, item, where) for item in read_array(raw)]
            whole: Expression | None = None
            for connector, part in members:
                whole = join(whole, connector, part)
            return (members[0][0] if members else self._connector), whole
        if kind(raw) != "object":
            raise InvalidInput(f'{where}: expected {{"operator": "", "value": […]}}, received: {_shown(raw)}')
        self._count += 1
        if self._count > self._conditions_max:
            raise InvalidInput(f"filters: more than {self._conditions_max:,} conditions (filter_conditions_max)")
        parts = read_object(raw)
        connector = _connector(parts, where) or self._connector
        if "filter_params" in parts:
            _require_known(parts, _BUNDLE_KEYS, where)
            if kind(parts["filter_params"]) != "object":
                raise InvalidInput(
                    f"{where}.filter_params: expected an object, received: {_shown(parts['filter_params'])}"
                )
            return connector, self.read(read_object(parts["filter_params"]), where)
        return connector, _condition(name, parts, where)


def _condition(name: str, parts: RawObject, where: str) -> Condition:
    found = field(name, where)
    _require_known(parts, _CONDITION_KEYS, where)
    operator = _text(parts, "operator", where)
    values = _values(parts.get("value"))
    function = _text(parts, "operator_function", where)
    if function:
        if function != "mapContainsKey":
            raise InvalidInput(f"{where}.operator_function: expected mapContainsKey, received: {function[:80]}")
        return condition(found, "has_key", _values(parts.get("operator_args")) or values, where)
    return condition(found, operator, values, where)


def condition(found: Field, operator: str, values: list[Any], where: str) -> Condition:
    """Return a condition of values as JSON or a URL has them. Raises InvalidInput naming what is wrong with it."""
    chosen = _ALIASES.get(operator, operator)
    allowed = OPERATORS[found.kind]
    if chosen not in allowed:
        names = [*allowed, *(alias for alias, of in _ALIASES.items() if alias and of in allowed)]
        raise InvalidInput(
            f"{where}: unknown operator {operator[:80]!r}{hint(operator, names)}; "
            f"{found.name} can be asked for {', '.join(allowed)}"
        )
    if chosen in _ABSENCE:
        return Condition(found, _absence(chosen, values, where), ())
    if chosen == "has_key" and found.kind == "metadata":
        return Condition(METADATA, "has_key", (found.key,))
    if chosen == "has_key" and found.kind == "score":
        return Condition(found, "not_empty", ())
    if not values:
        raise InvalidInput(f"{where}: expected at least one value for the operator {operator!r}, received none")
    if chosen in _ORDER and len(values) > 1:
        raise InvalidInput(f"{where}: the operator {operator} takes one value, received {len(values)}")
    read = _as_number if found.kind == "score" and chosen in _ORDER else _READERS[found.kind]
    return _checked(Condition(found, chosen, tuple(read(value, f"{where}.value") for value in values)), where)


def _absence(operator: str, values: list[Any], where: str) -> str:
    """Return empty or not_empty: isnull asks for either, by its value; the others say it themselves."""
    if operator != "isnull":
        return operator
    if len(values) > 1:
        raise InvalidInput(f"{where}: the operator isnull takes one value, true or false, received {len(values)}")
    return "empty" if not values or _as_flag(values[0], f"{where}.value") else "not_empty"


def _checked(made: Condition, where: str) -> Condition:
    """Return a condition whose patterns the engine can read."""
    if made.operator == "ilike":
        for value in made.values:
            text = str(value)
            if (len(text) - len(text.rstrip("\\"))) % 2:
                raise InvalidInput(
                    f"{where}.value: a pattern must not end in a single backslash, received: {text[:80]}"
                )
    longest = max((len(str(value)) for value in made.values), default=0)
    if made.operator == "trigram_word_similar" and longest > _SIMILAR_CHARACTERS_MAX:
        raise InvalidInput(
            f"{where}.value: expected at most {_SIMILAR_CHARACTERS_MAX:,} characters, received {longest:,}"
        )
    if made.operator == "full_text_search" and not any(str(value).split() for value in made.values):
        raise InvalidInput(f"{where}.value: expected words to search for, received none")
    return made


def _connector(parts: RawObject, where: str) -> Connector | None:
    text = _text(parts, "connector", where)
    if not text:
        return None
    return read_connector(text, f"{where}.connector")


def read_connector(text: str, where: str) -> Connector:
    """Return AND or OR, in any case. Raises InvalidInput."""
    upper = text.upper()
    if upper == "AND":
        return "AND"
    if upper == "OR":
        return "OR"
    raise InvalidInput(f"{where}: expected AND or OR, received: {text[:80]}")


def _require_known(parts: RawObject, known: frozenset[str], where: str) -> None:
    for name in parts:
        if name not in known:
            names = sorted(known)
            raise InvalidInput(f"{where}: unknown key {name[:80]!r}{hint(name, names)}; expected {', '.join(names)}")


def _text(parts: RawObject, name: str, where: str) -> str:
    raw = parts.get(name)
    if raw is None or kind(raw) == "null":
        return ""
    if kind(raw) != "string":
        raise InvalidInput(f"{where}.{name}: expected a string, received: {_shown(raw)}")
    return str(_read(raw))


def _values(raw: msgspec.Raw | None) -> list[Any]:
    if raw is None or kind(raw) == "null":
        return []
    value = _read(raw)
    return value if isinstance(value, list) else [value]


def _read(raw: msgspec.Raw) -> Any:
    try:
        return _decode(raw)
    except msgspec.ValidationError:  # an integer of thousands of digits
        raise InvalidInput(f"filters: the number is out of range, received: {_shown(raw)}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(explain(bytes(raw), error)) from None


def _shown(raw: msgspec.Raw) -> str:
    return bytes(raw)[:80].decode("utf-8", "replace")


# A value as JSON or a URL has it → a value of the field's kind


def _as_text(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise _wrong(value, "a text", where)


def _as_decimal(value: Any, where: str) -> Decimal:
    number = None
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite():
        raise _wrong(value, "a number", where)
    return number


def _as_number(value: Any, where: str) -> float:
    number = float(_as_decimal(value, where))
    return math.copysign(min(abs(number), _FLOAT_MAX), number)


def _as_money(value: Any, where: str) -> Decimal:
    number = _as_decimal(value, where)
    if abs(number) >= _MONEY_MAX:
        return _MONEY_MAX.copy_sign(number)
    if number.quantize(_MONEY_LEAST, context=_EXACT) != number:
        raise _wrong(value, "an amount of at most 30 decimals", where)
    return number


def _as_time(value: Any, where: str) -> int:
    moment = None
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        moment = read_time(float(value) if isinstance(value, Decimal) else value)
    if moment is None:
        raise _wrong(value, "a time as ISO 8601 or an epoch", where)
    return round(min(max(moment, 0.0), _SECONDS_MAX) * 1_000_000)


def _as_flag(value: Any, where: str) -> bool:
    found = _FLAGS.get(str(value).lower()) if isinstance(value, bool | int | str) else None
    if found is None:
        raise _wrong(value, "true or false", where)
    return found


def _wrong(value: Any, expected: str, where: str) -> InvalidInput:
    return InvalidInput(f"{where}: expected {expected}, received: {str(value)[:80]}")


_READERS: Final[dict[Kind, Callable[[Any, str], Value]]] = {
    "text": _as_text,
    "id": _as_text,
    "metadata": _as_text,
    "keys": _as_text,
    "score": _as_text,
    "scores": _as_text,
    "list": _as_text,
    "number": _as_number,
    "money": _as_money,
    "time": _as_time,
    "flag": _as_flag,
}
