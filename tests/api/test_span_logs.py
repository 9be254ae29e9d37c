"""JSON span logs on the running server: every path and form, what is wrong with an item, a span sent again."""

from typing import Any, Final

import httpx
import pytest

from inferlog.ids import new_uuid
from tests.api.calls import post_text, refusal

PATHS: Final = (
    "/api/v1/traces/ingest", "/v1/traces/ingest", "/api/openai/v1/traces/ingest", "/api/traces/ingest/",
    "/api/integrations/v1/traces/ingest",
)  # fmt: skip


def item(trace: str, number: int, **fields: Any) -> dict[str, Any]:
    """Return a span as the vendor's exporters write it; ids need not be hex."""
    return {
        "trace_unique_id": f"trace_{trace}", "span_unique_id": f"span_{number}", "span_name": f"span {number}",
        "log_type": "generation", "model": "gpt-4o-mini", "timestamp": "2026-11-24T10:00:01Z",
        "start_time": "2026-11-24T10:00:00Z", **fields,
    }  # fmt: skip


def stored(api: httpx.Client, trace: str) -> list[dict[str, Any]]:
    """Return the logs of a trace among the newest, by the number of their span."""
    listed = api.get("/api/request-logs/list/", params={"page_size": 1_000}).json()["results"]
    found = [log for log in listed if log["trace_unique_id"] == f"trace_{trace}"]
    return sorted(found, key=lambda log: str(log["span_unique_id"]))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("form", ["array", "data"])
def test_both_forms_are_taken_on_every_path(own_api: httpx.Client, path: str, form: str) -> None:
    """The answer is what each exporter reads: 200, a message, a count, the traces."""
    trace = new_uuid()
    items = [item(trace, 1), item(trace, 2, span_parent_id="span_1", log_type="tool", output="done")]
    response = own_api.post(path, json=items if form == "array" else {"data": items})
    answer = response.json()
    assert (response.status_code, answer["message"], answer["success"]) == (200, "log successful", True)
    assert (answer["ingested_count"], answer["trace_ids"]) == (2, [f"trace_{trace}"])
    first, second = stored(own_api, trace)
    assert answer["ids"] == [first["id"], second["id"]]
    assert [log["span_parent_id"] for log in (first, second)] == ["", "span_1"]
    assert [log["log_type"] for log in (first, second)] == ["generation", "tool"]
    assert (first["latency"], second["output"]) == (1.0, "done")


def test_good_items_are_kept_and_bad_ones_named(own_api: httpx.Client) -> None:
    """An item with a field of a wrong type costs the others nothing."""
    trace = new_uuid()
    answer = own_api.post(PATHS[0], json=[item(trace, 1), item(trace, 2, model=7), 5, item(trace, 4)]).json()
    assert (answer["message"], answer["ingested_count"]) == ("2 of 4 spans stored; see errors", 2)
    assert [error["index"] for error in answer["errors"]] == [1, 2]
    assert (
        answer["errors"][0]["error"] == "Invalid input params: \nmodel: Input should be a valid string, received: 7\n"
    )
    assert [log["span_name"] for log in stored(own_api, trace)] == ["span 1", "span 4"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "The body is empty; expected JSON"),
        (b"[", "The body is not valid JSON: "),
        (b'"x"', "Invalid request format: expected an array of spans, received string"),
        (b"[7]", "None of the 1 spans was stored. Span 0: Invalid request format: "),
    ],
)
def test_what_holds_no_span_is_refused(own_api: httpx.Client, body: bytes, text: str) -> None:
    """400, with what came and what was expected."""
    assert refusal(post_text(own_api, body, PATHS[0]), 400).startswith(text)


def test_nothing_is_nothing(own_api: httpx.Client) -> None:
    """An empty array is a success of no spans."""
    assert post_text(own_api, b"[]", PATHS[0]).json()["ingested_count"] == 0


def test_a_span_sent_again_with_more_is_completed(own_api: httpx.Client) -> None:
    """A hook that sends a span at its start and again at its end makes one log, with the later words."""
    trace = new_uuid()
    own_api.post(PATHS[0], json=[item(trace, 1, input="q", metadata={"turn": 1}, prompt_tokens=10)])
    own_api.post(PATHS[0], json=[item(trace, 1, output="a", metadata={"turn": 2, "done": True}, completion_tokens=5)])
    [log] = stored(own_api, trace)
    assert (log["input"], log["output"], log["total_request_tokens"]) == ("q", "a", 15)
    assert log["metadata"] == {"turn": 2, "done": True}
