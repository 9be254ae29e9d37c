"""The histogram of requests, which counts without a lock: what a scrape shows of it."""

import pytest
from prometheus_client import generate_latest

from inferlog import metrics

TOOK = (0.0005, 0.001, 0.0011, 0.3, 31.0)


def sample(name: str, route: str, status: str, **labels: str) -> float | None:
    """Return what a scrape shows of one series."""
    labels |= {"route": route, "status": status}
    return metrics.REGISTRY.get_sample_value(f"inferlog_request_seconds_{name}", labels)


def test_requests_are_counted_in_buckets_that_include_the_smaller_ones() -> None:
    """Each bucket holds what took at most so long; count and sum are of all, by route and status."""
    for seconds in TOOK:
        metrics.request_seconds.observe(("test-buckets", 200), seconds)
    metrics.request_seconds.observe(("test-buckets", 404), 0.004)
    bounds = ["0.001", "0.0025", "0.25", "0.5", "30.0", "+Inf"]
    assert [sample("bucket", "test-buckets", "200", le=bound) for bound in bounds] == [2, 3, 3, 4, 4, 5]
    assert sample("count", "test-buckets", "200") == 5
    assert sample("sum", "test-buckets", "200") == pytest.approx(sum(TOOK), abs=1e-12)
    bounds = ["0.0025", "0.005", "+Inf"]
    assert [sample("bucket", "test-buckets", "404", le=bound) for bound in bounds] == [0, 1, 1]
    text = generate_latest(metrics.REGISTRY).decode()
    assert 'inferlog_request_seconds_bucket{le="0.005",route="test-buckets",status="404"} 1.0' in text


def test_a_route_that_was_not_asked_has_no_series() -> None:
    """Nothing is shown of what did not happen."""
    assert sample("count", "test-nothing", "200") is None


def test_every_metric_is_named_and_described() -> None:
    """All names begin with inferlog_ and have a sentence."""
    families = list(metrics.REGISTRY.collect())
    assert len(families) >= 15
    for family in families:
        assert family.name.startswith("inferlog_")
        assert family.documentation.endswith(".")
