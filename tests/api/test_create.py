"""POST /request-logs/create: every form of its path, key and body, and its answer."""

import gzip
import json
import zlib
from datetime import datetime
from typing import Any

import httpx
import pytest
import zstandard

from tests.api.calls import CREATE, LOGS, create, listed_ids, post_text, read
from tests.server import Server

_BODY = b'{"model": "m", "metadata": {"n": 1}}'


def _bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["/request-logs/create", "/request-logs"])
def test_every_form_of_the_path_creates(api: httpx.Client, prefix: str, path: str, slash: str) -> None:
    """With and without /api and the final slash, a create is answered directly, never with a redirect."""
    response = api.post(f"{prefix}{path}{slash}", json={"model": f"{prefix}{path}{slash}"})
    assert response.status_code == 200
    assert read(api, response.json()["id"])["model"] == f"{prefix}{path}{slash}"


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("path", "status"), [("/request-logs/batch/create", 200), ("/request-logs/bulk", 201)])
def test_every_form_of_the_batch_paths_creates(
    api: httpx.Client, prefix: str, path: str, slash: str, status: int
) -> None:
    """The batch endpoints too are answered directly under each form of their paths."""
    response = api.post(f"{prefix}{path}{slash}", json={"logs": [{"model": "m"}]})
    assert (response.status_code, response.json()["success_count"]) == (status, 1)


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_form_of_the_reading_paths_reads(api: httpx.Client, prefix: str, slash: str) -> None:
    """One log and the list are read directly under each form of their paths."""
    log_id = create(api, {"model": "m"})
    assert api.get(f"{prefix}/request-logs/{log_id}{slash}").json()["id"] == log_id
    for path in ("/request-logs/list", "/request-logs"):
        response = api.get(f"{prefix}{path}{slash}")
        assert response.status_code == 200
        assert set(response.json()) >= {"results", "count", "next", "previous"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Api-Key", "api-key", "API-KEY"])
def test_both_schemes_are_read_in_any_case(server: Server, scheme: str) -> None:
    """`Bearer` and `Api-Key` carry the key, however they are written."""
    with server.client("") as anyone:
        response = anyone.post(CREATE, json={"model": "m"}, headers={"Authorization": f"{scheme} {server.key}"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(_BODY)),
        ("x-gzip", gzip.compress(_BODY)),
        ("GZIP", gzip.compress(_BODY)),
        ("gzip", gzip.compress(_BODY[:9]) + gzip.compress(_BODY[9:])),
        ("deflate", zlib.compress(_BODY)),
        ("deflate", _bare_deflate(_BODY)),
        ("zstd", zstandard.compress(_BODY)),
        ("zstd", zstandard.compress(_BODY[:9]) + zstandard.compress(_BODY[9:])),
        ("identity", _BODY),
        ("", _BODY),
    ],
)
def test_a_compressed_body_is_read(api: httpx.Client, encoding: str, body: bytes) -> None:
    """gzip (also of several members), deflate (also without its header) and zstd bodies are inflated."""
    response = post_text(api, body, Content_Encoding=encoding)
    assert response.status_code == 200, response.text
    assert read(api, response.json()["id"])["metadata"] == {"n": 1}


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/json", "application/x+json", ""])
def test_any_json_content_type_is_read(api: httpx.Client, content_type: str) -> None:
    """A content type that names JSON, or none at all, is taken."""
    response = post_text(api, _BODY, Content_Type=content_type)
    assert response.status_code == 200


def test_the_answer_is_the_superset_that_every_client_reads(api: httpx.Client) -> None:
    """A create answers what old clients index, what Fern models, and the stored figures."""
    body = {
        "model": "my-own",
        "customer_identifier": "c-1",
        "cost": 0.25,
        "timestamp": "2026-03-01T10:00:00.5Z",
        "latency": 1.5,
        "ttft": 0.25,
        "prompt_cache_hit_tokens": 3,
        "prompt_cache_creation_tokens": 4,
    }
    answer = api.post(CREATE, json=body).json()
    log_id, organization = answer.pop("id"), answer.pop("organization_id")
    assert datetime.fromisoformat(answer.pop("timestamp")) == datetime.fromisoformat("2026-03-01T10:00:00.5+00:00")
    assert answer == {
        "message": "log successful",
        "unique_id": log_id,
        "customer_identifier": "c-1",
        "environment": "prod",
        "status": "success",
        "cost": 0.25,
        "latency": 1.5,
        "time_to_first_token": 0.25,
        "prompt_cache_hit_tokens": 3,
        "prompt_cache_creation_tokens": 4,
        "estimated": [],
    }
    assert len(log_id) == 32
    assert read(api, log_id)["organization_id"] == organization


