"""A caller's SELECT, confined to one project: each `logs` in it becomes a subquery that reads that project's alone."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlglot import exp

from inferlog.errors import InvalidInput
from inferlog.query.select.grammar import OWN_NAMES, Node, is_name, parse, render
from inferlog.query.select.names import check_names
from inferlog.query.select.tables import LOGS, TABLES

PROJECT_PARAMETER: Final = "inferlog_project"
_VALUES: Final = (str, int, float, bool, type(None))


class Confined(NamedTuple):
    """What is run: a statement and its parameters; the names that it defines, and how often it reads the table."""

    sql: str
    parameters: dict[str, Any]
    defined: frozenset[str]
    reads: int


class Reader(NamedTuple):
    """Whose logs are read, and where they are: the project's id and the store's database."""

    project_id: str
    database: str


def confine(text: str, parameters: Mapping[str, Any], reader: Reader) -> Confined:
    """Return `text` so that it sees the reader's logs and nothing else. Raises InvalidInput for what is not allowed."""
    try:
        query = parse(text)
        check_names(query)
        scope = _Scope(reader)
        scope.confine(query, frozenset())
        sql = render(query)
    except RecursionError:
        raise InvalidInput("query: it is nested too deep") from None
    given = _given(query, parameters)
    if scope.reads:
        given[PROJECT_PARAMETER] = reader.project_id
    return Confined(sql, given, frozenset(scope.defined), scope.reads)


class _Scope:
    """Walks a query and resolves each table by the names that are visible where it stands."""

    def __init__(self, reader: Reader) -> None:
        self.defined: set[str] = set()
        self.reads = 0
        self._reader = reader

    def confine(self, node: Node, visible: frozenset[str]) -> None:
        """Replace the tables at and below `node`. `visible` are the names of WITH that it may read from."""
        with_ = node.args.get("with_")
        if with_ is not None:
            visible = self._define(with_, visible)
        for part, child in list(node.args.items()):
            if part == "with_":
                continue
            for each in child if isinstance(child, list) else [child]:
                if isinstance(each, exp.Table):
                    self._resolve(each, visible)
                elif isinstance(each, exp.Expr):
                    self.confine(each, visible)

    def _define(self, with_: Node, visible: frozenset[str]) -> frozenset[str]:
        for each in with_.expressions:
            name = each.alias
            if not is_name(name) or name.lower() in TABLES or name.startswith(OWN_NAMES):
                raise InvalidInput(f"query: WITH may not define the name {name!r}")
            inner = visible | {name} if with_.args.get("recursive") else visible
            self.confine(each, inner)
            if not each.args.get("scalar"):
                visible = visible | {name}
                self.defined.add(name)
        return visible

    def _resolve(self, table: exp.Table, visible: frozenset[str]) -> None:
        if table.args.get("joins"):
            raise InvalidInput("query: write a join without parentheses around it")
        name = table.name
        if name in visible:
            return
        if name not in TABLES:
            known = ", ".join(sorted({*TABLES, *visible}))
            raise InvalidInput(f"query: there is no table {name!r}; there is {known}")
        self.reads += 1
        inner = _own_logs(self._reader)
        inner.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name)))
        table.replace(inner)


def _own_logs(reader: Reader) -> exp.Subquery:
    """Return the subquery that stands for `logs`.

    The project is chosen in PREWHERE: rows of others are gone before anything of the caller's is worked out. In WHERE
    the engine may put a caller's condition first, and its error then quotes what is in another project's row:
    "Cannot parse string '<their text>' as UInt8".
    """
    columns = [exp.column(column.name) for column in LOGS.columns]
    stored = exp.Table(this=exp.to_identifier(LOGS.name), db=exp.to_identifier(reader.database, quoted=True))
    project = exp.Placeholder(this=exp.var(PROJECT_PARAMETER), kind=exp.DataType.build("UUID", dialect="clickhouse"))
    select = exp.Select().select(*columns, copy=False).from_(stored, copy=False)
    select.set("prewhere", exp.PreWhere(this=exp.EQ(this=exp.column("project_id"), expression=project)))
    return exp.Subquery(this=select)


def _given(query: Node, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the parameters that the query names. Raises InvalidInput for a missing or an unused one."""
    named = {each.name for each in query.find_all(exp.Placeholder)} - {PROJECT_PARAMETER}
    for name in sorted(named):
        if name not in parameters:
            raise InvalidInput(f"parameters.{name}: the query has {{{name}:…}}, and no value came for it")
    for name, value in parameters.items():
        if name not in named:
            raise InvalidInput(f"parameters.{name}: the query has no {{{name}:Type}}")
        if not isinstance(value, _VALUES) and not _is_plain_list(value):
            raise InvalidInput(f"parameters.{name}: expected a text, a number, a boolean, null, or an array of these")
    return dict(parameters)


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, _VALUES) for each in value)
