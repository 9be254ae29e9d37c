"""What a budget is, and how one is read from what a user sends: every mistake named."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec

from inferlog.budgets.addresses import check_url
from inferlog.budgets.periods import PERIODS, PeriodName
from inferlog.errors import InvalidInput, hint
from inferlog.jsontext import kind, read_array

Scope = Literal["project", "customer", "key"]
EACH: Final = "*"
"""The subject of a budget that holds for each customer by itself."""
_ENVIRONMENTS: Final = ("prod", "test")
_THRESHOLDS: Final = (50, 80, 100)
_THRESHOLD_MAX: Final = 1_000
_THRESHOLDS_MAX: Final = 10
_NAME_MAX: Final = 200
_SUBJECT_MAX: Final = 1_000
_AMOUNT_MAX: Final = Decimal(10) ** 15
_AMOUNT_DIGITS: Final = 6
_SHOWN_MAX: Final = 80
AMOUNT_EXPECTED: Final = f"USD above 0 and below {_AMOUNT_MAX:.0e}, with at most {_AMOUNT_DIGITS} decimal places"


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """How much a project, a customer or a key may spend in each period.

    `amount` is USD; `thresholds` are percent of it, ascending. `subject` is the customer's identifier (or EACH) or the
    key's visible prefix. An empty environment is both. `version` counts changes of the amount: with each of them
    the thresholds begin anew. Times are seconds since 1970 UTC.
    """

    id: str
    project_id: str
    name: str
    scope: Scope = "project"
    subject: str = ""
    environment: str = ""
    period: PeriodName = "month"
    time_zone: str = "UTC"
    amount: Decimal
    thresholds: tuple[int, ...] = _THRESHOLDS
    webhook_url: str = ""
    webhook_secret: str = ""
    version: int = 1
    created_at: float
    changed_at: float

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which its periods begin."""
        return ZoneInfo(self.time_zone)

    @property
    def counts_each_customer(self) -> bool:
        """Tell whether it holds for each customer by itself."""
        return self.scope == "customer" and self.subject == EACH


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a user says of a new budget; the rest of it is drawn."""

    name: str
    amount: Decimal
    scope: Scope
    subject: str
    environment: str = ""
    period: PeriodName = "month"
    time_zone: str = "UTC"
    thresholds: tuple[int, ...] = _THRESHOLDS
    webhook_url: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a user changes of a budget; None is left as it is."""

    name: str | None = None
    amount: Decimal | None = None
    thresholds: tuple[int, ...] | None = None
    webhook_url: str | None = None


Fields = Mapping[str, msgspec.Raw]
_SUBJECTS: Final[dict[str, Scope]] = {"customer_identifier": "customer", "api_key_prefix": "key"}
_CHANGEABLE: Final = ("name", "amount", "thresholds", "webhook_url")
_FIXED: Final = ("scope", *_SUBJECTS, "environment", "period", "time_zone")
FIELDS: Final = (*_CHANGEABLE, *_FIXED)


def read_draft(fields: Fields) -> Draft:
    """Return a new budget from the top level of a JSON object. Raises InvalidInput that names the field."""
    given = _known(fields)
    for name in ("name", "amount"):
        if name not in given:
            raise InvalidInput(f"{name}: a budget needs one; expected {_EXPECTED[name]}")
    read = _read({name: raw for name, raw in given.items() if name not in ("scope", *_SUBJECTS)})
    scope, subject = _read_subject(given)
    return Draft(scope=scope, subject=subject, **read)


def read_change(fields: Fields) -> Change:
    """Return a change of a budget from the top level of a JSON object. Raises InvalidInput that names the field."""
    given = _known(fields, keep_null=("webhook_url",))
    for name in given:
        if name in _FIXED:
            raise InvalidInput(
                f"{name}: cannot be changed, for what was spent would be another sum; make another budget. "
                f"Can be changed: {', '.join(_CHANGEABLE)}"
            )
    return Change(**_read(given))


def _known(fields: Fields, keep_null: tuple[str, ...] = ()) -> dict[str, msgspec.Raw]:
    """Return the fields that are given: null is the same as absent, but where it says that there be none."""
    for name in fields:
        if name not in FIELDS:
            near = hint(name, FIELDS)
            raise InvalidInput(f"{name[:_SHOWN_MAX]}: unknown field of a budget{near}; known: {', '.join(FIELDS)}")
    return {name: raw for name, raw in fields.items() if kind(raw) != "null" or name in keep_null}


def _read(given: Fields) -> dict[str, Any]:
    read = {}
    for name, raw in given.items():
        value = _READERS[name](raw)
        if value is None:
            raise InvalidInput(f"{name}: expected {_EXPECTED[name]}, received: {_shown(raw)}")
        read[name] = value
    return read


