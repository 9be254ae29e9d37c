"""Handlers of /retention: for how many days a project's logs are kept."""

import asyncio
from typing import Any

import msgspec

from inferlog import ids, jsontext
from inferlog.deleting.jobs import selection
from inferlog.deleting.retention import DAYS_MAX, expired
from inferlog.deleting.table import Preview, preview
from inferlog.deleting.worker import shown
from inferlog.errors import InvalidInput
from inferlog.server.http import Call, Reply, json_reply


async def show_retention(call: Call) -> Reply:
    """Answer the project's retention, what of it is expired now, and whether the clock is believed."""
    return json_reply(await _shown(call))


async def set_retention(call: Call) -> Reply:
    """Keep the project's logs for so many days; null is the setting's number, 0 is for ever."""
    given = await _body(call, {"days"})
    if "days" not in given:
        raise InvalidInput(f"days: expected a whole number from 0 (for ever) to {DAYS_MAX:,}, or null")
    days = given["days"]
    if isinstance(days, float) and days.is_integer():  # 30.0 is a whole number in JSON
        days = int(days)
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= DAYS_MAX):
        raise InvalidInput(
            f"days: expected a whole number from 0 (for ever) to {DAYS_MAX:,}, or null, received: {str(days)[:80]}"
        )
    await asyncio.to_thread(call.runtime.services.retentions.set_days, call.key.project_id, days)
    return json_reply(await _shown(call))


async def run_retention(call: Call) -> Reply:
    """Begin to delete what is expired; answer the deletion, or nothing if nothing is."""
    given = await _body(call, {"clock_is_right"})
    is_right = given.get("clock_is_right", False)
    if not isinstance(is_right, bool):
        raise InvalidInput(f"clock_is_right: expected true or false, received: {str(is_right)[:80]}")
    keeper, made_by = call.runtime.services.keeper, f"key {call.key.prefix}"
    job = await asyncio.to_thread(keeper.run, call.key.project_id, made_by, clock_is_right=is_right)
    return json_reply({"deletion": shown(job) if job else None}, 202 if job else 200)


async def _body(call: Call, known: set[str]) -> dict[str, Any]:
    body = await call.json(call.settings.log_bytes_max)
    if not body.strip():
        return {}
    fields = jsontext.read_object(jsontext.check(body))
    for name in fields:
        if name not in known:
            raise InvalidInput(f"{name[:80]}: unknown parameter; this route reads {', '.join(sorted(known))}")
    try:
        return {name: msgspec.json.decode(raw) for name, raw in fields.items()}
    except msgspec.ValidationError:  # an integer of thousands of digits
        raise InvalidInput("The body has a number that is out of range") from None


async def _shown(call: Call) -> dict[str, Any]:
    services, project_id = call.runtime.services, call.key.project_id
    retentions, keeper = services.retentions, services.keeper
    days = await asyncio.to_thread(retentions.days, project_id)
    found = Preview(0, 0, 0, 0, 0)
    if days:
        wanted = selection(expired(project_id, days, ids.now()), call.settings.filter_conditions_max)
        found = await call.runtime.query(lambda store: services.pieces.read_at_rest(lambda: preview(store, wanted)))
    return {
        "days": days,
        "own_days": await asyncio.to_thread(retentions.own_days, project_id),
        "default_days": retentions.default_days,
        "expired_logs": found.logs,
        "expired_bytes": found.bytes,
        "clock_doubt": await asyncio.to_thread(keeper.doubt),
    }
