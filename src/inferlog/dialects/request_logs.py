"""The logging API's own format: JSON of one log → Sent. Pure.

A body is decoded twice at its top level, both times in C: once into `{name: raw text}`, which keeps what is
unknown and what is large as it came, and once into `CreateLog`, which checks and converts the scalars.
Together that is 4 µs for a 4 kB log; a Python loop over typed fields took 11.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from inferlog.dialects.fields import ALIASES, BODIES, CreateLog, Identifier
from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.ids import read_uuid
from inferlog.jsontext import RawObject, dumps, kind, read_object
from inferlog.model import Log, Sent

_decode_scalars = msgspec.json.Decoder(CreateLog, strict=False).decode
_SCALARS: Final = frozenset(CreateLog.__struct_fields__)
_COLUMNS: Final = frozenset(Log.__struct_fields__)
_HOLDERS: Final = frozenset({"keywordsai_params", "respan_params"})
_CONTROLS: Final = frozenset({"keywordsai_api_controls", "respan_api_controls"})
_STORED_SCALARS: Final = (_SCALARS & (_COLUMNS | ALIASES.keys())) - {"environment", "unique_id"}
_STORED_DECIMALS: Final = Decimal("1E-12")
_MONEY_MAX: Final = Decimal(10) ** 15
_PRECISE: Final = Context(prec=40)

Problem = tuple[str, str, bytes]
"""A field, what was expected of it, and the JSON that came."""

_EXPECTED: Final = {
    "str": "a valid string",
    "int": "a valid integer",
    "float": "a valid number",
    "bool": "a valid boolean",
    "decimal": "a valid number",
}


def decode(text: bytes | msgspec.Raw) -> Sent:
    """Return one log from JSON text that `jsontext.check` passed. Raises InvalidInput naming each bad field."""
    if kind(text) != "object":
        raise InvalidInput(f"Invalid request format: expected a JSON object for one log, received {kind(text)}")
    fields = read_object(text)
    if not _HOLDERS.isdisjoint(fields):
        fields = _merge_holders(fields)
        text = dumps(fields)
    try:
        scalars = _decode_scalars(text)
    except msgspec.ValidationError:
        raise InvalidInput(_explain_fields(fields)) from None
    return _build(fields, scalars)


def _build(fields: RawObject, scalars: CreateLog) -> Sent:
    log = Log()
    extra: RawObject = {}
    problems: list[Problem] = []
    for name, raw in fields.items():
        column = ALIASES.get(name, name)
        if column is not name and column in fields and kind(fields[column]) != "null":
            extra[name] = raw
        elif name in _SCALARS:
            value = getattr(scalars, name)
            if value is None:
                continue
            if name in _STORED_SCALARS:
                convert = _CONVERTERS.get(name)
                setattr(log, column, convert(name, value, problems) if convert else value)
            else:
                extra[name] = raw
        elif name in BODIES:
            _take_body(log, extra, name, raw, problems)
        else:
            extra[name] = raw
    if problems:
        raise InvalidInput(_invalid(problems))
    sent = Sent(log=log, extra=extra, disable_log=bool(scalars.disable_log), block=_reads_block(fields))
    _read_unique_id(sent, scalars.unique_id)
    return sent


def _take_body(log: Log, extra: RawObject, name: str, raw: msgspec.Raw, problems: list[Problem]) -> None:
    """Keep a body verbatim, in its column if it has one, but for the forms that are read into another."""
    found = kind(raw)
    column = ALIASES.get(name, name)
    if found == "null":
        return
    if found not in BODIES[name].kinds:
        problems.append((name, f"a valid {' or '.join(BODIES[name].kinds)}", bytes(raw)))
    elif column not in _COLUMNS:
        extra[name] = raw
    elif name == "warnings":
        log.warnings = msgspec.json.decode(raw) if found == "string" else bytes(raw).decode()
    elif name == "response_format" and found == "string":
        log.response_format = msgspec.Raw(b'{"type":' + bytes(raw) + b"}")
    elif found in ("number", "boolean"):  # input and output are text, or JSON that begins with a bracket
        setattr(log, column, msgspec.Raw(b'"' + bytes(raw) + b'"'))
    else:
        setattr(log, column, raw)


def _read_moment(name: str, value: str | float, problems: list[Problem]) -> float:
    seconds = read_time(value)
    if seconds is None:
        problems.append((name, "a valid time, as ISO 8601 or an epoch", dumps(value)))
        return 0.0
    return seconds


def _read_money(name: str, value: Decimal, problems: list[Problem]) -> Decimal | None:
    """Return an amount in USD at the store's 12 decimals (half to even)."""
    try:
        amount = value.quantize(_STORED_DECIMALS, ROUND_HALF_EVEN, _PRECISE)
        if 0 <= amount < _MONEY_MAX:
            return amount
    except InvalidOperation:
        pass
    problems.append((name, "an amount in USD of at least 0 and below 10^15", str(value).encode()))
    return None


