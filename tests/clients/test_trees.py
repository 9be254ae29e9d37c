"""Nested spans: each hangs below the one that it ran within, and a call that fails says why."""

from collections.abc import Callable

import pytest

from tests.clients.conftest import Run
from tests.clients.table import CLIENTS

_DECORATED = {"workflow": "", "task": "workflow", "tool": "task", "agent": "workflow", "chat": "agent"}
PARENTS = {
    "keywordsai-tracing": _DECORATED,
    "respan-tracing": _DECORATED,
    "respan-ai": _DECORATED,
    "traceloop-sdk": _DECORATED,
    "openinference-openai": {"workflow": "", "tool": "workflow", "agent": "workflow", "chat": "agent"},
}
FAILING = [client.name for client in CLIENTS.values() if "error" in client.scenarios]


@pytest.mark.parametrize("name", PARENTS)
def test_a_span_is_below_the_one_that_it_ran_within(name: str, run_client: Callable[[str], Run]) -> None:
    """The kinds of the journey's spans hang together as the driver's functions called each other, in one trace."""
    logs, _ = run_client(name)
    trace = logs.trace("journey")
    kinds = {log["span_unique_id"]: log["log_type"] for log in trace}
    assert {log["log_type"]: kinds.get(log["span_parent_id"], "") for log in trace} == PARENTS[name]
    assert len(trace) == len(PARENTS[name])


@pytest.mark.parametrize("name", FAILING)
def test_a_refused_call_failed_and_cost_nothing(name: str, run_client: Callable[[str], Run]) -> None:
    """A call that the provider refused is failed, with the provider's words, and has neither tokens nor a cost."""
    logs, _ = run_client(name)
    failed = [log for log in logs.all if "Rate limit reached" in log["error_message"] and log["error_bit"]]
    assert failed
    for log in failed:
        assert (log["status"], log["failed"], log["cost"] or 0, log["completion_tokens"]) == ("failed", True, 0, 0)
