"""POST /api/request-logs/import on the running server: exported logs come back as they were."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.calls import create, new_project_key, post_text, refusal
from tests.server import Server

EXPORT = "/api/request-logs/export"
IMPORT = "/api/request-logs/import"
LINE = b'{"inferlog_export":1,"id":"0198c0de0000700080000000000000%02d","environment":"prod"%b}'


@pytest.fixture
def admin(server: Server) -> Iterator[httpx.Client]:
    """A client that may administer a project of its own."""
    with server.client(new_project_key(server, scopes=("ingest", "read", "admin"))) as client:
        yield client


def test_an_export_comes_back_as_it_was(own_api: httpx.Client, admin: httpx.Client) -> None:
    """Derived columns, marks and the key's prefix too; what is there already is left alone, also where it came from."""
    create(own_api, {"model": "gpt-4o", "input": "a", "output": "b", "timestamp": "2026-03-04T05:06:07.1Z", "x": [1.0]})
    create(own_api, {"model": "nobody's", "usage": {"prompt_tokens": 3}, "latency": 0.3, "metadata": {"a": 1.0}})
    exported = own_api.get(EXPORT).content
    assert exported.count(b"\n") == 2
    for expected in ((2, 0), (0, 2)):
        answer = post_text(admin, exported, IMPORT).json()
        assert (answer["success_count"], answer["known_count"], answer["errors"]) == (*expected, [])
        assert admin.get(EXPORT).content == exported


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"[1]", "The exported log cannot be read: Expected `object`"),
        (b'{"inferlog_export":2}', "$.inferlog_export"),
        (LINE % (1, b',"modle":1'), "unknown field `modle`"),
        (LINE % (1, b',"prompt_tokens":4294967296'), "$.prompt_tokens"),
        (LINE % (1, b',"cost":-1'), "cost: expected an amount in USD of at least 0"),
        (LINE % (1, b',"cost":"NaN"'), "cost: expected an amount in USD of at least 0"),
        (LINE % (1, b',"cost_details":{"gold":1}'), "cost_details"),
        (LINE % (1, b',"timestamp":"2150-01-01"'), "timestamp: expected a time from 1970 to 2100"),
        (LINE % (1, b',"metadata":1'), "metadata: expected a text, an object or an array, received number"),
        (LINE % (1, b',"revision":18446744073709551616'), "revision"),
        (b'{"inferlog_export":1,"id":"x","environment":"prod"}', "id: expected a UUID or 32 hex digits, received: x"),
        (b'{"inferlog_export":1', "The body is not valid JSON"),
        (b"\xff", "The body is not UTF-8"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_the_others_are_stored(admin: httpx.Client, line: bytes, told: str) -> None:
    """Each error has the line's index and says what was expected."""
    answer = post_text(admin, b"\n".join([LINE % (1, b""), line, LINE % (2, b"")]), IMPORT).json()
    assert (answer["success_count"], answer["error_count"]) == (2, 1)
    assert answer["errors"][0]["index"] == 1
    assert told in answer["errors"][0]["error"]


def test_what_cannot_be_imported_at_all(own_api: httpx.Client, admin: httpx.Client) -> None:
    """A key that may not administer, nothing, and too much."""
    assert "admin" in refusal(post_text(own_api, LINE % (1, b""), IMPORT), 403)
    assert "The body is empty" in refusal(post_text(admin, b"\n", IMPORT), 400)
    assert "batch_logs_max is 5,000" in refusal(post_text(admin, b"{}\n" * 5_001, IMPORT), 413)
