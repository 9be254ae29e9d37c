"""Tokens are counted once, whatever happens between the receipt and the store."""

from pathlib import Path

from tests.server import Server

LOG = {
    "model": "gpt-4o-mini",
    "prompt_messages": [{"role": "user", "content": "Hi"}],
    "completion_message": {"role": "assistant", "content": "Hello there"},
}


def test_a_log_that_was_acknowledged_before_a_kill_is_counted_after_it(tmp_path: Path) -> None:
    """The journal holds it uncounted; the next start counts it, prices it, and stores it once."""
    server = Server(tmp_path / "data", flush_seconds=60)
    with server:
        with server.client() as client:
            created = client.post("/api/request-logs/create/", json=LOG).json()
        server.kill()
        server.start()
        with server.client() as client:
            listed = client.get("/api/request-logs/list/").json()["results"]
    assert [(log["id"], log["total_request_tokens"], log["cost"]) for log in listed] == [(created["id"], 10, 2.4e-06)]
    assert listed[0]["estimated"] == ["tokens:o200k_base"]
