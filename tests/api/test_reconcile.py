"""A provider's cost export sent to the real server: the logs that are there, by day and model, to the last digit."""

import json
from typing import Any, Final

import httpx
import pytest

from tests.api.calls import BATCH, refusal
from tests.unit.test_invoices import ANTHROPIC, OPENAI, anthropic_row, openai_row

PATH: Final = "/api/reconcile"
AT: Final = "2026-11-02T12:00:00Z"
CSV: Final = {"Content-Type": "text/csv"}


@pytest.fixture(scope="module")
def filled(own_api: httpx.Client) -> httpx.Client:
    """A project with calls of two providers on one day, and one just after it."""
    told = {"usage": {"prompt_tokens": 1_000_000, "completion_tokens": 100_000}}
    logs: list[dict[str, Any]] = [
        {"model": "gpt-4o-mini", "timestamp": AT, **told},
        {"model": "gpt-4o-mini-2024-07-18", "timestamp": "2026-11-02T23:59:59.999999Z", **told},
        {"model": "gpt-4o-mini", "timestamp": "2026-11-03T00:00:00Z", **told},
        {"model": "gpt-4o-mini", "provider_id": "azure", "timestamp": AT, **told},
        {"model": "gpt-4o", "timestamp": AT, "cost": 0.123456789012},
        {"model": "claude-haiku-4-5-20251001", "timestamp": AT, "output": "Hello there"},
        {"model": "gpt-4o-mini", "log_type": "workflow", "timestamp": AT},
    ]
    response = own_api.post(BATCH, json={"logs": logs})
    assert response.status_code == 200, response.text
    return own_api


def reconciled(api: httpx.Client, text: str, **query: str) -> dict[str, Any]:
    """Send an export and return the comparison, its numbers as the text that came."""
    response = api.post(PATH, content=text.encode(), headers=CSV, params=query)
    assert response.status_code == 200, response.text
    report: dict[str, Any] = json.loads(response.content, parse_float=str)
    return report


def test_an_invoice_that_agrees(filled: httpx.Client) -> None:
    """Two names of one model on one day are one row; the day after, another host and another provider are not in it."""
    text = OPENAI + "".join(
        [
            openai_row("0.3", "gpt-4o-mini-2024-07-18, input", "2000000", "tokens"),
            openai_row("0.12", "gpt-4o-mini-2024-07-18, output", "200000", "tokens"),
            openai_row("0.123456789012", "gpt-4o-2024-08-06, input"),
        ]
    )
    report = reconciled(filled, text, tolerance="0")
    assert (report["within"], report["provider"], report["first_day"]) == (True, "openai", "2026-11-02")
    assert [(row["model"], row["theirs"], row["ours"], row["logs"]) for row in report["rows"]] == [
        ("gpt-4o", "0.123456789012", "0.123456789012", 1), ("gpt-4o-mini", "0.42", "0.42", 2),
    ]  # fmt: skip


def test_an_invoice_that_differs_says_why(filled: httpx.Client) -> None:
    """What was billed for more tokens than are logged, a fee, and a given cost are told apart."""
    text = OPENAI + "".join(
        [
            openai_row("0.84", "gpt-4o-mini-2024-07-18, input", "4400000", "tokens"),
            openai_row("0.2", "gpt-4o-2024-08-06, input"),
            openai_row("0.05", "web search tool calls", "5", "calls"),
        ]
    )
    report = reconciled(filled, text)
    found = {row["model"]: [each["reason"] for each in row["reasons"]] for row in report["rows"]}
    assert found == {
        "gpt-4o-mini": ["missing_logs"], "gpt-4o": ["given_cost"], "web search tool calls": ["not_tokens"],
    }  # fmt: skip
    assert not report["within"]


def test_an_invoice_of_anthropic_and_counted_tokens(filled: httpx.Client) -> None:
    """A log whose tokens were counted is in it, and that they are an estimate is the likely reason."""
    report = reconciled(filled, ANTHROPIC + anthropic_row("Claude Haiku 4.5", "output", "0.00002"))
    [row] = report["rows"]
    assert (row["model"], row["logs"]) == ("claude-haiku-4-5", 1)
    assert [each["reason"] for each in row["reasons"]] == ["estimated"]


def test_another_projects_logs_are_not_compared(api: httpx.Client, filled: httpx.Client) -> None:
    """The key's project is compared, and no other."""
    report = reconciled(filled, OPENAI + openai_row("1", "gpt-4o-mini, input"))
    others = reconciled(api, OPENAI + openai_row("1", "gpt-4o-mini, input"))
    assert report["ours"] != others["ours"]


@pytest.mark.parametrize(
    ("body", "query", "status", "told"),
    [
        ("day,cost\n1,2\n", {}, 400, "Found: day, cost. Expected: start_time"),
        (OPENAI + openai_row("1"), {"tolerance": "-1"}, 400, "tolerance: expected per cent from 0 to 100"),
        (OPENAI + openai_row("1"), {"tolerance": "much"}, 400, "received: much"),
        (OPENAI + openai_row("1"), {"tolerence": "1"}, 400, "tolerence: unknown parameter"),
        (ANTHROPIC + anthropic_row("m", "output", "1") + anthropic_row("m", "output", "1").replace("2026", "2024"), {},
         400, "at most 400 are compared at once"),
        (ANTHROPIC + "x" * 20_000_001, {}, 413, "the limit is 20,000,000"),
    ],
)  # fmt: skip
def test_what_is_refused(api: httpx.Client, body: str, query: dict[str, str], status: int, told: str) -> None:
    """A wrong file, a wrong parameter, too many days and too many bytes are refused with what was expected."""
    assert told in refusal(api.post(PATH, content=body.encode(), headers=CSV, params=query), status)
