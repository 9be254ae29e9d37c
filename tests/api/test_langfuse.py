"""Langfuse's ingestion batch on the running server: per-event results, updates in later batches, a trace's user."""

import base64
from typing import Any, Final

import httpx
import pytest

from inferlog.ids import new_uuid
from tests.api.calls import JSON, post_text, refusal
from tests.server import Server

INGESTION: Final = "/api/public/ingestion"
MOMENT: Final = "2026-11-24T10:00:0{}.000Z"


def event(kind: str, second: int = 0, **body: Any) -> dict[str, Any]:
    """Return one event of a batch."""
    return {"id": new_uuid(), "type": kind, "timestamp": MOMENT.format(second), "body": body}


def send(api: httpx.Client, *events: Any) -> dict[str, Any]:
    """Send a batch, as the SDK does, and return how its events fared."""
    response = api.post(
        INGESTION, json={"batch": events, "metadata": {"batch_size": len(events), "sdk_name": "python"}}
    )
    assert response.status_code == 207, response.text
    return dict(response.json())


def stored(api: httpx.Client, trace: str) -> dict[str, dict[str, Any]]:
    """Return the logs of a trace among the newest, by the id of their span."""
    listed = api.get("/api/request-logs/list/", params={"page_size": 1_000}).json()["results"]
    found = [log for log in listed if log["trace_unique_id"] == trace]
    assert len({log["span_unique_id"] for log in found}) == len(found)
    return {log["span_unique_id"]: log for log in found}


def test_a_generation_created_and_updated_in_batches_of_their_own_is_one_log(own_api: httpx.Client) -> None:
    """The creation says what was asked, the update what came back; read between them, it runs."""
    trace = new_uuid()
    create = event(
        "generation-create", 0, id="g", traceId=trace, name="answer", model="gpt-4o-mini",
        startTime=MOMENT.format(0), input=[{"role": "user", "content": "Hi"}], modelParameters={"temperature": 0.5},
    )  # fmt: skip
    answer = send(own_api, create)
    assert answer == {"successes": [{"id": create["id"], "status": 201}], "errors": []}
    running = stored(own_api, trace)["g"]
    assert (running["status"], running["latency"], running["cost"]) == ("running", 0.0, None)
    update = event(
        "generation-update", 2, id="g", traceId=trace, endTime=MOMENT.format(3), completionStartTime=MOMENT.format(1),
        output={"role": "assistant", "content": "Hello"}, usage={"input": 1_000_000, "output": 0, "unit": "TOKENS"},
    )  # fmt: skip
    send(own_api, update)
    send(own_api, update)
    log = stored(own_api, trace)["g"]
    assert (log["status"], log["latency"], log["cost"], log["time_to_first_token"]) == ("success", 3.0, 0.15, 1.0)
    assert (log["model"], log["temperature"], log["log_type"], log["id"]) == ("gpt-4o-mini", 0.5, "chat", running["id"])
    assert log["prompt_messages"] == [{"role": "user", "content": "Hi"}]
    assert log["completion_message"]["content"] == "Hello"


def test_the_user_of_a_trace_is_found_on_its_calls_whenever_it_is_told(own_api: httpx.Client) -> None:
    """A trace that learns of its user at its end tells it to the calls before and after."""
    trace = new_uuid()
    send(
        own_api,
        event("trace-create", 0, id=trace, name="chat"),
        event("span-create", 0, id="s", traceId=trace, name="s"),
    )
    send(own_api, event("generation-create", 1, id="g1", traceId=trace, parentObservationId="s", model="m"))
    assert stored(own_api, trace)["g1"]["customer_identifier"] == ""
    send(own_api, event("trace-create", 2, id=trace, userId="ada", sessionId="monday"))
    send(own_api, event("generation-create", 3, id="g2", traceId=trace, model="m"))
    logs = stored(own_api, trace)
    assert set(logs) == {trace, "s", "g1", "g2"}
    assert {log["customer_identifier"] for log in logs.values()} == {"ada"}
    assert {log["session_identifier"] for log in logs.values()} == {"monday"}
    assert [logs[name]["span_parent_id"] for name in (trace, "s", "g1", "g2")] == ["", trace, "s", trace]
    assert logs[trace]["span_name"] == "chat"


def test_each_event_is_answered_for_and_good_ones_are_kept(own_api: httpx.Client) -> None:
    """207 names the events that were refused, and why; the rest is stored."""
    trace = new_uuid()
    good = event("span-create", 0, id="s", traceId=trace)
    lost = event("span-create", 0, id="x")
    strange = event("strange-create", 0, id="x", traceId=trace)
    answer = send(own_api, good, lost, strange, {"id": "bare"}, event("sdk-log", 0, log={"a": 1}))
    assert [each["status"] for each in answer["successes"]] == [201, 201]
    reasons = {each["id"]: each["error"] for each in answer["errors"]}
    assert reasons[lost["id"]] == "body.traceId: expected a string that is not empty, received null"
    assert reasons[strange["id"]].startswith("type: expected one of trace-create, ")
    assert reasons["bare"].startswith("type: expected a string")
    assert set(stored(own_api, trace)) == {"s"}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", "batch: expected an array of events"),
        (b"[]", "batch: expected an array of events"),
        (b'{"batch": 7}', "batch: expected an array of events"),
        (b"{", "The body is not valid JSON: "),
    ],
)
def test_what_is_no_batch_is_refused(own_api: httpx.Client, body: bytes, text: str) -> None:
    """400, with what was expected."""
    assert refusal(post_text(own_api, body, INGESTION), 400).startswith(text)


def test_the_sdks_check_of_a_key(server: Server) -> None:
    """`auth_check` reads the project with the secret key as Basic's password; a wrong one is a 401."""
    for key, status in ((server.key, 200), ("wrong", 401)):
        basic = base64.b64encode(f"pk-lf-any:{key}".encode()).decode()
        with server.client("") as anyone:
            response = anyone.get("/api/public/projects", headers={"Authorization": f"Basic {basic}"} | JSON)
        assert response.status_code == status
    with server.client() as api:
        [project] = api.get("/api/public/projects").json()["data"]
    assert project["name"] == "default"


def test_a_score_belongs_to_what_it_judges(own_api: httpx.Client) -> None:
    """A score is a log of its own, below the observation or the trace."""
    trace = new_uuid()
    body = {"id": new_uuid(), "traceId": trace, "name": "quality", "value": 0.9, "comment": "good"}
    assert own_api.post("/api/public/scores", json=body).json() == {"id": body["id"]}
    [log] = stored(own_api, trace).values()
    assert (log["log_type"], log["span_parent_id"], log["span_name"]) == ("score", trace, "quality")