def test_an_id_carries_the_time_of_its_log(api: httpx.Client) -> None:
    """An id is a UUIDv7 of the log's own time, so that ids sort as logs do."""
    log_id = create(api, {"timestamp": "2026-03-01T10:00:00.123Z"})
    assert int(log_id[:12], 16) == 1_772_359_200_123
    assert log_id[12] == "7"


@pytest.mark.parametrize("controls", ["keywordsai_api_controls", "respan_api_controls"])
def test_block_false_answers_without_the_log(other_api: httpx.Client, controls: str) -> None:
    """`block: false` only says that logging began; the log is stored all the same."""
    response = other_api.post(CREATE, json={"model": f"block-{controls}", controls: {"block": False}})
    assert response.status_code == 200
    assert response.json() == {"message": "logging task started"}
    newest = read(other_api, listed_ids(other_api, page_size=1)[0])
    assert (newest["model"], newest[controls]) == (f"block-{controls}", {"block": False})


@pytest.mark.parametrize("block", [True, None])
def test_block_true_answers_with_the_log(api: httpx.Client, block: bool | None) -> None:
    """`block: true`, which is the default, answers with the log's data."""
    answer = api.post(CREATE, json={"keywordsai_api_controls": {"block": block}}).json()
    assert read(api, answer["id"])["unique_id"] == answer["unique_id"]


def test_an_array_creates_each_of_its_logs(api: httpx.Client) -> None:
    """A body that is an array stores each item, and answers their ids in order."""
    response = api.post(CREATE, json=[{"model": "a"}, {"model": "b"}])
    assert response.status_code == 200
    answer = response.json()
    assert (answer["message"], answer["errors"]) == ("log successful", [])
    assert [read(api, each["id"])["model"] for each in answer["results"]] == ["a", "b"]


def test_a_bad_item_of_an_array_does_not_stop_the_others(api: httpx.Client) -> None:
    """Of an array the good items are stored, and the bad ones are named by their position."""
    response = api.post(CREATE, json=[{"model": "a"}, {"model": 5}, 7, {"model": "d"}])
    assert response.status_code == 200
    answer = response.json()
    assert answer["message"] == "2 of 4 logs stored; see errors"
    assert [read(api, each["id"])["model"] for each in answer["results"]] == ["a", "d"]
    assert [error["index"] for error in answer["errors"]] == [1, 2]
    assert answer["errors"][1]["error"].endswith("expected a JSON object for one log, received number")


def test_an_array_may_be_empty(api: httpx.Client) -> None:
    """An empty array stores nothing, and that is no error."""
    assert api.post(CREATE, json=[]).json() == {"message": "log successful", "results": [], "errors": []}


def test_empty_filters_may_be_written_with_spaces(api: httpx.Client) -> None:
    """Filters that hold nothing list everything, however they are written."""
    answer = api.post(LOGS, content=b'{"filters" : {     } }', headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert "results" in answer.json()


@pytest.mark.parametrize("filters", [{}, None, []])
def test_a_body_with_filters_lists(other_api: httpx.Client, filters: Any) -> None:
    """On /request-logs/ a body with `filters` is the older API's list request, and creates nothing."""
    log_id = create(other_api, {"model": "m"})
    count = other_api.get(LOGS).json()["count"]
    answer = other_api.post(LOGS, json={"filters": filters, "page_size": 1}).json()
    assert ([log["id"] for log in answer["results"]], answer["count"]) == ([log_id], count)


@pytest.mark.parametrize(
    "log",
    [{"metadata": {"filters": {}}}, {"input": 'about "filters"'}, {"prompt_messages": [{"filters": 1}]}],
)
def test_the_word_filters_within_a_log_is_no_list_request(api: httpx.Client, log: dict[str, Any]) -> None:
    """Only a `filters` at the top level makes a list request."""
    response = api.post(LOGS, content=json.dumps(log), headers={"Content-Type": "application/json"})
    assert response.json()["message"] == "log successful"
