"""What a caller's SELECT may be made of: parsed by sqlglot, then every node is held against a list of those allowed.

What is not on a list is refused, whatever it is: a new kind of node of the parser, a new type, a new function.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parsers.clickhouse import ClickHouseParser

from inferlog.errors import InvalidInput
from inferlog.query.select.functions import is_allowed

Node = exp.Expr
logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what it cannot parse, which is said to the caller
_STEPS_LEAST: Final = 2_000
_STEPS_PER_CHARACTER: Final = 8
OWN_NAMES: Final = "inferlog_"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_COLUMN_LENGTH_MAX: Final = 256
_NOT_IN_NAMES: Final = frozenset("\\\"'`")
_AGGREGATE_TYPE: Final = "aggregate"
_SHOWN_MAX: Final = 80


class _TooManySteps(Exception):
    """The parser went back and forth: nested `tuple(1 as a)` took it 30 s for 150 characters."""


class _Dialect(ClickHouse):
    """ClickHouse's SQL, in which every function keeps the name that was written: only names are held to the list."""

    class Parser(ClickHouseParser):
        """The parser, with a bound on its steps."""

        FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
        FUNCTION_PARSERS: ClassVar = {
            name: parse for name, parse in ClickHouseParser.FUNCTION_PARSERS.items() if name in ("CAST", "EXTRACT")
        }
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}

        _steps_left = 0

        def _advance(self, times: int = 1) -> None:
            if not self._steps_left:
                self._steps_left = _STEPS_LEAST + _STEPS_PER_CHARACTER * len(self.sql)
            self._steps_left -= 1
            if not self._steps_left:
                raise _TooManySteps
            super()._advance(times)


_QUERY: Final[dict[type[Node], str]] = {
    exp.Select: "expressions distinct from_ joins where group having qualify windows order limit offset with_",
    exp.Union: "this expression distinct with_ order limit offset",
    exp.Intersect: "this expression distinct with_ order limit offset",
    exp.Except: "this expression distinct with_ order limit offset",
    exp.Subquery: "this alias with_",
    exp.With: "expressions recursive",
    exp.CTE: "this alias scalar",
    exp.From: "this",
    exp.Join: "this side kind method on using expressions global_",
    exp.Table: "this alias joins",
    exp.TableAlias: "this columns",
    exp.Where: "this",
    exp.Group: "expressions all totals cube rollup grouping_sets",
    exp.Cube: "expressions",
    exp.Rollup: "expressions",
    exp.GroupingSets: "expressions",
    exp.Having: "this",
    exp.Qualify: "this",
    exp.Order: "expressions",
    exp.Ordered: "this desc nulls_first with_fill",
    exp.WithFill: "from_ to step interpolate",
    exp.Limit: "expression expressions",
    exp.Offset: "expression",
    exp.Distinct: "expressions on",
    exp.Window: "this partition_by order spec alias over",
    exp.WindowSpec: "kind start start_side end end_side",
}
_EXPRESSIONS: Final[dict[type[Node], str]] = {
    exp.Alias: "this alias",
    exp.Column: "this table",
    exp.Identifier: "this quoted",
    exp.Star: "except_ replace",
    exp.Literal: "this is_string",
    exp.Boolean: "this",
    exp.Null: "",
    exp.HexString: "this is_integer",
    exp.Tuple: "expressions",
    exp.Array: "expressions bracket_notation value_constructor",
    exp.Bracket: "this expressions offset",
    exp.Dot: "this expression",
    exp.Paren: "this",
    exp.Lambda: "this expressions",
    exp.Placeholder: "this kind",
    exp.Interval: "this unit",
    exp.Var: "this",
    exp.Case: "this ifs default",
    exp.If: "this true false",
    exp.Cast: "this to",
    exp.CastToStrType: "this to",
    exp.Extract: "this expression",
    exp.DataType: "this expressions nested nullable values",
    exp.DataTypeParam: "this",
    exp.In: "this expressions query field",
    exp.Between: "this low high",
    exp.Exists: "this",
    exp.Filter: "this expression",
    exp.RespectNulls: "this",
    exp.IgnoreNulls: "this",
    exp.Anonymous: "this expressions",
    exp.AnonymousAggFunc: "this expressions",
    exp.ParameterizedAgg: "this expressions params",
    exp.CombinedAggFunc: "this expressions parts",
    exp.CombinedParameterizedAgg: "this expressions params parts",
    **dict.fromkeys((exp.Not, exp.Neg), "this"),
    **dict.fromkeys(
        (exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is,
         exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe),
        "this expression typed safe negate",
    ),
}  # fmt: skip
_ALLOWED: Final[Mapping[type[Node], frozenset[str]]] = {
    kind: frozenset(parts.split()) for kind, parts in {**_QUERY, **_EXPRESSIONS}.items()
}
_CALLS: Final = (exp.Anonymous, exp.AnonymousAggFunc, exp.ParameterizedAgg)

