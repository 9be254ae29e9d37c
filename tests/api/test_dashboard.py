"""The dashboard over HTTP: its stretches add up to its summary, in the caller's own days."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import httpx
import msgspec
import pytest

from tests.api.calls import BATCH, new_project_key, refusal
from tests.server import Server

_PATH: Final = "/api/dashboard/llm-metrics/"
_exactly = msgspec.json.Decoder(float_hook=Decimal).decode


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of a project with a log an hour around the night in which Berlin's clocks go back."""
    logs = [
        {
            "model": ["gpt-4o", "gpt-4o-mini"][hour % 2],
            "prompt_tokens": hour + 1,
            "completion_tokens": 10,
            "latency": 1.5,
            "timestamp": f"2026-10-{24 + hour // 24}T{hour % 24:02}:30:00Z",
            "customer_identifier": f"customer-{hour % 3}",
            "status_code": 500 if hour == 5 else 200,
        }
        for hour in range(72)
    ]
    with server.client(new_project_key(server)) as made:
        made.post(BATCH, json={"logs": logs}).raise_for_status()
        yield made


def _series(client: httpx.Client, path: str = _PATH, **asked: Any) -> list[dict[str, Any]]:
    answer = client.post(path, json=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = _exactly(answer.content)["results"]
    return rows


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        ({"time_tick": "day", "time_zone": "Europe/Berlin"}, [22, 25, 24, 1]),
        ({"time_tick": "day", "timezone_offset": -2}, [22, 24, 24, 2]),
        ({"summary_type": "daily", "date": "2026-10-25T12:00:00Z", "time_zone": "Europe/Berlin"}, [1] * 25),
        ({"summary_type": "weekly", "date": "2026-10-26T12:00:00Z"}, [24]),
        ({"summary_type": "monthly", "date": "2026-10-01T12:00:00Z", "time_tick": "month"}, [72]),
        ({"summary_type": "quarterly", "date": "2026-12-31", "time_tick": "week"}, [48, 24]),
        ({"summary_type": "yearly", "date": "2025-06-01"}, []),
        ({"start_time": "2026-10-24T22:00:00Z", "end_time": "2026-10-25T01:00:00Z", "time_tick": "hour"}, [1, 1, 1]),
    ],
)
def test_a_series_is_of_its_period_and_zone(client: httpx.Client, asked: dict[str, Any], counts: list[int]) -> None:
    """Stretches by the zone's own clock; they add up to the summary of the same request, to the last digit."""
    rows = _series(client, **asked)
    assert [row["number_of_requests"] for row in rows] == counts
    total = _exactly(client.post(f"{_PATH}summary/", json=asked).content)
    for name in ("number_of_requests", "total_cost", "total_tokens", "error_count"):
        assert sum(row[name] for row in rows) == total[name]
    broken = _series(client, "/api/dashboard/time-series/breakdown/", breakdown_by="model", **asked)
    assert sum(row["total_cost"] for row in broken) == total["total_cost"]


def test_figures_of_the_whole(client: httpx.Client) -> None:
    """Averages are per request, percentages of a hundred, users those that are named."""
    total = client.post(f"{_PATH}summary/").json()
    assert (total["average_completion_tokens"], total["average_latency"]) == (10, 1.5)
    assert total["error_percentage"] == pytest.approx(100 / 72)
    assert client.post("/api/dashboard/quantiles/summary").json()["latency_quantiles_p_95"] == 1.5
    assert float(_series(client, "/api/dashboard/quantiles/")[0]["tps_quantiles_p_50"]) == pytest.approx(
        10 / 1.5, abs=1e-3
    )
    assert client.post("/api/dashboard/cache-hit-metrics/summary/").json()["cache_hit_count"] == 0
    assert _series(client, "/api/dashboard/cache-hit-metrics/")[0]["cache_hit_percentage"] == 0
    assert client.post("/api/dashboard/total-users/").json() == {"total_users": 3}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"summary_type": "dayly"}, "summary_type: expected one of daily, last_24h, weekly, monthly, quarterly, "
         "yearly, all, received: dayly (did you mean daily?)"),
        ({"time_tick": "second"}, "time_tick: expected one of minute, hour, day, week, month, received: second"),
        ({"timezone_offset": -5.5}, "timezone_offset: expected whole hours from -14 to 12 (UTC less local time), "
         "received: -5.5; for other zones send time_zone, e.g. Asia/Kolkata"),
        ({"time_tick": [None]}, "time_tick: expected one of minute, hour, day, week, month, received: [None]"),
        ({"date": "soon"}, "date: expected a date or time as ISO 8601 or an epoch, received: soon"),
    ],
)  # fmt: skip
def test_a_wrong_period_is_refused(client: httpx.Client, asked: dict[str, Any], expected: str) -> None:
    """A 400 that names the parameter, what came and what was expected."""
    assert refusal(client.post(_PATH, json=asked), 400) == expected
