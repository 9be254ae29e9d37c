"""Langfuse's media: a file that is uploaded apart from its message is read in its place."""

import base64
import hashlib
from typing import Any, Final

import httpx
import pytest

from inferlog.ids import new_uuid
from tests.api.calls import refusal
from tests.server import Server

PICTURE: Final = bytes(range(256)) * 9
HASH: Final = base64.b64encode(hashlib.sha256(PICTURE).digest()).decode()
ID: Final = base64.urlsafe_b64encode(hashlib.sha256(PICTURE).digest()).decode()[:22]
URL: Final = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
REFERENCE: Final = f"@@@langfuseMedia:type=image/png|id={ID}|source=base64_data_uri@@@"


def announce(api: httpx.Client, trace: str, **more: Any) -> httpx.Response:
    """Announce the picture, as the SDKs do."""
    said = {
        "traceId": trace, "observationId": "obs", "contentType": "image/png", "contentLength": len(PICTURE),
        "sha256Hash": HASH, "field": "input", **more,
    }  # fmt: skip
    return api.post("/api/public/media", json=said)


def log_span(api: httpx.Client, trace: str) -> None:
    """Send the span whose message refers to the picture, twice in its texts."""
    parts = [{"type": "image_url", "image_url": {"url": REFERENCE}}, {"type": "text", "text": f"see {REFERENCE}"}]
    span = {
        "trace_unique_id": trace, "span_unique_id": "obs", "model": "m", "log_type": "chat",
        "prompt_messages": [{"role": "user", "content": parts}], "output": f"it is {REFERENCE}",
    }  # fmt: skip
    assert api.post("/api/v1/traces/ingest", json=[span]).status_code == 200


def stored(api: httpx.Client, trace: str) -> dict[str, Any]:
    """Return the only log of a trace."""
    listed = api.get("/api/request-logs/list/", params={"page_size": 1_000}).json()["results"]
    [log] = [log for log in listed if log["trace_unique_id"] == trace]
    return dict(log)


@pytest.mark.parametrize("first", ["span", "file"])
def test_a_file_is_read_where_its_reference_stands(server: Server, own_api: httpx.Client, first: str) -> None:
    """Whichever comes first, and uploaded without a key, as the SDKs do; sent again it changes nothing."""
    trace = new_uuid()
    if first == "span":
        log_span(own_api, trace)
    announced = announce(own_api, trace)
    assert (announced.status_code, announced.json()["mediaId"]) == (201, ID)
    for _ in range(2):
        with server.client("") as anyone:
            headers = {"Content-Type": "image/png", "x-amz-checksum-sha256": HASH}
            assert anyone.put(announced.json()["uploadUrl"], content=PICTURE, headers=headers).status_code == 200
    assert own_api.patch(f"/api/public/media/{ID}", json={"uploadHttpStatus": 200}).status_code == 200
    if first == "file":
        assert stored(own_api, trace)["status"] == "running"
        log_span(own_api, trace)
    log = stored(own_api, trace)
    assert log["prompt_messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": URL}}, {"type": "text", "text": f"see {URL}"},
    ]  # fmt: skip
    assert (log["output"], log["status"]) == (f"it is {URL}", "success")
    assert log["langfuse_media"] == {ID: {"content_type": "image/png", "data": URL[22:], "field": "input"}}


def test_an_address_must_be_one_that_was_given_out(server: Server, own_api: httpx.Client) -> None:
    """A forged or foreign token is refused; so is another file than the one announced."""
    address = announce(own_api, new_uuid()).json()["uploadUrl"]
    with server.client("") as anyone:
        text = refusal(anyone.put(f"{address}x", content=PICTURE), 403)
        assert text.startswith("The upload's address is not one that was given out")
        refusal(anyone.put(f"/api/public/media/{ID}/content", content=PICTURE), 403)
        text = refusal(anyone.put(address, content=PICTURE + b"x"), 400)
        assert text.endswith(f"; expected {HASH}, as was announced")
        refusal(anyone.post("/api/public/media", json={}), 401)


@pytest.mark.parametrize(
    ("more", "status", "text"),
    [
        ({"traceId": None}, 400, "Invalid media request: Expected `str`, got `null` - at `$.traceId`"),
        ({"sha256Hash": "short"}, 400, "Invalid media request: Expected `str` of length >= 43 - at `$.sha256Hash`"),
        ({"contentType": 'image/"><script>'}, 400, "Invalid media request: Expected `str` matching regex"),
        ({"contentLength": 20_000_001}, 413, "contentLength: the file has 20,000,001 bytes; the limit log_bytes_max"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_before(own_api: httpx.Client, more: Any, status: int, text: str) -> None:
    """The announcement names the field, what came and what was expected."""
    assert refusal(announce(own_api, new_uuid(), **more), status).startswith(text)


@pytest.mark.parametrize("media", [7, "x", [1], {"a": 1}, {"a": {"content_type": "x"}}])
def test_a_clients_own_field_of_that_name_is_left_alone(own_api: httpx.Client, media: Any) -> None:
    """A log that has something else under `langfuse_media` is read as it was sent."""
    sent = {"langfuse_media": media, "output": REFERENCE}
    log_id = own_api.post("/api/request-logs/create/", json=sent).json()["id"]
    log = own_api.get(f"/api/request-logs/{log_id}/").json()
    assert (log["langfuse_media"], log["output"]) == (media, REFERENCE)
