"""POST /request-logs/batch/create and /bulk: many logs at once, the good ones stored, the bad ones named."""

from typing import Any

import httpx
import pytest

from tests.api.calls import BATCH, BULK, CREATE, LIST, field_refusal, post_text, read, refusal

_GOOD = {"model": "good"}
_BAD = {"model": 124}
_BAD_TEXT = field_refusal("model", "a valid string", "124")


def test_a_batch_answers_for_each_item(api: httpx.Client) -> None:
    """Each log of a batch has its result, in order, with its id."""
    response = api.post(BATCH, json={"logs": [{"model": f"m{n}"} for n in range(3)]})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["message"], answer["success_count"], answer["error_count"]) == ("log successful", 3, 0)
    assert answer["errors"] == []
    for n, result in enumerate(answer["results"]):
        assert result == {"id": result["id"], "unique_id": result["id"], "status": "success"}
        assert read(api, result["id"])["model"] == f"m{n}"


def test_a_batch_of_good_and_bad_logs(api: httpx.Client) -> None:
    """Of a mixed batch the good logs are stored, and each bad one has its error at its own position."""
    response = api.post(BATCH, json={"logs": [_BAD, _GOOD, 7, _GOOD]})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["success_count"], answer["error_count"]) == (2, 2)
    assert answer["message"] == "2 of 4 logs stored; see errors"
    assert [result["status"] for result in answer["results"]] == ["error", "success", "error", "success"]
    assert answer["results"][0] == {"id": None, "status": "error", "index": 0, "error": _BAD_TEXT}
    assert [error["index"] for error in answer["errors"]] == [0, 2]
    assert [read(api, answer["results"][n]["id"])["model"] for n in (1, 3)] == ["good", "good"]


def test_items_may_carry_a_holder(api: httpx.Client) -> None:
    """An item's keywordsai_params are merged into it."""
    answer = api.post(BATCH, json={"logs": [{"keywordsai_params": {"customer_identifier": 5}}]}).json()
    assert read(api, answer["results"][0]["id"])["customer_identifier"] == "5"


def test_bulk_answers_201_with_counts(api: httpx.Client) -> None:
    """A bulk request answers 201, the counts, and the errors by index; the good logs are stored."""
    mark = {"trace_unique_id": "bulk", "span_unique_id": "bulk-good"}
    response = api.post(BULK, json={"logs": [_BAD, {**_GOOD, **mark}]})
    assert response.status_code == 201
    assert response.json() == {
        "success_count": 1,
        "error_count": 1,
        "errors": [{"index": 0, "error": _BAD_TEXT}],
    }
    stored_id = api.post(CREATE, json=mark).json()["id"]  # the same span: the same log
    assert read(api, stored_id)["model"] == "good"


@pytest.mark.parametrize("path", [BATCH, BULK])
def test_a_batch_of_bad_logs_only_is_a_400(api: httpx.Client, path: str) -> None:
    """When no log of a batch can be stored the request has failed, and says why for each."""
    response = api.post(path, json={"logs": [_BAD, 7]})
    text = refusal(response, 400)
    assert text == f"None of the 2 logs was stored. Log 0: {_BAD_TEXT}"
    answer = response.json()
    assert (answer["success_count"], answer["error_count"]) == (0, 2)
    assert [error["index"] for error in answer["errors"]] == [0, 1]


def test_an_array_of_bad_logs_only_is_a_400(api: httpx.Client) -> None:
    """Likewise an array of scalars: 400, naming what came and what was expected."""
    response = api.post(CREATE, json=[1, "two", None, True])
    assert refusal(response, 400) == (
        "None of the 4 logs was stored. Log 0: Invalid request format: "
        "expected a JSON object for one log, received number"
    )
    received = [error["error"].rsplit(" ", 1)[1] for error in response.json()["errors"]]
    assert received == ["number", "string", "null", "boolean"]


@pytest.mark.parametrize(("path", "status"), [(BATCH, 200), (BULK, 201)])
def test_an_empty_batch_is_no_error(api: httpx.Client, path: str, status: int) -> None:
    """A batch without logs stores nothing, successfully."""
    response = api.post(path, json={"logs": []})
    assert (response.status_code, response.json()["success_count"]) == (status, 0)


@pytest.mark.parametrize(
    ("path", "many", "limit"),
    [(BATCH, 5_001, "batch_logs_max is 5,000"), (BULK, 501, "bulk_logs_max is 500")],
)
def test_more_logs_than_the_limit_are_refused(api: httpx.Client, path: str, many: int, limit: str) -> None:
    """A batch over the limit is a 413 that states how many came and how many may, and stores none."""
    text = refusal(api.post(path, json={"logs": [_GOOD] * many}), 413)
    assert text == f"The request has {many:,} logs; the limit {limit}: send them in parts"


def test_an_array_over_the_limit_is_refused(api: httpx.Client) -> None:
    """An array has the limit of a batch."""
    text = refusal(api.post(CREATE, json=[{}] * 5_001), 413)
    assert text == "The request has 5,001 logs; the limit batch_logs_max is 5,000: send them in parts"


@pytest.mark.parametrize(("path", "many", "status"), [(BATCH, 5_000, 200), (BULK, 500, 201)])
def test_as_many_logs_as_the_limit_are_stored(other_api: httpx.Client, path: str, many: int, status: int) -> None:
    """A batch of exactly the limit is stored whole."""
    before = other_api.get(LIST, params={"page_size": 1}).json()["count"]
    response = other_api.post(path, json={"logs": [_GOOD] * many})
    assert (response.status_code, response.json()["success_count"]) == (status, many)
    assert other_api.get(LIST, params={"page_size": 1}).json()["count"] == before + many


@pytest.mark.parametrize("path", [BATCH, BULK])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[]", 'Invalid request format: expected a JSON object {"logs": […]}'),
        (b"7", 'Invalid request format: expected a JSON object {"logs": […]}'),
        (b"{}", 'Invalid request format: expected {"logs": […]} with an array of logs'),
        (b'{"logs": {}}', 'Invalid request format: expected {"logs": […]} with an array of logs'),
        (b'{"logs": null}', 'Invalid request format: expected {"logs": […]} with an array of logs'),
        (b"", "The body is empty; expected JSON"),
        (b'{"logs": [], "logs": []}', "The key 'logs' stands twice in one object; send it once"),
    ],
)
def test_a_body_that_is_no_batch_is_refused(api: httpx.Client, path: str, text: bytes, expected: str) -> None:
    """A batch must be an object with an array `logs`."""
    assert refusal(post_text(api, text, path), 400) == expected


def test_one_log_over_its_limit_does_not_stop_a_batch(api: httpx.Client) -> None:
    """A log over 20 MB in a batch is refused by itself, stating the limit."""
    large: dict[str, Any] = {"input": "x" * 20_000_000}
    answer = api.post(BATCH, json={"logs": [large, _GOOD]}).json()
    assert answer["results"][1]["status"] == "success"
    assert answer["errors"] == [
        {"index": 0, "error": "The log has 20,000,012 bytes; the limit log_bytes_max is 20,000,000"}
    ]
