"""`inferlog import --url`: the same file to a running server, retried and resumed, each log once."""

import json
import re
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.command import INFERLOG, environment, one_line, run_inferlog
from tests.server import Server, wait_for


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own."""
    with Server(tmp_path / "data", flush_seconds=0.05) as running:
        yield running


def _file(tmp_path: Path, count: int) -> Path:
    file = tmp_path / "logs.jsonl"
    logs = ({"custom_identifier": f"log-{number}", "note": "x" * 300} for number in range(count))
    file.write_text("".join(json.dumps(log) + "\n" for log in logs))
    return file


def test_a_file_goes_to_a_server_once_however_often_it_is_sent(own: Server, tmp_path: Path) -> None:
    """The second import of a file is acknowledged as the first, and nothing new is stored."""
    file = _file(tmp_path, 2_500)
    for _ in range(2):
        done = run_inferlog("import", file, f"--url={own.url}/", f"--key={own.key}")
        assert (done.returncode, done.stdout) == (0, "2,500 logs imported, 0 refused.\n")
    assert _stored(own) == Counter({f"log-{number}": 1 for number in range(2_500)})


def test_refused_lines_do_not_spoil_the_rest_of_their_batch(own: Server, tmp_path: Path) -> None:
    """Lines that are no JSON, and logs that the server refuses, are told by line; a byte-order mark is no reason."""
    file, rejects = tmp_path / "logs.jsonl", tmp_path / "rejects.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"custom_identifier":"a"}\n\nno JSON\n{"model":7}\n{"custom_identifier":"b"}\n')
    variables = {"INFERLOG_URL": own.url, "INFERLOG_KEY": own.key}
    done = run_inferlog("import", file, f"--rejects={rejects}", variables=variables)
    assert done.returncode == 0
    assert done.stdout.startswith("2 logs imported, 2 refused.\n")
    assert re.findall(r"line (\d+):", done.stdout) == ["3", "4"]
    assert rejects.read_bytes() == b'no JSON\n{"model":7}\n'
    assert _stored(own) == Counter({"a": 1, "b": 1})


def test_an_import_that_was_killed_is_resumed(own: Server, tmp_path: Path) -> None:
    """SIGKILL of the import in the middle, then the same command: each log is stored once."""
    file = _file(tmp_path, 10_000)
    command = [*INFERLOG, "import", str(file), f"--url={own.url}", f"--key={own.key}"]
    with own.client() as client, subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment()) as importing:
        wait_for(lambda: "inferlog_logs_acknowledged_total 0.0" not in client.get("/metrics").text)
        importing.send_signal(signal.SIGKILL)
        assert importing.wait() == -signal.SIGKILL
    assert run_inferlog(*command[3:]).stdout == "10,000 logs imported, 0 refused.\n"
    assert _stored(own) == Counter({f"log-{number}": 1 for number in range(10_000)})


def test_an_import_outlives_a_restart_of_the_server(own: Server, tmp_path: Path) -> None:
    """The server is killed under the import and started again: the import waits for it, and each log is stored once."""
    file, port = _file(tmp_path, 10_000), own.url.rsplit(":", 1)[1]
    command = [*INFERLOG, "import", str(file), f"--url={own.url}", f"--key={own.key}"]
    with own.client() as client, subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as importing:
        wait_for(lambda: "inferlog_logs_acknowledged_total 0.0" not in client.get("/metrics").text)
        own.kill()
        with Server(tmp_path / "data", flush_seconds=0.05, port=port) as again:
            assert importing.stdout is not None
            said = importing.stdout.read().decode()
            assert (importing.wait(), said) == (0, "10,000 logs imported, 0 refused.\n")
            assert _stored(again) == Counter({f"log-{number}": 1 for number in range(10_000)})


def test_a_wrong_key_is_one_clear_line(own: Server, tmp_path: Path) -> None:
    """A key that the server does not know, or that may only read, ends the import with the server's reason."""
    file = _file(tmp_path, 3)
    done = run_inferlog("import", file, f"--url={own.url}", "--key=no-such-key-at-all")
    assert done.returncode == 1
    assert "Your API key is invalid or revoked" in _said(done.stderr)
    made = run_inferlog("keys", "create", f"--data={tmp_path / 'data'}", "--scope=read")
    done = run_inferlog("import", file, f"--url={own.url}", f"--key={made.stdout.strip()}")
    assert done.returncode == 1
    assert "this call needs 'ingest'" in _said(done.stderr)
    assert _stored(own) == Counter()


def test_the_data_directory_of_a_running_server_says_how_to_send_there(own: Server, tmp_path: Path) -> None:
    """An import into a directory that a server holds names the holder and --url."""
    done = run_inferlog("import", _file(tmp_path, 3), f"--data={tmp_path / 'data'}")
    assert done.returncode == 1
    assert f"process {own.pid}" in one_line(done.stderr)
    assert "--url" in done.stderr


def test_a_server_that_is_no_inferlog_is_one_clear_line(tmp_path: Path) -> None:
    """Something else answers at that address: its status, and no traceback."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()
            self.wfile.write(b"<html>not here</html>")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Be quiet."""

    with HTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        done = run_inferlog("import", _file(tmp_path, 3), f"--url=http://127.0.0.1:{other.server_port}", "--key=k")
        other.shutdown()
    assert done.returncode == 1
    assert _said(done.stderr) == "inferlog: The server answered 404: no reason given"


def _said(text: str) -> str:
    """Return the one line that is not the progress bar."""
    return one_line("\n".join(line for line in text.splitlines() if not line.startswith("importing")))


def _stored(server: Server) -> Counter[str]:
    found: Counter[str] = Counter()
    with server.client() as client:
        for page in range(1, 1_000):
            answer = client.get("/api/request-logs/list/", params={"page": page, "page_size": 1_000}).json()
            if not answer["results"]:
                break
            found.update(log["custom_identifier"] for log in answer["results"])
    return found
