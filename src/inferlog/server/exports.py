"""Handlers of /request-logs/export: the selected logs as a stream, oldest first."""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Any, Final

import msgspec

from inferlog import jsontext
from inferlog.errors import InvalidInput, Overloaded, hint
from inferlog.query.exported import COLUMNS, FORMS, Form
from inferlog.query.exports import (
    ALL,
    BEGINNING,
    PLACES_MAX,
    Extract,
    count_extract,
    fetch_portion,
    find_places,
    portions,
)
from inferlog.server.asking import Asked, read_asked
from inferlog.server.http import Call, Stream

PARAMETERS: Final = ("format", "include_fields", "sample")
TOTAL: Final = b"inferlog-logs-total"
"""The header that says how many logs were selected when the export began."""


async def export_selected(call: Call) -> Stream:
    """Answer all selected logs, asked for in the query string."""
    return await _export(call, b"{}")


async def export_by_body(call: Call) -> Stream:
    """Answer all selected logs, asked for in the query string and the body."""
    body = await call.body(call.settings.log_bytes_max)
    return await _export(call, jsontext.check(body) if body.strip() else b"{}")


async def _export(call: Call, body: bytes) -> Stream:
    asked = read_asked(call, jsontext.read_object(body), PARAMETERS)
    name = str(asked.given.get("format") or "jsonl")
    if name not in FORMS:
        raise InvalidInput(f"format: expected one of {', '.join(FORMS)}, received: {name[:80]}")
    extract = _extract(asked)
    make, content_type = FORMS[name]
    if call.runtime.exports >= call.settings.exports_max:
        raise Overloaded(f"exports_max = {call.settings.exports_max} exports are under way")
    parts = _parts(call, extract, make(extract.columns))
    await anext(parts)  # from here on it counts, until it is closed
    try:
        total = await call.runtime.query_at_rest(lambda store: count_extract(store, extract))
    except BaseException:
        await parts.aclose()
        raise
    if call.scope["method"] == "HEAD":
        await parts.aclose()
    headers = ((b"content-type", content_type.encode()), (TOTAL, str(total).encode()))
    return Stream(parts, headers)


async def _parts(call: Call, extract: Extract, form: Form) -> AsyncGenerator[bytes]:
    """Yield nothing, then the export. Each portion is a query of its own, so that others get their turn."""
    runtime = call.runtime
    runtime.exports += 1
    try:
        yield b""
        after, found = BEGINNING, PLACES_MAX
        while found >= PLACES_MAX:
            places = await runtime.query_stored(partial(find_places, extract=extract, after=after))
            found = len(places)
            for portion in portions(places):
                after = portion[-1]
                logs = await runtime.query_stored(partial(fetch_portion, extract=extract, portion=portion))
                yield await runtime.write(form.write, logs)
        yield form.end()
    finally:
        runtime.exports -= 1


def _extract(asked: Asked) -> Extract:
    return Extract(
        **msgspec.structs.asdict(asked.selection), sample=_sample(asked.given), columns=_columns(asked.given)
    )


def _sample(given: dict[str, Any]) -> int:
    value = given.get("sample", 1)
    try:
        share = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        share = 0.0
    if not 1 / ALL <= share <= 1:
        raise InvalidInput(f"sample: expected a share from 0.000001 to 1, received: {str(value)[:80]}")
    return round(share * ALL)


def _columns(given: dict[str, Any]) -> tuple[str, ...]:
    """Return the columns to export, as they are asked for: an array, or names with commas between them."""
    value = given.get("include_fields")
    if value is None or value in ("", []):
        return COLUMNS
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f"include_fields: expected names of fields, received: {str(value)[:80]}")
    columns = tuple(dict.fromkeys(name.strip() for name in names))
    for name in columns:
        if name not in COLUMNS:
            raise InvalidInput(
                f"include_fields: unknown field {name[:80]!r}{hint(name, list(COLUMNS))}; "
                f"expected some of {', '.join(COLUMNS)}"
            )
    return columns
