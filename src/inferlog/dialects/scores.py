"""What an evaluator says of a log, as the logging API has it (dossier §2.7): values of any kind, alone or together."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from inferlog.errors import InvalidInput, hint
from inferlog.ids import read_uuid
from inferlog.jsontext import RawObject, dumps, kind, read_array

EVALUATOR_MAX: Final = 200
"""Characters of an evaluator's id, slug or name."""
_CATEGORIES_MAX: Final = 100
_NUMBER_MAX: Final = 1e300
VALUES: Final = (
    "numerical_value", "boolean_value", "categorical_value", "string_value", "json_value", "comments",
)  # fmt: skip
"""The values, in the order in which one of them stands for the score."""
EVALUATOR: Final = ("evaluator_id", "evaluator_slug", "evaluator_name")
KEPT: Final = (*VALUES, "is_passed", "cost", "type", "reasoning", "metadata", "dataset_id")
_OURS: Final = ("id", "created_at", "environment", "log_id")
"""What our own answers have: taken back with them, and not read, but for log_id."""


class Draft(NamedTuple):
    """What is said in a request: by which evaluator of which log (empty if it does not say so), and what else."""

    evaluator_id: str
    evaluator_slug: str
    evaluator_name: str
    log_id: str
    said: RawObject


def read_draft(fields: RawObject) -> Draft:
    """Return a score from the top level of a JSON object; null takes back. Raises InvalidInput naming the field."""
    known = (*EVALUATOR, *KEPT, *_OURS)
    for name, raw in fields.items():
        if name not in known:
            raise InvalidInput(f"{name[:80]}: unknown field of a score{hint(name, known)}; known: {', '.join(known)}")
        if name in _EXPECTED and kind(raw) != "null" and not _FITS[_EXPECTED[name]](raw):
            raise InvalidInput(f"{name}: expected {_EXPECTED[name]}, received: {_shown(raw)}")
    identifier, slug, name = (_name(fields, name) for name in EVALUATOR)
    given = fields.get("log_id", _NULL)
    log_id = "" if kind(given) == "null" else _id(given)
    said = {name: raw for name, raw in fields.items() if name in KEPT}
    return Draft(identifier, slug, name, log_id, said)


def key_of(draft: Draft) -> str:
    """Return what an evaluator goes by: its id, or its slug if it has none. Raises InvalidInput if neither is there."""
    key = draft.evaluator_id or draft.evaluator_slug
    if not key:
        raise InvalidInput("evaluator_id: a score needs an evaluator; send evaluator_id or evaluator_slug")
    return key


class Figures(NamedTuple):
    """What logs are found and figures are made by: a number (of a flag 0 or 1), a flag, a text, categories."""

    number: float | None
    flag: bool | None
    text: str
    categories: list[str]


def merged(before: RawObject, said: RawObject) -> RawObject:
    """Return what a score says after a change: null takes a value back."""
    return {name: raw for name, raw in {**before, **said}.items() if kind(raw) != "null"}


def figures(said: RawObject) -> Figures:
    """Return the figures of what a score says. Raises InvalidInput if it says nothing."""
    values: dict[str, Any] = {
        name: msgspec.json.decode(said[name]) for name in VALUES if name in said and name != "json_value"
    }
    if not values and "json_value" not in said:
        raise InvalidInput(f"A score needs a value; send one of {', '.join(VALUES)}")
    flag = values.get("boolean_value")
    number = values.get("numerical_value", flag)
    categories = values.get("categorical_value", [])
    categories = [categories] if isinstance(categories, str) else categories
    return Figures(
        number=number if number is None else float(number),
        flag=flag,
        text=_text(values, categories, said),
        categories=categories,
    )


def _text(values: Mapping[str, Any], categories: list[str], said: RawObject) -> str:
    """Return what stands for the score as text: what people wrote rather than what was measured."""
    for name in ("string_value", "comments"):
        if values.get(name):
            return str(values[name])
    if categories:
        return ", ".join(categories)
    for name in ("boolean_value", "numerical_value"):
        if name in values:
            return number_text(values[name])
    return bytes(said.get("json_value", b"")).decode()


def number_text(value: float) -> str:
    """Return a number or a flag as its shortest text: 4.0 is "4", a flag "true" or "false"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def _name(fields: RawObject, name: str) -> str:
    raw = fields.get(name, _NULL)
    if kind(raw) == "null":
        return ""
    text = str(msgspec.json.decode(raw)) if kind(raw) in ("string", "number") else ""
    if not 0 < len(text) <= EVALUATOR_MAX or not text.isprintable():
        raise InvalidInput(
            f"{name}: expected a text of 1 to {EVALUATOR_MAX} printable characters, received: {_shown(raw)}"
        )
    return text


def _id(raw: msgspec.Raw) -> str:
    found = read_uuid(msgspec.json.decode(raw, type=str)) if kind(raw) == "string" else None
    if found is None:
        raise InvalidInput(f"log_id: expected a log's id of 32 hexadecimal digits, received: {_shown(raw)}")
    return found


def _is_number(raw: msgspec.Raw) -> bool:
    if kind(raw) != "number":
        return False
    try:
        return abs(msgspec.json.decode(raw, type=float)) <= _NUMBER_MAX
    except msgspec.ValidationError:
        return False


def _is_categories(raw: msgspec.Raw) -> bool:
    if kind(raw) == "string":
        return True
    if kind(raw) != "array":
        return False
    members = read_array(raw)
    return len(members) <= _CATEGORIES_MAX and all(kind(each) == "string" for each in members)


_A_NUMBER: Final = "a number"
_A_FLAG: Final = "true or false"
_A_TEXT: Final = "a string"
_AN_OBJECT: Final = "an object"
_CATEGORIES: Final = f"an array of at most {_CATEGORIES_MAX} strings"
_EXPECTED: Final = {
    "numerical_value": _A_NUMBER,
    "cost": _A_NUMBER,
    "boolean_value": _A_FLAG,
    "is_passed": _A_FLAG,
    "string_value": _A_TEXT,
    "comments": _A_TEXT,
    "type": _A_TEXT,
    "reasoning": _A_TEXT,
    "dataset_id": _A_TEXT,
    "categorical_value": _CATEGORIES,
    "metadata": _AN_OBJECT,
}
_FITS: Final[dict[str, Callable[[msgspec.Raw], bool]]] = {
    _A_NUMBER: _is_number,
    _A_FLAG: lambda raw: kind(raw) == "boolean",
    _A_TEXT: lambda raw: kind(raw) == "string",
    _AN_OBJECT: lambda raw: kind(raw) == "object",
    _CATEGORIES: _is_categories,
}
_NULL: Final = msgspec.Raw(dumps(None))


def _shown(raw: msgspec.Raw) -> str:
    return bytes(raw)[:80].decode("utf-8", "replace")
