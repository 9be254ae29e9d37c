"""The one query of figures: counts, sums, averages and quantiles of the selected logs, by any field and by time.

Counts of tokens are integers and amounts of money decimals throughout, so that the groups add up to the total, to the
last digit. Averages and quantiles of durations leave out the logs that have none (0).
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as midnight
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from inferlog.errors import InvalidInput, hint
from inferlog.pricing.buckets import BUCKETS
from inferlog.query.compile import Parameters
from inferlog.query.fields import Field, field
from inferlog.query.logs import Rows
from inferlog.query.render import amount, iso_time
from inferlog.query.scores import summarize_scores
from inferlog.query.selection import Selection, bind
from inferlog.query.statements import statement

Interval = Literal["minute", "hour", "day", "week", "month"]
_Unit = Literal["logs", "tokens", "USD", "seconds", "tokens/s", "share", "days", "customers", "time", "score"]


class Metric(NamedTuple):
    """A figure: its SQL over a group of logs, its unit, and what it says.

    `{score}` in `sql` stands for the number of `score`, a field.
    """

    sql: str
    unit: _Unit
    description: str
    score: Field | None = None


_QUANTILES: Final = (50, 90, 95, 99)
_DURATIONS: Final[dict[str, tuple[str, _Unit, str]]] = {
    "latency": ("latency", "seconds", "latency"),
    "ttft": ("time_to_first_token", "seconds", "time to first token"),
    "tps": ("tokens_per_second", "tokens/s", "tokens per second"),
}
_TOKENS: Final = {
    "total_tokens": "total_request_tokens",
    "total_prompt_tokens": "prompt_tokens",
    "total_completion_tokens": "completion_tokens",
    "prompt_cache_hit_tokens": "prompt_cache_hit_tokens",
    "prompt_cache_creation_tokens": "prompt_cache_creation_tokens",
    "reasoning_tokens": "reasoning_tokens",
}
METRICS: Final[dict[str, Metric]] = {
    "number_of_requests": Metric("count()", "logs", "Logs"),
    "error_count": Metric("countIf(status = 'failed')", "logs", "Logs that failed"),
    "error_rate": Metric("countIf(status = 'failed') / count()", "share", "Share of the logs that failed, 0 to 1"),
    "cache_hit_count": Metric(
        "countIf(prompt_cache_hit_tokens > 0)", "logs", "Logs whose prompt came in part from the provider's cache"
    ),
    "cache_hit_rate": Metric(
        "countIf(prompt_cache_hit_tokens > 0) / count()", "share", "Share of the logs with a cache hit, 0 to 1"
    ),
    "unpriced_count": Metric("countIf(isNull(cost))", "logs", "Logs without a cost: their price is not known"),
    "estimated_count": Metric("countIf(notEmpty(estimated))", "logs", "Logs whose tokens or cost are estimated"),
    "first_start": Metric("toUnixTimestamp64Micro(min(start_time))", "time", "When the first of the calls began"),
    "first_seen": Metric("toUnixTimestamp64Micro(min(timestamp))", "time", "When the first of the calls completed"),
    "last_seen": Metric("toUnixTimestamp64Micro(max(timestamp))", "time", "When the last of the calls completed"),
    "active_days": Metric("uniqExact(toDate(timestamp))", "days", "Days (UTC) on which there are logs"),
    "customer_count": Metric(
        "uniqExactIf(customer_identifier, customer_identifier != '')", "customers", "Different customers"
    ),
    "duration": Metric(
        "greatest(toUnixTimestamp64Micro(max(timestamp)) - toUnixTimestamp64Micro(min(start_time)), 0) / 1000000",
        "seconds",
        "From the first beginning to the last end",
    ),
    "total_cost": Metric("ifNull(sum(cost), 0)", "USD", "Cost of the logs that have one"),
    "average_cost": Metric("sum(cost)", "USD", "Cost per log that has one"),
    **{
        f"cost_details__{name}": Metric(f"sum(cost_details.{name})", "USD", f"Cost of the bucket {name}")
        for name in BUCKETS
    },
    **{name: Metric(f"sum({column})", "tokens", f"Sum of {column}") for name, column in _TOKENS.items()},
    **{
        f"usage_details__{name}": Metric(f"sum(usage_details.{name})", "tokens", f"Tokens of the bucket {name}")
        for name in BUCKETS
    },
    **{
        f"avg_{name}": Metric(f"avgIf({column}, {column} > 0)", unit, f"Average {text}")
        for name, (column, unit, text) in _DURATIONS.items()
    },
    **{
        f"{name}_p{percent}": Metric(
            f"quantileIf({percent / 100})({column}, {column} > 0)", unit, f"{percent}th percentile of {text}"
        )
        for name, (column, unit, text) in _DURATIONS.items()
        for percent in _QUANTILES
    },
}

OF_SCORES: Final = {"avg": "Average", "min": "Least", "max": "Largest", "count": "Logs with a score, by"}
"""Figures of what one evaluator says: avg_scores__<evaluator>, …"""
_OF_SCORE: Final = re.compile(rf"({'|'.join(OF_SCORES)})_(scores__.+)", re.DOTALL)


def metric(name: str) -> Metric:
    """Return the metric of this name. Raises InvalidInput that names the nearest."""
    known = METRICS.get(name)
    if known:
        return known
    of_score = _OF_SCORE.fullmatch(name)
    if of_score is None:
        names = [*METRICS, *(f"{each}_scores__<evaluator>" for each in OF_SCORES)]
        raise InvalidInput(f"metrics: unknown metric {name[:80]!r}{hint(name, names)}; docs/api.md lists them")
    figure, score = of_score[1], field(of_score[2], "metrics")
    if figure == "count":  # also of scores that have no number
        return Metric("count({text})", "logs", f"{OF_SCORES[figure]} {score.key}", score)
    return Metric(f"{figure}({{score}})", "score", f"{OF_SCORES[figure]} of {score.key}'s scores", score)


# A time is found as a moment (minutes, hours: each is one stretch, also those that a clock shows twice) or as a day.
_STRETCHES: Final[dict[Interval, str]] = {
    "minute": "toUnixTimestamp(toStartOfMinute(timestamp, {zone}))",
    "hour": "toUnixTimestamp(toStartOfHour(timestamp, {zone}))",
    "day": "toDate(timestamp, {zone})",
    "week": "toMonday(timestamp, {zone})",
    "month": "toStartOfMonth(timestamp, {zone})",
}


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """Which figures of which logs, by which fields and stretches of time, in which order, and at most how many rows
    after how many that are skipped.

    `sort_by` is one of `metrics`; without it the rows come by time and group.
    """

    selection: Selection
    metrics: tuple[str, ...]
    group_by: tuple[Field, ...] = ()
    interval: Interval | None = None
    time_zone: str = "UTC"
    sort_by: str = ""
    descending: bool = False
    rows_max: int = 10_000
    rows_skipped: int = 0


class Measured(NamedTuple):
    """Rows of figures; `truncated` says that there were more than asked for.

    A row has `time` (with an interval: the stretch's beginning, ISO 8601 with its offset), `group` (field → value) and
    each metric under its name: a number, or None where there is nothing to average.
    """

    rows: list[dict[str, Any]]
    truncated: bool


def measure(rows: Rows, wanted: Measurement) -> Measured:
    """Return the figures. Stretches of time and groups without a log have no row; without both there is one row."""
    where, parameters = bind(wanted.selection)
    columns = _columns(wanted, parameters)
    keys = [name for name in columns if not name.startswith("m")]
    order = [*keys] or ["m0"]
    if wanted.sort_by:
        direction = "DESC" if wanted.descending else "ASC"
        order.insert(0, f"m{wanted.metrics.index(wanted.sort_by)} {direction} NULLS LAST")
    parts = {
        "{columns}": ", ".join(f"{sql} AS {name}" for name, sql in columns.items()),
        "{joins}": parameters.joins,
        "{grouping}": f"GROUP BY {', '.join(keys)}" if keys else "",
        "{order}": ", ".join(order),
        "{selection}": where,
    }
    sql = statement("metrics.measure")
    for placeholder, part in parts.items():
        sql = sql.replace(placeholder, part)
    limits = {"limit": wanted.rows_max + 1, "offset": wanted.rows_skipped}
    lines = rows.query(sql, parameters.values | limits).splitlines()
    zone = ZoneInfo(wanted.time_zone)
    found = [_row(msgspec.json.decode(line), wanted, zone) for line in lines[: wanted.rows_max]]
    return Measured(found, truncated=len(lines) > wanted.rows_max)


def count_groups(rows: Rows, selection: Selection, group_by: tuple[Field, ...]) -> int:
    """Return how many groups there are: how many rows `measure` has on all pages."""
    where, parameters = bind(selection)
    keys = ", ".join(parameters.expression(each) for each in group_by)
    sql = statement("metrics.count_groups").replace("{keys}", keys).replace("{selection}", where)
    sql = sql.replace("{joins}", parameters.joins)
    return int(msgspec.json.decode(rows.query(sql, parameters.values))["count"])


def _columns(wanted: Measurement, parameters: Parameters) -> dict[str, str]:
    """Return SQL by name: `t` the time, `g0`, … the groups, `m0`, … the metrics, `mn` how many have a cost."""
    columns: dict[str, str] = {}
    if wanted.interval:
        columns["t"] = _STRETCHES[wanted.interval].format(zone=parameters.bind(wanted.time_zone, "String"))
    for number, each in enumerate(wanted.group_by):
        columns[f"g{number}"] = parameters.expression(each)
    for number, name in enumerate(wanted.metrics):
        columns[f"m{number}"] = _sql(metric(name), parameters)
    if "average_cost" in wanted.metrics:
        columns["mn"] = "count(cost)"
    return columns


def _sql(wanted: Metric, parameters: Parameters) -> str:
    if wanted.score is None:
        return wanted.sql
    return wanted.sql.format(score=parameters.figure(wanted.score), text=parameters.expression(wanted.score))


def _row(found: dict[str, Any], wanted: Measurement, zone: ZoneInfo) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if wanted.interval:
        row["time"] = _beginning(found["t"], zone)
    if wanted.group_by:
        row["group"] = {
            each.name: _GROUP_VALUES.get(each.kind, _as_it_is)(found[f"g{number}"])
            for number, each in enumerate(wanted.group_by)
        }
    for number, name in enumerate(wanted.metrics):
        value = found[f"m{number}"]
        unit = metric(name).unit
        if unit == "USD":
            value = None if value is None else Decimal(value)
            if name == "average_cost" and value is not None:
                value = (value / found["mn"]).quantize(_LAST_DIGIT)
            value = amount(value)
        if unit == "time":
            value = iso_time(value / 1_000_000) if value else None
        row[name] = value
    return row


_LAST_DIGIT: Final = Decimal("1e-12")


def _beginning(found: int | str, zone: ZoneInfo) -> str:
    """Return where a stretch of time begins, as the zone's clocks show it."""
    if isinstance(found, int):
        return datetime.fromtimestamp(found, zone).isoformat()
    return datetime.combine(date.fromisoformat(found), midnight.min, zone).isoformat()


def _as_it_is(value: Any) -> Any:
    return value


_GROUP_VALUES: Final[dict[str, Callable[[Any], Any]]] = {
    "money": lambda value: None if value is None else amount(Decimal(value)),
    "flag": lambda value: None if value is None else bool(value),
    "id": lambda value: value.replace("-", ""),
}


# The summary of the logging API


SUMMARY: Final = (
    "number_of_requests", "total_cost", "total_tokens", "total_prompt_tokens", "total_completion_tokens",
    "avg_latency", "avg_tps", "avg_ttft", "prompt_cache_hit_tokens", "prompt_cache_creation_tokens",
    "reasoning_tokens", "error_count", "unpriced_count", "estimated_count",
)  # fmt: skip


def summarize(rows: Rows, selection: Selection) -> dict[str, Any]:
    """Return the figures of the logging API's summary (dossier §2.3); an average of nothing is 0 there."""
    [row] = measure(rows, Measurement(selection=selection, metrics=SUMMARY)).rows
    figures = {name: 0 if value is None else value for name, value in row.items()}
    return figures | {"scores": summarize_scores(rows, selection)}
