"""OTLP in JSON → the same spans and log records as from protobuf. Pure.

It is protobuf's JSON mapping (lowerCamelCase, int64 as text, enums by number or name), but for trace and span ids,
which are hex: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Field names in snake_case are read
too, as protobuf's own parsers do. A span that cannot be read is reported by itself, the others are kept.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import msgspec

from inferlog.dialects.otlp import DROPPED, KINDS, number, seconds
from inferlog.dialects.spans import Event, Record, Span
from inferlog.errors import InvalidInput
from inferlog.jsontext import explain
from inferlog.model import ItemError

_Item = TypeVar("_Item")
_UINT64_MAX: Final = 2**64 - 1
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_INT32_MIN, _INT32_MAX = -(2**31), 2**31 - 1
_STATUSES: Final = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
_FLOATS: Final = ("NaN", "Infinity", "-Infinity")
_BASE64_URL: Final = str.maketrans("-_", "+/")


class _Scope(msgspec.Struct):
    resource: dict[str, Any]
    name: str
    version: str


def decode_traces(text: bytes) -> tuple[list[Span], list[ItemError]]:
    """Return the spans of a request and what is wrong with others, by their position.

    Raises InvalidInput if the text is no ExportTraceServiceRequest.
    """
    return _decode(text, ("resourceSpans", "scopeSpans", "spans"), _span)


def decode_logs(text: bytes) -> tuple[list[Record], list[ItemError]]:
    """Return the log records of a request and what is wrong with others. Raises InvalidInput as for traces."""
    return _decode(text, ("resourceLogs", "scopeLogs", "logRecords"), _record)


def _decode(
    text: bytes, names: tuple[str, str, str], read: Callable[[dict[str, Any], _Scope], _Item]
) -> tuple[list[_Item], list[ItemError]]:
    try:
        request = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(explain(text, error)) from None
    items: list[_Item] = []
    errors: list[ItemError] = []
    for position, (item, scope) in enumerate(_walk(request, names)):
        try:
            items.append(read(_object(item, names[-1]), scope))
        except InvalidInput as error:
            errors.append(ItemError(position, str(error)))
    return items, errors


def _walk(request: Any, names: tuple[str, str, str]) -> Iterator[tuple[Any, _Scope]]:
    by_resource, by_scope, items = names
    for resource_item in _list(_object(request, "the request"), by_resource):
        held = _object(resource_item, by_resource)
        resource = _attributes(_object(_get(held, "resource") or {}, "resource"), "attributes")
        for scope_item in _list(held, by_scope):
            inner = _object(scope_item, by_scope)
            scope = _object(_get(inner, "scope") or {}, "scope")
            named = _Scope(resource, _text(scope, "name"), _text(scope, "version"))
            for item in _list(inner, items):
                yield item, named


def _span(item: dict[str, Any], scope: _Scope) -> Span:
    status = _object(_get(item, "status") or {}, "status")
    rest: dict[str, Any] = {}
    trace_state = _text(item, "traceState")
    if trace_state:
        rest["trace_state"] = trace_state
    for name in DROPPED:
        count = _integer(item, f"dropped{name.capitalize()}Count", 2**32 - 1)
        if count:
            rest[f"dropped_{name}_count"] = count
    return Span(
        trace_id=_id(item, "traceId"),
        span_id=_id(item, "spanId"),
        parent_id=_id(item, "parentSpanId"),
        name=_text(item, "name"),
        kind=_kind(_get(item, "kind")),
        start=seconds(_integer(item, "startTimeUnixNano", _UINT64_MAX)),
        end=seconds(_integer(item, "endTimeUnixNano", _UINT64_MAX)),
        status=_status(_get(status, "code")),
        status_message=_text(status, "message"),
        attributes=_attributes(item, "attributes"),
        events=[_event(_object(each, "events")) for each in _list(item, "events")],
        links=[_link(_object(each, "links")) for each in _list(item, "links")],
        resource=scope.resource,
        scope_name=scope.name,
        scope_version=scope.version,
        rest=rest,
    )


def _event(item: dict[str, Any]) -> Event:
    return Event(
        _text(item, "name"), seconds(_integer(item, "timeUnixNano", _UINT64_MAX)), _attributes(item, "attributes")
    )


def _link(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "trace_id": _id(item, "traceId"),
        "span_id": _id(item, "spanId"),
        "attributes": _attributes(item, "attributes"),
    }


def _record(item: dict[str, Any], scope: _Scope) -> Record:
    time = _integer(item, "timeUnixNano", _UINT64_MAX) or _integer(item, "observedTimeUnixNano", _UINT64_MAX)
    return Record(
        trace_id=_id(item, "traceId"),
        span_id=_id(item, "spanId"),
        name=_text(item, "eventName"),
        time=seconds(time),
        body=_value(_get(item, "body")),
        attributes=_attributes(item, "attributes"),
        resource=scope.resource,
        scope_name=scope.name,
        scope_version=scope.version,
    )


# Values


def _attributes(item: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in _list(item, name):
        held = _object(pair, name)
        found[_text(held, "key")] = _value(_get(held, "value"))
    return found


def _value(value: Any) -> Any:
    """Return what an AnyValue holds. One that is not wrapped as OTLP wants it is taken as it is."""
    if not isinstance(value, dict):
        return _bounded(value)
    for name, read in _VALUES.items():
        held = _get(value, name)
        if held is not None:
            return read(held)
    return None


def _list_value(value: Any) -> list[Any]:
    return [_value(each) for each in _list(_object(value, "arrayValue"), "values")]


def _object_value(value: Any) -> dict[str, Any]:
    return _attributes(_object(value, "kvlistValue"), "values")


def _integer_value(value: Any) -> Any:
    """Return an int64, which is text in JSON; what is none stays as it came."""
    whole = _whole(value)
    if whole is None:
        return _bounded(value)
    return whole if _INT64_MIN <= whole <= _INT64_MAX else str(value)


def _whole(value: Any) -> int | None:
    """Return an integer, also from its digits or from a float without a fraction."""
    try:
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return int(value)
        return int(value) if isinstance(value, float) and value.is_integer() else None
    except ValueError:  # no digits, or more of them than Python reads
        return None


def _double_value(value: Any) -> Any:
    if isinstance(value, str) and value not in _FLOATS:
        try:
            return number(float(value))
        except ValueError:
            return value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _bytes_value(value: Any) -> Any:
    """Return base64 in its usual alphabet, padded, as from protobuf."""
    if not isinstance(value, str):
        return _bounded(value)
    text = value.translate(_BASE64_URL).rstrip("=")
    return text + "=" * (-len(text) % 4)


def _bounded(value: Any) -> Any:
    """Return a value that JSON can be written of: an integer beyond 64 bits is its digits."""
    if isinstance(value, int) and not _INT64_MIN <= value <= _UINT64_MAX:
        return str(value)
    return value


_VALUES: Final[dict[str, Callable[[Any], Any]]] = {
    "stringValue": _bounded,
    "intValue": _integer_value,
    "boolValue": _bounded,
    "doubleValue": _double_value,
    "arrayValue": _list_value,
    "kvlistValue": _object_value,
    "bytesValue": _bytes_value,
}


# Fields


def _get(item: dict[str, Any], name: str) -> Any:
    """Return a field by its name in lowerCamelCase, or in snake_case; null is the same as absent."""
    found = item.get(name)
    return item.get(_SNAKE.setdefault(name, _snake(name))) if found is None else found


_SNAKE: Final[dict[str, str]] = {}


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def _object(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise InvalidInput(f"{name}: expected a JSON object, received {_shown(value)}")


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = _get(item, name)
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise InvalidInput(f"{name}: expected a JSON array, received {_shown(value)}")


def _text(item: dict[str, Any], name: str) -> str:
    value = _get(item, name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise InvalidInput(f"{name}: expected a string, received {_shown(value)}")


def _id(item: dict[str, Any], name: str) -> str:
    """Return an id: hex digits in lower case; any other text, which no OTLP sender should write, as it is."""
    text = _text(item, name)
    lowered = text.lower()
    return lowered if _HEX.issuperset(lowered) else text


_HEX: Final = frozenset("0123456789abcdef")


def _integer(item: dict[str, Any], name: str, most: int) -> int:
    value = _get(item, name)
    if value is None or value == "":
        return 0
    whole = _whole(value)
    if whole is not None and 0 <= whole <= most:
        return whole
    raise InvalidInput(f"{name}: expected an integer from 0 to {most}, received {_shown(value)}")


def _kind(value: Any) -> str:
    if isinstance(value, str) and not value.isdecimal():
        return value.removeprefix("SPAN_KIND_").lower().removeprefix("unspecified")
    place = _whole(value or 0)
    if place is None or not _INT32_MIN <= place <= _INT32_MAX:
        raise InvalidInput(f"kind: expected a span kind, received {_shown(value)}")
    return KINDS[place] if 0 <= place < len(KINDS) else str(place)


def _status(value: Any) -> int:
    if isinstance(value, str) and value in _STATUSES:
        return _STATUSES[value]
    code = _whole(value or 0)
    if code is None or not _INT32_MIN <= code <= _INT32_MAX:
        raise InvalidInput(f"status.code: expected a status code, received {_shown(value)}")
    return code


def _shown(value: Any) -> str:
    try:
        text = msgspec.json.encode(value).decode()
    except (OverflowError, RecursionError):
        text = "a number out of range" if isinstance(value, int) else type(value).__name__
    return text if len(text) <= 80 else f"{text[:77]}..."
