"""`inferlog import` into a data directory: every form of file, refused lines, and taking up where it stopped."""

import gzip
import json
import re
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from inferlog.journal import Frame
from tests.command import INFERLOG, environment, one_line, run_inferlog
from tests.server import Server, wait_for

_KEY = "test-key-of-the-first-project"


def _lines(count: int, note: str = "") -> bytes:
    logs = ({"model": "m", "custom_identifier": f"log-{number}", "note": note} for number in range(count))
    return b"".join(json.dumps(log).encode() + b"\n" for log in logs)


PACKED = {
    "Windows, without an end of line at the end": (b"\xef\xbb\xbf" + _lines(2_500).replace(b"\n", b"\r\n")).rstrip(),
    "plain, with empty lines": _lines(2_500).replace(b"\n", b"\n\n  \n"),
    "gzip of several members": gzip.compress(_lines(2_500)[:5_000]) + gzip.compress(_lines(2_500)[5_000:]),
    "zstd of several frames": zstandard.compress(_lines(2_500)[:5_000]) + zstandard.compress(_lines(2_500)[5_000:]),
}


@pytest.mark.parametrize("form", sorted(PACKED))
def test_each_log_of_a_file_is_imported_once(tmp_path: Path, form: str) -> None:
    """Whatever the file is packed in, its logs are stored, and a second run of the import stores nothing more."""
    file = tmp_path / "logs"
    file.write_bytes(PACKED[form])
    first = _import(tmp_path, file)
    assert (first.returncode, first.stdout) == (0, "2,500 logs imported, 0 refused.\n")
    second = _import(tmp_path, file)
    assert (second.returncode, second.stdout) == (0, "0 logs imported, 2,500 were imported before, 0 refused.\n")
    assert _stored(tmp_path) == Counter({f"log-{number}": 1 for number in range(2_500)})


def test_standard_input_is_imported(tmp_path: Path) -> None:
    """- is standard input, compressed or not, and the same input again is known."""
    for given, said in (
        (_lines(10), "10 logs imported, 0 refused.\n"),
        (gzip.compress(_lines(10)), "0 logs imported, 10 were imported before, 0 refused.\n"),
    ):
        done = run_inferlog("import", "-", f"--data={tmp_path / 'data'}", given=given, variables=_key())
        assert (done.returncode, done.stdout) == (0, said)
    assert _stored(tmp_path) == Counter({f"log-{number}": 1 for number in range(10)})


def test_refused_lines_are_told_with_reasons_and_kept(tmp_path: Path) -> None:
    """The good lines go in; the others are told by line and reason, and are in the file of --rejects as they came."""
    bad = [b'{"model": 7}', b"no JSON", b'{"cost": -1}', b'{"model": 8}']
    good = _lines(3).splitlines()
    file, rejects = tmp_path / "logs.jsonl", tmp_path / "rejects.jsonl"
    file.write_bytes(b"\n".join([bad[0], good[0], b"", bad[1], good[1], bad[2], good[2], bad[3]]))
    done = _import(tmp_path, file, f"--rejects={rejects}")
    assert done.returncode == 0
    said = done.stdout.splitlines()
    assert said[0] == "3 logs imported, 4 refused."
    assert rejects.read_bytes() == b"\n".join(bad) + b"\n"
    told = "\n".join(said[1:])
    assert "2 × Invalid input params: model: Input should be a valid string\n" in told
    assert "1 × Invalid input params: cost: Input should be an amount in USD" in told
    assert "1 × The body is not valid JSON: invalid character (byte 1)\n" in told
    assert re.findall(r"line (\d+):", told) == ["1", "4", "6", "8"]
    assert "line 8: Invalid input params: model: Input should be a valid string, received: 8" in told
    assert _stored(tmp_path) == Counter({f"log-{number}": 1 for number in range(3)})


def test_a_file_without_one_good_line_is_a_failure(tmp_path: Path) -> None:
    """Nothing imported and something refused: exit code 1, and how to keep the refused lines."""
    file = tmp_path / "logs.csv"
    file.write_bytes(b"model,cost\ngpt,1\n")
    done = _import(tmp_path, file)
    assert done.returncode == 1
    assert done.stdout.startswith("0 logs imported, 2 refused.\n")
    assert "--rejects FILE" in done.stdout


def test_an_import_killed_half_way_is_taken_up_where_it_stopped(tmp_path: Path) -> None:
    """SIGKILL in the middle, the same command again: what was in is skipped, and each log is stored once."""
    file, data = tmp_path / "logs.jsonl", tmp_path / "data"
    file.write_bytes(_lines(20_000, note="x" * 500))
    command = [*INFERLOG, "import", str(file), f"--data={data}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment(**_key())) as importing:
        wait_for(lambda: _bytes(data / "journal") > 1_000_000 or importing.poll() is not None)
        importing.send_signal(signal.SIGKILL)
        assert importing.wait() == -signal.SIGKILL
    done = _import(tmp_path, file)
    found = re.fullmatch(r"([\d,]+) logs imported, ([\d,]+) were imported before, 0 refused.\n", done.stdout)
    assert found is not None, done.stdout
    imported, before = (int(text.replace(",", "")) for text in found.groups())
    assert imported + before == 20_000
    assert before >= 1_000
    assert _stored(tmp_path) == Counter({f"log-{number}": 1 for number in range(20_000)})


BROKEN = {
    "missing": None,
    "gzip cut short": gzip.compress(_lines(50_000, note="gzip"))[:-5_000],
    "zstd cut short": zstandard.compress(_lines(50_000, note="zstd"))[:-5_000],
    "gzip damaged": gzip.compress(_lines(10))[:20] + b"\xff" * 100,
    "zstd damaged": zstandard.compress(_lines(10))[:12] + b"\xff" * 100,
}


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, kind: str) -> None:
    """Missing, cut short, damaged: an exit code that is not 0 and what is wrong; never a traceback."""
    file = tmp_path / "logs"
    content = BROKEN[kind]
    if content is not None:
        file.write_bytes(content)
    done = _import(tmp_path, file)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    said = one_line("\n".join(line for line in done.stderr.splitlines() if not line.startswith("importing")))
    expected = f"inferlog: Cannot read {file}: No such file" if content is None else "inferlog: The compressed data is "
    assert said.startswith(expected)


