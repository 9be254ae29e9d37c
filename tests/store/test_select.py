"""Callers' SELECTs on the real engine: what each layer of the boundary holds by itself, and that nothing leaks."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inferlog.errors import InferlogError, InvalidInput, QueryLimitExceeded
from inferlog.query.select.confine import Confined, Reader
from inferlog.query.select.run import Limits, run
from inferlog.query.select.run import settings as engine_settings
from inferlog.query.select.tables import LOGS
from inferlog.query.select.verify import verify
from inferlog.store.clickhouse import Store
from tests.attacks import CONFINED, PEEKING, REFUSED

OWN = "0190c3b0-e3a7-7f6e-8d5a-00000000000a"
OTHER = "0190c3b0-e3a7-7f6e-8d5a-000000000009"
LAST = "0190c3b0-e3a7-7f6e-8d5a-00000000000b"
ALONE = "alone"
SECRET = "secret-of-another"
LIMITS = Limits(10.0, 300_000_000, 10_000, 20_000_000)
REFUSED_BY_SETTINGS = (
    "file('/etc/passwd', 'LineAsString')", "url('http://127.0.0.1:1/', 'LineAsString')", "loop({database}.logs)",
    "executable('ls', 'LineAsString', 'a String')", "remote('127.0.0.1', {database}.logs)", "sqlite('/tmp/x', 't')",
    "mysql('127.0.0.1:1', 'd', 't', 'u', 'p')", "Python(df)",
)  # fmt: skip


def _id(project_id: str, number: int) -> str:
    return str(uuid.UUID(int=(uuid.UUID(project_id).int << 8) % 2**128 + number))


def rows_of(project_id: str, count: int, email: str) -> bytes:
    """Return lines of logs, every fifth of a second: two projects' lie side by side in the table."""
    return b"".join(
        json.dumps(
            {
                "project_id": project_id, "id": _id(project_id, number),
                "timestamp": 1_760_000_000 + number / 5, "model": "ab"[number % 2] if email == "1" else SECRET,
                "customer_email": email, "prompt_tokens": number % 3 + 1 if email == "1" else 0, "status": "success",
                "latency": number / 4, "flags": ["x", "y"][: number % 3], "metadata": f'{{"n": {number}}}',
                "cost": f"0.00{number}", "usage_details": {"input": number},
            }
        ).encode()
        + b"\n"
        for number in range(count)
    )  # fmt: skip


def select(store: Store, query: str, form: str = "JSONEachRow") -> bytes:
    """Run a query as the owner of OWN."""
    return run(store, query, {}, form, Reader(OWN, store.placement.database), LIMITS)


@pytest.fixture
def shared(store: Store) -> Store:
    """A store with the logs of two projects, in one part of the table."""
    store.insert([rows_of(OTHER, 40, SECRET) + rows_of(OWN, 40, "1")], "rows")
    return store


def test_each_read_sees_its_own_project(shared: Store) -> None:
    """Whatever the query reads the logs through, nothing of another project is in its answer."""
    for query in CONFINED:
        answer = select(shared, query)
        assert answer, query
        assert SECRET.encode() not in answer, query
    assert json.loads(select(shared, "SELECT count() AS n FROM logs")) == {"n": 40}


def test_no_condition_is_asked_of_another_projects_row(shared: Store) -> None:
    """A condition that fails on the rows of others, and would quote them in its error, never comes to see one."""
    for query in PEEKING:
        assert SECRET.encode() not in select(shared, query), query


def test_the_engine_would_ask_it_of_another_projects_row(shared: Store) -> None:
    """Why the project is chosen in PREWHERE: in WHERE, and by the engine's own filter, the error quotes their row."""
    where = f"SELECT count() FROM {shared.placement.database}.logs WHERE toUInt8(customer_email) = 1"  # noqa: S608
    for text in (where, f"{where} AND project_id = '{OWN}'"):
        with pytest.raises(InvalidInput, match=SECRET):
            _unguarded(shared, text)


NAMES = (
    "AggregateFunction", "currentUser", "current_user", "session_user", "currentDatabase", "schema",
    "currentRequestURL", "JSONExtract(", "Aggregate", "_CAST", "ANY(",
)  # fmt: skip
"""Names of columns and types: our parser's to refuse. In the engine's reading they are identifiers and texts."""


