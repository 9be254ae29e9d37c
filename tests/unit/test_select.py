"""A caller's SELECT before it reaches the engine: what is refused, what it becomes, and that neither takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.errors import InvalidInput
from inferlog.model import Log
from inferlog.query.select.confine import Confined, Reader, confine
from inferlog.query.select.functions import AGGREGATES, FUNCTIONS, is_allowed
from inferlog.query.select.tables import HIDDEN_COLUMNS, LOGS
from inferlog.query.select.verify import verify
from tests.attacks import CONFINED, INTRICATE, REFUSED

READER = Reader("0190c3b0-e3a7-7f6e-8d5a-1b2c3d4e5f60", "inferlog")
OWN = "PREWHERE project_id = {inferlog_project: UUID}"

# What the parser alone lets pass, for the engine's own reading or the engine to refuse.
LATER = {
    "SELECT 1 AS `x) FROM inferlog.logs --`, `' \\' `",
    "SELECT logs.project_id FROM logs", "SELECT l.project_id FROM logs AS l", "SELECT logs._part_offset FROM logs",
    "SELECT 1 FROM logs AS a JOIN logs AS b USING (project_id)",
    "SELECT 1 FROM logs AS a JOIN logs AS b ON a.project_id != b.project_id",
}  # fmt: skip


@pytest.mark.parametrize("attempt", [each for some in REFUSED.values() for each in some if each not in LATER])
def test_an_attempt_is_refused_with_a_reason(attempt: str) -> None:
    """Before the engine sees anything of it, and in words for its sender."""
    with pytest.raises(InvalidInput, match=r"^(query|parameters\.\w+): .+"):
        confine(attempt, {}, READER)


@pytest.mark.parametrize("query", CONFINED)
def test_every_read_of_the_logs_is_of_the_own_project(query: str) -> None:
    """Wherever the table stands in a query, its rows are chosen by the project, and first of all."""
    confined = confine(query, {}, READER)
    reads = confined.sql.count('FROM "inferlog".logs PREWHERE')
    assert reads == confined.sql.count(OWN) == confined.reads
    assert confined.parameters == ({"inferlog_project": READER.project_id} if reads else {})


@pytest.mark.parametrize("query", INTRICATE, ids=lambda query: query[:30])
def test_an_intricate_query_is_read_or_refused(query: str) -> None:
    """No nesting takes the parser down, or long."""
    with pytest.raises(InvalidInput, match=r"nested too deep|too intricate|cannot be read|no column|a name has"):
        confine(query, {}, READER)


@given(st.text(max_size=200))
def test_any_text_is_refused_or_confined(text: str) -> None:
    """Nothing but InvalidInput comes of a text that is no query."""
    try:
        confined = confine(text, {}, READER)
    except InvalidInput:
        return
    assert confined.sql.count("inferlog") <= 2 * confined.reads + text.count("inferlog")


_WORDS = st.sampled_from(
    "SELECT FROM logs inferlog.logs WHERE AND IN ( ) , * ' \" ` \\ -- /* */ ; WITH AS x JOIN ON UNION "
    "ALL 1 'a' {x:String} "
    "SETTINGS FORMAT file('/etc/passwd') count() [ ] -> . :: String ARRAY LIMIT ORDER BY \n \x00".split(" ")
)


@given(st.lists(_WORDS, max_size=30).map(" ".join))
def test_any_words_of_sql_are_refused_or_confined(text: str) -> None:
    """Whatever comes of a heap of SQL's own words, the stored table is read by project alone."""
    try:
        confined = confine(f"SELECT {text}", {}, READER)
    except InvalidInput:
        return
    outside_texts = confined.sql.replace("'inferlog.logs'", "")
    assert outside_texts.count('"inferlog".logs') == outside_texts.count(OWN) == confined.reads


