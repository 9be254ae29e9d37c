"""What inferlog counts about itself, for Prometheus at /metrics. In = acknowledged + refused, and nothing is silent."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

received = Counter("inferlog_logs_received", "Logs that requests brought, readable or not.", registry=REGISTRY)
acknowledged = Counter("inferlog_logs_acknowledged", "Logs made durable and answered for.", registry=REGISTRY)
repeated = Counter("inferlog_logs_repeated", "Acknowledged logs that were known already.", registry=REGISTRY)
refused = Counter("inferlog_logs_refused", "Logs not taken, by reason.", ["reason"], registry=REGISTRY)
requests_refused = Counter(
    "inferlog_requests_refused", "Requests not served, by reason.", ["reason"], registry=REGISTRY
)
stored = Counter("inferlog_logs_stored", "Logs written to the store.", registry=REGISTRY)
set_aside = Counter("inferlog_logs_set_aside", "Logs that the store refuses for ever, kept aside.", registry=REGISTRY)
store_failures = Counter("inferlog_store_failures", "Inserts that failed and were tried again.", registry=REGISTRY)
torn_bytes = Counter("inferlog_journal_torn_bytes", "Journal bytes found torn at start-up.", registry=REGISTRY)

journal_rows = Gauge("inferlog_journal_rows", "Logs in the journal, waiting for the store.", registry=REGISTRY)
journal_bytes = Gauge("inferlog_journal_bytes", "Bytes of those logs.", registry=REGISTRY)
journal_age_seconds = Gauge("inferlog_journal_age_seconds", "Age of the oldest of them.", registry=REGISTRY)
inflight_bytes = Gauge("inferlog_inflight_bytes", "Bytes of request bodies held now.", registry=REGISTRY)

request_seconds = Histogram(
    "inferlog_request_seconds", "Time to answer, by route and status.", ["route", "status"], buckets=_SECONDS,
    registry=REGISTRY,
)  # fmt: skip
commit_seconds = Histogram(
    "inferlog_commit_seconds", "Time of one journal commit.", buckets=_SECONDS, registry=REGISTRY
)
insert_seconds = Histogram("inferlog_insert_seconds", "Time of one insert.", buckets=_SECONDS, registry=REGISTRY)