_TYPES: Final = frozenset(
    "TEXT BOOLEAN TINYINT SMALLINT INT BIGINT INT128 INT256 UTINYINT USMALLINT UINT UBIGINT UINT128 UINT256 FLOAT "
    "DOUBLE DECIMAL DECIMAL32 DECIMAL64 DECIMAL128 DECIMAL256 DATE DATE32 DATETIME DATETIME64 UUID ARRAY MAP STRUCT "
    "NULLABLE LOWCARDINALITY ENUM8 ENUM16 FIXEDSTRING IPV4 IPV6 TIMESTAMP".split()
)

_INSTEAD: Final = {
    "settings": "settings are inferlog's own: leave SETTINGS out",
    "format": "the format is the request's field `format`: leave FORMAT out",
    "into": "a SELECT here answers its caller: leave INTO out",
    "prewhere": "write WHERE in place of PREWHERE",
    "sample": "SAMPLE is not possible here",
    "hint": "hints are not possible here",
    "db": "there is one database: write logs alone",
    "catalog": "there is one database: write logs alone",
}


def parse(text: str) -> exp.Query:
    """Return the SELECT that `text` is, all of it allowed. Raises InvalidInput, which says what is not."""
    try:
        found = [each for each in _Dialect().parse(text) if each is not None]
    except _TooManySteps:
        raise InvalidInput("query: it is too intricate to be read; nest less") from None
    except ParseError as error:
        raise InvalidInput(f"query: {_explain(error)}") from None
    except SqlglotError as error:
        raise InvalidInput(f"query: it cannot be read as SQL: {_short(error)}") from None
    if len(found) != 1:
        raise InvalidInput(f"query: expected one SELECT, received {len(found) or 'no'} statements")
    query = found[0]
    if not isinstance(query, exp.Select | exp.SetOperation | exp.Subquery):
        raise InvalidInput(f"query: expected a SELECT, received {_first_word(text)}")
    for node in query.walk():
        _check(node)
    return query


def render(query: exp.Query) -> str:
    """Return the query as text for the engine. What a caller wrote never reaches it but through here."""
    return query.sql(dialect=_Dialect, comments=False)


def is_name(text: str) -> bool:
    """Tell whether this may name a table, an alias of one, or a parameter: letters, digits and underscores."""
    return _NAME.fullmatch(text) is not None


def _check(node: Node) -> None:
    """Raise InvalidInput if this node, without those below it, is not allowed."""
    parts = _ALLOWED.get(type(node))
    if parts is None:
        raise InvalidInput(f"query: {_shown(node)} is not possible here")
    for part, value in node.args.items():
        if part not in parts and value not in (None, False, []):
            reason = _INSTEAD.get(part, f"{part.strip('_').upper()} is not possible here")
            raise InvalidInput(f"query: {reason}")
    check = _CHECKS.get(type(node))
    if check:
        check(node)


def _check_call(node: Node) -> None:
    name = node.this
    if not isinstance(name, str) or not is_allowed(name):
        raise InvalidInput(
            f"query: there is no function {_cut(str(name))} here; GET /api/sql/schema lists those there are"
        )
    if name.lower() == "jsonextract" and len(node.expressions) > 1:
        _require_plain_type(node.expressions[-1])


def _check_identifier(node: Node) -> None:
    name = node.this
    if not isinstance(name, str) or not 0 < len(name) <= _COLUMN_LENGTH_MAX:
        raise InvalidInput(f"query: a name has 1 to {_COLUMN_LENGTH_MAX} characters, received {_cut(str(name))!r}")
    if not name.isprintable() or _NOT_IN_NAMES & set(name):
        raise InvalidInput(f"query: a name has no quotes, backslashes or control characters, received {_cut(name)!r}")


