"""Deletions on the real process: one that a kill interrupts goes on at the next start."""

from pathlib import Path
from typing import Any, Final

import httpx

from tests.api.calls import BATCH, LIST
from tests.server import Server, wait_for

DELETE: Final = "/api/request-logs/delete/"


def create_logs(client: httpx.Client, count: int, **fields: Any) -> None:
    """Create logs, each of a second of its own."""
    logs = [{"timestamp": 1_772_000_000 + number} | fields for number in range(count)]
    client.post(BATCH, json={"logs": logs}).raise_for_status()


def delete(client: httpx.Client, **asked: Any) -> str:
    """Begin a deletion, confirmed, and return its id."""
    dry = client.post(DELETE, json=asked).raise_for_status().json()
    body = asked | {"dry_run": False, "confirm": dry["confirm"]}
    return str(client.post(DELETE, json=body).raise_for_status().json()["id"])


def test_a_deletion_goes_on_after_a_kill(tmp_path: Path) -> None:
    """Killed between two portions: what it was to delete is gone afterwards, all else and what came later is there."""
    with Server(tmp_path / "data", delete_portion_logs=10) as server:
        with server.client() as client:
            create_logs(client, 400, model="goes")
            create_logs(client, 30, model="stays")
            job_id = delete(client, filters={"model": {"operator": "", "value": ["goes"]}})

            def has_begun() -> dict[str, Any] | None:
                job = client.get(f"/api/deletions/{job_id}/").json()
                return dict(job) if job["logs_deleted"] else None

            begun = wait_for(has_begun) or {}
            assert 0 < begun["logs_deleted"] < begun["logs"] == 400
            create_logs(client, 5, model="goes")
        server.kill()
        server.start()
        with server.client() as client:

            def is_done() -> dict[str, Any] | None:
                job = client.get(f"/api/deletions/{job_id}/").json()
                return dict(job) if job["state"] == "done" else None

            done = wait_for(is_done) or {}
            assert (done["logs"], done["logs_deleted"], done["logs_digest"]) == (400, 400, begun["logs_digest"])
            counts = {model: client.get(LIST, params={"model": model}).json()["count"] for model in ("goes", "stays")}
            assert counts == {"goes": 5, "stays": 30}


def test_a_change_survives_a_kill(tmp_path: Path) -> None:
    """A change that was acknowledged right before SIGKILL, and one that was still to be merged, hold."""
    with Server(tmp_path / "data", flush_seconds=30) as server:
        with server.client() as client:
            log_id = client.post("/api/request-logs/create/", json={"model": "m", "metadata": {"a": 1}}).json()["id"]
            path = f"/api/request-logs/{log_id}/"
            client.patch(path, json={"metadata": {"b": 2}}).raise_for_status()
            many = {"logs": [{"unique_id": log_id, "note": "n", "metadata": {"c": 3}}]}
            client.patch("/api/request-logs/batch-update/", json=many).raise_for_status()
        server.kill()
        server.start()
        with server.client() as client:
            log = client.get(path).json()
            assert (log["note"], log["metadata"]) == ("n", {"a": 1, "b": 2, "c": 3})
            assert client.get(LIST).json()["count"] == 1
