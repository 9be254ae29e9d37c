"""The command line as a user runs it: in a process of its own, with only the environment it is given."""

import os
import subprocess
import sys
from pathlib import Path

INFERLOG = [sys.executable, "-m", "inferlog"]


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without inferlog's own variables, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INFERLOG_")}
    return {**kept, "COLUMNS": "200", **variables}


def run_inferlog(
    *arguments: str | Path, given: bytes = b"", variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `inferlog` with these arguments and this standard input, to its end."""
    command = [*INFERLOG, *(str(argument) for argument in arguments)]
    done = subprocess.run(
        command, input=given, capture_output=True, env=environment(**(variables or {})), timeout=120, check=False
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def one_line(text: str) -> str:
    """Return what a failed command said, which must be one line and no traceback."""
    assert "Traceback" not in text
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1, text
    return lines[0]
