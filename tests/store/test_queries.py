"""Queries: parameters that stay with their query, limits, and the pool of clients."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from inferlog.errors import InvalidInput, QueryLimitExceeded, StoreUnavailable
from inferlog.store.clickhouse import Store
from tests.store.conftest import Place

_THREADS = 8
_QUERIES = 25

TEXTS = [
    "",
    "plain",
    "it's",
    'a "b"',
    "back\\slash",
    "tab\tand\nline",
    "{brace:String}",
    "ünï 😀",
    "' OR 1=1 --",
    "\\N",
]


def test_parameters_arrive_as_they_were_given(store: Store) -> None:
    """A text is a value, whatever quotes, escapes and SQL it holds; alone, and in an array."""
    names = [f"text_{number}" for number in range(len(TEXTS))]
    alone = ", ".join(f"{{{name}:String}} AS {name}" for name in names)
    answer = store.query(
        f"SELECT {alone}, {{texts:Array(String)}} AS texts", {**dict(zip(names, TEXTS, strict=True)), "texts": TEXTS}
    )
    assert json.loads(answer) == {**dict(zip(names, TEXTS, strict=True)), "texts": TEXTS}


def test_parameters_do_not_leak_between_threads(store: Store) -> None:
    """Many threads on few clients, each query with values of its own: each gets its own back, and writes go on."""

    def ask(thread: int) -> list[tuple[int, str]]:
        answers = []
        for number in range(_QUERIES):
            given = {"number": thread * 1_000 + number, "text": f"thread {thread}"}
            if number % 10 == 0:
                store.insert([b'{"model":"m"}\n'], f"{thread}-{number}")
            found = json.loads(store.query("SELECT {number:UInt32} AS number, {text:String} AS text", given))
            answers.append((found["number"], found["text"]))
        return answers

    with ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(ask, range(_THREADS)))
    assert answers == [
        [(thread * 1_000 + number, f"thread {thread}") for number in range(_QUERIES)] for thread in range(_THREADS)
    ]


def test_a_parameter_does_not_outlive_its_query(place: Place) -> None:
    """On the one client of a pool, a query that lacks a parameter does not get the one before's."""
    store = place.open(queries_max=1)
    store.query("SELECT {text:String} AS text", {"text": "of the query before"})
    with pytest.raises(StoreUnavailable, match="text"):
        store.query("SELECT {text:String} AS text")


def test_a_query_over_its_memory_is_cut_and_the_next_one_runs(place: Place) -> None:
    """query_bytes_max holds: the query is refused as too large, and the store goes on."""
    store = place.open(query_bytes_max=50_000_000)
    with pytest.raises(QueryLimitExceeded, match="query_bytes_max"):
        store.query("SELECT groupArray(number) AS numbers FROM numbers(50000000)")
    assert store.query("SELECT 1 AS one") == b'{"one":1}\n'


def test_a_query_over_its_time_is_cut(place: Place) -> None:
    """query_seconds_max holds."""
    store = place.open(query_seconds_max=0.5)
    with pytest.raises(QueryLimitExceeded, match="query_seconds_max"):
        store.query("SELECT count() AS n FROM numbers(100000000000) WHERE sipHash64(number) = 1")


def test_a_closed_store_opens_again_with_what_it_had(place: Place) -> None:
    """Opening and closing loses nothing."""
    for number in range(3):
        store = place.open()
        store.insert([b'{"prompt_tokens":%d}\n' % number], f"token-{number}")
        place.close()
    answer = place.open().query("SELECT groupArray(prompt_tokens) AS all FROM {database}.logs")
    assert sorted(json.loads(answer)["all"]) == [0, 1, 2]


def test_a_failed_query_leaves_nothing_for_the_next_one(place: Place) -> None:
    """What a query had written of its result before it failed is not in the next one's, on the pool's one client."""
    store = place.open(queries_max=1, sql_queries_max=1)
    failing = "SELECT number, throwIf(number = 400000, 'now') FROM numbers(500000)"
    with pytest.raises(StoreUnavailable, match="now"):
        store.query(failing)
    assert store.query("SELECT 1 AS one") == b'{"one":1}\n'
    with pytest.raises(InvalidInput, match="now"):
        store.select(failing, {}, {"readonly": 1}, "JSONEachRow")
    assert store.select("SELECT 1 AS one", {}, {"readonly": 1}, "JSONEachRow") == b'{"one":1}\n'


def test_settings_of_a_callers_select_end_with_it(place: Place) -> None:
    """The pool's one client is as it was for the next query, and a SELECT cannot undo what stands after it."""
    store = place.open(sql_queries_max=1)
    assert store.select("SELECT getSetting('readonly') AS r", {}, {"readonly": 1}, "JSONEachRow") == b'{"r":1}\n'
    with pytest.raises(InvalidInput, match="readonly"):
        store.select("SELECT 1 SETTINGS readonly = 0", {}, {"readonly": 1}, "JSONEachRow")
    assert store.select("SELECT getSetting('readonly') AS r", {}, {"max_threads": 1}, "JSONEachRow") == b'{"r":0}\n'
