"""`inferlog prices`: looked up, set, ended, imported and updated from the command line, while the server runs."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inferlog.cli import cli
from inferlog.errors import InferlogError
from tests.command import one_line, run_inferlog
from tests.server import Server, wait_for
from tests.unit.test_price_book import SMALL

CREATE = "/api/request-logs/create/"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server; each test has models of its own."""
    with Server(tmp_path_factory.mktemp("prices") / "data", flush_seconds=0.05) as server:
        yield server


def _prices(server: Server, command: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return run_inferlog("prices", command, f"--data={server.data}", *arguments)


def _refused(*arguments: str | Path) -> str:
    """Return why a command is refused; it runs in this process, which starts once. `main` makes one line of it."""
    result = CliRunner().invoke(cli, ["prices", *(str(each) for each in arguments)])
    assert isinstance(result.exception, InferlogError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def _cost(server: Server, **log: Any) -> Any:
    with server.client() as client:
        return client.post(CREATE, json={"prompt_tokens": 1_000_000, **log}).json()["cost"]


def test_a_price_that_is_set_is_used_by_the_running_server(running: Server) -> None:
    """Its id is printed alone; the next log is priced by it within a second; so is its end noticed."""
    done = _prices(running, "set", "acme-1", "--input=2.5", "--output=10", "--cache-read=0.5", "--from=2026-01-01",
                   "--alias=acme-one", "--note=contract 7")  # fmt: skip
    assert done.returncode == 0, done.stderr
    wait_for(lambda: _cost(running, model="acme-1") == 2.5)
    assert _cost(running, model="ACME-one") == 2.5
    assert _cost(running, model="acme-1", timestamp="2025-12-31T23:59:59Z") is None
    listed = _prices(running, "list", "acme-1").stdout
    assert done.stdout.strip() in listed
    assert "2026-01-01 00:00" in listed
    ended = _prices(running, "end", "acme-1", "--at=2026-02-01")
    assert ended.stdout == f"project:acme-1 ({done.stdout.strip()}) holds until 2026-02-01 00:00:00 UTC.\n"
    wait_for(lambda: _cost(running, model="acme-1") is None)
    assert _cost(running, model="acme-1", timestamp="2026-01-31T23:59:59Z") == 2.5


def test_show_tells_the_price_of_a_call(running: Server) -> None:
    """By name, provider, day and tier, with its id, its version and what is doubtful about it."""
    done = _prices(running, "show", "openai/o3", "--at=2025-06-09")
    assert done.stdout.startswith("openai:o3  (genai-prices ")
    assert [line.split("│")[2].strip() for line in done.stdout.splitlines() if "│ input " in line] == ["10"]
    batch = _prices(running, "show", "gpt-4o", "--tier=batch", "--at=2025-06-01")
    assert "estimated: cost:tier_price_by_rule" in batch.stdout
    assert "above 200,000 tokens" in _prices(running, "show", "gemini-2.5-pro").stdout
    unknown = _prices(running, "show", "gpt-5o")
    assert unknown.returncode == 1
    assert one_line(unknown.stderr).startswith("inferlog: no price is known for 'gpt-5o'; nearest: gpt-5")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prices.json", '[{"model": "acme-json", "input": 3, "output": 0.1}, {"model": "acme-j2", "output": 1}]'),
        ("prices.csv", "model,input,output,from,aliases\nacme-csv,3,,2026-01-01,a b\nacme-c2,,1,,\n"),
    ],
)
def test_many_prices_are_imported_from_a_file(running: Server, tmp_path: Path, name: str, text: str) -> None:
    """As JSON or CSV; a server sees all of them at once."""
    (tmp_path / name).write_text(text)
    done = _prices(running, "import", tmp_path / name)
    assert (done.returncode, done.stdout) == (0, "2 prices set.\n"), done.stderr
    wait_for(lambda: _cost(running, model=f"acme-{name.rpartition('.')[2]}") == 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "m"], "input: a price needs input or output"),
        (["set", "m", "--input=cheap"], "input: expected USD per million tokens"),
        (["set", "m", "--input=1", "--from=soon"], "from: expected a time as ISO 8601"),
        (["set", "m", "--input=1", "--project=nope"], "There is no project named 'nope'"),
        (["set", "m", "--input=1", "--own-prices-max=0"], "Setting Expected int >= 1 (own_prices_max)"),
        (["end", "nope"], "The project has no price of its own with the id 'nope'"),
        (["import", "/nonexistent.json"], "Cannot read /nonexistent.json: No such file"),
        (["update", "/nonexistent.json"], "Cannot read /nonexistent.json: No such file"),
        (["show", "gpt-4o", "--at=soon"], "--at: expected a time as ISO 8601"),
    ],
)
def test_a_wrong_command_is_one_clear_line(running: Server, arguments: list[str], said: str) -> None:
    """What is wrong, what came and what was expected."""
    assert _refused(arguments[0], f"--data={running.data}", *arguments[1:]).startswith(said)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{}", "expected a JSON array of objects"),
        ("a.json", "[{]", "The prices are not JSON that can be read"),
        ("a.json", '[{"model": "m", "input": 1, "price": 2}]', "price: unknown field of a price"),
        ("a.csv", "model,input,speed\nm,1,2\n", "The CSV file has an unknown column 'speed'"),
        ("a.csv", "model,input\nm,1,2\n", "Line 2 of the CSV file has more cells than the heading"),
        ("a.csv", "model,input\nm,x\n", "input: expected USD per million tokens"),
    ],
)
def test_a_wrong_file_of_prices_sets_nothing(running: Server, tmp_path: Path, name: str, text: str, said: str) -> None:
    """One line that says what is wrong."""
    (tmp_path / name).write_text(text)
    assert said in _refused("import", f"--data={running.data}", tmp_path / name)


def test_the_book_is_updated_offline(tmp_path: Path) -> None:
    """From a file that genai-prices publishes; a running server uses it; a broken one changes nothing; it stays."""
    with Server(tmp_path / "data", flush_seconds=0.05) as server:
        file = tmp_path / "data.json"
        file.write_text(json.dumps(SMALL))
        assert _prices(server, "version").stdout.startswith("genai-prices ")
        done = _prices(server, "update", file)
        version = done.stdout.partition(":")[0]
        assert done.stdout.startswith("genai-prices file "), done.stderr
        wait_for(lambda: _cost(server, model="gpt-9") == 0.1)
        file.write_text(json.dumps(SMALL).replace("0.1", "-1"))
        broken = _prices(server, "update", file)
        assert broken.returncode == 1
        assert one_line(broken.stderr).startswith("inferlog: The price file cannot be read: openai: gpt-9")
        small = _prices(server, "update", file, "--price-file-bytes-max=10")
        assert "the limit price_file_bytes_max is 10" in one_line(small.stderr)
        server.kill()
        server.start()
        assert _cost(server, model="gpt-9") == 0.1
        told = _prices(server, "version")
        assert told.stdout == f"{version}\n"
        assert f"{version}, given " in told.stderr


@pytest.mark.parametrize("command", [["list"], ["show", "m"], ["set", "m", "--input=1"], ["end", "m"], ["version"]])
def test_a_directory_without_data_is_one_clear_line_and_stays_empty(tmp_path: Path, command: list[str]) -> None:
    """A mistyped --data makes no new directory."""
    data = tmp_path / "mistyped"
    said = _refused(command[0], f"--data={data}", *command[1:])
    assert said.startswith(f"There is no inferlog data in {data}; start 'inferlog serve'")
    assert not data.exists()
