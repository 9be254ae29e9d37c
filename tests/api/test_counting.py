"""Logs without usage: acknowledged with a mark, read with their tokens, their cost, and what of it is an estimate."""

from typing import Any, Final
from uuid import uuid4

import httpx

from tests.api.calls import BATCH, CREATE, read, roundtrip

SPANS: Final = "/api/v1/traces/ingest"
ASKED: Final[dict[str, Any]] = {"model": "gpt-4o-mini", "prompt_messages": [{"role": "user", "content": "Hi"}]}
ANSWERED: Final[dict[str, Any]] = ASKED | {"completion_message": {"role": "assistant", "content": "Hello there"}}


def test_a_log_without_usage_is_counted_after_its_receipt(own_api: httpx.Client) -> None:
    """The receipt has no cost yet; the log that is read has tokens, cost, buckets and marks, and so has the list."""
    receipt = own_api.post(CREATE, json=ANSWERED).json()
    assert (receipt["cost"], receipt["estimated"]) == (None, ["tokens_pending"])
    log = read(own_api, receipt["id"])
    assert (log["prompt_tokens"], log["completion_tokens"], log["total_request_tokens"]) == (8, 2, 10)
    assert (log["cost"], log["cost_source"], log["usage_details"]) == (2.4e-06, "price_book", {"input": 8, "output": 2})
    assert log["estimated"] == ["tokens:o200k_base"]
    [listed] = own_api.get("/api/request-logs/list/").json()["results"]
    assert (listed["total_request_tokens"], listed["estimated"]) == (10, ["tokens:o200k_base"])


def test_an_aborted_stream_is_not_free(api: httpx.Client) -> None:
    """A stream that was cut and told no usage costs what it said until then."""
    log = roundtrip(api, ANSWERED | {"stream": True, "usage": None, "status_code": 499, "error_message": "cancelled"})
    assert (log["status"], log["usage_details"], log["cost"]) == ("failed", {"input": 8, "output": 2}, 2.4e-06)


def test_what_was_told_is_not_estimated(api: httpx.Client) -> None:
    """Usage that came stands, whatever counting would have said."""
    log = roundtrip(api, ANSWERED | {"usage": {"prompt_tokens": 11, "completion_tokens": 3}})
    assert (log["usage_details"], log["estimated"]) == ({"input": 11, "output": 3}, [])


def test_a_prompt_of_nearly_20_mb_is_counted(api: httpx.Client) -> None:
    """The largest log that is taken gets its tokens too, the most of them extrapolated."""
    text = "The quick brown fox jumps over the lazy dog. " * 440_000
    log_id = api.post(CREATE, json=ASKED | {"input": text, "prompt_messages": None}).json()["id"]
    log = read(api, log_id)
    assert log["estimated"] == ["tokens:o200k_base", "tokens:extrapolated"]
    assert abs(log["prompt_tokens"] / 4_400_000 - 1) < 0.01


def test_a_batch_of_logs_with_and_without_usage(api: httpx.Client) -> None:
    """Each log of a batch is counted for itself, those with usage are left alone."""
    told = ASKED | {"usage": {"prompt_tokens": 5, "completion_tokens": 1}}
    response = api.post(BATCH, json={"logs": [ANSWERED, told, ASKED]})
    logs = [read(api, result["id"]) for result in response.json()["results"]]
    assert [log["total_request_tokens"] for log in logs] == [10, 6, 8]
    assert [log["estimated"] for log in logs] == [["tokens:o200k_base"], [], ["tokens:o200k_base"]]


def test_a_span_in_pieces_is_counted_when_it_has_ended(api: httpx.Client) -> None:
    """While it runs nothing is counted; its end makes it whole and counted; usage that comes at last wins."""
    span = {"trace_unique_id": uuid4().hex, "span_unique_id": uuid4().hex[:16], "log_type": "chat", "span_name": "ask"}
    begun = api.post(SPANS, json=[span | ASKED | {"status": "running"}]).json()["ids"][0]
    assert (read(api, begun)["estimated"], read(api, begun)["cost"]) == ([], None)
    ended = span | {"status": "success", "completion_message": ANSWERED["completion_message"]}
    assert api.post(SPANS, json=[ended]).json()["ids"] == [begun]
    log = read(api, begun)
    assert (log["usage_details"], log["estimated"]) == ({"input": 8, "output": 2}, ["tokens:o200k_base"])
    assert log["cost"] == 2.4e-06
    api.post(SPANS, json=[span | {"usage": {"prompt_tokens": 11, "completion_tokens": 3}}])
    log = read(api, begun)
    assert (log["usage_details"], log["estimated"]) == ({"input": 11, "output": 3}, [])
