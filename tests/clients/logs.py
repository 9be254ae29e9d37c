"""What inferlog returns of one client's run, and how to find the logs of a scenario among it."""

from collections.abc import Iterator
from typing import Any

import httpx

Json = dict[str, Any]
CALLS = frozenset({"chat", "completion", "text", "response", "generation", "embedding"})
_PAGE = 100


def get(value: Any, *path: str | int) -> Any:
    """Return what is at a path of names and positions, or None."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def fetch(api: httpx.Client) -> list[Json]:
    """Return every log of the key's project, each as it is read by its id, in the order in which they began."""
    logs = []
    for log_id in _ids(api):
        answer = api.get(f"/api/request-logs/{log_id}")
        assert answer.status_code == 200, answer.text
        logs.append(answer.json())
    return sorted(logs, key=lambda log: str(log["start_time"]))


def _ids(api: httpx.Client) -> Iterator[str]:
    page = 1
    while True:
        answer = api.get("/api/request-logs/list", params={"page": page, "page_size": _PAGE})
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        yield from (log["id"] for log in results)
        if len(results) < _PAGE:
            return
        page += 1


class Logs:
    """The logs of one run of a client's driver."""

    def __init__(self, logs: list[Json]) -> None:
        """Take them as `fetch` returns them."""
        self.all = logs

    def calls(self, scenario: str) -> list[Json]:
        """Return the model's calls of a scenario, whose name stands in brackets in what was asked."""
        return [log for log in self.all if log["log_type"] in CALLS and f"[{scenario}]" in str(log["input"])]

    def call(self, scenario: str, number: int = 0) -> Json:
        """Return one of them, or {}; where a client tells of a call twice, one that has the answer."""
        found = self.calls(scenario)
        answered = [log for log in found if log["output"]]
        found = answered if len(answered) > number else found
        return found[number] if len(found) > number else {}

    def trace(self, scenario: str) -> list[Json]:
        """Return all logs of the trace that a scenario's call is in."""
        trace = self.call(scenario).get("trace_unique_id")
        return [log for log in self.all if trace and log["trace_unique_id"] == trace]

    def kind(self, scenario: str, log_type: str) -> Json:
        """Return the log of a kind in a scenario's trace, or {}."""
        return next((log for log in self.trace(scenario) if log["log_type"] == log_type), {})
