"""POST /api/sql and GET /api/sql/schema on the running server."""

import io
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow.ipc
import pyarrow.parquet
import pytest

from inferlog.config import Settings
from inferlog.query.select.tables import LOGS
from tests.api.calls import create, make_key, new_project_key, refusal
from tests.attacks import CONFINED, EXPENSIVE, INTRICATE, PEEKING, REFUSED
from tests.server import Server

SQL = "/api/sql"
SECRET = "secret-of-another-project"


def ask(api: httpx.Client, query: str, form: str = "JSON", **parameters: Any) -> httpx.Response:
    """Send a query, which must be answered."""
    response = api.post(SQL, json={"query": query, "format": form, "parameters": parameters})
    assert response.status_code == 200, response.text
    return response


def rows(api: httpx.Client, query: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return the rows that a query is answered with; numbers keep their digits."""
    answer = json.loads(ask(api, query, **parameters).content, parse_float=Decimal)
    assert answer["rows"] == len(answer["data"])
    found: list[dict[str, Any]] = answer["data"]
    return found


@pytest.fixture(scope="module")
def analyst(own_api: httpx.Client, server: Server) -> httpx.Client:
    """A client of a project with three logs; another project's logs came before, between and after them."""
    with server.client(new_project_key(server)) as other:
        theirs = {"model": SECRET, "customer_email": SECRET, "input": SECRET, "metadata": {"n": SECRET}}
        for number in range(3):
            create(other, theirs)
            log = {"model": "gpt-4o-mini", "prompt_tokens": 1_000 * number + 1, "completion_tokens": 10}
            create(own_api, log | {"customer_email": str(number), "input": 'it\'s \\ "so" {x:String}'})
        create(other, theirs)
    return own_api


def test_a_query_reads_what_was_acknowledged_before_it(analyst: httpx.Client) -> None:
    """The next request sees a log; money and times come with all their digits."""
    log_id = create(analyst, {"model": "fresh", "cost": 0.000000123456, "timestamp": "2026-03-04T05:06:07.123456Z"})
    found = rows(analyst, "SELECT cost, timestamp, id FROM logs WHERE id = {id:UUID}", id=log_id)
    assert [(row["cost"], row["timestamp"], row["id"].replace("-", "")) for row in found] == [
        (Decimal("0.000000123456"), "2026-03-04T05:06:07.123456Z", log_id)
    ]
    assert rows(analyst, f"SELECT model FROM logs WHERE id = '{log_id}'") == [{"model": "fresh"}]  # noqa: S608


def test_a_span_in_pieces_is_one_row(analyst: httpx.Client) -> None:
    """Each piece is merged before the next query is answered."""
    span = {"trace_unique_id": "pieces", "span_unique_id": "one", "model": "m", "log_type": "chat"}
    for output in ("a", "b", "c"):
        assert analyst.post("/api/v1/traces/ingest", json=[span | {"output": output}]).status_code == 200
        query = "SELECT count() AS n FROM logs WHERE trace_unique_id = {trace:String}"
        assert rows(analyst, query, trace="pieces") == [{"n": 1}]


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_an_attempt_is_refused(analyst: httpx.Client, kind: str) -> None:
    """With a 400 that says why, and nothing of another project, the disk or the engine's inside; nothing is changed."""
    for attempt in REFUSED[kind]:
        text = refusal(analyst.post(SQL, json={"query": attempt}), 400)
        for inside in (
            SECRET,
            "root:",
            "inferlog-data",
            "DB::Exception",
            "project_id =",
            "inferlog_project}",
            "Traceback",
        ):
            assert inside not in text, (attempt, text)
    assert not Path("/tmp/out").exists()
    assert rows(analyst, "SELECT count() AS n FROM logs WHERE model = 'gpt-4o-mini'") == [{"n": 3}]


def test_what_is_answered_is_the_own_projects(analyst: httpx.Client) -> None:
    """Through joins, WITH, unions, subqueries and windows, in every format."""
    for query in CONFINED:
        for form in ("JSON", "CSV") if query.count("logs") > 1 else ("JSONEachRow", "Arrow", "Parquet"):
            assert SECRET.encode() not in ask(analyst, query, form).content, query


def test_no_condition_sees_another_projects_row(server: Server) -> None:
    """A condition that fails on others' rows, and would quote them, is answered as if they were not there."""
    with server.client(new_project_key(server)) as api, server.client(new_project_key(server)) as other:
        for _ in range(3):
            create(other, {"model": "m", "customer_email": SECRET})
            create(api, {"model": "m", "customer_email": "1", "prompt_tokens": 1})
        for query in PEEKING:
            assert SECRET not in ask(api, query).text, query


@pytest.mark.parametrize("query", INTRICATE, ids=lambda query: query[:24].encode("ascii", "replace").decode())
def test_an_intricate_query_is_no_servers_fault(analyst: httpx.Client, query: str) -> None:
    """Deep or long beyond sense: a refusal."""
    assert analyst.post(SQL, json={"query": query}).status_code in (400, 413)


def test_formats(analyst: httpx.Client) -> None:
    """JSON, lines, CSV, Arrow and Parquet say the same, each with its content type; the name's case does not count."""
    columns = "customer_email, cost, usage_details, flags, timestamp"
    query = f"SELECT {columns} FROM logs WHERE model = 'gpt-4o-mini' ORDER BY timestamp"  # noqa: S608
    answer = ask(analyst, query)
    assert answer.headers["content-type"] == "application/json"
    assert [column["name"] for column in answer.json()["meta"]] == [
        "customer_email", "cost", "usage_details", "flags", "timestamp",
    ]  # fmt: skip
    data = json.loads(answer.content, parse_float=Decimal)["data"]
    lines = ask(analyst, query, "jsoneachrow")
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line, parse_float=Decimal) for line in lines.text.splitlines()] == data
    csv = ask(analyst, query, "csv")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.text.splitlines()[0] == '"customer_email","cost","usage_details","flags","timestamp"'
    assert len(csv.text.splitlines()) == 4
    arrow = ask(analyst, query, "Arrow")
    assert arrow.headers["content-type"] == "application/vnd.apache.arrow.file"
    parquet = ask(analyst, query, "Parquet")
    assert parquet.headers["content-type"] == "application/vnd.apache.parquet"
    for table in (
        pyarrow.ipc.open_file(io.BytesIO(arrow.content)).read_all(),
        pyarrow.parquet.read_table(io.BytesIO(parquet.content)),
    ):
        assert [(row["customer_email"], row["cost"]) for row in table.to_pylist()] == [
            (row["customer_email"], row["cost"]) for row in data
        ]


