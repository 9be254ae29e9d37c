"""Deleting logs over the API: one, by filter with a dry run before, by ids, and whole traces."""

from typing import Any, Final

import httpx
import pytest

from tests.api.calls import BATCH, LIST, LOGS, create, listed_ids, make_key, new_project_key, read, refusal
from tests.server import Server, wait_for

DELETE: Final = "/api/request-logs/delete/"
SCOPES: Final = ("ingest", "read", "admin")


@pytest.fixture(scope="module")
def admin_key(server: Server) -> str:
    """A key that may delete, to a project of this module's own."""
    return new_project_key(server, scopes=SCOPES)


@pytest.fixture(scope="module")
def admin(server: Server, admin_key: str) -> Any:
    """A client with that key."""
    with server.client(admin_key) as client:
        yield client


def finished(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Return a deletion once it is done."""

    def ended() -> dict[str, Any] | None:
        job = client.get(f"/api/deletions/{job_id}/").json()
        return dict(job) if job["state"] in ("done", "failed") else None

    job = wait_for(ended)
    assert job is not None
    assert job["state"] == "done", job
    return job


def create_many(client: httpx.Client, count: int, **log: Any) -> list[str]:
    """Create some logs and return their ids."""
    answer = client.post(BATCH, json={"logs": [log] * count}).raise_for_status().json()
    return [each["id"] for each in answer["results"]]


def test_one_log_is_deleted(admin: httpx.Client) -> None:
    """204, and it is nowhere any more; again, and for what is no log, 404. Others stay."""
    gone, stays = create_many(admin, 2, model="single")
    assert admin.delete(f"{LOGS}{gone}/").status_code == 204
    assert refusal(admin.get(f"{LOGS}{gone}/"), 404) == "Log not found"
    assert listed_ids(admin, model="single") == [stays]
    for wanted in (gone, "no-id"):
        assert refusal(admin.delete(f"{LOGS}{wanted}/"), 404) == "Log not found"


def test_a_deleted_log_stays_deleted(admin: httpx.Client) -> None:
    """Neither a repeat of it nor a change brings it back."""
    log_id = create(admin, {"unique_id": "019b0000000070008000000000000001", "model": "repeated"})
    admin.delete(f"{LOGS}{log_id}/").raise_for_status()
    assert create(admin, {"unique_id": log_id, "model": "repeated"}) == log_id
    refusal(admin.patch(f"{LOGS}{log_id}/", json={"note": "x"}), 404)
    assert listed_ids(admin, model="repeated") == []


def test_an_import_brings_a_deleted_log_back(admin: httpx.Client) -> None:
    """Also one that was imported before; imported again it is there once."""
    log_id = create(admin, {"unique_id": "019b0000000070008000000000000009", "model": "restored"})
    exported = admin.get("/api/request-logs/export/", params={"model": "restored"}).content
    for _ in range(2):
        admin.delete(f"{LOGS}{log_id}/").raise_for_status()
        for counts in ((1, 0), (0, 1)):
            answer = admin.post("/api/request-logs/import/", content=exported).json()
            assert (answer["success_count"], answer["known_count"]) == counts
        assert listed_ids(admin, model="restored") == [log_id]


def test_who_may_not_administer_deletes_nothing(server: Server, admin: httpx.Client, other_api: httpx.Client) -> None:
    """Deleting needs the scope admin, and reaches no other project."""
    log_id = create(admin, {"model": "kept"})
    for response in (other_api.delete(f"{LOGS}{log_id}/"), other_api.post(DELETE, json={})):
        refusal(response, 403)
    with server.client(make_key(server, scopes=SCOPES)) as stranger:
        refusal(stranger.delete(f"{LOGS}{log_id}/"), 404)
        assert stranger.post(DELETE, json={"ids": [log_id]}).json()["logs"] == 0
    assert read(admin, log_id)["model"] == "kept"


def test_a_deletion_by_filter_is_a_dry_run_until_it_is_confirmed(admin: httpx.Client) -> None:
    """The dry run says what would go and changes nothing; what it answered, sent back, does it: that, and no more."""
    gone = create_many(admin, 5, model="bulk", timestamp="2026-03-04T05:06:07Z")
    create(admin, {"model": "bulk", "timestamp": "2026-05-04T05:06:07Z", "is_pinned": True})
    stays = create(admin, {"model": "bulk-not"})
    asked = {"filters": {"model": {"operator": "", "value": ["bulk"]}}}
    dry = admin.post(DELETE, json=asked).json()
    assert (dry["dry_run"], dry["logs"], dry["pinned"]) == (True, 6, 1)
    assert (dry["first_timestamp"], dry["last_timestamp"]) == (
        "2026-03-04T05:06:07.000000Z", "2026-05-04T05:06:07.000000Z",
    )  # fmt: skip
    assert dry["bytes"] > 0
    assert admin.get(LIST, params={"model": "bulk"}).json()["count"] == 6
    later = create(admin, {"model": "bulk"})
    response = admin.post(DELETE, json=asked | {"dry_run": False, "confirm": dry["confirm"]})
    assert response.status_code == 202, response.text
    job = finished(admin, response.json()["id"])
    assert (job["kind"], job["logs"], job["logs_deleted"], job["bytes"]) == ("delete", 6, 6, dry["bytes"])
    assert listed_ids(admin, model="bulk") == [later]
    assert read(admin, stays)["model"] == "bulk-not"
    assert refusal(admin.get(f"{LOGS}{gone[0]}/"), 404)
    assert job["id"] in [each["id"] for each in admin.get("/api/deletions/").json()["results"]]


def test_what_was_not_seen_is_not_deleted(admin: httpx.Client) -> None:
    """A count that is no longer so is a 409, one that is missing a 400; both delete nothing."""
    create_many(admin, 3, model="counted")
    asked: dict[str, Any] = {"filters": {"model": {"operator": "", "value": ["counted"]}}, "dry_run": False}
    text = refusal(admin.post(DELETE, json=asked | {"confirm": {"logs": 2}}), 409)
    assert text == "3 logs are selected, 2 were confirmed: make a dry run again"
    assert refusal(admin.post(DELETE, json=asked), 400).startswith("confirm: expected what a dry run answered")
    assert len(listed_ids(admin, model="counted")) == 3


def test_logs_are_deleted_by_their_ids_and_filters_together(admin: httpx.Client) -> None:
    """Ids narrow what filters select, whatever joins these among themselves."""
    first, second, third = create_many(admin, 3, model="named", custom_identifier="c")
    filters = {"model": {"operator": "", "value": ["nothing"]}, "custom_identifier": {"operator": "", "value": ["c"]}}
    asked = {"ids": [first, third], "filters": filters, "operator": "OR"}
    dry = admin.post(DELETE, json=asked).json()
    assert dry["logs"] == 2
    finished(admin, admin.post(DELETE, json=asked | {"dry_run": False, "confirm": dry["confirm"]}).json()["id"])
    assert listed_ids(admin, model="named") == [second]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"ids": "x"}, 400, "ids: expected an array of ids of logs, received: x"),
        ({"ids": []}, 400, "ids: expected an array of ids of logs, received: []"),
        ({"ids": ["x"]}, 400, "ids: expected ids of 32 hex digits or UUIDs, received: x"),
        ({"ids": ["0" * 32] * 1_001}, 422, "ids: 1,001 logs; the limit delete_ids_max is 1,000: use filters"),
        ({"dry_run": "no"}, 400, "dry_run: expected true or false, received: no"),
        ({"filter": {}}, 400, "filter: unknown parameter (did you mean filters?)"),
        ({"filters": {"modle": {"value": [1]}}}, 400, "filters.modle: unknown field 'modle' (did you mean model?)"),
        ({"dry_run": False, "confirm": {"logs": 0, "received_until": "soon"}}, 400, "confirm.received_until: expected"),
    ],
)
def test_what_cannot_be_read_is_refused(admin: httpx.Client, body: Any, status: int, said: str) -> None:
    """The refusal names the field, and a limit by its setting."""
    assert refusal(admin.post(DELETE, json=body), status).startswith(said)


def test_traces_are_deleted_with_all_their_spans(admin: httpx.Client) -> None:
    """One by its id, some by a list of ids; what is no trace is not found."""
    for trace in ("t1", "t2", "t3"):
        create_many(admin, 3, trace_unique_id=trace, span_name="s", model="spans")
    answer = admin.delete("/api/traces/t1/")
    assert (answer.status_code, answer.json()["message"], answer.json()["logs"]) == (200, "Traces deleted", 3)
    refusal(admin.get("/api/traces/t1/"), 404)
    assert refusal(admin.delete("/api/traces/t1/"), 404) == "Trace not found"
    assert admin.post("/api/traces/bulk-delete/", json={"trace_unique_ids": ["t1", "t2"]}).json()["logs"] == 3
    assert {each["trace_unique_id"] for each in admin.get(LIST, params={"model": "spans"}).json()["results"]} == {"t3"}
    too_many = {"trace_unique_ids": [f"t{number}" for number in range(1_001)]}
    assert refusal(admin.post("/api/traces/bulk/", json=too_many), 422).startswith("trace_unique_ids: 1,001 traces; ")
    refusal(admin.post("/api/traces/bulk/", json={"trace_unique_ids": "t3"}), 400)
