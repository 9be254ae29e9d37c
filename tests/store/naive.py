"""A naive reading of filters in plain Python, over logs in memory: what the engine's answers are compared with."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from inferlog.model import NO_JSON, Log

Json = dict[str, Any]

_MICROSECONDS: Final = 1_000_000
_NEGATED: Final = {"not": "", "not_in": "in", "not_contains": "contains", "not_startswith": "startswith",
                   "not_endswith": "endswith", "not_overlap": "overlap"}  # fmt: skip
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
}
_ON_TEXT: Final[dict[str, Callable[[str, str], bool]]] = {
    "contains": lambda text, value: value in text,
    "icontains": lambda text, value: value.lower() in text.lower(),
    "startswith": lambda text, value: text.startswith(value),
    "endswith": lambda text, value: text.endswith(value),
    "iexact": lambda text, value: text.lower() == value.lower(),
    "regex": lambda text, value: re.search(value, text) is not None,
    "full_text_search": lambda text, value: all(word.lower() in text.lower() for word in value.split()),
}


def in_order(logs: list[Log], name: str, descending: bool) -> list[Log]:
    """Return logs by a field, if one is named, and by time; the engine compares the second half of a UUID first."""

    def key(log: Log) -> tuple[Any, ...]:
        return (value_of(log, name) if name else 0, log.timestamp, log.id[16:], log.id[:16])

    return sorted(logs, key=key, reverse=descending)


def holds(filters: Json, log: Log) -> bool:
    """Tell whether a log passes a filters object, as the API documents it."""
    return _all(filters, log) is not False


def _all(filters: Json, log: Log) -> bool | None:
    return _joined((_connector(each), _passes(name, each, log)) for name, each in filters.items())


def _joined(parts: Iterable[tuple[str, bool | None]]) -> bool | None:
    """Return whether parts hold together, None if there are none: an empty bundle says nothing."""
    whole: bool | None = None
    for connector, passes in parts:
        if passes is None:
            continue
        if whole is None:
            whole = passes
        else:
            whole = (whole or passes) if connector == "OR" else (whole and passes)
    return whole


def _connector(each: Any) -> str:
    found: str = (each[0] if isinstance(each, list) else each).get("connector", "AND")
    return found


def _passes(name: str, each: Any, log: Log) -> bool | None:
    if isinstance(each, list):
        return _joined((part.get("connector", "AND"), _passes(name, part, log)) for part in each)
    if "filter_params" in each:
        return _all(each["filter_params"], log)
    return _condition(name, each.get("operator", ""), each["value"], log)


def _condition(name: str, operator: str, values: list[Any], log: Log) -> bool:
    value = value_of(log, name)
    if operator in ("empty", "isnull"):
        zero_is_a_value = name == "cost" or isinstance(value, bool)
        return value is None if zero_is_a_value else value in (None, "", (), 0)
    if operator in ("not_empty", "notEmpty"):
        return not _condition(name, "empty", values, log)
    if value is None:  # what is absent matches no comparison
        return False
    if operator in _NEGATED:
        return not any(_one(name, _NEGATED[operator], value, each) for each in values)
    return any(_one(name, operator, value, each) for each in values)


def _one(name: str, operator: str, value: Any, wanted: Any) -> bool:
    if isinstance(value, tuple):
        return wanted in value
    if isinstance(value, Decimal):
        wanted = Decimal(str(wanted))
    if name == "timestamp":
        wanted = round(wanted * _MICROSECONDS)
    if operator in _ORDER:
        return _ORDER[operator](value, wanted)
    if operator in _ON_TEXT:
        return _ON_TEXT[operator](value, wanted)
    equal: bool = value == wanted
    return equal


def value_of(log: Log, name: str) -> Any:
    """Return what a log has under a field's name: text, number, Decimal, bool, tuple, microseconds, or None."""
    if name.startswith("metadata__"):
        return _metadata(log, name.removeprefix("metadata__"))
    if name.startswith(("usage_details__", "cost_details__")):
        column, bucket = name.split("__")
        return getattr(log, column).get(bucket, 0 if column == "usage_details" else Decimal(0))
    if name == "failed":
        return log.status == "failed"
    if name == "unique_id":
        return log.id
    if name == "timestamp":
        return round(log.timestamp * _MICROSECONDS)
    return getattr(log, name)


def _metadata(log: Log, key: str) -> str | None:
    value = {} if log.metadata is NO_JSON else msgspec.json.decode(log.metadata)
    found = value.get(key)
    if found is None or isinstance(found, str):
        return found
    return msgspec.json.encode(found).decode()
