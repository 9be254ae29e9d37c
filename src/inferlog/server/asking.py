"""What a reading request asks for: its parameters, from the query string and the body, and which logs it means."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, get_args
from urllib.parse import parse_qsl

import msgspec

from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput, TooLarge, hint
from inferlog.jsontext import RawObject, kind, read_object
from inferlog.model import Environment
from inferlog.query.fields import field, field_names, known
from inferlog.query.filters import (
    Connector,
    Expression,
    comparisons,
    condition,
    conditions,
    join,
    read_connector,
    read_filters,
)
from inferlog.query.selection import Selection
from inferlog.server.http import Call

_WHOLE_NUMBER: Final = re.compile("[0-9]{1,15}")
_BRACKETS: Final = re.compile(r"(.+)\[(value|operator|connector)\]", re.DOTALL)
_ENVIRONMENTS: Final = get_args(Environment)
_SELECTING: Final = frozenset({"start_time", "end_time", "environment", "all_envs", "is_test", "operator"})
_IGNORED: Final = frozenset({"include_fields", "fetch_filters", "exporting"})
_NOT_OURS: Final = frozenset({"limit", "offset", "page", "page_size", "sort_by", "sort", "order"})
"""Names that no metadata has: people who send them to a route that does not read them mean something else."""


class Asked(NamedTuple):
    """The parameters of a request beside its selection, the selection, and the filters in the API's own form."""

    given: dict[str, Any]
    selection: Selection
    filters: dict[str, Any]


class _Quick(NamedTuple):
    """One filter of a query string: ?field=value, or ?field[value]=…&field[operator]=…&field[connector]=…"""

    values: list[str]
    operator: list[str]
    connector: list[str]


def read_asked(call: Call, body: RawObject, names: Iterable[str]) -> Asked:
    """Return what is asked for; `names` are the parameters that the route reads beside those that select logs.

    The query string wins over the body. Raises InvalidInput naming the parameter or the field.
    """
    own = {*names, *_SELECTING}
    given: dict[str, Any] = {}
    for name, raw in body.items():
        if name not in own | _IGNORED | {"filters"}:
            raise _unknown(name, own)
        if name != "filters" and kind(raw) != "null":
            given[name] = _value(name, raw)
    quick: dict[str, _Quick] = {}
    for name, value in parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name in own | _IGNORED:
            given[name] = value
        else:
            _collect(quick, name, value, own)
    if quick:
        _check_size(len(call.scope["query_string"]), call.settings.filter_bytes_max)
    sent = _body_filters(body, call.settings.filter_bytes_max)
    connector = read_connector(str(given.get("operator") or "AND"), "operator")
    expression = join(
        read_filters(sent, conditions_max=call.settings.filter_conditions_max, connector=connector),
        "AND",
        _quick_filters(quick, call.settings.filter_conditions_max),
    )
    count, most = comparisons(expression), call.settings.filter_conditions_max
    if count > most:
        raise InvalidInput(f"filters: {count:,} comparisons of text; the limit filter_conditions_max is {most:,}")
    return Asked(given, _selection(call, given, expression), _shown(sent, quick))


def whole_number(given: dict[str, Any], name: str, default: int, most: int) -> int:
    """Return a parameter that is a whole number from 1 to `most`. Raises InvalidInput."""
    value = given.get(name, default)
    if isinstance(value, float) and value.is_integer():  # 2.0 is a whole number in JSON
        value = int(value)
    number = int(value) if _WHOLE_NUMBER.fullmatch(str(value)) else 0
    if not 1 <= number <= most:
        raise InvalidInput(f"{name}: expected a whole number from 1 to {most:,}, received: {str(value)[:80]}")
    return number


def _selection(call: Call, given: dict[str, Any], expression: Expression | None) -> Selection:
    asks_environment = any(each.field.name == "environment" for each in conditions(expression))
    return Selection(
        project_id=call.key.project_id,
        environment=read_environment(given, "" if asks_environment else call.key.environment),
        from_time=_moment(given, "start_time"),
        to_time=_moment(given, "end_time"),
        filters=expression,
    )


