"""A line of an export read back as the log that it was, derived columns and all. Pure."""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from msgspec import Meta

from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.ids import read_uuid
from inferlog.jsontext import check, explain, kind
from inferlog.model import NO_JSON, Log, log_defaults
from inferlog.pricing.buckets import BUCKETS
from inferlog.query.exported import COLUMNS, TIMES, VERSION
from inferlog.query.logs import JSON_COLUMNS

_Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
_Bucket: Any = Literal[BUCKETS]
_TYPES: Final[dict[Any, Any]] = {
    int: _Count, dict[str, int]: dict[_Bucket, _Count], dict[str, Decimal]: dict[_Bucket, Decimal],
}  # fmt: skip
_OWN_TYPES: Final[dict[str, Any]] = {
    **dict.fromkeys(TIMES, str),
    "environment": Literal["prod", "test"],
    "status_code": Annotated[int, Meta(ge=0, le=2**16 - 1)],
    "revision": Annotated[int, Meta(ge=0)],
}
_DECIMALS: Final = ("cost", "prompt_unit_price", "completion_unit_price")
_MONEY_MAX: Final = Decimal(10) ** 15
_DECIMAL_PLACES: Final = 12
_TIME_MAX: Final = 4_102_444_800.0  # 2100-01-01
_REVISION_MAX: Final = 2**64 - 1


def _line_type() -> Any:
    """Make the type of a line: a Log's columns with the bounds of the store's, times as texts."""
    defaults = log_defaults() | dict.fromkeys(TIMES, "")
    fields: list[Any] = [(VERSION, Literal[1]), ("id", str), ("environment", _OWN_TYPES["environment"])]
    for name in COLUMNS:
        if name not in ("id", "environment"):
            held = Log.__annotations__[name]
            fields.append((name, _OWN_TYPES.get(name, _TYPES.get(held, held)), defaults[name]))
    return msgspec.defstruct("Exported", fields, kw_only=True, forbid_unknown_fields=True)


_decode: Final = msgspec.json.Decoder(_line_type()).decode


def read_exported(line: bytes) -> Log:
    """Return the log of one line, without its project. Raises InvalidInput naming the field."""
    text = check(line)
    try:
        held = _decode(text)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The exported log cannot be read: {error}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(explain(text, error)) from None
    values = {name: getattr(held, name) for name in COLUMNS}
    values["id"] = read_uuid(held.id)
    if values["id"] is None:
        raise InvalidInput(f"id: expected a UUID or 32 hex digits, received: {held.id[:80]}")
    if held.revision > _REVISION_MAX:
        raise InvalidInput(f"revision: expected at most {_REVISION_MAX}, received: {held.revision}")
    for name in TIMES:
        values[name] = _moment(name, values[name])
    for name in JSON_COLUMNS:
        values[name] = _body(name, values[name])
    for name in _DECIMALS:
        _check_amount(name, values[name])
    for bucket, cost in held.cost_details.items():
        _check_amount(f"cost_details.{bucket}", cost)
    return Log(**values)


def _moment(name: str, text: str) -> float:
    if not text:
        return 0.0
    moment = read_time(text)
    if moment is None or not 0 <= moment < _TIME_MAX:
        raise InvalidInput(f"{name}: expected a time from 1970 to 2100 as ISO 8601, received: {text[:80]}")
    return moment


def _body(name: str, raw: msgspec.Raw) -> msgspec.Raw:
    found = kind(raw)
    if found not in ("string", "object", "array"):
        raise InvalidInput(f"{name}: expected a text, an object or an array, received {found}")
    return NO_JSON if bytes(raw) == b'""' else raw


def _check_amount(name: str, value: Decimal | None) -> None:
    if value is None:
        return
    if not value.is_finite() or not 0 <= value < _MONEY_MAX or -cast(int, value.as_tuple().exponent) > _DECIMAL_PLACES:
        raise InvalidInput(
            f"{name}: expected an amount in USD of at least 0 and below 10^15, of at most {_DECIMAL_PLACES} decimals, "
            f"received: {str(value)[:80]}"
        )
