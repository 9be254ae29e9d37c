"""Cost exports of providers → lines of an invoice. A format is recognised by its header.

OpenAI: the usage dashboard's cost export (CSV) and a page of its Costs API (JSON). Anthropic: the Console's cost export
(CSV) and a page of the Admin API's cost_report (JSON). Days are UTC in all four.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException
from typing import Any, Final, Literal

import msgspec

from inferlog.errors import InvalidInput

Kind = Literal["input", "cache_read", "cache_write", "output", "total", "fee"]
"""What a line is for: tokens of a kind, tokens of all kinds together, or something that is not tokens."""

_PLACES: Final = Decimal("1E-12")
_PRECISE: Final = Context(prec=60)
_AMOUNT_MAX: Final = Decimal(10) ** 15
_CENTS: Final = Decimal(100)
_OPENAI_COLUMNS: Final = ("start_time", "amount_value", "amount_currency")
_ANTHROPIC_COLUMNS: Final = ("usage_date_utc", "model", "cost_usd")
_USAGE_COLUMNS: Final = frozenset({"num_model_requests", "usage_output_tokens", "usage_input_tokens_no_cache"})
_LINE_ITEM: Final = re.compile(
    r"(?:(?P<tier>[a-z]+) \| )?(?P<model>[^,|]+), ?(?P<kind>[^,]+)(?:, ?long context)?", re.I
)
_MODEL: Final = re.compile(r"(?:ft[:-])?[a-z0-9][a-z0-9.:_-]*[0-9-][a-z0-9.:_-]*", re.I)
_NOT_TOKENS: Final = frozenset({"web_search", "code_execution", "session_usage"})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One amount of an invoice. `model` is as billed, or what a fee is for; empty if the day is billed as a whole.

    `usd` and `list_usd` (before a discount) have 12 decimals; `tokens` are those that were billed, if it says.
    """

    day: date
    model: str
    kind: Kind
    usd: Decimal
    list_usd: Decimal | None = None
    tokens: int | None = None
    tier: str = ""


