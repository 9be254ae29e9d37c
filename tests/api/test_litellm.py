"""LiteLLM's generic HTTP callback on the running server."""

from typing import Any

import httpx
import pytest

from inferlog.ids import new_uuid
from tests.api.calls import refusal
from tests.unit.test_litellm import CALL


def test_a_batch_is_stored_once(own_api: httpx.Client) -> None:
    """Each call is a log, its cost as given; a batch that is sent again makes no more of them."""
    trace = new_uuid()
    calls = [CALL | {"trace_id": trace, "litellm_call_id": f"c-{number}"} for number in range(3)]
    first, again = (own_api.post("/api/litellm", json=calls).json() for _ in range(2))
    assert (first["ingested_count"], first["trace_ids"], again["ids"]) == (3, [trace], first["ids"])
    log = own_api.get(f"/api/request-logs/{first['ids'][0]}").json()
    assert (log["model"], log["prompt_tokens"], log["cost"], log["latency"]) == ("gpt-4o-mini", 120, 0.000045, 1.5)
    assert (log["prompt_cache_hit_tokens"], log["customer_identifier"], log["status"]) == (40, "customer-1", "success")
    listed = own_api.get("/api/request-logs/list/", params={"page_size": 1_000}).json()["results"]
    assert len([each for each in listed if each["trace_unique_id"] == trace]) == 3


def test_good_calls_beside_bad_ones(api: httpx.Client) -> None:
    """What can be read of a batch is stored, and the rest told of; a batch of nothing readable is a 400."""
    good = CALL | {"litellm_call_id": new_uuid()}
    answer = api.post("/litellm", json=[good, 7]).json()
    assert (answer["ingested_count"], [each["index"] for each in answer["errors"]]) == (1, [1])
    refusal(api.post("/litellm", json=[7]), 400)


@pytest.mark.parametrize("body", [b"", b"{", b"[1,", b"{}\n{"])
def test_broken_bodies(api: httpx.Client, body: bytes) -> None:
    """What is no JSON is a 400."""
    headers: dict[str, Any] = {"Content-Type": "application/json"}
    refusal(api.post("/api/litellm", content=body, headers=headers), 400)
