"""`inferlog sql`: a table for people, bytes for a file, and one line for what is wrong."""

import json
from pathlib import Path

import httpx
import pytest

from tests.api.calls import create
from tests.command import one_line, run_inferlog
from tests.server import Server


@pytest.fixture
def variables(server: Server) -> dict[str, str]:
    """The environment of a user who has a server and a key."""
    return {"INFERLOG_URL": server.url, "INFERLOG_KEY": server.key}


def test_a_table_for_people(api: httpx.Client, variables: dict[str, str]) -> None:
    """Columns, rows and their number; texts are shown as they are, also if they look like markup."""
    log_id = create(api, {"model": "[red]m[/red]", "cost": 0.0000125})
    query = f"SELECT model, cost, positive_feedback FROM logs WHERE id = '{log_id}'"  # noqa: S608
    done = run_inferlog("sql", query, variables=variables)
    assert done.returncode == 0, done.stderr
    for shown in ("model", "cost", "positive_feedback", "[red]m[/red]", "0.0000125"):
        assert shown in done.stdout
    assert done.stderr.strip() == "1 row"


def test_bytes_for_a_file(variables: dict[str, str], tmp_path: Path) -> None:
    """CSV, JSON and lines as the server sends them; the query also from standard input, with values for its names."""
    query = "SELECT {who:String} AS who, {n:UInt8} AS n"
    given = ["--param", "who=it's = me", "--param", "n=3"]
    assert (
        run_inferlog("sql", query, "--format=csv", *given, variables=variables).stdout == '"who","n"\n"it\'s = me",3\n'
    )
    done = run_inferlog("sql", "-", "--format=jsonl", *given, given=query.encode(), variables=variables)
    assert json.loads(done.stdout) == {"who": "it's = me", "n": 3}
    done = run_inferlog("sql", query, "--format=json", *given, variables=variables)
    assert json.loads(done.stdout)["data"] == [{"who": "it's = me", "n": 3}]


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["SELEC 1"], 1, "query: it cannot be read as SQL"),
        (["SELECT * FROM system.tables"], 1, "there is one database"),
        (["SELECT 1", "--param", "x"], 2, "--param: expected NAME=VALUE, received: x"),
        (["SELECT 1", "--url", "localhost"], 2, "--url: expected http://… or https://…, received: localhost"),
        (["SELECT 1", "--url", "http://127.0.0.1:1"], 1, "cannot be reached"),
        (["SELECT 1", "--key", "nobody"], 1, "Your API key is invalid or revoked"),
    ],
)
def test_what_is_wrong_is_one_line(variables: dict[str, str], arguments: list[str], code: int, named: str) -> None:
    """The server's own words, or what to change."""
    done = run_inferlog("sql", *arguments, variables=variables)
    assert done.returncode == code
    assert named in one_line(done.stderr)
