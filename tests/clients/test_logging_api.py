"""The vendor's clients of the logging API, as released: what they create they read back, by id and page by page."""

import json
from collections.abc import Callable

import pytest

from tests.clients.conftest import Run
from tests.clients.logs import Logs
from tests.clients.table import CLIENTS, LOGGING

NAMES = [client.name for client in CLIENTS.values() if client.group == LOGGING]


@pytest.mark.parametrize("name", NAMES)
def test_its_pages_hold_every_log_once(name: str, run_client: Callable[[str], Run]) -> None:
    """The client's own paging ends after the last page, and has seen every log of its project once."""
    logs, printed = run_client(name)
    told = json.loads(printed)
    assert sorted(told["listed"]) == sorted(log["id"] for log in logs.all)
    assert set(told["created"]) <= set(told["listed"])


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_back_what_it_wrote(name: str, run_client: Callable[[str], Run]) -> None:
    """Each log read through the client's typed model says what the API says of it."""
    logs, printed = run_client(name)
    by_id = {log["id"]: log for log in logs.all}
    read = json.loads(printed)["read"]
    assert len(read) >= len(logs.all) - 2  # respan-api's batch answers no ids
    for told in read:
        log = by_id[told["id"]]
        for field in ("model", "input", "output", "status_code", "prompt_tokens", "customer_identifier", "span_name"):
            assert (told.get(field) or None) == (log[field] or None), field


@pytest.mark.parametrize("name", NAMES)
def test_its_tree_has_the_parents_that_were_given(name: str, run_client: Callable[[str], Run]) -> None:
    """Each span hangs below the one that its writer named."""
    logs, _ = run_client(name)
    assert _parents(logs) == {
        "travel": "",
        "prepare": "travel",
        "look_up": "prepare",
        "guide": "travel",
        "ask": "guide",
    }


def _parents(logs: Logs) -> dict[str, str]:
    trace = logs.trace("journey")
    names = {log["span_unique_id"]: log["span_name"] for log in trace}
    return {log["span_name"]: names.get(log["span_parent_id"], "") for log in trace}
