"""The logging API's own format: JSON of one log → Sent. Pure.

A body is decoded twice at its top level, both times in C: into `{name: raw text}`, for what is unknown and for
what its names say, and into `CreateLog`, which checks the types and is the very struct that is stored. Python
touches only the fields that need it. What is rare (numbers as identifiers, nulls, nested holders) is rewritten
to the common form first and decoded again.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from inferlog.dialects.fields import ALIASES, BODIES, COLUMNS, RESERVED, SCALARS, CreateLog, Identifier
from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.ids import read_uuid
from inferlog.jsontext import RawObject, dumps, kind, read_object, require_json
from inferlog.model import NO_JSON, Log, Sent

_decode: Final = msgspec.json.Decoder(CreateLog, strict=False).decode
_HOLDERS: Final = frozenset({"keywordsai_params", "respan_params"})
_CONTROLS: Final = frozenset({"keywordsai_api_controls", "respan_api_controls"})
_IDENTIFIERS: Final = frozenset(name for name, scalar in SCALARS.items() if scalar.type is Identifier)
_REARRANGED: Final = _HOLDERS | RESERVED | {"unique_id"}
_STORED_DECIMALS: Final = Decimal("1E-12")
_MONEY_MAX: Final = Decimal(10) ** 15
_PRECISE: Final = Context(prec=40)

Problem = tuple[str, str, bytes]
"""A field, what was expected of it, and the JSON that came."""


def decode(text: bytes | msgspec.Raw) -> Sent:
    """Return one log from JSON text that `jsontext.check` passed. Raises InvalidInput naming each bad field."""
    if kind(text) != "object":
        require_json(text)
        raise InvalidInput(f"Invalid request format: expected a JSON object for one log, received {kind(text)}")
    fields = read_object(text)
    extra: RawObject = {}
    if not _REARRANGED.isdisjoint(fields):
        fields, extra = _rearrange(fields)
        text = dumps(fields)
    try:
        log = _decode(text)
    except msgspec.ValidationError:
        fields = _canonical(fields)
        try:
            log = _decode(dumps(fields))
        except msgspec.ValidationError:
            raise InvalidInput(_explain(fields)) from None
    problems: list[Problem] = []
    for name, raw in fields.items():
        treat = _TREATMENTS.get(name, _treat_unknown)
        if treat is not None and (treat is not _treat_body or memoryview(raw)[0] != _USUAL_BODIES.get(name)):
            treat(log, name, fields, extra, problems)
    if problems:
        raise InvalidInput(_invalid(problems))
    return _sent(log, extra)


def _sent(log: Log, extra: RawObject) -> Sent:
    """Take the controls of this one request, and the id that the client gave, out of what is kept."""
    sent = Sent(log=log, extra=extra)
    if not extra:
        return sent
    disable = extra.get("disable_log")
    sent.disable_log = disable is not None and bool(_LENIENT_BOOL(disable))
    for name in _CONTROLS & extra.keys():
        block = read_object(extra[name]).get("block") if kind(extra[name]) == "object" else None
        sent.block = sent.block and (block is None or bytes(block) != b"false")
    given = extra.get("unique_id")
    own_id = read_uuid(msgspec.json.decode(given)) if given is not None and kind(given) == "string" else None
    if own_id:
        log.id = own_id
        del extra["unique_id"]
    return sent


_LENIENT_BOOL: Final = msgspec.json.Decoder(bool, strict=False).decode


# What is unusual, brought into the usual form


def _rearrange(fields: RawObject) -> tuple[RawObject, RawObject]:
    """Put the fields of nested holders beside the others, and those aside whose names are inferlog's own columns.

    The top level counts before respan_params, and that before keywordsai_params; what does not count is kept in
    its holder.
    """
    merged = _without_nulls({name: raw for name, raw in fields.items() if name not in _HOLDERS})
    outdone: RawObject = {}
    for name in sorted(_HOLDERS & fields.keys(), reverse=True):
        found = kind(fields[name])
        if found == "object":
            held = _without_nulls(read_object(fields[name]))
            repeated = {key: raw for key, raw in held.items() if key in merged and bytes(raw) != bytes(merged[key])}
            if repeated:
                outdone[name] = msgspec.Raw(dumps(repeated))
            merged = held | merged
        elif found != "null":
            raise InvalidInput(_invalid([(name, "a valid object", bytes(fields[name]))]))
    given = merged.get("unique_id")
    if given is not None and kind(given) not in ("string", "number", "null"):
        raise InvalidInput(_invalid([("unique_id", "a valid string or integer", bytes(given))]))
    aside = RESERVED | {"unique_id"}
    extra = outdone | {name: raw for name, raw in merged.items() if name in aside and kind(raw) != "null"}
    return {name: raw for name, raw in merged.items() if name not in aside}, extra


def _canonical(fields: RawObject) -> RawObject:
    """Return the fields without nulls of known names, identifiers as text, and warnings as text."""
    canonical: RawObject = {}
    for name, raw in _without_nulls(fields).items():
        found = kind(raw)
        if name in _IDENTIFIERS and found == "number" and _is_integer(raw):
            canonical[name] = msgspec.Raw(b'"' + bytes(raw) + b'"')
        elif name == "warnings" and found in BODIES[name].kinds and found != "string":
            canonical[name] = msgspec.Raw(dumps(bytes(raw).decode("utf-8")))
        else:
            canonical[name] = raw
    return canonical


def _without_nulls(fields: RawObject) -> RawObject:
    """Return the fields without the nulls of known names: null is the same as absent."""
    return {name: raw for name, raw in fields.items() if kind(raw) != "null" or not (name in SCALARS or name in BODIES)}


def _is_integer(raw: msgspec.Raw) -> bool:
    return bytes(raw).lstrip(b"-").isdigit()


# Fields that need more than their type


def _treat_time(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    seconds = read_time(getattr(log, name))
    if seconds is None:
        problems.append((name, "a valid time, as ISO 8601 or an epoch", bytes(fields[name])))
    else:
        setattr(log, name, seconds)


def _treat_money(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    """Hold an amount in USD at the store's 12 decimals (half to even)."""
    if getattr(log, name) is None:
        return
    try:
        amount = getattr(log, name).quantize(_STORED_DECIMALS, ROUND_HALF_EVEN, _PRECISE)
        if 0 <= amount < _MONEY_MAX:
            setattr(log, name, amount)
            return
    except InvalidOperation:
        pass
    problems.append((name, "an amount in USD of at least 0 and below 10^15", bytes(fields[name])))


