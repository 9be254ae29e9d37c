"""The command line explains itself: every setting in --help, and one line for what it does not know."""

import re
from pathlib import Path

import pytest

from inferlog.config import describe, is_secret
from tests.command import one_line, run_inferlog

SETTINGS = {
    "serve": [name for name, _, _ in describe() if not is_secret(name)],
    "import": ["data", "store", "log_bytes_max"],
    "reconcile": ["data", "store", "reconcile_bytes_max"],
    "keys create": ["data"],
    "keys list": ["data"],
    "keys revoke": ["data"],
    "prices list": ["data"],
    "prices show": ["data"],
    "prices set": ["data", "own_prices_max"],
    "prices end": ["data"],
    "prices import": ["data", "own_prices_max", "price_file_bytes_max"],
    "prices update": ["data", "price_file_bytes_max"],
    "prices version": ["data"],
    "budgets create": ["data", "budgets_max", "webhook_private_addresses"],
    "budgets list": ["data"],
    "budgets show": ["data"],
    "budgets delete": ["data"],
    "budgets test-webhook": ["data", "webhook_seconds_max", "webhook_private_addresses"],
}


@pytest.mark.parametrize("command", sorted(SETTINGS))
def test_help_names_every_setting_of_the_command(command: str) -> None:
    """Each setting with its flag, its meaning, its environment variable and its default."""
    done = run_inferlog(*command.split(), "--help")
    assert done.returncode == 0
    shown = " ".join(done.stdout.split())
    for name, text, default in describe():
        if name in SETTINGS[command]:
            flag, variable = f"--{name.replace('_', '-')} ", f"INFERLOG_{name.upper()}"
            value = default if default != "" else "none"
            assert flag in shown
            assert f"{text} [{variable}; default: {value}]".replace(" ", "") in shown.replace(" ", "")
        else:
            assert f"--{name.replace('_', '-')} " not in shown
    assert "--config" in shown


def test_help_names_every_command() -> None:
    """`inferlog --help` lists the commands with what they do; --version says which it is."""
    done = run_inferlog("--help")
    assert re.findall(r"^  (\w+)  +\w", done.stdout, re.MULTILINE) == [
        "budgets", "delete", "erase", "export", "import", "keys", "prices", "reconcile", "reprice", "retention",
        "serve", "sql",
    ]  # fmt: skip
    assert re.fullmatch(r"inferlog, version \d+\.\d+\.\d+\S*\n", run_inferlog("--version").stdout)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"INFERLOG_FLUSH_SECOND": "1"},
            "inferlog: Unknown setting 'flush_second' from the environment variable INFERLOG_FLUSH_SECOND; "
            "did you mean flush_seconds?",
        ),
        (
            {"INFERLOG_XYZZY": "1"},
            "inferlog: Unknown setting 'xyzzy' from the environment variable INFERLOG_XYZZY",
        ),
        ({"INFERLOG_PORT": "http"}, "inferlog: Setting Expected int, got str (port)"),
        ({"INFERLOG_PORT": "70000"}, "inferlog: Setting Expected int <= 65535 (port)"),
        ({"INFERLOG_FLUSH_SECONDS": "0"}, "inferlog: Setting Expected float > 0.0 (flush_seconds)"),
        ({"INFERLOG_DATA": "/proc/nope"}, "inferlog: The data directory /proc/nope cannot be used: "),
        (
            {"INFERLOG_BOOTSTRAP_KEY_FILE": "/nonexistent/key"},
            "inferlog: Cannot read /nonexistent/key, the file named by INFERLOG_BOOTSTRAP_KEY_FILE: No such file",
        ),
    ],
)
def test_a_wrong_environment_is_one_line(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    """An unknown name, with a suggestion if one is near; a value that is none; a directory that cannot be."""
    done = run_inferlog("serve", variables={"INFERLOG_DATA": str(tmp_path / "data"), **variables})
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr).startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("prot = 1\n", "inferlog: Unknown setting 'prot' in {file}; did you mean port?"),
        ("port = 'a", "inferlog: The configuration file {file} is not valid TOML: "),
        ("port = 'a'\n", "inferlog: Setting Expected int, got str (port)"),
        (None, "inferlog: Cannot read the configuration file {file}: No such file or directory"),
    ],
)
def test_a_wrong_configuration_file_is_one_line(tmp_path: Path, content: str | None, said: str) -> None:
    """Missing, no TOML, an unknown name, a wrong type."""
    file = tmp_path / "inferlog.toml"
    if content is not None:
        file.write_text(content)
    done = run_inferlog("serve", f"--config={file}", f"--data={tmp_path / 'data'}")
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr).startswith(said.format(file=file))


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    """The same setting in all three: the nearest to the command counts."""
    file = tmp_path / "inferlog.toml"
    file.write_text(f"data = '{tmp_path / 'file'}'\n")
    for variables, flags, used in (
        ({}, [], "file"),
        ({"INFERLOG_DATA": str(tmp_path / "environment")}, [], "environment"),
        ({"INFERLOG_DATA": str(tmp_path / "environment")}, [f"--data={tmp_path / 'flag'}"], "flag"),
    ):
        done = run_inferlog("keys", "list", f"--config={file}", *flags, variables=variables)
        assert f"There is no inferlog data in {tmp_path / used};" in one_line(done.stderr)
