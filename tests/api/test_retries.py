"""A repeat of a log is the same log: by Idempotency-Key, by unique_id, by span, within a batch and concurrently."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.calls import BATCH, BULK, CREATE, LIST, Json, create, make_key, read, refusal
from tests.server import Server

_ID = "0123456789abcdef0123456789abcdef"


def _new_name() -> str:
    return uuid.uuid4().hex


def _span() -> Json:
    return {"trace_unique_id": _new_name(), "span_unique_id": _new_name()}


def test_an_idempotency_key_makes_a_repeat_the_same_log(api: httpx.Client) -> None:
    """The same request under the same key answers the first log's id, and the first log stands."""
    name = _new_name()
    first = create(api, {"model": "first"}, Idempotency_Key=name)
    assert create(api, {"model": "first"}, Idempotency_Key=name) == first
    assert create(api, {"model": "first"}, Idempotency_Key=_new_name()) != first


def test_the_same_idempotency_key_with_another_body(api: httpx.Client) -> None:
    """An Idempotency-Key names the request: another body under it is answered with the first log, unchanged."""
    name = _new_name()
    first = create(api, {"model": "first"}, Idempotency_Key=name)
    assert create(api, {"model": "second"}, Idempotency_Key=name) == first
    assert read(api, first)["model"] == "first"


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_an_idempotency_key_has_a_length(api: httpx.Client, name: str) -> None:
    """An empty key, or one of over 255 characters, is refused with what was expected."""
    text = refusal(api.post(CREATE, json={}, headers={"Idempotency-Key": name}), 400)
    assert text == f"Idempotency-Key: expected 1 to 255 characters, received {len(name)}"


def test_an_idempotency_key_covers_each_item_of_a_batch(api: httpx.Client) -> None:
    """A batch sent again under its key answers the same ids, and stores nothing."""
    headers = {"Idempotency-Key": _new_name()}
    body = {"logs": [{"model": "a"}, {"model": 5}, {"model": "c"}]}
    first, second = (api.post(BATCH, json=body, headers=headers).json() for _ in range(2))
    assert first == second
    assert len({result["id"] for result in first["results"]}) == 3


@pytest.mark.parametrize("path", [BATCH, BULK, CREATE])
def test_a_repeated_batch_adds_nothing(other_api: httpx.Client, path: str) -> None:
    """After two requests under one key, each log is in the list once."""
    body: Any = [{"model": "a"}, {"model": "b"}]
    before = other_api.get(LIST, params={"page_size": 1}).json()["count"]
    headers = {"Idempotency-Key": _new_name()}
    for _ in range(2):
        other_api.post(path, json=body if path == CREATE else {"logs": body}, headers=headers).raise_for_status()
    assert other_api.get(LIST, params={"page_size": 1}).json()["count"] == before + 2


@pytest.mark.parametrize(
    "form", [str, lambda given: str(given).upper(), lambda given: given.hex, lambda given: given.hex.upper()]
)
def test_every_form_of_a_unique_id_is_one_id(api: httpx.Client, form: Callable[[uuid.UUID], str]) -> None:
    """A UUID dashed or plain, in either case, becomes the log's id, so that a repeat is the same log."""
    given = uuid.uuid4()
    assert create(api, {"unique_id": form(given), "model": "first"}) == given.hex
    assert create(api, {"unique_id": given.hex, "model": "second"}) == given.hex
    for spelling in (str(given), given.hex, given.hex.upper()):
        assert read(api, spelling)["model"] == "first"


@pytest.mark.parametrize("given", ["my-id-1", "", "0123", f"{_ID}0", 17, f"{{{uuid.UUID(_ID)}}}", f"urn:uuid:{_ID}"])
def test_a_unique_id_of_another_form_is_only_kept(api: httpx.Client, given: str | int) -> None:
    """What is no UUID does not become the id: it is kept beside it, and two such logs are two."""
    first, second = create(api, {"unique_id": given}), create(api, {"unique_id": given})
    assert first != second
    log = read(api, first)
    assert (log["id"], log["unique_id"], log["shadowed"]) == (first, first, {"unique_id": given})


def test_a_span_sent_again_is_the_same_log(api: httpx.Client) -> None:
    """Trace and span together identify a log; either alone does not."""
    span = _span()
    first = create(api, {**span, "model": "first"})
    assert create(api, {**span, "model": "second"}) == first
    assert read(api, first)["model"] == "first"
    assert create(api, {"trace_unique_id": span["trace_unique_id"]}) != first
    assert create(api, {"span_unique_id": span["span_unique_id"]}) != first
    assert create(api, {**span, "span_unique_id": _new_name()}) != first


@pytest.mark.parametrize("identity", [lambda: {"unique_id": uuid.uuid4().hex}, _span])
def test_a_repeat_within_one_batch_is_the_same_log(api: httpx.Client, identity: Callable[[], Json]) -> None:
    """Twice the same log in one batch: one log, and both results carry its id."""
    same = identity()
    results = api.post(BATCH, json={"logs": [{**same, "model": "a"}, {}, {**same, "model": "b"}]}).json()["results"]
    assert results[0]["id"] == results[2]["id"] != results[1]["id"]
    assert read(api, results[0]["id"])["model"] == "a"


def test_concurrent_repeats_are_one_log(server: Server, other_key: str) -> None:
    """The same log sent by several threads at the same moment is stored once, and all are told its id."""
    with server.client(other_key) as client:
        before = client.get(LIST, params={"page_size": 1}).json()["count"]
        for headers, body in (
            ({"Idempotency-Key": _new_name()}, {}),
            ({}, {"unique_id": uuid.uuid4().hex}),
            ({}, _span()),
        ):
            with ThreadPoolExecutor(8) as threads:
                sent = [threads.submit(client.post, CREATE, json=body, headers=headers) for _ in range(16)]
            assert len({each.result().json()["id"] for each in sent}) == 1
        assert client.get(LIST, params={"page_size": 1}).json()["count"] == before + 3


def test_identities_belong_to_a_project(api: httpx.Client, other_api: httpx.Client) -> None:
    """The same identity in another project is another project's log: neither hides the other."""
    body, name = {"unique_id": uuid.uuid4().hex}, _new_name()
    for log, headers in ((body, {}), (_span(), {}), ({}, {"Idempotency-Key": name})):
        own = api.post(CREATE, json={**log, "model": "own"}, headers=headers).json()["id"]
        theirs = other_api.post(CREATE, json={**log, "model": "theirs"}, headers=headers).json()["id"]
        assert read(api, own)["model"] == "own"
        assert read(other_api, theirs)["model"] == "theirs"


def test_identities_hold_across_the_keys_of_a_project(server: Server, api: httpx.Client) -> None:
    """A retry under another key of the same project is still the same log."""
    body = {"unique_id": uuid.uuid4().hex}
    with server.client(make_key(server)) as second:
        assert create(second, body) == create(api, body)
