"""docs/reconcile.md is true: its example is run as it stands."""

import re
from pathlib import Path

from tools.docs import DOCS

from tests.command import run_inferlog


def test_the_example_of_the_reconcile_page(tmp_path: Path) -> None:
    """The logs, the export and the command of the page give the table of the page."""
    page = (DOCS / "reconcile.md").read_text()
    logs, export, shown = (re.findall(rf"```{name}\n(.*?)```", page, re.DOTALL)[0] for name in ("json", "csv", "text"))
    (tmp_path / "logs.jsonl").write_text(logs)
    (tmp_path / "openai.csv").write_text(export)
    data = f"--data={tmp_path / 'data'}"
    assert run_inferlog("import", tmp_path / "logs.jsonl", data).returncode == 0
    done = run_inferlog("reconcile", tmp_path / "openai.csv", data, variables={"COLUMNS": "118"})
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [line.rstrip() for line in shown.splitlines()]
