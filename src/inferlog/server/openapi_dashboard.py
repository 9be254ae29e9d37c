"""The description of the dashboard's routes."""

from typing import Any, Final

from inferlog.server.dashboard import CACHE, LLM, PERIODS, QUANTILES, TICKS, USERS, Figures
from inferlog.server.openapi_reading import FILTERS_TEXT, SELECTING, body_of, object_of, operation, query, ref

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_ASKING: Final[dict[str, tuple[Schema, str]]] = {
    "summary_type": ({"enum": [*PERIODS]}, "Which period, unless start_time and end_time say it. Default: all."),
    "date": ({**_TEXT, "format": "date-time"}, "A time within the period. Default: now."),
    "time_tick": ({"enum": [*TICKS]}, "Stretches of time. Default: by the period."),
    "timezone_offset": ({"type": "integer", "minimum": -14, "maximum": 12}, "Hours, UTC less local time."),
    "time_zone": ({"enum": ["UTC", "Europe/Berlin", "America/New_York"]}, "Any name of the IANA database."),
}
_BREAKDOWN: Final[dict[str, tuple[Schema, str]]] = {
    "breakdown_by": ({"enum": ["model", "customer_identifier", "metadata__plan"]}, "A field. Default: model."),
}
_SERIES: Final = {
    "llm-metrics": ("show_llm_metrics", "LlmSeries", {}),
    "quantiles": ("show_quantiles", "QuantileSeries", {}),
    "cache-hit-metrics": ("show_cache_hit_metrics", "CacheSeries", {}),
    "time-series/breakdown": ("show_breakdown", "LlmSeries", _BREAKDOWN),
}
_TOTALS: Final = {
    "llm-metrics/summary": ("sum_llm_metrics", "LlmFigures"),
    "quantiles/summary": ("sum_quantiles", "QuantileFigures"),
    "cache-hit-metrics/summary": ("sum_cache", "CacheFigures"),
    "total-users": ("count_users", "UserFigures"),
}


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    figures = {"Llm": LLM, "Quantile": QUANTILES, "Cache": CACHE, "User": USERS}
    described = {f"{name}Figures": object_of(_properties(each)) for name, each in figures.items()}
    for name in ("Llm", "Quantile", "Cache"):
        each = figures[name]
        row = object_of({"date_group": {**_TEXT, "format": "date-time"}, **_properties(each)})
        described[f"{name}Series"] = object_of(
            {
                "results": {"type": "array", "items": row},
                "truncated": {"type": "boolean", "description": "There were more rows than metric_rows_max"},
                "current_filters": {"type": "object"},
            }
        )
    return described


def paths(errors: dict[str, str]) -> Schema:
    """Return the paths; `errors` says what each status of an error means."""
    described: Schema = {}
    rows = [(path, name, answer, own) for path, (name, answer, own) in _SERIES.items()]
    rows += [(path, name, answer, {}) for path, (name, answer) in _TOTALS.items()]
    for path, name, answer, own in rows:
        body = body_of({**SELECTING, **_ASKING, **own, "filters": (ref("Filters"), FILTERS_TEXT)})
        described[f"/api/dashboard/{path}/"] = {
            "post": operation(name, f"The dashboard: {path}", "figures", answer, errors, query(SELECTING), body)
        }
    return described


def _properties(figures: Figures) -> Schema:
    names = [*figures.metrics, *figures.per_request, *figures.percentages]
    return {name: {"anyOf": [{"type": "number"}, {"type": "null"}]} for name in names}
