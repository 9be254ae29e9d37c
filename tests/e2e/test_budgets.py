"""Budgets on a server that is killed, whose receiver is away, whose store is away: each event once, none lost."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clickhouse import ClickHouse
from tests.command import run_inferlog
from tests.receiver import Receiver
from tests.server import Server, wait_for

_CREATE = "/api/request-logs/create/"
_BUDGETS = "/api/budgets/"
_QUICK = {"flush_seconds": 0.05, "budget_check_seconds": 0.05, "webhook_pause_seconds": 0.02}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as running:
        yield running


def _server(data: Path, **settings: Any) -> Server:
    return Server(data, **{**_QUICK, **settings})


def _make(server: Server, url: str, **given: Any) -> str:
    with server.client() as client:
        answer = client.post(_BUDGETS, json={"name": "all", "amount": 1, "webhook_url": url, **given})
        assert answer.status_code == 201, answer.text
        budget_id: str = answer.json()["id"]
        return budget_id


def _spend(server: Server, cost: float) -> None:
    with server.client() as client:
        assert client.post(_CREATE, json={"model": "m", "cost": cost}).status_code == 200


def _told(server: Server, budget_id: str) -> list[dict[str, Any]]:
    with server.client() as client:
        told: list[dict[str, Any]] = client.get(f"{_BUDGETS}{budget_id}/").json()["state"]["thresholds_reached"]
        return told


def _all_delivered(server: Server, budget_id: str, count: int) -> bool:
    told = _told(server, budget_id)
    return len(told) == count and all(each["webhook"]["status"] == "delivered" for each in told)


def test_an_event_that_was_recorded_and_not_delivered_is_delivered_after_a_kill(tmp_path: Path) -> None:
    """The receiver is away, the server is killed, both come back: the event comes once, under its id."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        port = kept.getsockname()[1]
    with _server(tmp_path / "data", webhook_attempts_max=1_000_000) as server:
        budget_id = _make(server, f"http://127.0.0.1:{port}/hooks", thresholds=[50])
        _spend(server, 0.5)
        wait_for(lambda: [each for each in _told(server, budget_id) if each["webhook"]["attempts"] >= 1])
        [told] = _told(server, budget_id)
        assert told["webhook"]["last_error"].endswith("Connection refused")
        server.kill()
        with Receiver(port=port) as receiver:
            server.start()
            receiver.wait(1)
            wait_for(lambda: _all_delivered(server, budget_id, 1))
            _spend(server, 0.1)
            wait_for(lambda: _spent_metric(server) == 0.6)
            assert [each.id for each in receiver.received] == [told["event_id"]]


def test_a_kill_while_an_event_is_delivered_sends_it_again_under_the_same_id(
    tmp_path: Path, receiver: Receiver
) -> None:
    """The receiver has got it, the server does not know: a receiver that drops known ids has each event once."""
    with _server(tmp_path / "data") as server:
        budget_id = _make(server, receiver.url)
        receiver.hold()
        _spend(server, 1)
        receiver.wait(1)
        server.kill()
        receiver.go_on()
        server.start()
        wait_for(lambda: _all_delivered(server, budget_id, 3))
        thresholds = {each.id: each.threshold for each in receiver.received}
        assert sorted(thresholds.values()) == [50, 80, 100]
        assert len(receiver.received) == 4
        assert receiver.received[0].id == receiver.received[1].id
        assert receiver.received[0].body == receiver.received[1].body


def test_kills_at_any_moment_make_no_event_twice_and_lose_none(tmp_path: Path, receiver: Receiver) -> None:
    """Killed right after each acknowledgement: in the end there is one event for each threshold."""
    thresholds = [10, 20, 30]
    with _server(tmp_path / "data") as server:
        budget_id = _make(server, receiver.url, thresholds=thresholds)
        for _ in thresholds:
            _spend(server, 0.1)
            server.kill()
            server.start()
        wait_for(lambda: _all_delivered(server, budget_id, len(thresholds)))
        told = {each["event_id"]: each["threshold"] for each in _told(server, budget_id)}
        assert {each.id: each.threshold for each in receiver.received} == told
        assert sorted(told.values()) == thresholds


def test_a_stop_does_not_wait_for_a_receiver(tmp_path: Path, receiver: Receiver) -> None:
    """SIGTERM ends the server with 0 while a receiver keeps it waiting; the event goes out after the next start."""
    with _server(tmp_path / "data", webhook_seconds_max=600) as server:
        budget_id = _make(server, receiver.url, thresholds=[100])
        receiver.hold()
        _spend(server, 1)
        receiver.wait(1)
        assert server.stop() == 0
        receiver.go_on()
        server.start()
        wait_for(lambda: _all_delivered(server, budget_id, 1))
        assert _told(server, budget_id)[0]["webhook"]["attempts"] == 1


def test_what_is_reached_while_the_store_is_away_is_told_when_it_is_back(tmp_path: Path, receiver: Receiver) -> None:
    """Budgets can be made meanwhile, their state is a 503, and the server says once that they are not watched."""
    with (
        ClickHouse(tmp_path / "clickhouse") as clickhouse,
        _server(
            tmp_path / "data", store=clickhouse.url("logs", "?send_receive_timeout=2"), flush_wait_seconds_max=0.2
        ) as server,
        server.client() as client,
    ):
        budget_id = _make(server, receiver.url, thresholds=[100])
        clickhouse.kill()
        _spend(server, 1)
        wait_for(lambda: _failed_checks(server) >= 3)
        _make(server, receiver.url, name="other", thresholds=[100])
        answer = client.get(_BUDGETS)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert receiver.received == []
        clickhouse.start()
        receiver.wait(2)
        wait_for(lambda: _all_delivered(server, budget_id, 1))
        output = "".join(server.output)
        assert output.count("budgets cannot be watched now") == 1
        assert "budgets are watched again" in output


def _failed_checks(server: Server) -> float:
    return _metric(server, "inferlog_budget_checks_failed_total ")


def _spent_metric(server: Server) -> float:
    return _metric(server, "inferlog_budget_spent_usd{")


def _metric(server: Server, begins: str) -> float:
    with server.client("") as client:
        lines = client.get("/metrics").text.splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(begins)), -1.0)


def test_an_import_watches_no_budgets(tmp_path: Path, receiver: Receiver) -> None:
    """It ends when its file does; the server that starts next tells what it brought."""
    file = tmp_path / "logs.jsonl"
    file.write_text('{"model":"m","cost":1}\n')
    with _server(tmp_path / "data") as server:
        _make(server, receiver.url, thresholds=[100])
        assert server.stop() == 0
        done = run_inferlog("import", file, f"--data={tmp_path / 'data'}")
        assert done.returncode == 0, done.stderr
        assert receiver.received == []
        server.start()
        receiver.wait(1)