def test_parameters_are_values(analyst: httpx.Client) -> None:
    """Of any type, with whatever they hold; numbers keep their digits."""
    given = {
        "text": 'it\'s \\ "so" {x:String} -- \n',
        "amount": 1.123456789012,
        "list": ["a", "b'"],
        "yes": True,
        "none": None,
    }
    query = (
        "SELECT {text:String} AS t, {amount:Decimal(38, 12)} AS a, {list:Array(String)} AS l, {yes:Bool} AS y, "
        "{none:Nullable(String)} AS n"
    )
    assert rows(analyst, query, **given) == [
        {"t": given["text"], "a": Decimal("1.123456789012"), "l": ["a", "b'"], "y": True, "n": None}
    ]
    few = rows(
        analyst, "SELECT count() AS n FROM logs WHERE customer_email IN {e:Array(String)}", e=["0", "2", "' OR 1"]
    )
    assert few == [{"n": 2}]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "query: missing"),
        ({"query": 1}, "query: expected a text, received number"),
        ({"query": None}, "query: expected a text, received null"),
        ({"query": "SELECT 1", "format": "XML"}, "format: expected one of JSON, JSONEachRow, CSV, Arrow, "),
        ({"query": "SELECT 1", "format": 1}, "format: expected a text, received number"),
        ({"query": "SELECT 1", "parameters": []}, "parameters: expected an object"),
        ({"query": "SELECT 1", "parameters": {"x": 1}}, "parameters.x: the query has no {x:Type}"),
        ({"query": "SELECT {x:UInt8}"}, "parameters.x: the query has {x:…}, and no value came for it"),
        ({"query": "SELECT {x:UInt8}", "parameters": {"x": "a"}}, "for query parameter 'x'"),
        ({"query": "SELECT {x:UInt8}", "parameters": {"x": {}}}, "parameters.x: expected a text, a number"),
        ({"query": "SELECT 1", "limit": 1}, "limit: unknown field"),
        ({"query": "SELECT toUInt8('x')"}, "query: Cannot parse string 'x' as UInt8"),
        ({"query": "SELECT model FROM logs GROUP BY status"}, "is not under aggregate function"),
        ({"query": "SELECT 1 +"}, "query: it cannot be read as SQL at line 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(analyst: httpx.Client, body: dict[str, Any], named: str) -> None:
    """The field, what came, and what was expected; the engine's own words without what surrounds them."""
    text = refusal(analyst.post(SQL, json=body), 400)
    assert named in text


def test_a_key_needs_the_scope_read(server: Server) -> None:
    """A key that may only send logs may not query them, nor see what there is."""
    with server.client(make_key(server, scopes=("ingest",))) as sender, server.client("") as nobody:
        assert "needs 'read'" in refusal(sender.post(SQL, json={"query": "SELECT 1"}), 403)
        assert "needs 'read'" in refusal(sender.get(f"{SQL}/schema"), 403)
        refusal(nobody.post(SQL, json={"query": "SELECT 1"}), 401)
        refusal(nobody.get(f"{SQL}/schema"), 401)


def test_the_schema_describes_what_there_is(analyst: httpx.Client) -> None:
    """Tables, columns, functions, formats and limits; each column and each function can be used."""
    schema = analyst.get(f"{SQL}/schema").json()
    [table] = schema["tables"]
    assert table["name"] == "logs"
    meta = ask(analyst, "SELECT * FROM logs LIMIT 0").json()["meta"]
    assert [(column["name"], column["type"]) for column in table["columns"]] == [(m["name"], m["type"]) for m in meta]
    assert all(column["description"] for column in table["columns"])
    assert len(table["columns"]) == len(LOGS.columns)
    assert {"countMatches", "dateDiff", "JSONExtractString"} <= set(schema["functions"])
    assert {"count", "quantileTDigest"} <= set(schema["aggregate_functions"])
    assert schema["limits"]["sql_rows_max"] == Settings().sql_rows_max


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server of its own with little of everything."""
    limits: dict[str, Any] = {
        "sql_seconds_max": 1, "sql_bytes_max": 60_000_000, "sql_rows_max": 50, "sql_result_bytes_max": 100_000,
        "sql_text_bytes_max": 500, "sql_queries_max": 2, "queries_max": 1,
    }  # fmt: skip
    data = tmp_path_factory.mktemp("narrow") / "data"
    with Server(data, flush_seconds=0.05, **limits) as server, server.client() as client:
        create(client, {"model": "m"})
        yield client


@pytest.mark.parametrize(
    ("query", "setting"),
    [
        ("SELECT count() FROM (SELECT arrayJoin(range(999999)) AS x) AS a, (SELECT arrayJoin(range(999999)) AS y) AS b "
         "WHERE cityHash64(x, y) = 1", "sql_seconds_max"),
        ("SELECT range(9000000), range(9000001)", "sql_bytes_max"),
        ("SELECT arrayJoin(range(100)) AS x FROM logs", "sql_rows_max"),
        ("SELECT repeat('x', 200000) AS x FROM logs", "sql_result_bytes_max"),
        ("SELECT repeat('x', 200000) AS x", "sql_result_bytes_max"),
    ],
)  # fmt: skip
def test_a_limit_is_named_when_it_cuts(narrow: httpx.Client, query: str, setting: str) -> None:
    """422 with the setting, and never a part of the result as if it were the whole."""
    assert setting in refusal(narrow.post(SQL, json={"query": query}), 422)


def test_a_long_query_is_refused(narrow: httpx.Client) -> None:
    """413 with the limit, and what to do instead."""
    text = refusal(narrow.post(SQL, json={"query": f"SELECT {'1,' * 400}1"}), 413)
    assert "sql_text_bytes_max is 500" in text
    assert "IN {name:Array(String)}" in text


def test_expensive_queries_keep_nobody_waiting(narrow: httpx.Client) -> None:
    """While all that is bad runs, and more of it waits, other reads and writes are answered; then SQL is again."""
    with ThreadPoolExecutor(8) as pool:
        bad = [
            pool.submit(narrow.post, SQL, json={"query": query})
            for query in EXPENSIVE
            if len(query) < 500
            for _ in (1, 2)
        ]
        while not all(each.done() for each in bad):
            log_id = create(narrow, {"model": "meanwhile"})
            assert narrow.get(f"/api/request-logs/{log_id}/").status_code == 200
            time.sleep(0.05)  # a pace, not a wait
    assert {each.result().status_code for each in bad} <= {400, 422, 429}
    assert rows(narrow, "SELECT 1 AS one") == [{"one": 1}]
