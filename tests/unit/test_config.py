"""Settings: a flag beats the environment, which beats the file; mistakes are named."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from inferlog.config import Settings, describe, is_secret, load
from inferlog.errors import ConfigError


def problem(flags: dict[str, Any], environment: dict[str, str], config_file: str | None = None) -> str:
    """Return why settings are refused."""
    with pytest.raises(ConfigError) as refused:
        load(flags, environment, config_file)
    return str(refused.value)


def written(path: Path, text: str) -> str:
    """Write a file and return its path."""
    path.write_text(text, "utf-8")
    return str(path)


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    """Each setting comes from the first place that has it, the default last."""
    file = written(tmp_path / "inferlog.toml", 'port = 1\nhost = "file"\ndata = "file"\nflush_seconds = 2\n')
    environment = {"INFERLOG_PORT": "2", "INFERLOG_HOST": "environment", "PORT": "9", "OTHER": "x"}
    settings = load({"port": 3, "host": None}, environment, file)
    assert (settings.port, settings.host, settings.data, settings.flush_seconds) == (3, "environment", "file", 2.0)
    assert settings.store == ""


def test_nothing_given_is_the_defaults() -> None:
    """Every setting has a default."""
    assert load({}, {}) == Settings()
    assert load({"port": None, "data": None}, {}) == Settings()


@pytest.mark.parametrize(
    ("environment", "name", "value"),
    [
        ({"INFERLOG_LOG_BYTES_MAX": "1000"}, "log_bytes_max", 1000),
        ({"INFERLOG_FLUSH_SECONDS": "0.25"}, "flush_seconds", 0.25),
        ({"INFERLOG_STORE": "clickhouse://h/db"}, "store", "clickhouse://h/db"),
        ({"INFERLOG_PUBLIC_URL": "https://logs.example.com"}, "public_url", "https://logs.example.com"),
        ({"INFERLOG_BOOTSTRAP_KEY": "123456789012"}, "bootstrap_key", "123456789012"),
    ],
)
def test_the_environment_is_read(environment: dict[str, str], name: str, value: Any) -> None:
    """INFERLOG_<NAME> sets <name>, converted to its type."""
    assert getattr(load({}, environment), name) == value


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        (
            {"INFERLOG_PROT": "1"},
            "Unknown setting 'prot' from the environment variable INFERLOG_PROT; did you mean port?",
        ),
        (
            {"INFERLOG_JOURNAL_MAX_BYTES": "1"},
            "Unknown setting 'journal_max_bytes' from the environment variable INFERLOG_JOURNAL_MAX_BYTES; "
            "did you mean journal_bytes_max?",
        ),
        ({"INFERLOG_XYZZY": "1"}, "Unknown setting 'xyzzy' from the environment variable INFERLOG_XYZZY"),
        (
            {"INFERLOG_PORT_FILE": "/run/port"},
            "Unknown setting 'port_file' from the environment variable INFERLOG_PORT_FILE; did you mean port?",
        ),
        ({"INFERLOG_PORT": "http"}, "Setting Expected int, got str (port)"),
        ({"INFERLOG_PORT": "65536"}, "Setting Expected int <= 65535 (port)"),
        ({"INFERLOG_PORT": "-1"}, "Setting Expected int >= 0 (port)"),
        ({"INFERLOG_LOG_BYTES_MAX": "0"}, "Setting Expected int >= 1 (log_bytes_max)"),
        ({"INFERLOG_FLUSH_SECONDS": "0"}, "Setting Expected float > 0.0 (flush_seconds)"),
        ({"INFERLOG_FLUSH_SECONDS": "soon"}, "Setting Expected float, got str (flush_seconds)"),
    ],
)
def test_a_mistake_in_the_environment_is_named(environment: dict[str, str], text: str) -> None:
    """An unknown name comes with the nearest known one, a wrong value with what was expected."""
    assert problem({}, environment) == text


def test_a_mistake_in_the_file_is_named(tmp_path: Path) -> None:
    """The file's unknown names and broken text are told with the file's name."""
    unknown = written(tmp_path / "unknown.toml", "flush_second = 1\n")
    assert problem({}, {}, unknown) == f"Unknown setting 'flush_second' in {unknown}; did you mean flush_seconds?"
    broken = written(tmp_path / "broken.toml", "port = \n")
    assert problem({}, {}, broken).startswith(f"The configuration file {broken} is not valid TOML: ")
    wrong = written(tmp_path / "wrong.toml", "host = 5\n")
    assert problem({}, {}, wrong) == "Setting Expected str, got int (host)"
    assert problem({}, {}, "/no/such/file") == (
        "Cannot read the configuration file /no/such/file: No such file or directory"
    )


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    """INFERLOG_BOOTSTRAP_KEY_FILE names a file with the secret, whose last line break does not count."""
    file = written(tmp_path / "key", "a-very-secret-key\n")
    assert load({}, {"INFERLOG_BOOTSTRAP_KEY_FILE": file}).bootstrap_key == "a-very-secret-key"
    assert [name for name in Settings.__struct_fields__ if is_secret(name)] == ["bootstrap_key"]


def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing or binary file is a clear message, not a traceback."""
    missing = str(tmp_path / "missing")
    assert problem({}, {"INFERLOG_BOOTSTRAP_KEY_FILE": missing}) == (
        f"Cannot read {missing}, the file named by INFERLOG_BOOTSTRAP_KEY_FILE: No such file or directory"
    )
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "it is not UTF-8" in problem({}, {"INFERLOG_BOOTSTRAP_KEY_FILE": str(tmp_path / "binary")})


def test_every_setting_is_described() -> None:
    """The table has a sentence and the true default for each setting, in order."""
    described = describe()
    assert [name for name, *_ in described] == list(Settings.__struct_fields__)
    assert {name: default for name, _, default in described} == msgspec.to_builtins(Settings())
    assert all(text.endswith(".") for _, text, _ in described)
