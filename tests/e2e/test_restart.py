"""What must survive, on the real process."""

from pathlib import Path

from tests.server import Server


def test_a_killed_server_comes_back_with_what_it_acknowledged(tmp_path: Path) -> None:
    """A log acknowledged right before SIGKILL is there, once, after the restart."""
    server = Server(tmp_path / "data", flush_seconds=30)
    with server:
        with server.client() as client:
            created = client.post("/api/request-logs/create/", json={"model": "m", "metadata": {"n": 1}}).json()
        server.kill()
        server.start()
        with server.client() as client:
            listed = client.get("/api/request-logs/list/").json()
        assert [log["id"] for log in listed["results"]] == [created["id"]]
