"""`inferlog delete`, `erase` and `retention`: dry runs by default, one line for what is wrong."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.api.calls import create, listed_ids, make_key, new_project_key
from tests.api.test_deletions import SCOPES, create_many
from tests.command import one_line, run_inferlog
from tests.server import Server

DAY = 86_400


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key that may delete, to a project of this module's own."""
    return new_project_key(server, scopes=SCOPES)


@pytest.fixture
def variables(server: Server, key: str) -> dict[str, str]:
    """The environment of a user who has a server and that key."""
    return {"INFERLOG_URL": server.url, "INFERLOG_KEY": key}


@pytest.fixture
def client(server: Server, key: str) -> Iterator[httpx.Client]:
    """A client with that key."""
    with server.client(key) as opened:
        yield opened


def test_logs_are_deleted_after_a_dry_run(client: httpx.Client, variables: dict[str, str]) -> None:
    """Without --apply it says what would go; with it, and --yes, it goes; nobody to ask is an error."""
    first, second, third = create_many(client, 3, model="cli")
    by_filter = ["delete", '--filters={"model": {"operator": "", "value": ["cli"]}}']
    dry = run_inferlog(*by_filter, variables=variables)
    assert (dry.returncode, dry.stdout) == (0, ""), dry.stderr
    assert "3 logs, " in dry.stderr
    assert "Nothing was deleted: it was a dry run." in dry.stderr
    unasked = run_inferlog(*by_filter, "--apply", variables=variables)
    assert unasked.returncode == 2
    assert "give --yes to delete without being asked" in unasked.stderr
    assert len(listed_ids(client, model="cli")) == 3
    done = run_inferlog("delete", first, third, "--apply", "--yes", variables=variables)
    assert (done.returncode, done.stdout.startswith("Deleted 2 logs.")) == (0, True), done.stderr
    assert listed_ids(client, model="cli") == [second]


def test_a_customer_is_shown_before_it_is_erased(client: httpx.Client, variables: dict[str, str]) -> None:
    """Without --apply nothing is erased, and an unknown customer has no logs."""
    log_id = create(client, {"model": "erase-cli", "customer_identifier": "Zoë & co"})
    dry = run_inferlog("erase", "Zoë & co", variables=variables)
    assert (dry.returncode, "1 logs, " in dry.stderr) == (0, True), dry.stderr
    assert listed_ids(client, model="erase-cli") == [log_id]
    assert "No log is selected." in run_inferlog("erase", "nobody", variables=variables).stderr


def test_the_retention_is_shown_set_and_run(client: httpx.Client, variables: dict[str, str]) -> None:
    """Days, 0 for ever, and the server's own setting; --run deletes what is expired and says so."""
    create_many(client, 2, model="old", timestamp=time.time() - 100 * DAY)
    shown = run_inferlog("retention", variables=variables).stdout
    assert shown == "Logs are kept for ever (the server's setting); 0 are expired and not pinned.\n"
    done = run_inferlog("retention", "50", "--run", variables=variables)
    first, second = done.stdout.splitlines()
    assert first == "Logs are kept for 50 days (the project's own); 2 are expired and not pinned."
    assert second.startswith("Deleted 2 logs. ")
    assert listed_ids(client, model="old") == []
    again = run_inferlog("retention", "default", "--run", variables=variables).stdout
    assert again.splitlines()[1] == "There is nothing to delete."


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["delete"], 2, "Nothing selects: give ids, --filters, --from or --to, or --all"),
        (["delete", "--filters", "{"], 2, "--filters: expected a JSON object, received: {"),
        (["delete", "no-id"], 1, "ids: expected ids of 32 hex digits or UUIDs, received: no-id"),
        (["delete", "--all", "--key", "nobody"], 1, "Your API key is invalid or revoked"),
        (["retention", "40000"], 1, "days: expected a whole number from 0 (for ever) to 36,500"),
        (["erase", "x", "--url", "http://127.0.0.1:1"], 1, "cannot be reached"),
    ],
)
def test_what_is_wrong_is_one_line(variables: dict[str, str], arguments: list[str], code: int, named: str) -> None:
    """The server's own words, or what to change."""
    done = run_inferlog(*arguments, variables=variables)
    assert done.returncode == code
    assert named in one_line(done.stderr)


def test_a_key_that_may_not_delete_is_told(server: Server, variables: dict[str, str]) -> None:
    """The server says which scope is needed."""
    reader = make_key(server, scopes=("read",))
    done = run_inferlog("erase", "x", "--key", reader, variables=variables)
    assert (done.returncode, "admin" in one_line(done.stderr)) == (1, True)
