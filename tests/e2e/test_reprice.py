"""Re-pricing on the real process: killed in the middle, at the command line with a server and without, under load."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from inferlog.store.clickhouse import Store
from tests.command import INFERLOG, environment, one_line, run_inferlog
from tests.server import KEY, Server, wait_for
from tests.store.repricings import prepared
from tests.unit.books import LATER
from tests.unit.journey import PRICES, PROJECT

COUNT = 4_000
PORTION = 1_000
REPRICES = "/api/reprices/"


def total(by: Any) -> Decimal:
    """Return what all logs cost by a price book."""
    return sum((prepared(number, by).log.cost or Decimal(0) for number in range(COUNT)), Decimal(0))


@pytest.fixture(scope="module")
def stale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose logs were priced by another book than today's."""
    data = tmp_path_factory.mktemp("stale") / "data"
    with Server(data) as server:  # which makes its project
        server.stop()
    store = Store(f"chdb://{data / 'store'}", scratch=data / "scratch")
    own = _project(data).encode()
    rows = [prepared(number, LATER).entry.row.replace(PROJECT.encode(), own) + b"\n" for number in range(COUNT)]
    for at in range(0, COUNT, COUNT // 4):
        store.insert(rows[at : at + COUNT // 4], f"rows-{at}")
    store.close()
    return data


def _project(data: Path) -> str:
    """Return the id of the directory's project."""
    with sqlite3.connect(data / "access.db") as access:
        found: str = access.execute("SELECT id FROM projects").fetchone()[0]
    return found


@pytest.fixture
def data(stale: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(stale, tmp_path / "data", symlinks=True))


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    """A server on it, which re-prices in many portions."""
    with Server(data, flush_seconds=0.05, reprice_portion_logs=PORTION) as running:
        yield running


def stored(path: Path) -> dict[str, dict[str, Any]]:
    """Return every column of every log, by its id, of a store that no server holds."""
    store = Store(f"chdb://{path}", scratch=path.parent / "scratch")
    lines = store.query("SELECT * EXCEPT project_id FROM {database}.logs").splitlines()
    store.close()
    return {row["id"].replace("-", ""): row for row in map(msgspec.json.decode, lines)}


def ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Return a job once it has ended."""

    def job() -> dict[str, Any] | None:
        found: dict[str, Any] = json.loads(client.get(f"{REPRICES}{job_id}/").text, parse_float=Decimal)
        return None if found["state"] in ("planned", "running") else found

    found = wait_for(job, seconds=60)
    assert found is not None
    return found


def test_a_re_pricing_killed_again_and_again_changes_each_log_once(server: Server, tmp_path: Path) -> None:
    """SIGKILL at different moments: each start goes on, and in the end every log and the report are right."""
    with server.client() as client:
        job = client.post(REPRICES, json={"dry_run": False}).json()
    assert job["state"] in ("planned", "running")
    for seen in (1, COUNT // 3, COUNT // 2):
        with server.client() as client:
            wait_for(lambda: client.get(f"{REPRICES}{job['id']}").json()["logs_seen"] >= seen)  # noqa: B023
        server.kill()
        server.start()
    with server.client() as client:
        done = ended(client, job["id"])
    server.stop()
    assert (done["state"], done["error"], done["logs_seen"]) == ("done", "", COUNT)
    assert (Decimal(done["cost_before"]), Decimal(done["cost_after"])) == (total(LATER), total(PRICES))
    assert stored(server.data / "store") == _fresh(tmp_path)


def _fresh(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Return the same logs as they are when today's book prices them as they come."""
    store = Store(f"chdb://{tmp_path / 'fresh'}", scratch=tmp_path / "scratch")
    store.insert([prepared(number, PRICES).entry.row + b"\n" for number in range(COUNT)], "rows")
    store.close()
    return stored(tmp_path / "fresh")


def test_logs_come_and_are_read_while_others_are_priced_anew(server: Server) -> None:
    """Creates and reads go on, and what comes meanwhile is there once, priced as it came."""
    with server.client() as client:
        job = client.post(REPRICES, json={"dry_run": False}).json()
        ids: list[str] = []
        while client.get(f"{REPRICES}{job['id']}/").json()["state"] in ("planned", "running"):
            body = {"model": "gpt-4o", "prompt_tokens": 1_000, "custom_identifier": f"meanwhile-{len(ids)}"}
            ids.append(client.post("/api/request-logs/create/", json=body).json()["id"])
        assert ended(client, job["id"])["state"] == "done"
        assert client.get("/api/request-logs/list/").json()["count"] == COUNT + len(ids)
        filters = {"custom_identifier": {"operator": "startswith", "value": ["meanwhile-"]}}
        query = {"filters": filters, "page_size": 1_000}
        listed = client.post("/api/request-logs/list/", json=query).json()
        assert {log["id"] for log in listed["results"]} == set(ids[-1_000:])
        assert {log["cost"] for log in listed["results"]} == {0.0025}


def test_the_command_shows_first_and_changes_when_told(server: Server) -> None:
    """At a running server: a dry run by default, refused without --yes, done with it, and nothing left to do then."""
    at = [f"--url={server.url}", f"--key={server.key}"]
    dry = run_inferlog("reprice", *at)
    assert dry.returncode == 0, dry.stderr
    found = re.search(r"Nothing was changed; ([\d,]+) of 4,000 logs would be, ([\d,]+) left alone", dry.stdout)
    assert found, dry.stdout
    assert f"{total(LATER).normalize():f}" in dry.stdout
    assert "Nothing was changed" in one_line(run_inferlog("reprice", *at, "--apply", "--json").stderr.split("\n")[-2])
    done = run_inferlog("reprice", *at, "--apply", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout, parse_float=Decimal)
    assert (f"{job['logs_changed']:,}", job["cost_after"]) == (found[1], total(PRICES).normalize())
    again = run_inferlog("reprice", *at, "--apply")
    assert "Nothing was changed; 0 of 4,000" in again.stdout
    with server.client() as client:
        assert [each["dry_run"] for each in client.get(REPRICES).json()["results"]] == [True, False, True, True, True]


def test_the_command_works_on_a_directory_that_no_server_holds(data: Path) -> None:
    """The same without a server, for one model and a customer; a running server is named instead."""
    only = ["--model=gpt-4o", "--customer=customer-1", "--from=2020-01-01", "--largest=2"]
    done = run_inferlog("reprice", f"--data={data}", *only, "--apply", "--yes")
    assert done.returncode == 0, done.stderr
    changed = re.search(r"Changed ([\d,]+) of ([\d,]+) logs", done.stdout)
    assert changed, done.stdout
    logs = [prepared(number, LATER).log for number in range(COUNT)]
    assert int(changed[2].replace(",", "")) == sum(
        log.model == "gpt-4o" and log.customer_identifier == "customer-1" for log in logs
    )
    with Server(data):
        refused = run_inferlog("reprice", f"--data={data}")
    assert "--url" in one_line(refused.stderr)


def test_a_command_that_was_cut_short_is_resumed(data: Path) -> None:
    """Killed in the middle, `--resume` goes on with it, as does any start."""
    command = [*INFERLOG, "reprice", f"--data={data}", "--apply", "--yes"]
    variables = environment(INFERLOG_REPRICE_PORTION_LOGS="500")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=variables) as running:
        wait_for(lambda: (data / "repricings.db").exists() and _running(data), seconds=60)
        running.kill()
        running.wait()
    job_id = _running(data)
    assert job_id
    done = run_inferlog("reprice", f"--data={data}", f"--resume={job_id}", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout, parse_float=Decimal)["cost_after"] == total(PRICES).normalize()


def _running(data: Path) -> str:
    """Return the id of the change that is under way, if one is."""
    with sqlite3.connect(data / "repricings.db", timeout=10) as jobs:
        if not jobs.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
            return ""
        rows = jobs.execute("SELECT id, job FROM jobs WHERE state = 'running'").fetchall()
    found = [each for each, job in rows if not json.loads(job)["request"]["dry_run"]]
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"dry_run": "no"}, "dry_run"),
        ({"include_given": 1}, "include_given"),
        ({"largest": -1}, "largest"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"filters": {"no_such": {"operator": "", "value": [1]}}}, "no_such"),
        ({"filter": {}}, "filter"),
        ({"environment": "staging"}, "environment"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(api: httpx.Client, body: dict[str, Any], name: str) -> None:
    """A wrong field is a 400 that names it, and no job begins."""
    before = api.get(REPRICES).json()["count"]
    refused = api.post(REPRICES, json=body)
    assert refused.status_code == 400, refused.text
    assert name in refused.json()["detail"]
    assert api.get(REPRICES).json()["count"] == before


def test_to_change_costs_a_key_must_administer(server: Server) -> None:
    """A key that reads may see; to begin, resume or cancel takes the scope admin. A job of no project is a 404."""
    made = run_inferlog("keys", "create", f"--data={server.data}", "--scope=read")
    with server.client(made.stdout.strip()) as reader:
        assert reader.get(REPRICES).status_code == 200
        assert reader.post(REPRICES, json={}).status_code == 403
        assert reader.delete(f"{REPRICES}{'0' * 32}/").status_code == 403
        assert reader.post(f"{REPRICES}{'0' * 32}/resume/").status_code == 403
        assert reader.get(f"{REPRICES}{'0' * 32}/").status_code == 404
    with server.client(KEY) as admin:
        assert admin.delete(f"{REPRICES}{'0' * 32}/").status_code == 404
        assert "body" in admin.post(f"{REPRICES}?dry_run=false", json={}).json()["detail"]
