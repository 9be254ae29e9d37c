"""What is said of logs after they came: PATCH of one and of many, as the API documents it (dossier §2.2)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx
import pytest

from tests.api.calls import BATCH, LIST, LOGS, create, listed_ids, make_key, read, refusal
from tests.server import Server

MANY: Final = "/api/request-logs/batch-update/"
NOWHERE: Final = "0" * 32


def patch(api: httpx.Client, log_id: str, **fields: Any) -> dict[str, Any]:
    """Change a log, which must work, and return what is answered."""
    response = api.patch(f"{LOGS}{log_id}/", json=fields)
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_a_change_is_answered_with_the_log_and_read_by_the_next_request(own_api: httpx.Client) -> None:
    """All fields that can be changed are; metadata is merged by key; nothing else of the log is otherwise."""
    before = read(own_api, create(own_api, {
        "model": "gpt-4o-mini", "prompt_tokens": 1000, "completion_tokens": 500, "input": "[1, 2", "note": "first",
        "metadata": {"plan": "pro", "seats": 3}, "output": {"a": 1.10},
    }))  # fmt: skip
    log_id = before["id"]
    after = patch(
        own_api, log_id, note="second", positive_feedback=False, custom_identifier=42, is_pinned=True, blurred=True,
        metadata={"plan": "free", "by": {"hand": True}},
    )  # fmt: skip
    said = {
        "note": "second", "positive_feedback": False, "custom_identifier": "42", "is_pinned": True, "blurred": True,
        "metadata": {"plan": "free", "seats": 3, "by": {"hand": True}},
    }  # fmt: skip
    assert after == before | said
    assert read(own_api, log_id) == after
    assert own_api.get(LIST, params={"unique_id": log_id}).json()["results"] == [after]


def test_a_field_is_cleared_by_null_or_by_nothing(own_api: httpx.Client) -> None:
    """What was said can be taken back: a note, a thumb, a pin."""
    log_id = create(own_api, {"note": "n", "positive_feedback": True, "is_pinned": True, "custom_identifier": "c"})
    cleared = patch(own_api, log_id, note="", positive_feedback=None, is_pinned=False, custom_identifier=None)
    assert [cleared[name] for name in ("note", "positive_feedback", "is_pinned", "custom_identifier")] == [
        "", None, False, "",
    ]  # fmt: skip


def test_pinned_logs_are_found(own_api: httpx.Client) -> None:
    """is_pinned is a field to filter by, also of a log that came pinned."""
    changed, pinned, _ = (create(own_api, {"model": "pins", "is_pinned": pins}) for pins in (False, True, False))
    patch(own_api, changed, is_pinned=True)
    assert set(listed_ids(own_api, model="pins", is_pinned="true")) == {changed, pinned}


def test_changes_at_once_all_hold(own_api: httpx.Client) -> None:
    """Eight changes of eight keys of one log's metadata, sent together, are all in it."""
    log_id = create(own_api, {"model": "m"})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: patch(own_api, log_id, metadata={f"key{number}": number}), range(8)))
    assert read(own_api, log_id)["metadata"] == {f"key{number}": number for number in range(8)}
    assert own_api.get(LIST, params={"unique_id": log_id}).json()["count"] == 1


def test_a_log_far_from_the_time_in_its_id_is_changed(own_api: httpx.Client) -> None:
    """A log of long ago under an id of today, and one under an id without a time."""
    for log_id in ("019aaaaaaaaa7aaa8aaaaaaaaaaaaaaa", "c0ffee00c0ff4ee08c0ffee00c0ffee0"):
        create(own_api, {"unique_id": log_id, "timestamp": "2024-02-03T04:05:06Z"})
        assert patch(own_api, log_id, note="found")["note"] == "found"
        assert listed_ids(own_api, unique_id=log_id) == [log_id]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"cost": 1}, "The field 'cost' cannot be modified; those that can are custom_identifier, note, "),
        ({"note": "x", "model": "m"}, "The field 'model' cannot be modified; "),
        ({"unique_id": NOWHERE}, "The field 'unique_id' cannot be modified; "),
        ({}, "There is nothing to change; expected at least one of custom_identifier, note, "),
        ([1], "Invalid request format: expected a JSON object of fields to change"),
        ({"note": {"a": 1}}, "Invalid input params: \nnote: Input should be a valid string"),
        ({"is_pinned": "perhaps"}, "Invalid input params: \nis_pinned: Input should be a valid boolean"),
        ({"metadata": [1]}, "Invalid input params: \nmetadata: Input should be a valid object"),
    ],
)
def test_what_cannot_be_changed_is_refused(own_api: httpx.Client, fields: Any, named: str) -> None:
    """The refusal names the field; an immutable one has the documented words beside it. The log is as it was."""
    before = read(own_api, create(own_api, {"model": "m"}))
    response = own_api.patch(f"{LOGS}{before['id']}/", json=fields)
    assert refusal(response, 400).startswith(named)
    assert ("error" in response.json()) is ("cannot be modified" in named)
    assert response.json().get("error", "Cannot update immutable field") == "Cannot update immutable field"
    assert read(own_api, before["id"]) == before