def _treat_seconds(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    if not math.isfinite(getattr(log, name)):
        problems.append((name, "a finite number", bytes(fields[name])))


def _treat_alias(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    """Store a scalar under the name that it goes by; if both came, that one counts and this is kept."""
    value = getattr(log, name)
    setattr(log, name, None)
    if value is None:
        return
    if ALIASES[name] in fields:
        extra[name] = fields[name]
        return
    setattr(log, ALIASES[name], value)
    if not math.isfinite(value):
        problems.append((name, "a finite number", bytes(fields[name])))


def _treat_unknown(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    """Keep what inferlog has no name for."""
    extra[name] = fields[name]


def _treat_kept(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    """Keep a scalar that has no column, now that its type is checked."""
    setattr(log, name, None)
    if kind(fields[name]) != "null":
        extra[name] = fields[name]


def _treat_body(log: Log, name: str, fields: RawObject, extra: RawObject, problems: list[Problem]) -> None:
    """Keep a body verbatim, in its column if it has one, but for the forms that are read into another."""
    raw = fields[name]
    found = kind(raw)
    column = ALIASES.get(name, name)
    if found == "null":
        if name in COLUMNS and kind(getattr(log, name)) == "null":  # its alias may have filled it
            setattr(log, name, NO_JSON)
    elif found not in BODIES[name].kinds:
        problems.append((name, f"a valid {' or '.join(BODIES[name].kinds)}", bytes(raw)))
    elif column not in COLUMNS or (column is not name and kind(fields.get(column, _NULL)) != "null"):
        extra[name] = raw
    elif column == "response_format" and found == "string":
        log.response_format = msgspec.Raw(b'{"type":' + bytes(raw) + b"}")
    elif found in ("number", "boolean"):  # input and output are text, or JSON that begins with a bracket
        setattr(log, column, msgspec.Raw(b'"' + bytes(raw) + b'"'))
    else:
        setattr(log, column, raw)


_NULL: Final = msgspec.Raw(b"null")


Treatment = Callable[[Any, str, RawObject, RawObject, list[Problem]], None]
_TREATMENTS: Final[dict[str, Treatment | None]] = {
    **dict.fromkeys((*SCALARS, *BODIES)),  # of these a checked type is all that is asked, but for those below
    **{name: _treat_kept for name in SCALARS if name not in COLUMNS},
    **dict.fromkeys(("timestamp", "start_time"), _treat_time),
    **dict.fromkeys(("cost", "prompt_unit_price", "completion_unit_price"), _treat_money),
    **dict.fromkeys(("latency", "time_to_first_token", "tokens_per_second"), _treat_seconds),
    **{name: _treat_alias for name in ALIASES if name in SCALARS},
    **{name: _treat_body for name in BODIES if name != "warnings"},
}
_USUAL_BODIES: Final = {
    name: ord("[" if body.kinds[0] == "array" else "{")
    for name, body in BODIES.items()
    if name in COLUMNS and body.kinds[0] in ("array", "object")
}
"""Bodies that the decoder has put where they belong, if they begin as they usually do."""


# Errors


_EXPECTED: Final = {
    "str": "a valid string",
    "int": "a valid integer",
    "float": "a valid number",
    "bool": "a valid boolean",
    "decimal": "a valid number",
}


def _explain(fields: RawObject) -> str:
    """Return the documented text for all fields of a wrong type; each is decoded again by itself to find them."""
    problems: list[Problem] = []
    for name, raw in fields.items():
        if name in BODIES:
            if kind(raw) not in BODIES[name].kinds:
                problems.append((name, f"a valid {' or '.join(BODIES[name].kinds)}", bytes(raw)))
        elif name in SCALARS:
            alone = {name: raw}
            try:
                log = _decode(dumps(alone))
            except msgspec.ValidationError as error:
                problems.append((name, _expected(name, str(error)), bytes(raw)))
                continue
            treat = _TREATMENTS[name]
            if treat is not None:
                treat(log, name, alone, {}, problems)
    return _invalid(problems)


def _expected(name: str, problem: str) -> str:
    """Return what was expected, from msgspec's text such as "Expected `int | null`, got `str` - at `$.x`"."""
    if name in _IDENTIFIERS:
        return "a valid string or integer"
    if " >= " in problem or " <= " in problem:
        bound = problem.removeprefix("Expected `int` ").split(" - at", 1)[0]
        return f"an integer {bound}"
    if not problem.startswith("Expected `"):
        return "a valid number in range" if "range" in problem else "a valid number"
    names = problem.removeprefix("Expected `").split("`", 1)[0].split(" | ")
    return " or ".join(_EXPECTED[each] for each in names if each in _EXPECTED)


def _invalid(problems: list[Problem]) -> str:
    """Return the documented text of a 400: a line for each field with what was expected and what came."""
    lines = [f"{name}: Input should be {expected}, received: {_excerpt(came)}" for name, expected, came in problems]
    return "Invalid input params: \n" + "\n".join(sorted(lines)) + "\n"


def _excerpt(came: bytes) -> str:
    text = came.decode("utf-8", "replace")
    return text if len(text) <= 80 else f"{text[:77]}..."