def _read_subject(given: Fields) -> tuple[Scope, str]:
    """Return whose spending counts; the scope need not be said where the subject says it."""
    subjects = [name for name in _SUBJECTS if name in given]
    scope = _text(given["scope"]) if "scope" in given else _SUBJECTS[subjects[0]] if subjects else "project"
    wanted = next((name for name, its in _SUBJECTS.items() if its == scope), None)
    if scope != "project" and wanted is None:
        raise InvalidInput(f"scope: expected project, customer or key, received: {_shown(given['scope'])}")
    for name in subjects:
        if name != wanted:
            raise InvalidInput(f"{name}: does not go with the scope {scope!r}; leave one of them out")
    if wanted is None:
        return "project", ""
    if wanted not in given:
        raise InvalidInput(f"{wanted}: the scope {scope!r} needs it; expected {_EXPECTED[wanted]}")
    subject = _short_text(given[wanted], _SUBJECT_MAX)
    if subject is None:
        raise InvalidInput(f"{wanted}: expected {_EXPECTED[wanted]}, received: {_shown(given[wanted])}")
    return _SUBJECTS[wanted], subject


# Each returns the value, or None if it is not what is expected.


def _text(raw: msgspec.Raw) -> str | None:
    return msgspec.json.decode(raw, type=str) if kind(raw) == "string" else None


def _short_text(raw: msgspec.Raw, most: int) -> str | None:
    text = (_text(raw) or "").strip()
    return text if 0 < len(text) <= most and text.isprintable() else None


def read_amount(raw: msgspec.Raw) -> Decimal | None:
    """Return an amount of USD, as a number or as its text, or None if it is none that a budget can have."""
    text = _text(raw) if kind(raw) == "string" else bytes(raw).decode() if kind(raw) == "number" else None
    amount = _number(text or "")
    if amount is None or not 0 < amount < _AMOUNT_MAX:
        return None
    exponent = amount.normalize().as_tuple().exponent
    return amount if isinstance(exponent, int) and exponent >= -_AMOUNT_DIGITS else None


def _thresholds(raw: msgspec.Raw) -> tuple[int, ...] | None:
    if kind(raw) != "array":
        return None
    numbers = [_percent(each) for each in read_array(raw)]
    if not 1 <= len(numbers) <= _THRESHOLDS_MAX or None in numbers:
        return None
    return tuple(sorted({number for number in numbers if number}))


def _percent(raw: msgspec.Raw) -> int | None:
    number = _number(bytes(raw).decode()) if kind(raw) == "number" else None
    if number is None or not 1 <= number <= _THRESHOLD_MAX or number != int(number):  # 50.0 is a whole number in JSON
        return None
    return int(number)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _time_zone(raw: msgspec.Raw) -> str | None:
    name = _text(raw) or ""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = hint(name, _zones())
        raise InvalidInput(f"time_zone: expected {_EXPECTED['time_zone']}{near}, received: {_shown(raw)}") from None
    return name


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _webhook_url(raw: msgspec.Raw) -> str | None:
    url = "" if kind(raw) == "null" else _text(raw)
    if url:
        check_url(url)
    return url


def _one_of(*choices: str) -> Callable[[msgspec.Raw], str | None]:
    def read(raw: msgspec.Raw) -> str | None:
        text = _text(raw)
        return text if text in choices else None

    return read


_READERS: Final[dict[str, Callable[[msgspec.Raw], Any]]] = {
    "name": lambda raw: _short_text(raw, _NAME_MAX),
    "amount": read_amount,
    "thresholds": _thresholds,
    "webhook_url": _webhook_url,
    "environment": _one_of(*_ENVIRONMENTS),
    "period": _one_of(*PERIODS),
    "time_zone": _time_zone,
}
_EXPECTED: Final = {
    "name": f"a text of 1 to {_NAME_MAX} characters on one line",
    "amount": AMOUNT_EXPECTED,
    "thresholds": f"an array of 1 to {_THRESHOLDS_MAX} whole numbers from 1 to {_THRESHOLD_MAX:,} (percent)",
    "webhook_url": "an address that begins with https:// or http://",
    "environment": "prod or test, or nothing for both",
    "period": "day, week, month or year",
    "time_zone": "a name of the IANA time zone database, e.g. Europe/Berlin",
    "customer_identifier": f"a customer's identifier of 1 to {_SUBJECT_MAX:,} characters, or {EACH} for each customer",
    "api_key_prefix": "the visible prefix of a key of this project",
}


def _shown(raw: msgspec.Raw) -> str:
    text = bytes(raw).decode()
    return text if len(text) <= _SHOWN_MAX else f"{text[: _SHOWN_MAX - 3]}..."