def _check_table_alias(node: Node) -> None:
    if isinstance(node.this, exp.Identifier) and not is_name(node.this.this):
        raise InvalidInput(
            f"query: the name of a table has letters, digits and underscores, received {_cut(node.this.this)!r}"
        )


def _check_source(node: Node) -> None:
    """Hold FROM and JOIN to tables and subqueries.

    In what is joined by ARRAY JOIN the parser takes tables for columns: no query may stand there.
    """
    if isinstance(node, exp.Join) and node.args.get("kind") == "ARRAY":
        if next(node.find_all(exp.Query, exp.Table), None) is not None:
            raise InvalidInput("query: ARRAY JOIN takes columns and arrays")
    elif not isinstance(node.this, exp.Table | exp.Subquery):
        raise InvalidInput(f"query: {_shown(node.this)} is no table here; there is logs")


def _check_subquery(node: Node) -> None:
    if not isinstance(node.this, exp.Query):
        raise InvalidInput(f"query: {_shown(node.this)} stands without parentheses")


def _check_table(node: Node) -> None:
    if not isinstance(node.this, exp.Identifier):  # a table function: file(…), url(…), remote(…), numbers(…)
        raise InvalidInput(f"query: {_shown(node)} is no table here; there is logs")


def _check_var(node: Node) -> None:
    if not is_name(str(node.this)):
        raise InvalidInput(f"query: {_cut(str(node.this))!r} is not possible here")


def _check_type(node: Node) -> None:
    if not isinstance(node.this, exp.DType) or node.this.name not in _TYPES:
        raise InvalidInput(f"query: {_shown(node)} is no type here")


def _check_placeholder(node: Node) -> None:
    name = node.this.this if isinstance(node.this, exp.Var) else node.this
    if not isinstance(name, str) or not is_name(name) or not isinstance(node.args.get("kind"), exp.DataType):
        raise InvalidInput("query: expected a parameter as {name:Type}, with a type of values")
    if name.startswith(OWN_NAMES):
        raise InvalidInput(f"query: the name of a parameter may not begin with {OWN_NAMES}, received {name}")


def _check_in(node: Node) -> None:
    """Hold the right side to values and subqueries: the engine reads `x IN name` and `x IN (name)` as a table."""
    few = node.expressions
    field = node.args.get("field")
    if (len(few) == 1 and isinstance(few[0], exp.Column)) or not isinstance(field, exp.Placeholder | None):
        raise InvalidInput("query: after IN expected values or a subquery: write IN (SELECT … FROM …) or has(array, x)")


def _check_text_type(node: Node) -> None:
    _require_plain_type(node.args["to"])


def _require_plain_type(node: Node) -> None:
    """The inner state of an aggregate can be made of bytes by its type alone, and bad bytes can end the engine."""
    if not isinstance(node, exp.Literal) or _AGGREGATE_TYPE in str(node.this).lower():
        raise InvalidInput(f"query: expected the name of a type as a text, received {_shown(node)}")


_CHECKS: Final[Mapping[type[Node], Callable[[Node], None]]] = {
    **dict.fromkeys((*_CALLS, exp.CombinedAggFunc, exp.CombinedParameterizedAgg), _check_call),
    exp.Identifier: _check_identifier,
    exp.TableAlias: _check_table_alias,
    exp.Table: _check_table,
    exp.Subquery: _check_subquery,
    exp.From: _check_source,
    exp.Join: _check_source,
    exp.Var: _check_var,
    exp.DataType: _check_type,
    exp.Placeholder: _check_placeholder,
    exp.In: _check_in,
    exp.CastToStrType: _check_text_type,
}


def _explain(error: ParseError) -> str:
    first = error.errors[0] if error.errors else {}
    where = f" at line {first['line']}, column {first['col']}" if first.get("line") else ""
    near = f", near {_cut(str(first['highlight']))!r}" if first.get("highlight") else ""
    return f"it cannot be read as SQL{where}{near}: {_cut(str(first.get('description') or error))}"


def _short(error: Exception) -> str:
    return _cut(str(error).split("\n", 1)[0])


def _shown(node: Node) -> str:
    return _cut(node.sql(dialect=_Dialect, comments=False))


def _first_word(text: str) -> str:
    words = text.split(None, 1)
    return _cut(words[0].upper()) if words else "nothing"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"