class Invoice(msgspec.Struct, frozen=True):
    """What a provider billed, for the days from `first` to `last`, both included."""

    provider: str
    format: str
    first: date
    last: date
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def read_invoice(data: bytes) -> Invoice:
    """Return the invoice that a file holds. Raises InvalidInput that says what was found and what was expected."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The export is not UTF-8: a bad byte at position {error.start}") from None
    if not text:
        raise InvalidInput("The export is empty; expected a CSV with a header, or a page of a costs API as JSON")
    return _read_json(text) if text[0] == "{" else _read_csv(text)


def _invoice(provider: str, name: str, items: Iterable[tuple[date, Line | None]], notes: Sequence[str] = ()) -> Invoice:
    found = list(items)
    if not found:
        raise InvalidInput(f"The export ({name}) has no day in it: export a time in which there was usage")
    days = [day for day, _ in found]
    return Invoice(provider, name, min(days), max(days), tuple([line for _, line in found if line]), tuple(notes))


# CSV


def _read_csv(text: str) -> Invoice:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInput(f"The export cannot be read as CSV: {error}") from None
    names = [name.strip().lower() for name in rows[0]]
    blank = dict.fromkeys(names, "")  # a row may be shorter than the header
    numbered = [
        (number, blank | dict(zip(names, row, strict=False))) for number, row in enumerate(rows[1:], 2) if any(row)
    ]
    if set(_OPENAI_COLUMNS) <= set(names):
        return _invoice("openai", "OpenAI cost export", _each(numbered, _openai_row))
    if set(_ANTHROPIC_COLUMNS) <= set(names):
        return _invoice("anthropic", "Anthropic cost export", _each(numbered, _anthropic_row))
    hint = ""
    if not _USAGE_COLUMNS.isdisjoint(names):
        hint = " This is an export of usage; export the cost instead."
    raise InvalidInput(
        f"The header is of no cost export that is known.{hint} Found: {', '.join(names)[:500]}. Expected: "
        f"{', '.join(_OPENAI_COLUMNS)}, line_item (OpenAI, Usage → Cost → Export) or "
        f"{', '.join(_ANTHROPIC_COLUMNS)}, token_type (Anthropic, Cost → Export)"
    )


_Row = dict[str, str]


def _each(
    rows: list[tuple[int, _Row]], read: Callable[[_Row], tuple[date, Line | None]]
) -> Iterator[tuple[date, Line | None]]:
    for number, row in rows:
        try:
            yield read(row)
        except InvalidInput as error:
            raise InvalidInput(f"Line {number} of the export: {error}") from None


def _openai_row(row: _Row) -> tuple[date, Line | None]:
    day = _epoch_day("start_time", row["start_time"])
    if not row["amount_value"].strip():
        return day, None  # a day of which nothing is billed
    _require_usd("amount_currency", row["amount_currency"])
    quantity = row.get("quantity", "").strip() if row.get("quantity_unit", "").strip() in ("", "tokens") else ""
    return day, _openai_line(day, row.get("line_item", ""), _usd("amount_value", row["amount_value"]), quantity)


def _anthropic_row(row: _Row) -> tuple[date, Line | None]:
    day = _iso_day("usage_date_utc", row["usage_date_utc"])
    listed = row.get("list_price_usd", "").strip()
    return day, _anthropic_line(
        day,
        row["model"].strip(),
        row.get("cost_type", "").strip(),
        row.get("token_type", "").strip(),
        _usd("cost_usd", row["cost_usd"]),
        list_usd=_usd("list_price_usd", listed) if listed else None,
        tier="batch" if "batch" in row.get("usage_type", "").lower() else "",
    )


# JSON


class _Amount(msgspec.Struct):
    value: Decimal
    currency: str


class _OpenaiResult(msgspec.Struct):
    amount: _Amount
    line_item: str | None = None
    quantity: float | None = None


class _OpenaiBucket(msgspec.Struct):
    start_time: int
    results: list[_OpenaiResult] = []


class _AnthropicResult(msgspec.Struct):
    amount: str
    currency: str = "USD"
    cost_type: str | None = None
    model: str | None = None
    token_type: str | None = None
    service_tier: str | None = None
    description: str | None = None


class _AnthropicBucket(msgspec.Struct):
    starting_at: str
    results: list[_AnthropicResult] = []


class _Buckets(msgspec.Struct):
    data: list[dict[str, Any]]
    has_more: bool = False


class _OpenaiPage(msgspec.Struct):
    data: list[_OpenaiBucket]


class _AnthropicPage(msgspec.Struct):
    data: list[_AnthropicBucket]


def _read_json(text: str) -> Invoice:
    try:
        page = msgspec.json.decode(text, type=_Buckets)
        notes = ["This is one page of several: the days after it are not compared."] if page.has_more else []
        if page.data and "starting_at" in page.data[0]:
            buckets = msgspec.json.decode(text, type=_AnthropicPage).data
            return _invoice("anthropic", "Anthropic cost report", _anthropic_page(buckets), notes)
        if not page.data or "start_time" in page.data[0]:
            costs = msgspec.json.decode(text, type=_OpenaiPage).data
            return _invoice("openai", "OpenAI costs", _openai_page(costs), notes)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(f"The export cannot be read as a page of a costs API: {str(error)[:300]}") from None
    raise InvalidInput(
        f"The buckets in `data` are of no costs API that is known. Found: {', '.join(page.data[0])[:300]}. Expected: "
        "start_time, results (OpenAI, /v1/organization/costs) or starting_at, results (Anthropic, cost_report)"
    )


def _openai_page(buckets: list[_OpenaiBucket]) -> Iterator[tuple[date, Line | None]]:
    for bucket in buckets:
        day = _epoch_day("start_time", str(bucket.start_time))
        yield day, None
        for result in bucket.results:
            _require_usd("currency", result.amount.currency)
            quantity = "" if result.quantity is None else str(result.quantity)
            yield day, _openai_line(day, result.line_item or "", _usd("value", str(result.amount.value)), quantity)


def _anthropic_page(buckets: list[_AnthropicBucket]) -> Iterator[tuple[date, Line | None]]:
    for bucket in buckets:
        day = _iso_day("starting_at", bucket.starting_at)
        yield day, None
        for result in bucket.results:
            _require_usd("currency", result.currency)
            usd = _PRECISE.divide(_usd("amount", result.amount), _CENTS).quantize(_PLACES, context=_PRECISE)
            yield day, _anthropic_line(
                day, result.model or "", result.cost_type or "", result.token_type or "", usd,
                tier=result.service_tier or "",
            )  # fmt: skip


# Lines


def _openai_line(day: date, item: str, usd: Decimal, quantity: str) -> Line:
    """Read a line item: "gpt-4o-mini-2024-07-18, cached input", "priority | gpt-5, output", "web search tool calls"."""
    item = item.strip()
    found = _LINE_ITEM.fullmatch(item)
    if found and (kind := _kind(found["kind"])):
        tokens = int(float(quantity)) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]+)?", quantity) else None
        tier = (found["tier"] or "").lower()
        return Line(day=day, model=found["model"].strip(), kind=kind, usd=usd, tokens=tokens, tier=tier)
    if item and not _MODEL.fullmatch(item):
        return Line(day=day, model=item[:200], kind="fee", usd=usd)
    return Line(day=day, model=item, kind="total", usd=usd)


def _anthropic_line(
    day: date,
    model: str,
    cost_type: str,
    token_type: str,
    usd: Decimal,
    list_usd: Decimal | None = None,
    tier: str = "",
) -> Line:
    if cost_type in _NOT_TOKENS or (cost_type and "token" not in cost_type):
        return Line(day=day, model=cost_type[:200], kind="fee", usd=usd, list_usd=list_usd)
    kind = _kind(token_type) or "total"
    return Line(
        day=day, model=model[:200], kind=kind, usd=usd, list_usd=list_usd, tier="batch" if tier == "batch" else ""
    )


def _kind(name: str) -> Kind | None:
    """Return the kind of tokens that a provider calls "cached input", "input_no_cache", "cache_creation.…", …"""
    words = name.lower().replace("uncached", "").replace("no_cache", "")
    if "write" in words or "creation" in words:
        return "cache_write"
    if "cache" in words:
        return "cache_read"
    if "output" in words:
        return "output"
    return "input" if "input" in words else None


def _usd(column: str, text: str) -> Decimal:
    try:
        amount = Decimal(text.strip())
    except DecimalException:
        raise InvalidInput(f"{column}: expected an amount like 0.0123, received: {text[:80]}") from None
    if not amount.is_finite() or abs(amount) >= _AMOUNT_MAX:
        raise InvalidInput(f"{column}: expected an amount below 10^15, received: {text[:80]}")
    return amount.quantize(_PLACES, context=_PRECISE)


def _require_usd(column: str, currency: str) -> None:
    if currency.strip().lower() != "usd":
        raise InvalidInput(
            f"{column}: costs of logs are in USD, so only usd can be compared, received: {currency[:80]}"
        )


def _epoch_day(column: str, text: str) -> date:
    if not re.fullmatch(r"[0-9]{9,10}(\.0+)?", text.strip()):
        raise InvalidInput(f"{column}: expected seconds since 1970, received: {text[:80]}")
    return datetime.fromtimestamp(int(float(text)), UTC).date()


def _iso_day(column: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise InvalidInput(f"{column}: expected a day like 2026-11-24, received: {text[:80]}") from None
