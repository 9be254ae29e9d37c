"""Which logs a caller means: those of a project and an environment, of a span of time, that pass the filters."""

from typing import Any, Final

import msgspec

from inferlog.query.compile import Parameters, compile_filter
from inferlog.query.filters import Expression
from inferlog.query.statements import statement

_TIME_MAX_US: Final = 4_102_444_800_000_000  # 2100-01-01, past every stored time


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which logs. Times are seconds since 1970 UTC, both inclusive; an empty environment means all."""

    project_id: str
    environment: str = ""
    from_time: float | None = None
    to_time: float | None = None
    filters: Expression | None = None


def bind(selection: Selection) -> tuple[str, Parameters]:
    """Return a selection as the SQL of a WHERE clause, and its parameters, to which more may be added."""
    parameters = Parameters(
        {
            "project_id": selection.project_id,
            "environment": selection.environment,
            "from_us": 0 if selection.from_time is None else round(selection.from_time * 1_000_000),
            "to_us": _TIME_MAX_US if selection.to_time is None else round(selection.to_time * 1_000_000),
        }
    )
    where = statement("selection").replace("{filters}", compile_filter(selection.filters, parameters))
    return where, parameters


def select(name: str, selection: Selection) -> tuple[str, dict[str, Any]]:
    """Return the statement `name` of selected logs, and its parameters."""
    where, parameters = bind(selection)
    return statement(name).replace("{selection}", where), parameters.values
