"""`inferlog keys`: made, listed and revoked from the command line, while the server runs."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import one_line, run_inferlog
from tests.server import KEY, Server, wait_for

_LIST = "/api/request-logs/list/"
_CREATE = "/api/request-logs/create/"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server; each test makes keys of its own."""
    with Server(tmp_path_factory.mktemp("keys") / "data", flush_seconds=0.05) as server:
        yield server


def _keys(server: Server, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run_inferlog("keys", arguments[0], f"--data={server.data}", *arguments[1:])


def _make(server: Server, *arguments: str) -> str:
    done = _keys(server, "create", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_new_key_works_at_once_on_the_running_server(running: Server) -> None:
    """It is printed alone on standard output, for a script to take, and is known to the server without a restart."""
    done = _keys(running, "create", "--name=billing")
    key = done.stdout.removesuffix("\n")
    assert re.fullmatch(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}", key)
    assert "shown only now" in done.stderr
    with running.client(key) as client:
        wait_for(lambda: client.get(_LIST).status_code == 200)
        assert client.post(_CREATE, json={"model": "m"}).status_code == 200


def test_a_key_that_was_refused_before_it_was_made_is_known_afterwards(running: Server) -> None:
    """The server forgets that it did not know a key when the keys change."""
    with running.client("no-such-key-so-far") as client:
        assert client.get(_LIST).status_code == 401
    key = _make(running)
    with running.client(key) as client:
        wait_for(lambda: client.get(_LIST).status_code == 200)


def test_a_revoked_key_is_refused_by_the_running_server(running: Server) -> None:
    """Revoked by its prefix: a 401 soon after, for good; other keys stay, and the list says when it was."""
    key, other = _make(running, "--name=gone"), _make(running, "--name=stays")
    with running.client(key) as client, running.client(other) as staying:
        wait_for(lambda: client.get(_LIST).status_code == 200)
        done = _keys(running, "revoke", key[:8])
        assert (done.returncode, done.stdout) == (0, f"Revoked {key[:8]}… of project 'default'.\n")
        wait_for(lambda: client.get(_LIST).status_code == 401, seconds=5)
        answer = client.post(_CREATE, json={"model": "m"})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert staying.get(_LIST).status_code == 200
    again = _keys(running, "revoke", key[:8])
    assert again.returncode == 1
    assert one_line(again.stderr).startswith(
        f"inferlog: There is no key with the prefix '{key[:8]}' that is not revoked"
    )


def test_the_list_shows_prefixes_and_never_a_secret(running: Server) -> None:
    """Every key with its project, environment, scopes and name; of the secret only what is visible anyway."""
    key = _make(running, "--name=on the list", "--environment=test", "--scope=read")
    done = _keys(running, "list")
    assert done.returncode == 0
    [row] = [line for line in done.stdout.splitlines() if key[:8] in line]
    assert [cell.strip() for cell in row.strip("│").split("│")][:4] == [key[:8], "default", "test", "read"]
    assert "on the list" in row
    assert key[8:] not in done.stdout
    assert KEY not in done.stdout


@pytest.mark.parametrize(
    ("scopes", "may_write", "may_read"),
    [(["ingest"], 200, 403), (["read"], 403, 200), (["admin"], 403, 403), (["ingest", "read", "admin"], 200, 200)],
)
def test_a_key_may_do_what_its_scopes_say(running: Server, scopes: list[str], may_write: int, may_read: int) -> None:
    """Without a scope the call is refused with 403, which names what the key has and what it lacks."""
    key = _make(running, *(f"--scope={scope}" for scope in scopes))
    with running.client(key) as client:
        wait_for(lambda: client.get(_LIST).status_code != 401)
        written, read = client.post(_CREATE, json={"model": "m"}), client.get(_LIST)
        assert (written.status_code, read.status_code) == (may_write, may_read)
        for answer, lacking in ((written, "ingest"), (read, "read")):
            if answer.status_code == 403:
                assert answer.json()["detail"] == (
                    f"The key {key[:8]}… has the scopes {', '.join(scopes)}; this call needs '{lacking}'"
                )


def test_a_new_project_sees_only_its_own_logs(running: Server) -> None:
    """A key of another project neither lists nor reads what is not its own, nor repeats another's unique_id."""
    key = _make(running, "--project=acme", "--new-project")
    with running.client() as client, running.client(key) as acme:
        wait_for(lambda: acme.get(_LIST).status_code == 200)
        shared = {"unique_id": "0123456789abcdef0123456789abcdef", "model": "ours"}
        ours = client.post(_CREATE, json=shared).json()["id"]
        theirs = acme.post(_CREATE, json={**shared, "model": "theirs"}).json()["id"]
        assert ours == theirs  # the client's own id; the project tells them apart
        assert [log["model"] for log in acme.get(_LIST).json()["results"]] == ["theirs"]
        assert acme.get(f"/api/request-logs/{ours}/").json()["model"] == "theirs"
        assert client.get(f"/api/request-logs/{ours}/").json()["model"] == "ours"
        other = client.post(_CREATE, json={"model": "m"}).json()["id"]
        assert acme.get(f"/api/request-logs/{other}/").status_code == 404


def test_environments_of_one_project_are_apart(running: Server) -> None:
    """A test key writes test logs, which a prod key does not list unless it asks for them."""
    prod = _make(running, "--project=environments", "--new-project")
    test = _make(running, "--project=environments", "--environment=test")
    with running.client(prod) as one, running.client(test) as other:
        wait_for(lambda: one.get(_LIST).status_code == other.get(_LIST).status_code == 200)
        other.post(_CREATE, json={"model": "m", "environment": "prod"})
        assert [log["environment"] for log in other.get(_LIST).json()["results"]] == ["test"]
        assert one.get(_LIST).json()["count"] == 0
        assert one.get(_LIST, params={"environment": "test"}).json()["count"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "--project=nope"], "inferlog: There is no project named 'nope'; there are: "),
        (["create", "--project=default", "--new-project"], "inferlog: There is a project named 'default' already"),
        (["create", "--project= ", "--new-project"], "inferlog: The project's name is empty"),
        (["revoke", "nope"], "inferlog: There is no key with the prefix 'nope'"),
    ],
)
def test_a_wrong_key_command_is_one_clear_line(running: Server, arguments: list[str], said: str) -> None:
    """An unknown project, a taken name, an unknown prefix: what is wrong and what there is."""
    done = _keys(running, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert one_line(done.stderr).startswith(said)


@pytest.mark.parametrize("command", [["create"], ["list"], ["revoke", "x"]])
def test_a_directory_without_data_is_one_clear_line_and_stays_empty(tmp_path: Path, command: list[str]) -> None:
    """A mistyped --data makes no new directory."""
    data = tmp_path / "mistyped"
    done = run_inferlog("keys", command[0], f"--data={data}", *command[1:])
    assert done.returncode == 2
    assert one_line(done.stderr).startswith(f"inferlog: There is no inferlog data in {data}; start 'inferlog serve'")
    assert not data.exists()
