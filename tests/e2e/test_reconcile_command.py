"""`inferlog reconcile` as a user runs it: against a data directory, against a server, and what its exit status says."""

import json
from pathlib import Path

import pytest

from tests.command import one_line, run_inferlog
from tests.server import KEY, Server
from tests.unit.test_invoices import OPENAI, openai_row

LOG = {
    "model": "gpt-4o-mini", "timestamp": "2026-11-02T12:00:00Z",
    "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 100_000},
}  # fmt: skip


def test_an_export_against_a_server_and_its_data_directory(tmp_path: Path) -> None:
    """The same comparison from both; 0 if it agrees, 1 if not, as a table and as JSON."""
    agrees, differs = tmp_path / "agrees.csv", tmp_path / "differs.csv"
    agrees.write_text(OPENAI + openai_row("0.21", "gpt-4o-mini-2024-07-18, input"))
    differs.write_text(OPENAI + openai_row("0.42", "gpt-4o-mini-2024-07-18, input"))
    data = tmp_path / "data"
    with Server(data, flush_seconds=0.05) as server:
        with server.client() as client:
            assert client.post("/api/request-logs/create/", json=LOG).status_code == 200
        asked = ("--url", server.url, "--key", KEY)
        done = run_inferlog("reconcile", agrees, *asked)
        assert (done.returncode, done.stderr) == (0, "")
        assert "gpt-4o-mini" in done.stdout
        assert "0 of 1 lines differ by more than 1 %." in done.stdout
        done = run_inferlog("reconcile", differs, *asked, "--json")
        assert done.returncode == 1
        by_server = json.loads(done.stdout)
        assert by_server["rows"][0]["reasons"][0]["reason"] == "unknown"
        assert run_inferlog("reconcile", differs, *asked, "--tolerance", "60").returncode == 0
        held = one_line(run_inferlog("reconcile", agrees, f"--data={data}").stderr)
        assert "inferlog reconcile FILE --url" in held
        server.stop()
    done = run_inferlog("reconcile", "-", f"--data={data}", "--json", given=differs.read_bytes())
    assert (done.returncode, json.loads(done.stdout)) == (1, by_server)


@pytest.mark.parametrize(
    ("text", "arguments", "told"),
    [
        ("day,cost\n1,2\n", (), "Expected: start_time"),
        ("", (), "The export is empty"),
        (OPENAI + openai_row("1"), ("--tolerance", "much"), "tolerance: expected per cent"),
        (OPENAI + openai_row("1"), ("--url", "http://127.0.0.1:9"), "--url needs --key"),
        (OPENAI + openai_row("1"), ("--url", "http://127.0.0.1:9", "--key", "k"), "cannot be reached"),
    ],
)
def test_what_cannot_be_compared(tmp_path: Path, text: str, arguments: tuple[str, ...], told: str) -> None:
    """One line that says what is wrong, and the exit status 2."""
    file = tmp_path / "export.csv"
    file.write_text(text)
    done = run_inferlog("reconcile", file, f"--data={tmp_path / 'data'}", *arguments)
    assert done.returncode == 2
    assert told in one_line(done.stderr)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The file is named."""
    done = run_inferlog("reconcile", tmp_path / "none.csv", f"--data={tmp_path / 'data'}")
    assert (done.returncode, "none.csv" in one_line(done.stderr)) == (2, True)
