"""`inferlog budgets`: made, listed, shown, tried and deleted from the command line, while the server runs."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from tests.command import one_line, run_inferlog
from tests.receiver import Receiver
from tests.server import Server, wait_for


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that looks at budgets all the time."""
    data = tmp_path_factory.mktemp("budgets") / "data"
    with Server(data, flush_seconds=0.05, budget_check_seconds=0.05, webhook_pause_seconds=0.02) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as opened:
        yield opened


def _budgets(server: Server, command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run_inferlog("budgets", command, f"--data={server.data}", *arguments)


def _make(server: Server, *arguments: str) -> "subprocess.CompletedProcess[str]":
    done = _budgets(server, "create", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def test_a_new_budget_is_watched_by_the_running_server(running: Server, receiver: Receiver) -> None:
    """Its id alone on standard output; its secret, shown once, signs; what the server saw is listed and shown."""
    done = _make(running, "--name=ACME", "--amount=2.50", "--period=day", "--time-zone=Europe/Berlin",
                 "--customer=acme", "--threshold=20", "--threshold=40", f"--webhook-url={receiver.url}")  # fmt: skip
    budget_id = done.stdout.strip()
    assert re.fullmatch(r"[0-9a-f]{32}", budget_id)
    found = re.search(r"whsec_\S+", done.stderr)
    assert found
    with running.client() as client:
        client.post("/api/request-logs/create/", json={"model": "m", "cost": 1, "customer_identifier": "acme"})
        assert [each.threshold for each in receiver.wait(2)] == [20, 40]
        for each in receiver.received:
            Webhook(found[0]).verify(each.body, dict(each.headers))
        wait_for(lambda: client.get(f"/api/budgets/{budget_id}/").text.count('"status":"delivered"') == 2)
    listed = _budgets(running, "list").stdout
    [row] = [line for line in listed.splitlines() if budget_id in line]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == [budget_id, "ACME", "customer acme", "day", "Europe/Berlin", "2.50", "1", "40.0%"]
    assert found[0] not in listed
    for named in ("ACME", budget_id):
        shown = _budgets(running, "show", named).stdout
        assert f"ACME ({budget_id})" in shown
        assert "amount: 2.50 USD a day (Europe/Berlin)" in shown
        assert "spent: 1 USD, 40.0%, from " in shown
        assert len(re.findall(r"  (?:20|40) % reached .* UTC; webhook delivered .* UTC", shown)) == 2
        assert found[0] not in shown


def test_a_webhook_can_be_tried(running: Server, receiver: Receiver) -> None:
    """A signed event of the type budget.test; refused, it is one line with the reason and the exit code 1."""
    done = _make(running, "--name=tried", "--amount=1000", f"--webhook-url={receiver.url}")
    secret = done.stderr.split()[-1]
    done = _budgets(running, "test-webhook", "tried")
    assert (done.returncode, done.stderr) == (0, "")
    [got] = receiver.received
    assert done.stdout == f"Delivered {got.id} to {receiver.url}.\n"
    assert Webhook(secret).verify(got.body, dict(got.headers))["type"] == "budget.test"
    receiver.status = 404
    done = _budgets(running, "test-webhook", "tried")
    assert (done.returncode, one_line(done.stderr)) == (1, f"inferlog: {receiver.url}: answered 404")


def test_a_deleted_budget_is_gone(running: Server) -> None:
    """By its name or its id; the running server knows it no more."""
    budget_id = _make(running, "--name=short-lived", "--amount=1").stdout.strip()
    done = _budgets(running, "delete", "short-lived")
    assert (done.returncode, done.stdout) == (0, "Deleted the budget 'short-lived' of project 'default'.\n")
    with running.client() as client:
        assert client.get(f"/api/budgets/{budget_id}/").status_code == 404
    done = _budgets(running, "show", "short-lived")
    assert done.returncode == 1
    assert one_line(done.stderr).startswith("inferlog: There is no budget 'short-lived' in this project; there are: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name=x", "--amount=-1"], "inferlog: amount: expected USD above 0"),
        (["--name=x", "--amount=1", "--key-prefix=nope"],
         "inferlog: api_key_prefix: this project has no key with the prefix 'nope'"),
        (["--name=x", "--amount=1", "--webhook-url=http://127.0.0.1/", "--webhook-private-addresses=false"],
         "inferlog: webhook_url: no webhook goes to the private address 127.0.0.1"),
    ],
)  # fmt: skip
def test_a_wrong_budget_is_one_clear_line(running: Server, arguments: list[str], said: str) -> None:
    """What is wrong, and nothing is made."""
    done = _budgets(running, "create", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert one_line(done.stderr).startswith(said)


def test_a_directory_without_data_is_one_clear_line_and_stays_empty(tmp_path: Path) -> None:
    """A mistyped --data makes no new directory."""
    data = tmp_path / "mistyped"
    done = run_inferlog("budgets", "list", f"--data={data}")
    assert done.returncode == 2
    assert one_line(done.stderr).startswith(f"inferlog: There is no inferlog data in {data}; start 'inferlog serve'")
    assert not data.exists()