def test_the_engines_own_reading_refuses_each_attempt(shared: Store) -> None:
    """With our parser out of the way, EXPLAIN AST and its check refuse whatever reads more than a query's own rows."""
    database = shared.placement.database
    for kind in ("another table", "a table function", "a name that means a table", "a function", "a clause"):
        for attempt in REFUSED[kind]:
            text = attempt.replace("inferlog.logs", f"{database}.logs")
            try:
                tree = _unguarded(shared, f"EXPLAIN AST {text}")
            except InferlogError:
                continue  # the engine does not read it at all
            if not any(name in text for name in NAMES):
                with pytest.raises(InvalidInput):
                    verify(tree, Confined("", {}, frozenset(), 0), database)


def test_the_engines_settings_hold_by_themselves(shared: Store) -> None:
    """With both parsers out of the way, nothing is written, no file or address read, no other project's row seen."""
    database = shared.placement.database
    for source in REFUSED_BY_SETTINGS:
        with pytest.raises(InferlogError):
            _unguarded(shared, f"SELECT * FROM {source.replace('{database}', database)}")  # noqa: S608
    for statement in (
        f"INSERT INTO {database}.logs (model) SELECT 'x'", f"DROP TABLE {database}.logs", "CREATE DATABASE x",
        f"ALTER TABLE {database}.logs DELETE WHERE 1",
    ):  # fmt: skip
        with pytest.raises(InferlogError):
            _unguarded(shared, statement)
    for source in (f"{database}.logs", f"view(SELECT * FROM {database}.logs)", f"(SELECT * FROM {database}.logs)"):  # noqa: S608
        assert SECRET.encode() not in _unguarded(shared, f"SELECT model FROM {source}")  # noqa: S608


def _unguarded(store: Store, text: str) -> bytes:
    """Run a text under a caller's settings, past our parser and the check of the engine's reading."""
    return store.select(text, {}, engine_settings(Reader(OWN, store.placement.database), LIMITS), "JSONEachRow")


def test_the_described_columns_are_the_tables(shared: Store) -> None:
    """Each column is there, of the type that GET /api/sql/schema names, in its order."""
    meta = json.loads(select(shared, "SELECT * FROM logs LIMIT 1", form="JSON"))["meta"]
    assert meta == [{"name": column.name, "type": column.type} for column in LOGS.columns]


def test_limits_cut_a_query_and_the_next_one_runs(shared: Store) -> None:
    """Time, memory, rows and bytes: each cut names its setting."""
    reader = Reader(OWN, shared.placement.database)
    many = "SELECT a.id FROM logs AS a, logs AS b"
    slow = (
        "SELECT count() FROM (SELECT arrayJoin(range(1000000)) AS x) AS a, (SELECT arrayJoin(range(1000000)) AS y) AS b"
    )
    cases: list[tuple[str, str, dict[str, Any]]] = [
        (slow + " WHERE cityHash64(x, y) = 1", "sql_seconds_max", {"seconds_max": 0.3}),
        ("SELECT range(5000000), range(5000001)", "sql_bytes_max", {"bytes_max": 30_000_000}),
        (many, "sql_rows_max", {"rows_max": 100}),
        ("SELECT repeat('x', 100000) AS x", "sql_result_bytes_max", {"result_bytes_max": 10_000}),
    ]
    for query, setting, changed in cases:
        with pytest.raises(QueryLimitExceeded, match=setting):
            run(shared, query, {}, "JSON", reader, LIMITS._replace(**changed))
    assert select(shared, "SELECT 1 AS one") == b'{"one":1}\n'


# Noninterference: an answer does not depend on whether another project has logs.