def test_a_file_mended_after_it_was_cut_short_is_completed(tmp_path: Path) -> None:
    """What could be read of a file that ends too early is in, and the whole file adds the rest."""
    file, whole = tmp_path / "logs.gz", gzip.compress(_lines(5_000, note="whole"))
    file.write_bytes(whole[: len(whole) // 2])
    assert _import(tmp_path, file).returncode == 1
    file.write_bytes(whole)
    done = _import(tmp_path, file)
    assert re.fullmatch(r"[\d,]+ logs imported, [\d],000 were imported before, 0 refused.\n", done.stdout)
    assert _stored(tmp_path) == Counter({f"log-{number}": 1 for number in range(5_000)})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--project=nope"], "inferlog: There is no project named 'nope'; there are: default"),
        (["--rejects=/nonexistent/rejects"], "inferlog: Cannot write /nonexistent/rejects: No such file or directory"),
        (["--url=http://127.0.0.1:1", "--key=k"], "inferlog: The server at http://127.0.0.1:1 cannot be reached: "),
        (["--url=127.0.0.1:1", "--key=k"], "inferlog: --url: expected http://… or https://…, received: 127.0.0.1:1"),
        (["--url=http://127.0.0.1:1"], "inferlog: --url needs --key, or the environment variable INFERLOG_KEY"),
    ],
)
def test_a_target_that_is_none_is_one_clear_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    """A wrong project, file, server or key ends the import at once."""
    file = tmp_path / "logs.jsonl"
    file.write_bytes(_lines(1))
    done = _import(tmp_path, file, *arguments)
    assert done.returncode in (1, 2)
    assert one_line(done.stderr).startswith(said)


def test_an_import_into_a_new_directory_shows_the_first_key(tmp_path: Path) -> None:
    """Whoever imports before the first `serve` gets the key there is; it opens the imported logs."""
    file = tmp_path / "logs.jsonl"
    file.write_bytes(_lines(3))
    done = run_inferlog("import", file, f"--data={tmp_path / 'data'}")
    found = re.search(r"The first key, shown only now: (\S+)", done.stderr)
    assert found is not None, done.stderr
    with Server(tmp_path / "data", key=found[1]) as server, server.client() as client:
        assert client.get("/api/request-logs/list/").json()["count"] == 3
    assert "The first key" not in _import(tmp_path, file).stderr


def test_an_import_goes_where_it_is_told(tmp_path: Path) -> None:
    """--project and --environment decide whose logs they are."""
    file = tmp_path / "logs.jsonl"
    file.write_bytes(_lines(3))
    assert _import(tmp_path, file).returncode == 0
    made = run_inferlog(
        "keys", "create", f"--data={tmp_path / 'data'}", "--project=other", "--new-project", "--environment=test"
    )
    assert _import(tmp_path, file, "--project=other", "--environment=test").stdout == "3 logs imported, 0 refused.\n"
    with Server(tmp_path / "data") as server:
        for key, environment_name in ((_KEY, "prod"), (made.stdout.strip(), "test")):
            with server.client(key) as client:
                listed = client.get("/api/request-logs/list/").json()
            assert [log["environment"] for log in listed["results"]] == [environment_name] * 3


def test_a_poison_row_does_not_stop_an_import(tmp_path: Path) -> None:
    """A journal that holds a row which the engine refuses: the import sets it aside and stores its own logs."""
    file, data = tmp_path / "logs.jsonl", tmp_path / "data"
    file.write_bytes(_lines(5))
    assert _import(tmp_path, file).returncode == 0
    poison = Frame(1, b"", b'{"model":"poison","status_code":"x"}\n')
    (data / "journal" / "00000000000000000001.journal").write_bytes(b"".join(poison.parts))
    file.write_bytes(_lines(7, note="others"))
    assert _import(tmp_path, file).stdout == "7 logs imported, 0 refused.\n"
    assert [path.name for path in (data / "set-aside").glob("*.jsonl")] == ["00000000000000000001.jsonl"]
    assert sum(_stored(tmp_path).values()) == 12


def _key() -> dict[str, str]:
    return {"INFERLOG_BOOTSTRAP_KEY": _KEY}


def _import(tmp_path: Path, file: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run_inferlog("import", file, f"--data={tmp_path / 'data'}", *arguments, variables=_key())


def _stored(tmp_path: Path) -> Counter[str]:
    """Start a server on the directory and count how often each log is in its store."""
    found: Counter[str] = Counter()
    with Server(tmp_path / "data") as server, server.client() as client:
        for page in range(1, 1_000):
            parameters: dict[str, str | int] = {"page": page, "page_size": 1_000, "all_envs": "true"}
            results = client.get("/api/request-logs/list/", params=parameters).json()["results"]
            if not results:
                break
            found.update(log["custom_identifier"] for log in results)
    return found


def _bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("*.journal"))