def test_only_the_projects_own_logs_are_there_to_change(own_api: httpx.Client, other_api: httpx.Client) -> None:
    """An unknown id, one that is none, and another project's log are all not found."""
    log_id = create(own_api, {"note": "mine"})
    for wanted in (NOWHERE, "no-id", log_id):
        assert refusal(other_api.patch(f"{LOGS}{wanted}/", json={"note": "theirs"}), 404) == "Log not found"
    assert read(own_api, log_id)["note"] == "mine"


def test_a_key_that_may_not_read_changes_and_sees_nothing(server: Server) -> None:
    """An application's key may say what its users thought of an answer; the log itself is not shown to it."""
    with server.client(make_key(server, scopes=("ingest",))) as client, server.client() as reader:
        log_id = create(client, {"input": "secret"})
        answer = patch(client, log_id, positive_feedback=True)
        assert answer == {"message": "log updated", "id": log_id, "unique_id": log_id}
        assert read(reader, log_id)["positive_feedback"] is True
    with server.client(make_key(server, scopes=("read",))) as client:
        refusal(client.patch(f"{LOGS}{log_id}/", json={"note": "x"}), 403)


def test_many_logs_are_changed_at_once(own_api: httpx.Client) -> None:
    """Each item of a batch is a change of its own; the answer says which failed and why, the others hold."""
    first, second = own_api.post(BATCH, json={"logs": [{"model": "a"}, {"model": "b"}]}).json()["results"]
    response = own_api.patch(MANY, json={"logs": [
        {"unique_id": first["id"], "note": "one", "metadata": {"k": 1}},
        {"unique_id": NOWHERE, "note": "two"},
        {"unique_id": second["id"], "model": "c"},
        {"note": "three"},
        "four",
        {"unique_id": first["id"], "metadata": {"l": 2}},
        {"id": second["id"], "positive_feedback": True},
    ]})  # fmt: skip
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["success_count"], answer["error_count"]) == (3, 4)
    assert [error["index"] for error in answer["errors"]] == [1, 2, 3, 4]
    assert [each["error"].split(";")[0] for each in answer["errors"]] == [
        "Log not found", "The field 'model' cannot be modified",
        "unique_id: expected the id of a log, a UUID or 32 hex digits",
        "expected an object with unique_id and fields to change, received string",
    ]  # fmt: skip
    assert [each["status"] for each in answer["results"]] == ["success", *["error"] * 4, "success", "success"]
    changed = read(own_api, first["id"])
    assert (changed["note"], changed["metadata"]) == ("one", {"k": 1, "l": 2})
    assert (read(own_api, second["id"])["positive_feedback"], read(own_api, second["id"])["model"]) == (True, "b")


def test_a_batch_of_which_nothing_holds_is_refused(own_api: httpx.Client) -> None:
    """Its answer names the first reason: 404 if there is none of them, else 400."""
    missing = {"unique_id": NOWHERE, "note": "x"}
    response = own_api.patch(MANY, json={"logs": [missing]})
    assert refusal(response, 404) == "None of the 1 logs was updated. Log 0: Log not found"
    refusal(own_api.patch(MANY, json={"logs": [missing, {"unique_id": NOWHERE, "cost": 1}]}), 400)