def _value(name: str, raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:  # an integer of thousands of digits
        raise InvalidInput(f"{name}: the number is out of range, received: {bytes(raw)[:80].decode()}") from None


def _unknown(name: str, own: set[str]) -> InvalidInput:
    names = sorted({*own, "filters"})
    return InvalidInput(f"{name[:80]}: unknown parameter{hint(name, names)}; this route reads {', '.join(names)}")


# Filters


def _body_filters(body: RawObject, bytes_max: int) -> RawObject:
    """Return the filters of a body; an empty array stands for none, as clients without filters send it."""
    raw = body.get("filters")
    if raw is None or kind(raw) == "null" or bytes(raw).strip(b"[] \t\r\n") == b"":
        return {}
    if kind(raw) != "object":
        raise InvalidInput(
            f"filters: expected an object of fields, received: {bytes(raw)[:80].decode('utf-8', 'replace')}"
        )
    _check_size(memoryview(raw).nbytes, bytes_max)
    return read_object(raw)


def _check_size(size: int, bytes_max: int) -> None:
    if size > bytes_max:
        raise TooLarge(f"filters: they have {size:,} bytes; the limit filter_bytes_max is {bytes_max:,}")


def _collect(quick: dict[str, _Quick], name: str, value: str, own: set[str]) -> None:
    """Note one part of a quick filter. A name that is no field's is a key of the metadata, as the API has it.

    What is nearly a parameter, or one of another route, is refused: it would quietly find nothing.
    """
    brackets = _BRACKETS.fullmatch(name)
    name, part = (brackets[1], brackets[2]) if brackets else (name, "value")
    if known(name) is None and "__" not in name:
        if name in _NOT_OURS or hint(name, sorted(own), 0.75):
            raise _unknown(name, own)
        if hint(name, field_names(), 0.9):
            field(name, "the query string")  # which raises, and names the nearest
        name = f"metadata__{name}"
    noted = quick.setdefault(name, _Quick([], [], []))
    (noted.values if part == "value" else noted.operator if part == "operator" else noted.connector).append(value)


def _quick_filters(quick: dict[str, _Quick], conditions_max: int) -> Expression | None:
    if len(quick) > conditions_max:
        raise InvalidInput(
            f"The query string has {len(quick):,} filters; the limit filter_conditions_max is {conditions_max:,}"
        )
    whole: Expression | None = None
    for name, (values, operators, connectors) in quick.items():
        connector: Connector = read_connector(connectors[-1], f"{name}[connector]") if connectors else "AND"
        operator = operators[-1] if operators else ""
        whole = join(whole, connector, condition(field(name, "the query string"), operator, list(values), name[:80]))
    return whole


def _shown(sent: RawObject, quick: dict[str, _Quick]) -> dict[str, Any]:
    """Return the filters that hold, in the API's own form: those of the body and those of the query string."""
    shown: dict[str, Any] = dict(sent)
    for name, (values, operators, connectors) in quick.items():
        added = {
            "operator": operators[-1] if operators else "",
            "value": values,
            "connector": connectors[-1].upper() if connectors else "AND",
        }
        shown[name] = [shown[name], added] if name in shown else added
    return shown


# Times and environments


def _moment(given: dict[str, Any], name: str) -> float | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    moment = read_time(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    if moment is None:
        raise InvalidInput(f"{name}: expected a time as ISO 8601 or an epoch, received: {str(value)[:80]}")
    return min(max(moment, 0.0), 4e9)


def read_environment(given: dict[str, Any], own: str) -> str:
    """Return which environment to show: is_test beats all_envs, which beats environment; else the key's own."""
    is_test, all_envs = _flag(given, "is_test"), _flag(given, "all_envs")
    asked = given.get("environment") or own
    if asked and asked not in _ENVIRONMENTS:
        raise InvalidInput(f"environment: expected prod or test, received: {str(asked)[:80]}")
    if is_test is not None:
        return "test" if is_test else "prod"
    if all_envs:
        return ""
    return str(asked)


def _flag(given: dict[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    text = str(value).lower()
    if text not in ("true", "false"):
        raise InvalidInput(f"{name}: expected true or false, received: {text[:80]}")
    return text == "true"
