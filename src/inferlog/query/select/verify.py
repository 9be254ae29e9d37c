"""The engine's own reading of a confined SELECT, held against the lists again before it runs.

Two parsers can differ over one text. This one is the engine's (EXPLAIN AST, which runs nothing): what it sees is what
would run. A kind of node that is not known here is refused.
"""

import re
from collections.abc import Sequence
from typing import Final

from inferlog.errors import InvalidInput
from inferlog.query.select.confine import Confined
from inferlog.query.select.functions import is_allowed
from inferlog.query.select.tables import LOGS

_LINE: Final = re.compile(r"( *)([\w:]+)(?: (.*))?", re.DOTALL)
_TABLE: Final = re.compile(r"(.+?)(?: \(alias \w+\))?", re.DOTALL)
_NODES: Final = frozenset(
    "SelectWithUnionQuery SelectIntersectExceptQuery SelectQuery ExpressionList TablesInSelectQuery "
    "TablesInSelectQueryElement TableExpression TableJoin ArrayJoin Subquery WithElement Identifier Literal "
    "QueryParameter Asterisk QualifiedAsterisk ColumnsTransformerList ColumnsExceptTransformer "
    "ColumnsReplaceTransformer ColumnsReplaceTransformer::Replacement OrderByElement "
    "WindowDefinition WindowListElement InterpolateElement Set Function TableIdentifier".split()
)
_ROOT: Final = ["ExpressionList", "Identifier", "Set"]
"""What stands below the root: the SELECT, our FORMAT and our SETTINGS. INTO OUTFILE would be one more."""
_MEMBERSHIP: Final = frozenset({"in", "notIn", "globalIn", "globalNotIn", "nullIn", "notNullIn"})
_SYNTAX: Final = frozenset({"globalIn", "globalNotIn", "_CAST"})
"""Functions that the engine makes of syntax and parameters; no caller may write them."""


_Line = tuple[int, str, str]


def verify(explained: bytes, confined: Confined, database: str) -> None:
    """Raise InvalidInput unless the engine, too, sees only what is allowed: functions, reads of the table, names.

    `explained` is the answer to EXPLAIN AST, a line for each node, a newline within a name escaped (TabSeparated).
    """
    lines = [_read(line) for line in explained.decode("utf-8", "replace").split("\n") if line]
    if sorted(kind for depth, kind, _ in lines if depth == 1) != _ROOT or _kinds(lines).count("Set") != 1:
        raise _refusal("a clause after the SELECT")
    reads = 0
    for at, (_, kind, rest) in enumerate(lines):
        if kind not in _NODES:
            raise _refusal(f"{kind} {rest}")
        if kind == "Function":
            if lines[at - 1][1] == "TableExpression":  # some functions of tables have the name of an allowed one
                raise _refusal(rest)
            _check_function(lines, at)
        elif kind == "TableIdentifier":
            found = _TABLE.fullmatch(rest)
            name = found[1] if found else rest
            if name == f"{database}.{LOGS.name}":
                reads += 1
            elif name not in confined.defined:
                raise _refusal(name)
    if reads != confined.reads:
        raise _refusal(f"{reads} reads of {LOGS.name} in place of {confined.reads}")


def _kinds(lines: Sequence[_Line]) -> list[str]:
    return [kind for _, kind, _ in lines]


def _read(line: str) -> _Line:
    found = _LINE.fullmatch(line)
    return (len(found[1]), found[2], found[3] or "") if found else (0, line, "")


def _check_function(lines: Sequence[_Line], at: int) -> None:
    depth, _, rest = lines[at]
    name = rest.split(" ", 1)[0]
    if not is_allowed(name) and name not in _SYNTAX:
        raise InvalidInput(f"query: there is no function {name} here; GET /api/sql/schema lists those there are")
    if name in _MEMBERSHIP and _second_argument(lines, at, depth) == "Identifier":
        raise InvalidInput("query: after IN expected values or a subquery: write IN (SELECT … FROM …)")


def _second_argument(lines: Sequence[_Line], at: int, depth: int) -> str:
    """Return the kind of the second argument of the function at this line: arguments are two levels below it."""
    seen = 0
    for inner, kind, _ in lines[at + 1 :]:
        if inner <= depth:
            break
        if inner == depth + 2:
            seen += 1
            if seen == 2:
                return kind
    return ""


def _refusal(what: str) -> InvalidInput:
    return InvalidInput(f"query: the engine reads it differently than expected ({what[:80]}); write it more plainly")
