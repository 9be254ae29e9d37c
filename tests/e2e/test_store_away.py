"""A store that is away: logs are acknowledged up to a limit, refused past it, and stored once when it is back."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.clickhouse import ClickHouse
from tests.command import one_line, run_inferlog
from tests.server import Server, wait_for

_JOURNAL_BYTES = 1_000_000
_BODY = {"model": "m", "note": "x" * 20_000}


@pytest.fixture
def clickhouse(tmp_path: Path) -> Iterator[ClickHouse]:
    """A ClickHouse of this test's own, over HTTP."""
    with ClickHouse(tmp_path / "clickhouse") as running:
        yield running


@pytest.fixture
def server(clickhouse: ClickHouse, tmp_path: Path) -> Iterator[Server]:
    """An inferlog on that ClickHouse, with a small journal and little patience."""
    with _server(clickhouse, tmp_path) as running:
        yield running


def _server(clickhouse: ClickHouse, tmp_path: Path) -> Server:
    return Server(
        tmp_path / "data",
        store=clickhouse.url("logs", "?send_receive_timeout=2"),
        flush_seconds=0.05,
        flush_wait_seconds_max=0.2,
        journal_bytes_max=_JOURNAL_BYTES,
    )


def test_logs_are_taken_while_the_store_is_dead_and_refused_when_the_journal_is_full(
    clickhouse: ClickHouse, server: Server
) -> None:
    """Acknowledged up to journal_bytes_max, then 503 with Retry-After; once it is back, each log once."""
    with server.client() as client:
        acknowledged = [_create(client)]
        wait_for(lambda: _waiting(client) == 0)
        clickhouse.kill()
        memory = _memory(server)
        some, refusal = _create_until_refused(client)
        acknowledged += some
        assert 40 <= len(some) <= _JOURNAL_BYTES // 20_000
        _check_refusal(refusal)
        ready = client.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "full")
        assert ready.json()["store"].startswith("The store ")
        assert ready.json()["journal_rows"] == len(some)
        assert 900_000 < ready.json()["journal_bytes"] <= _JOURNAL_BYTES
        for _ in range(100):  # what is refused takes no memory either
            assert client.post("/api/request-logs/create/", json=_BODY).status_code == 503
        assert _memory(server) - memory < 40_000_000
        assert client.get("/health").status_code == 200

        clickhouse.start()
        wait_for(lambda: client.get("/ready").json()["status"] == "ok")
        acknowledged.append(_create(client))
        assert _listed(client) == sorted(acknowledged)
        assert _metric(client, "inferlog_logs_stored_total") == len(acknowledged)
        assert _metric(client, "inferlog_store_failures_total") >= 1
        assert _metric(client, 'inferlog_logs_refused_total{reason="journal_full"}') == 101


