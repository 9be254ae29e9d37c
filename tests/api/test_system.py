"""/health, /ready and /metrics: their shape, and counts that add up."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from inferlog import __version__
from tests.api.calls import BATCH, BULK, CREATE, LIST, LOGS, post_text
from tests.server import Server, wait_for

_SAMPLE = re.compile(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", re.MULTILINE)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server of the test's own, whose counts begin at nothing."""
    with Server(tmp_path / "data", flush_seconds=0.05) as running, running.client() as client:
        yield client


def _counts(client: httpx.Client) -> dict[str, float]:
    """Return every sample of /metrics by its name and labels."""
    return {name: float(value) for name, value in _SAMPLE.findall(client.get("/metrics").text)}


def _sum(counts: dict[str, float], name: str) -> float:
    return sum(value for sample, value in counts.items() if sample.split("{")[0] == name)


def test_health_says_that_the_process_serves(api: httpx.Client) -> None:
    """/health names the version and nothing that could fail."""
    assert api.get("/health").json() == {"status": "ok", "version": __version__}


def test_ready_says_whether_logs_are_taken(own: httpx.Client) -> None:
    """/ready shows the store's state and what waits in the journal."""
    assert own.get("/ready").json() == {"status": "ok", "store": "ok", "journal_rows": 0, "journal_bytes": 0}


def test_the_root_says_where_to_go(api: httpx.Client) -> None:
    """/ names the program and its documents."""
    expected = {"name": "inferlog", "version": __version__, "docs": "/docs", "openapi": "/openapi.json"}
    assert api.get("/").json() == expected


def test_metrics_are_in_the_format_of_prometheus(api: httpx.Client) -> None:
    """Every promised metric is there, with its help and type, and no sample is malformed."""
    response = api.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    names = (
        "inferlog_logs_received_total inferlog_logs_acknowledged_total inferlog_logs_repeated_total "
        "inferlog_logs_stored_total inferlog_logs_set_aside_total inferlog_store_failures_total "
        "inferlog_journal_torn_bytes_total inferlog_journal_rows inferlog_journal_bytes inferlog_journal_age_seconds "
        "inferlog_inflight_bytes inferlog_commit_seconds_count inferlog_insert_seconds_count"
    ).split()
    assert set(names) <= _counts(api).keys()
    for family in ("inferlog_logs_refused", "inferlog_requests_refused", "inferlog_request_seconds"):
        assert f"# TYPE {family}" in response.text
    samples = [line for line in response.text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z_]+(\{.*\})? [0-9.e+-]+|.*\+Inf.*", line) for line in samples)


def test_what_came_is_acknowledged_or_refused_and_what_is_acknowledged_is_stored(own: httpx.Client) -> None:
    """Received is acknowledged plus refused, by reason; stored reaches what was acknowledged and is no repeat."""
    same = {"unique_id": uuid.uuid4().hex}
    for log in ({}, {"model": "m"}, same, same):
        assert own.post(CREATE, json=log).status_code == 200
    assert own.post(CREATE, json={"model": 5}).status_code == 400
    assert post_text(own, b"{").status_code == 400
    assert own.post(CREATE, json=[{}, {"model": 5}, same]).status_code == 200
    assert own.post(LOGS, json={}).status_code == 200
    assert own.post(BATCH, json={"logs": [{}] * 10 + [7, {"cost": -1}]}).status_code == 200
    assert own.post(BULK, json={"logs": [{"tools": 5}]}).status_code == 400
    assert own.post(BULK, json={"logs": [{}] * 501}).status_code == 413
    assert own.post(CREATE, json={"input": "x" * 20_000_000}).status_code == 413
    counts = _counts(own)
    assert counts["inferlog_logs_received_total"] == 4 + 1 + 1 + 3 + 1 + 12 + 1 + 501 + 1
    assert counts["inferlog_logs_acknowledged_total"] == 4 + 2 + 1 + 10
    assert counts["inferlog_logs_repeated_total"] == 2
    assert counts['inferlog_logs_refused_total{reason="invalid"}'] == 1 + 1 + 1 + 2 + 1
    assert counts['inferlog_logs_refused_total{reason="too_large"}'] == 501 + 1
    assert counts["inferlog_logs_received_total"] == counts["inferlog_logs_acknowledged_total"] + _sum(
        counts, "inferlog_logs_refused_total"
    )
    wait_for(lambda: _counts(own)["inferlog_logs_stored_total"] == 17 - 2)
    assert own.get(LIST).json()["count"] == 15
    assert _counts(own)["inferlog_journal_rows"] == 0


def test_requests_are_counted_by_route_and_status(own: httpx.Client) -> None:
    """Each answer is counted under its route's name and its status, and each refused request by its reason."""
    own.post(CREATE, json={})
    own.post(CREATE, json={"model": 5})
    own.get(LIST, headers={"Authorization": "Bearer no-such-key"})
    own.get(f"{LOGS}{'0' * 32}/")
    counts = _counts(own)
    expected = {("create", 200): 1, ("create", 400): 1, ("list_logs", 401): 1, ("show", 404): 1}
    found = {
        (route, status): counts[f'inferlog_request_seconds_count{{route="{route}",status="{status}"}}']
        for route, status in expected
    }
    assert found == expected
    reasons = {
        reason: counts[f'inferlog_requests_refused_total{{reason="{reason}"}}']
        for reason in ("invalid", "unauthorized", "not_found")
    }
    assert reasons == {"invalid": 1, "unauthorized": 1, "not_found": 1}
