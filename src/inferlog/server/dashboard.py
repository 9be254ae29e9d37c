"""Handlers of the dashboard (dossier §2.3): figures by stretches of time, of a period and of the caller's own days."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from inferlog import ids
from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput, hint
from inferlog.query.fields import UNGROUPED, Field, field
from inferlog.query.metrics import Interval, Measurement, measure
from inferlog.query.render import amount
from inferlog.server.asking import Asked
from inferlog.server.groups import GROUPS, read_request
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.zones import read_zone

PARAMETERS: Final = ("summary_type", "date", "time_tick", "timezone_offset", "time_zone")
PERIODS: Final[dict[str, Interval]] = {
    "daily": "hour",
    "last_24h": "hour",
    "weekly": "day",
    "monthly": "day",
    "quarterly": "day",
    "yearly": "month",
    "all": "month",
}
"""The periods that are asked for by name, and their stretches of time unless time_tick says otherwise."""
TICKS: Final[dict[str, Interval]] = {
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
}
_DAYS_AHEAD: Final = {"weekly": 7, "monthly": 32, "quarterly": 93, "yearly": 367}
_OFFSET: Final = (-14, 12)


class Figures(NamedTuple):
    """Figures of the dashboard: those that are a metric, under the API's names, and those per request."""

    metrics: dict[str, str]
    per_request: dict[str, str]
    percentages: dict[str, str]


_COUNTS: Final = (
    "number_of_requests", "total_cost", "total_tokens", "total_prompt_tokens", "total_completion_tokens",
    "error_count", "average_cost", "prompt_cache_hit_tokens", "reasoning_tokens",
)  # fmt: skip
LLM: Final = Figures(
    {**{name: name for name in _COUNTS}, **{f"average_{name}": f"avg_{name}" for name in ("latency", "tps", "ttft")}},
    {f"average_{name}": f"total_{name}" for name in ("tokens", "prompt_tokens", "completion_tokens")},
    {"error_percentage": "error_rate", "cache_hit_percentage": "cache_hit_rate"},
)
QUANTILES: Final = Figures(
    {
        f"{name}_quantiles_p_{percent}": f"{name}_p{percent}"
        for name in ("latency", "ttft", "tps")
        for percent in (50, 90, 95, 99)
    },
    {},
    {},
)
CACHE: Final = Figures(
    {name: name for name in ("number_of_requests", "cache_hit_count", "prompt_cache_hit_tokens")},
    {},
    {"cache_hit_percentage": "cache_hit_rate"},
)
USERS: Final = Figures({"total_users": "customer_count"}, {}, {})
DASHBOARD: Final = {"llm_metrics": LLM, "quantiles": QUANTILES, "cache_hit_metrics": CACHE}


def show_series(name: str) -> Callable[[Call], Awaitable[Reply]]:
    """Return the handler of one of the dashboard's series: a row for each stretch of time with a log."""

    async def show(call: Call) -> Reply:
        """Answer a series."""
        asked = await read_request(call, PARAMETERS)
        return await _answer(call, asked, DASHBOARD[name], ())

    show.__name__ = f"show_{name}"
    return show


def show_total(name: str, figures: Figures) -> Callable[[Call], Awaitable[Reply]]:
    """Return the handler of figures of the whole period."""

    async def show(call: Call) -> Reply:
        """Answer one row of figures."""
        asked = await read_request(call, PARAMETERS)
        wanted = _measurement(call, asked, figures, ())
        wanted = msgspec.structs.replace(wanted, interval=None)
        found = await call.runtime.query_at_rest(lambda store: measure(store, wanted))
        return json_reply(_row(found.rows[0], figures))

    show.__name__ = name
    return show


async def show_breakdown(call: Call) -> Reply:
    """Answer a series of each value of a field."""
    asked = await read_request(call, (*PARAMETERS, "breakdown_by"))
    by = str(asked.given.get("breakdown_by") or "model")
    found = field(GROUPS.get(by) or by, "breakdown_by")
    if found.kind in UNGROUPED:
        raise InvalidInput(f"breakdown_by: {found.name} cannot be grouped by")
    return await _answer(call, asked, LLM, (found,))


