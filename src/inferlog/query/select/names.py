"""The names of columns in a caller's SELECT: each is a column of the logs, or is defined in the SELECT itself.

The engine takes a name that it does not find for a function without arguments: `SELECT currentUser` answers.
"""

from difflib import get_close_matches
from typing import Final

from sqlglot import exp

from inferlog.errors import InvalidInput
from inferlog.query.select.grammar import Node
from inferlog.query.select.tables import HIDDEN_COLUMNS, LOGS, TABLES

_COLUMNS: Final = frozenset(column.name for column in LOGS.columns)
_WORDS: Final = frozenset(
    "inf nan infinity year quarter month week day hour minute second millisecond microsecond nanosecond".split()
)
"""Names that are numbers, and the units of dateAdd(day, 1, …)."""

_ENGINE: Final = frozenset(
    "currentuser current_user session_user user currentdatabase current_database database schema currenthandler "
    "currentrequesturl currentroles currentprofiles hostname fqdn version uptime".split()
)
"""Functions of the engine that it may call by the bare name: not to be defined either, lest an outer one is meant."""


def check_names(query: Node) -> None:
    """Raise InvalidInput for a name that is neither a column nor defined in the query."""
    defined = _defined(query)
    for name in defined:
        if name.lower() in _ENGINE:
            raise InvalidInput(f"query: nothing may be named {name} here")
    for column in query.find_all(exp.Column):
        name = column.table or column.name
        if name in defined or name in _COLUMNS or (column.table and name in TABLES):
            continue
        if name.lower() not in _WORDS:
            raise InvalidInput(f"query: there is no column {name!r}{_hint(name, defined)}")


def _defined(query: Node) -> set[str]:
    names = {each.alias for each in query.find_all(exp.Alias)}
    for alias in query.find_all(exp.TableAlias):
        names |= {alias.name, *(column.name for column in alias.args.get("columns") or ())}
    for function in query.find_all(exp.Lambda):
        names |= {each.name for each in function.expressions}
    return names


def _hint(name: str, defined: set[str]) -> str:
    if name in HIDDEN_COLUMNS:
        return ": a query sees its key's own project, and each log once"
    near = get_close_matches(name, [*_COLUMNS, *defined], 1)
    return f"; did you mean {near[0]}?" if near else "; GET /api/sql/schema lists those there are"