CONDITIONS = st.sampled_from(
    [
        "toUInt8(customer_email) = 1",
        "intDiv(10, prompt_tokens) > 2",
        "model = 'a'",
        "latency BETWEEN 2 AND 8",
        "id IN (SELECT id FROM {t})",
        "length(flags) > 1",
        "JSONExtractInt(metadata, 'n') % 2 = 0",
        "NOT (model = 'b')",
        "timestamp > toDateTime64(1760000003, 3, 'UTC')",
        "usage_details.input > 3",
        "cost < 0.005",
        "prompt_tokens = (SELECT max(prompt_tokens) FROM {t})",
        "toDate(customer_email) > 0",
        "model IN (SELECT model FROM {t} WHERE toUInt8(customer_email) = 1)",
        "1",
        "model < 'zz' OR toUInt8(customer_email) = 1",
        "customer_email LIKE '%e%'",
    ]
)
SHAPES = st.sampled_from(
    [
        "SELECT count(), sum(prompt_tokens), max(model), min(customer_email) FROM {t} WHERE {c}",
        "SELECT model, count(), uniqExact(customer_email), sum(cost) FROM {t} WHERE {c} GROUP BY model",
        "SELECT id, customer_email FROM {t} WHERE {c}",
        "SELECT DISTINCT model, customer_email FROM {t} WHERE {c}",
        "SELECT a.model, b.customer_email, count() FROM {t} AS a JOIN {t} AS b ON a.prompt_tokens = "
        "b.prompt_tokens WHERE a.{p} GROUP BY ALL",
        "SELECT a.id, b.id FROM {t} AS a LEFT JOIN (SELECT * FROM {t} WHERE {c}) AS b USING (id)",
        "SELECT f, count() FROM {t} ARRAY JOIN flags AS f WHERE {c} GROUP BY f",
        "SELECT id, row_number() OVER (PARTITION BY model ORDER BY timestamp, id) FROM {t} WHERE {c}",
        "SELECT id FROM {t} WHERE {c} ORDER BY customer_email, timestamp, id LIMIT 5",
        "SELECT model, id FROM {t} WHERE {c} ORDER BY timestamp, id LIMIT 2 BY model",
        "WITH x AS (SELECT * FROM {t} WHERE {c}) SELECT model, toUInt8(customer_email) AS e FROM x UNION ALL "
        "SELECT model, 1 FROM {t}",
        "WITH (SELECT max(customer_email) FROM {t}) AS m SELECT m, count() FROM {t} WHERE {c}",
        "SELECT sumIf(prompt_tokens, {c}), groupUniqArray(model) = [] FROM {t}",
        "SELECT model FROM {t} GROUP BY model HAVING countIf({c}) > 0",
        "SELECT id FROM {t} EXCEPT SELECT id FROM {t} WHERE {c}",
        "SELECT id FROM {t} INTERSECT SELECT id FROM {t} WHERE {c}",
        "SELECT toStartOfMinute(timestamp) AS m, quantileExact(0.5)(latency) FROM {t} WHERE {c} GROUP BY m ORDER BY m",
        "SELECT model, count() FROM {t} WHERE {c} GROUP BY ROLLUP(model)",
    ]
)
SOURCES = st.sampled_from(
    ["logs", "(SELECT * FROM logs)", "(SELECT * FROM logs WHERE latency >= 0)", "(SELECT * FROM logs LIMIT 1000)"]
)


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Store]:
    """A store with another project's logs before, between and after one's own, and, in ALONE, a copy of these only."""
    store = Store(f"chdb://{tmp_path / 'store'}", scratch=tmp_path / "scratch")
    store.insert([rows_of(OTHER, 40, SECRET) + rows_of(OWN, 40, "1") + rows_of(LAST, 90, SECRET)], "rows")
    store.execute(f"CREATE DATABASE {ALONE}", {})
    store.execute(f"CREATE TABLE {ALONE}.logs AS {{database}}.logs", {})
    store.execute(
        f"INSERT INTO {ALONE}.logs SELECT * FROM {{database}}.logs WHERE project_id = {{id:UUID}}",  # noqa: S608 - ours
        {"id": OWN},
    )
    yield store
    store.close()


def outcome(store: Store, query: str, database: str) -> object:
    """Return the rows of a query in an order of their own, or how it failed, and whether it quoted what is not its."""
    try:
        return sorted(run(store, query, {}, "JSONEachRow", Reader(OWN, database), LIMITS).splitlines())
    except InferlogError as error:
        return type(error), SECRET in str(error)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(SHAPES, CONDITIONS, CONDITIONS, SOURCES)
def test_an_answer_does_not_depend_on_another_projects_logs(
    mixed: Store, shape: str, first: str, second: str, source: str
) -> None:
    """Any query over any source with any conditions: the same rows, or the same failure, with and without them."""
    condition = f"({first} AND {second})".replace("{t}", source)
    query = shape.replace("{t}", source).replace("{c}", condition).replace("{p}", "prompt_tokens > 0")
    assert outcome(mixed, query, "inferlog") == outcome(mixed, query, ALONE), query
