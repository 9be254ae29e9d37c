"""Retention over the API: days of the project, what is expired, and deleting it."""

import time
from typing import Any, Final

import httpx
import pytest

from tests.api.calls import create, listed_ids, new_project_key, refusal
from tests.api.test_deletions import SCOPES, create_many, finished
from tests.server import Server

RETENTION: Final = "/api/retention/"
RUN: Final = "/api/retention/run/"
DAY: Final = 86_400


def test_expired_logs_go_and_pinned_ones_stay(server: Server) -> None:
    """By their own time, not by when they came; what is young, pinned, or another project's stays; bytes are told."""
    with server.client(new_project_key(server, scopes=SCOPES)) as client:
        old = time.time() - 400 * DAY
        create_many(client, 4, model="m", timestamp=old)
        create_many(client, 2, model="m", timestamp=time.time() - 31 * DAY)
        pinned = create(client, {"model": "m", "timestamp": old, "is_pinned": True})
        young = create(client, {"model": "m", "timestamp": time.time() - 29 * DAY})
        with server.client(new_project_key(server)) as other:
            theirs = create(other, {"model": "m", "timestamp": old})
            assert client.get(RETENTION).json() == {
                "days": 0, "own_days": None, "default_days": 0, "expired_logs": 0, "expired_bytes": 0,
                "clock_doubt": "",
            }  # fmt: skip
            assert client.post(RUN).json() == {"deletion": None}
            answer = client.put(RETENTION, json={"days": 30}).json()
            assert (answer["days"], answer["own_days"], answer["expired_logs"]) == (30, 30, 6)
            job = finished(client, client.post(RUN).json()["deletion"]["id"])
            assert (job["kind"], job["logs"], job["logs_deleted"]) == ("retention", 6, 6)
            assert job["bytes"] == answer["expired_bytes"] > 0
            assert isinstance(job["freed_bytes"], int)
            assert set(listed_ids(client)) == {pinned, young}
            assert listed_ids(other) == [theirs]
        late = create(client, {"model": "m", "timestamp": old})
        assert late in listed_ids(client)
        finished(client, client.post(RUN).json()["deletion"]["id"])
        assert set(listed_ids(client)) == {pinned, young}
        assert client.post(RUN).json() == {"deletion": None}
        assert client.put(RETENTION, json={"days": None}).json()["own_days"] is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"days": -1}, "days: expected a whole number from 0 (for ever) to 36,500, or null, received: -1"),
        ({"days": "30"}, "days: expected a whole number"),
        ({"days": True}, "days: expected a whole number"),
        ({}, "days: expected a whole number from 0 (for ever) to 36,500, or null"),
        ({"day": 30}, "day: unknown parameter; this route reads days"),
    ],
)
def test_what_is_no_number_of_days_is_refused(api: httpx.Client, body: Any, said: str) -> None:
    """The refusal names the field, what came and what was expected; the retention is as it was."""
    assert refusal(api.put(RETENTION, json=body), 400).startswith(said)
    assert api.get(RETENTION).json()["days"] == 0


def test_who_may_not_administer_sets_no_retention(other_api: httpx.Client) -> None:
    """Seeing it needs read, setting and running it admin."""
    assert other_api.get(RETENTION).status_code == 200
    refusal(other_api.put(RETENTION, json={"days": 1}), 403)
    refusal(other_api.post(RUN), 403)
