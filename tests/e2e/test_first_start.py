"""The first start: a key and two requests that work as they are printed; later starts show no key."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command import environment, one_line, run_inferlog
from tests.server import Server


def _commands(server: Server) -> list[str]:
    """Return the curl commands that were printed, as a user would paste them."""
    printed = "".join(server.output)
    return [found[0] for found in re.finditer(r"^    curl .*(?:\n     +\S.*)*", printed, re.MULTILINE)]


def _paste(command: str, **variables: str) -> dict[str, Any]:
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment(**variables), check=True, timeout=60
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_printed_requests_work_as_they_stand(tmp_path: Path) -> None:
    """Pasting the first logs a call, pasting the second shows it; the second start prints no key and no request."""
    server = Server(tmp_path / "data", environment={"INFERLOG_BOOTSTRAP_KEY": ""})
    with server:
        create, show = _commands(server)
        created = _paste(create)
        assert created["message"] == "log successful"
        listed = _paste(show)
        assert listed["count"] == 1
        [log] = listed["results"]
        assert log["id"] == created["id"]
        assert log["customer_identifier"] == "customer-1"
        assert log["completion_message"] == {"role": "assistant", "content": "Hi, how can I help?"}
        key = re.search(r"^  key: (\S+) ", "".join(server.output), re.MULTILINE)
        assert key is not None
        assert re.fullmatch(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}", key[1])
        assert server.stop() == 0
        server.start()
        assert key[1] not in "".join(server.output)
        assert _commands(server) == []
        assert "The key was shown at the first start. Make another: inferlog keys create" in "".join(server.output)
        with server.client(key[1]) as client:
            assert client.get("/api/request-logs/list/").json()["count"] == 1


def test_no_file_holds_the_key(tmp_path: Path) -> None:
    """The key is kept as a hash only: nowhere in the data directory are its secret's bytes."""
    server = Server(tmp_path / "data", environment={"INFERLOG_BOOTSTRAP_KEY": ""})
    with server:
        key = re.search(r"^  key: (\S+) ", "".join(server.output), re.MULTILINE)
        assert key is not None
        _paste(_commands(server)[0])
        assert server.stop() == 0
    secret = key[1].partition(".")[2].encode()
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(files) > 3
    assert [path for path in files if secret in path.read_bytes()] == []


def test_a_given_first_key_is_used_and_not_shown(tmp_path: Path) -> None:
    """INFERLOG_BOOTSTRAP_KEY is the key; what is printed names the variable, and works where it is set."""
    key = "a-first-key-of-our-own"
    with Server(tmp_path / "data", key=key) as server:
        assert key not in "".join(server.output)
        create, show = _commands(server)
        assert "$INFERLOG_BOOTSTRAP_KEY" in create
        assert _paste(create, INFERLOG_BOOTSTRAP_KEY=key)["message"] == "log successful"
        assert _paste(show, INFERLOG_BOOTSTRAP_KEY=key)["count"] == 1


def test_a_first_key_may_come_from_a_file(tmp_path: Path) -> None:
    """INFERLOG_BOOTSTRAP_KEY_FILE names a file that holds it, a newline after it or not."""
    file = tmp_path / "key"
    file.write_text("a-first-key-from-a-file\n")
    given = {"INFERLOG_BOOTSTRAP_KEY_FILE": str(file)}
    server = Server(tmp_path / "data", key="a-first-key-from-a-file", environment=given)
    with server, server.client() as client:
        assert client.get("/api/request-logs/list/").json()["count"] == 0


def test_a_first_key_given_later_changes_nothing(tmp_path: Path) -> None:
    """INFERLOG_BOOTSTRAP_KEY is for a new directory: on an old one the first key stays, and no other is made."""
    with Server(tmp_path / "data", key="the-key-of-the-start") as server:
        assert server.stop() == 0
    with Server(tmp_path / "data", key="another-key-given-later") as server:
        for key, status in (("the-key-of-the-start", 200), ("another-key-given-later", 401)):
            with server.client(key) as client:
                assert client.get("/api/request-logs/list/").status_code == status


@pytest.mark.parametrize("key", ["short", "with a space in it", "with-ünicode-in-it"])
def test_a_first_key_that_is_none_is_one_clear_line(tmp_path: Path, key: str) -> None:
    """Too short, or not sendable in a header: the start ends, and the next one can give a better key."""
    done = run_inferlog("serve", "--port=0", f"--data={tmp_path / 'd'}", variables={"INFERLOG_BOOTSTRAP_KEY": key})
    assert done.returncode != 0
    assert "at least 12 printable ASCII characters" in one_line(done.stderr)
    with Server(tmp_path / "d", key="a-better-first-key") as server, server.client() as client:
        assert client.get("/api/request-logs/list/").status_code == 200
