"""`inferlog export`: a file that is whole or not there, and one line for what is wrong."""

import json
from pathlib import Path

import httpx
import pyarrow.parquet
import pytest

from tests.api.calls import BATCH, create, new_project_key
from tests.clickhouse import ClickHouse
from tests.command import one_line, run_inferlog
from tests.server import Server


@pytest.fixture
def variables(server: Server) -> dict[str, str]:
    """The environment of a user who has a server and a key to a project with three logs."""
    key = new_project_key(server)
    with server.client(key) as api:
        for number in range(3):
            create(api, {"model": f"m{number}", "cost": number, "timestamp": f"2026-03-0{number + 1}"})
    return {"INFERLOG_URL": server.url, "INFERLOG_KEY": key}


def test_a_file_in_the_form_of_its_name(variables: dict[str, str], tmp_path: Path) -> None:
    """JSON lines and Parquet, with what is selected; to standard output without a name."""
    file = tmp_path / "logs.jsonl"
    done = run_inferlog("export", file, "--from=2026-03-02", variables=variables)
    assert (done.returncode, "2 logs exported" in done.stderr) == (0, True), done.stderr
    assert [json.loads(line)["model"] for line in file.read_text().splitlines()] == ["m1", "m2"]
    assert run_inferlog("export", tmp_path / "a.parquet", "--fields=model", variables=variables).returncode == 0
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pydict() == {"model": ["m0", "m1", "m2"]}
    wanted = ["--format=csv", "--fields=model", '--filters={"cost": {"operator": "gte", "value": [2]}}']
    assert run_inferlog("export", *wanted, variables=variables).stdout.split() == ["model", "m2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "logs.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["--fields=modle"], 1, "did you mean model?"),
        (["--filters=x"], 2, "--filters: expected a JSON object, received: x"),
        (["--url", "localhost"], 2, "--url: expected http://… or https://…, received: localhost"),
        (["--url", "http://127.0.0.1:1"], 1, "cannot be reached"),
        (["--key", "nobody"], 1, "Your API key is invalid or revoked"),
    ],
)
def test_what_is_wrong_is_one_line(
    variables: dict[str, str], tmp_path: Path, arguments: list[str], code: int, named: str
) -> None:
    """The server's own words, or what to change; no file is begun."""
    done = run_inferlog("export", tmp_path / "logs.jsonl", *arguments, variables=variables)
    assert done.returncode == code
    assert named in one_line(done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_dies_within_is_noticed(tmp_path: Path) -> None:
    """The answer is broken off, so that nobody takes it for whole."""
    with ClickHouse(tmp_path / "clickhouse") as store, Server(tmp_path / "data", store=store.url("logs")) as server:
        with server.client() as api:
            for _ in range(6):
                logs = [{"model": "m", "input": "x" * 2_000_000} for _ in range(5)]
                assert api.post(BATCH, json={"logs": logs}).status_code == 200
            with api.stream("GET", "/api/request-logs/export") as response:
                blocks = response.iter_raw()
                assert next(blocks)
                store.kill()
                with pytest.raises(httpx.RemoteProtocolError):
                    for _ in blocks:
                        pass
        assert any("a stream was broken off" in line for line in server.output)


def test_export_import_export_gives_the_same_file(variables: dict[str, str], server: Server, tmp_path: Path) -> None:
    """Into a data directory and to a server, in one file with new logs, and again without effect."""
    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    assert run_inferlog("export", first, variables=variables).returncode == 0
    data = tmp_path / "data"
    for told in ("3 logs imported, 0 refused", "0 logs imported, 3 were imported before, 0 refused"):
        assert told in run_inferlog("import", first, f"--data={data}").stdout
    with Server(data) as other:
        key = run_inferlog("keys", "create", f"--data={data}", "--scope=read", "--scope=admin", "--scope=ingest").stdout
        target = {"INFERLOG_URL": other.url, "INFERLOG_KEY": key.strip()}
        assert run_inferlog("export", again, variables=target).returncode == 0
        assert again.read_bytes() == first.read_bytes()
        mixed = b'{"model":"new"}\n' + first.read_bytes()
        done = run_inferlog("import", "-", given=mixed, variables=target)
        assert "1 logs imported, 3 were imported before, 0 refused" in done.stdout, done.stderr
    key = new_project_key(server, scopes=("ingest", "read", "admin"))
    target = {"INFERLOG_URL": server.url, "INFERLOG_KEY": key}
    assert "3 logs imported, 0 refused" in run_inferlog("import", first, variables=target).stdout
    assert run_inferlog("export", variables=target).stdout == first.read_text()