def _read_finite(name: str, value: float, problems: list[Problem]) -> float:
    if not math.isfinite(value):
        problems.append((name, "a finite number", str(value).encode()))
    return value


def _read_identifier(name: str, value: str | int, problems: list[Problem]) -> str:
    return value if isinstance(value, str) else str(value)


_CONVERTERS: Final[dict[str, Callable[[str, Any, list[Problem]], object]]] = {
    **dict.fromkeys(("timestamp", "start_time"), _read_moment),
    **dict.fromkeys(("cost", "prompt_unit_price", "completion_unit_price"), _read_money),
    **dict.fromkeys(("latency", "generation_time", "time_to_first_token", "ttft", "tokens_per_second"), _read_finite),
    **dict.fromkeys(
        (name for name, kind_of in CreateLog.__annotations__.items() if Identifier in getattr(kind_of, "__args__", ())),
        _read_identifier,
    ),
}
"""Scalars whose column holds them in another form; what cannot be converted is added to the problems."""


def _explain_fields(fields: RawObject) -> str:
    """Return the documented text for all fields of a wrong type; each is decoded again by itself to find them."""
    problems: list[Problem] = []
    for name in BODIES.keys() & fields.keys():
        _take_body(Log(), {}, name, fields[name], problems)
    for name in _SCALARS & fields.keys():
        try:
            _decode_scalars(dumps({name: fields[name]}))
        except msgspec.ValidationError as error:
            problems.append((name, _expected(str(error)), bytes(fields[name])))
    return _invalid(sorted(problems))


def _expected(problem: str) -> str:
    """Return what was expected, from msgspec's text such as "Expected `int | null`, got `str` - at `$.x`"."""
    if " >= " in problem or " <= " in problem:
        bound = problem.removeprefix("Expected `int` ").split(" - at", 1)[0]
        return f"an integer {bound}"
    if not problem.startswith("Expected `"):
        return "a valid number in range" if "range" in problem else "a valid number"
    names = problem.removeprefix("Expected `").split("`", 1)[0].split(" | ")
    return " or ".join(_EXPECTED[name] for name in names if name in _EXPECTED)


def _invalid(problems: list[Problem]) -> str:
    """Return the documented text of a 400: a line for each field with what was expected and what came."""
    lines = [f"{name}: Input should be {expected}, received: {_excerpt(came)}" for name, expected, came in problems]
    return "Invalid input params: \n" + "\n".join(lines) + "\n"


def _excerpt(came: bytes) -> str:
    text = came.decode("utf-8", "replace")
    return text if len(text) <= 80 else f"{text[:77]}..."


def _merge_holders(fields: RawObject) -> RawObject:
    """Return the fields with those of nested holders beside them; what stands at the top level wins."""
    merged: RawObject = {}
    for name in sorted(_HOLDERS & fields.keys()):
        found = kind(fields[name])
        if found == "object":
            merged.update(read_object(fields[name]))
        elif found != "null":
            raise InvalidInput(_invalid([(name, "a valid object", bytes(fields[name]))]))
    merged.update((name, raw) for name, raw in fields.items() if name not in _HOLDERS)
    return merged


def _reads_block(fields: RawObject) -> bool:
    if _CONTROLS.isdisjoint(fields):
        return True
    for name in _CONTROLS:
        if name in fields and kind(fields[name]) == "object":
            block = read_object(fields[name]).get("block")
            if block is not None:
                return bytes(block) != b"false"
    return True


def _read_unique_id(sent: Sent, given: str | int | None) -> None:
    """A unique_id that is a UUID becomes the log's id; any other is only kept."""
    if given is None:
        return
    own_id = read_uuid(given) if isinstance(given, str) else None
    if own_id:
        sent.log.id = own_id
        sent.extra.pop("unique_id", None)