async def _answer(call: Call, asked: Asked, figures: Figures, group_by: tuple[Field, ...]) -> Reply:
    wanted = _measurement(call, asked, figures, group_by)
    found = await call.runtime.query_at_rest(lambda store: measure(store, wanted))
    results = [{"date_group": row["time"]} | row.get("group", {}) | _row(row, figures) for row in found.rows]
    return json_reply({"results": results, "truncated": found.truncated, "current_filters": asked.filters})


def _measurement(call: Call, asked: Asked, figures: Figures, group_by: tuple[Field, ...]) -> Measurement:
    given, selection = asked.given, asked.selection
    zone = _zone(given)
    period = str(given.get("summary_type") or "all")
    if period not in PERIODS:
        names = ", ".join(PERIODS)
        raise InvalidInput(f"summary_type: expected one of {names}, received: {period[:80]}{hint(period, [*PERIODS])}")
    begin, end = _period(period, _date(given), ZoneInfo(zone))
    if selection.from_time is None and begin is not None:
        selection = msgspec.structs.replace(selection, from_time=max(begin, 0.0))
    if selection.to_time is None and end is not None:
        selection = msgspec.structs.replace(selection, to_time=end)
    per_request = [*figures.per_request.values(), *(["number_of_requests"] if figures.per_request else [])]
    metrics = (*figures.metrics.values(), *per_request, *figures.percentages.values())
    return Measurement(
        selection=selection,
        metrics=tuple(dict.fromkeys(metrics)),
        group_by=group_by,
        interval=_tick(given, PERIODS[period]),
        time_zone=zone,
        rows_max=call.settings.metric_rows_max,
    )


def _row(row: dict[str, Any], figures: Figures) -> dict[str, Any]:
    shown = {name: row[metric] for name, metric in figures.metrics.items()}
    for name, metric in figures.per_request.items():
        count = row["number_of_requests"]
        shown[name] = row[metric] / count if count else None
    for name, metric in figures.percentages.items():
        shown[name] = None if row[metric] is None else amount(Decimal(str(row[metric])) * 100)
    return shown


# Which period, and whose days


def _tick(given: dict[str, Any], default: Interval) -> Interval:
    value = str(given.get("time_tick") or default)
    if value not in TICKS:
        raise InvalidInput(f"time_tick: expected one of {', '.join(TICKS)}, received: {value[:80]}")
    return TICKS[value]


def _zone(given: dict[str, Any]) -> str:
    """Return the zone: `time_zone` by its name, else the one that is `timezone_offset` hours behind UTC."""
    offset = given.get("timezone_offset")
    if given.get("time_zone") or offset is None or offset == "":
        return read_zone(given.get("time_zone"))
    try:
        hours = float(str(offset))
    except ValueError:
        hours = 0.5
    if not hours.is_integer() or not _OFFSET[0] <= hours <= _OFFSET[1]:
        raise InvalidInput(
            f"timezone_offset: expected whole hours from {_OFFSET[0]} to {_OFFSET[1]} (UTC less local time), "
            f"received: {str(offset)[:80]}; for other zones send time_zone, e.g. Asia/Kolkata"
        )
    return f"Etc/GMT{int(hours):+d}" if hours else "UTC"


def _date(given: dict[str, Any]) -> float:
    value = given.get("date")
    if value is None or value == "":
        return ids.now()
    moment = read_time(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    if moment is None:
        raise InvalidInput(f"date: expected a date or time as ISO 8601 or an epoch, received: {str(value)[:80]}")
    return min(max(moment, 0.0), 4e9)


def _period(name: str, moment: float, zone: ZoneInfo) -> tuple[float | None, float | None]:
    """Return the first and the last moment of the period that holds a moment, by the zone's own days."""
    if name == "all":
        return None, None
    if name == "last_24h":
        return moment - 86_400, moment
    at = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    day = datetime(at.year, at.month, at.day, tzinfo=zone)
    if name == "daily":
        return day.timestamp(), (day + timedelta(days=1)).timestamp() - 1e-6
    first = _first_day(name, day)
    following = _first_day(name, first + timedelta(days=_DAYS_AHEAD[name]))
    return first.timestamp(), following.timestamp() - 1e-6


def _first_day(name: str, day: datetime) -> datetime:
    if name == "weekly":
        return day - timedelta(days=day.weekday())
    month = {"monthly": day.month, "quarterly": day.month - (day.month - 1) % 3, "yearly": 1}[name]
    return day.replace(month=month, day=1)