@pytest.mark.parametrize(
    ("query", "parameters", "named"),
    [
        ("SELECT {x:UInt8}", {}, "parameters.x: the query has {x:…}, and no value came for it"),
        ("SELECT 1", {"x": 1}, "parameters.x: the query has no {x:Type}"),
        ("SELECT {x:UInt8}", {"x": {"a": 1}}, "parameters.x: expected a text, a number, a boolean, null, or an array"),
        ("SELECT {x:Array(UInt8)}", {"x": [[1]]}, "parameters.x: expected a text"),
        ("SELECT {inferlog_x:UInt8}", {"inferlog_x": 1}, "the name of a parameter may not begin with inferlog_"),
        ("SELECT modle FROM logs", {}, "there is no column 'modle'; did you mean model?"),
        ("SELECT * FROM log", {}, "there is no table 'log'; there is logs"),
        ("SELECT project_id FROM logs", {}, "a query sees its key's own project"),
        ("SELECT sleep(1)", {}, "there is no function sleep here; GET /api/sql/schema lists those there are"),
        ("SELECT 1 FORMAT CSV", {}, "the format is the request's field `format`"),
        ("SELECT 1 SETTINGS a = 1", {}, "leave SETTINGS out"),
        ("SELECT 1 IN logs", {}, "after IN expected values or a subquery"),
        ("DROP TABLE logs", {}, "expected a SELECT, received DROP"),
        ("SELECT 1; SELECT 2", {}, "expected one SELECT, received 2 statements"),
        ("", {}, "expected one SELECT, received no statements"),
        ("SELECT model FROM logs WHER 1", {}, "line 1, column"),
    ],
)
def test_a_refusal_says_what_is_wrong(query: str, parameters: dict[str, object], named: str) -> None:
    """By name, with what was expected."""
    with pytest.raises(InvalidInput) as refused:
        confine(query, parameters, READER)
    assert named in str(refused.value)


TREE = (
    "SelectWithUnionQuery (children 3)\n ExpressionList (children 2)\n  TableIdentifier {table}\n"
    "  Function {function} (children 1)\n Set\n Identifier JSON\n"
)


@pytest.mark.parametrize(
    ("tree", "reads"),
    [
        (TREE.format(table="inferlog.logs (alias l)", function="count"), 0),
        (TREE.format(table="inferlog.logs", function="count"), 2),
        (TREE.format(table="default.logs", function="count"), 1),
        (TREE.format(table="y", function="count"), 0),
        (TREE.format(table="x", function="file"), 0),
        (TREE.format(table="x", function="count") + " Set\n", 0),
        (TREE.format(table="x", function="count").replace(" Set\n", ""), 0),
        (TREE.format(table="x", function="count").replace(" Set", "  ColumnsApplyTransformer\n Set"), 0),
        (TREE.format(table="x", function="count").replace(" Set", "  SomethingNew (children 1)\n Set"), 0),
        (TREE.format(table="x", function="count") + " Literal 'a file'\n", 0),
        (TREE.replace("TableIdentifier", "TableExpression").format(table="x", function="format"), 0),
        (
            TREE.format(
                table="x", function="in (children 1)\n   ExpressionList\n    Identifier a\n    Identifier logs"
            ),
            0,
        ),
    ],
)
def test_the_engines_reading_must_agree(tree: str, reads: int) -> None:
    """Another table, another number of reads, a function, a clause or a node that is not known: refused."""
    with pytest.raises(InvalidInput):
        verify(tree.encode(), Confined("", {}, frozenset({"x"}), reads), "inferlog")


def test_the_engines_reading_that_agrees_is_accepted() -> None:
    """The stored table as often as we read it, and what the query defines itself."""
    tree = TREE.format(table="inferlog.logs (alias logs)", function="sumIf").replace(
        " Set", "  TableIdentifier x (alias b)\n Set"
    )
    verify(tree.encode(), Confined("", {}, frozenset({"x"}), 1), "inferlog")


def test_every_column_is_described_or_hidden() -> None:
    """A new column of the logs is one or the other, by decision."""
    assert {column.name for column in LOGS.columns} | HIDDEN_COLUMNS == set(Log.__struct_fields__)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        *((name, True) for name in ("count", "COUNT", "sumIf", "uniqExactIf", "anyOrNullIf", "quantilesTDigestIf")),
        *(
            (name, False)
            for name in ("file", "sumState", "sumMerge", "sumSimpleState", "fileIf", "sleep", "dictGet", "IfIf")
        ),
        *((name, False) for name in ("", "sum ", "sum(", "sumIfIfIfIf", "sleepIf", "arrayReduce", "nothingOrNull")),
    ],
)
def test_functions_are_those_on_the_list(name: str, allowed: bool) -> None:
    """Aggregates with their combinators too, those aside that show or take an aggregate's inner state."""
    assert is_allowed(name) == allowed


def test_no_function_stands_twice() -> None:
    """A list that is read by people."""
    assert len(set(FUNCTIONS) | set(AGGREGATES)) == len({*FUNCTIONS}) + len({*AGGREGATES} - {*FUNCTIONS})