def test_reading_while_the_store_is_away_is_a_503_that_says_so(clickhouse: ClickHouse, server: Server) -> None:
    """A list and a log by its id: 503 with Retry-After and the reason, and the list again when it is back."""
    with server.client() as client:
        log_id = _create(client)
        wait_for(lambda: _waiting(client) == 0)
        clickhouse.kill()
        for path in ("/api/request-logs/list/", f"/api/request-logs/{log_id}/"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "Connection refused" in answer.json()["detail"]
        clickhouse.start()
        assert _listed(client) == [log_id]


def test_a_store_that_hangs_and_then_answers_gets_each_log_once(clickhouse: ClickHouse, server: Server) -> None:
    """The first insert is given up and sent again, while the store carries out what it got: each log is there once."""
    with server.client() as client:
        clickhouse.hang()
        acknowledged = [_create(client) for _ in range(3)]
        wait_for(lambda: clickhouse.waiting() >= 1)
        acknowledged += [_create(client) for _ in range(3)]
        wait_for(lambda: _metric(client, "inferlog_store_failures_total") >= 1)
        assert client.get("/ready").json()["status"] == "degraded"
        clickhouse.go_on()
        wait_for(lambda: client.get("/ready").json()["status"] == "ok" and _waiting(client) == 0)
        assert _listed(client) == sorted(acknowledged)
        assert _listed_by(clickhouse) == sorted(acknowledged)


def test_a_store_in_trouble_loses_nothing_across_a_kill(clickhouse: ClickHouse, server: Server) -> None:
    """Too many parts, a SIGKILL meanwhile, and the store recovers: each log once."""
    clickhouse.fail(252)
    with server.client() as client:
        acknowledged = [_create(client) for _ in range(5)]
        wait_for(lambda: client.get("/ready").json()["status"] == "degraded")
        assert "252" in client.get("/ready").json()["store"]
    server.kill()
    server.start()
    with server.client() as client:
        acknowledged.append(_create(client))
        clickhouse.fail(0)
        wait_for(lambda: client.get("/ready").json()["status"] == "ok" and _waiting(client) == 0)
        assert _listed(client) == sorted(acknowledged)


def test_inferlog_starts_while_the_store_is_away(clickhouse: ClickHouse, tmp_path: Path) -> None:
    """Started first, it takes logs; when the store comes, it makes its tables and stores what waits, once."""
    clickhouse.kill()
    with _server(clickhouse, tmp_path) as server, server.client() as client:
        acknowledged = [_create(client) for _ in range(3)]
        assert client.get("/api/request-logs/list/").status_code == 503
        wait_for(lambda: client.get("/ready").json()["status"] == "degraded")
        assert any("until the store is there" in line for line in server.output)
        clickhouse.start()
        wait_for(lambda: client.get("/ready").json()["status"] == "ok" and _waiting(client) == 0)
        assert _listed(client) == sorted(acknowledged)
        assert server.stop() == 0


def test_an_empty_inferlog_that_started_before_its_store_can_be_read(clickhouse: ClickHouse, tmp_path: Path) -> None:
    """Nothing waits to be stored, and still the tables are made when the store comes: an empty list, not an error."""
    clickhouse.kill()
    with _server(clickhouse, tmp_path) as server, server.client() as client:
        assert client.get("/api/request-logs/list/").status_code == 503
        clickhouse.start()
        assert _listed(client) == []


def test_a_stop_while_the_store_is_away_keeps_the_logs_for_the_next_start(
    clickhouse: ClickHouse, server: Server
) -> None:
    """SIGTERM ends it with 0 all the same, says that logs are left, and the next start stores them."""
    clickhouse.kill()
    with server.client() as client:
        acknowledged = [_create(client) for _ in range(3)]
    assert server.stop() == 0
    assert "the logs still in the journal are taken up at the next start" in server.output[-1]
    clickhouse.start()
    server.start()
    with server.client() as client:
        assert _listed(client) == acknowledged


@pytest.mark.parametrize("code", [516, 497, 701])
def test_a_wrong_password_is_one_line_at_start_up(clickhouse: ClickHouse, tmp_path: Path, code: int) -> None:
    """What waiting does not mend (user, permission, cluster) ends the start, with the server's own words."""
    clickhouse.fail(code)
    done = run_inferlog("serve", "--port=0", f"--data={tmp_path / 'data'}", f"--store={clickhouse.url('logs')}")
    assert done.returncode == 1
    assert f"Code: {code}" in one_line(done.stderr)


@pytest.mark.parametrize(
    "url", ["nonsense", "https://127.0.0.1:8123/logs", "clickhouse://127.0.0.1:http/logs", "clickhouse:///logs"]
)
def test_an_address_that_is_none_is_one_line_at_start_up(tmp_path: Path, url: str) -> None:
    """A store that cannot be an address ends the start with what is expected; it is not waited for."""
    done = run_inferlog("serve", "--port=0", f"--data={tmp_path / 'data'}", f"--store={url}")
    assert done.returncode == 2
    assert one_line(done.stderr).startswith("inferlog: Setting store: expected clickhouse://")


def _create(client: httpx.Client) -> str:
    created = client.post("/api/request-logs/create/", json=_BODY)
    assert created.status_code == 200, created.text
    return str(created.json()["id"])


def _create_until_refused(client: httpx.Client) -> tuple[list[str], httpx.Response]:
    acknowledged: list[str] = []
    for _ in range(1_000):
        answer = client.post("/api/request-logs/create/", json=_BODY)
        if answer.status_code != 200:
            return acknowledged, answer
        acknowledged.append(answer.json()["id"])
    raise AssertionError("the journal did not become full")


def _check_refusal(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "journal_bytes_max is 1,000,000" in answer.json()["detail"]


def _waiting(client: httpx.Client) -> int:
    return int(client.get("/ready").json()["journal_rows"])


def _listed(client: httpx.Client) -> list[str]:
    answer = client.get("/api/request-logs/list/", params={"page_size": 500}).json()
    return sorted(log["id"] for log in answer["results"])


def _listed_by(clickhouse: ClickHouse) -> list[str]:
    return clickhouse.sql("SELECT lower(replaceAll(toString(id), '-', '')) FROM logs.logs ORDER BY 1").split()


def _metric(client: httpx.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def _memory(server: Server) -> int:
    """Return the resident bytes of the process."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{server.pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
