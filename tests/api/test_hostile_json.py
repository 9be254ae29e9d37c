"""Bodies that are no JSON, or JSON at its edges: the documented 4xx with what came, or a log that reads back equal."""

import gzip
import json
import zlib

import httpx
import pytest
import zstandard

from tests.api.calls import BATCH, CREATE, LIST, create, field_refusal, post_text, read, refusal, roundtrip

_DEEP = "The body is nested too deeply: JSON is read here to about 900 levels"
_HUGE = "1" + "0" * 400
_HUGE_SHOWN = "1" + "0" * 76 + "..."


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "The body is empty; expected JSON"),
        (b" \r\n\t ", "The body is empty; expected JSON"),
        (b"\xef\xbb\xbf", "The body is empty; expected JSON"),
        (b"{", "The body is not valid JSON: input data was truncated"),
        (b'{"model": "m"', "The body is not valid JSON: input data was truncated"),
        (b'{"model": m}', "The body is not valid JSON: invalid character (byte 10)"),
        (b'{"model": "m",}', "The body is not valid JSON: trailing comma in object (byte 14)"),
        (b"{'model': 'm'}", "The body is not valid JSON: object keys must be strings (byte 1)"),
        (b'{"model": "m"} x', "The body is not valid JSON: trailing characters (byte 16)"),
        (b'{"model":"a"}\n{"model":"b"}', "The body is not valid JSON: trailing characters (byte 15)"),
        (b'{"model": "a\nb"}', "The body is not valid JSON: invalid character (byte 12)"),
        (b'{"model": "a\x00b"}', "The body is not valid JSON: invalid character (byte 12)"),
        (b"\x00", "The body is not valid JSON: invalid character (byte 0)"),
        (b"model=m&stream=true", "The body is not valid JSON: invalid character (byte 0)"),
        (b"<log/>", "The body is not valid JSON: invalid character (byte 0)"),
        (b'{"cost": NaN}', "The body is not valid JSON: NaN at byte 9 is no JSON number; use null"),
        (b'{"metadata": {"a": [1, -Infinity]}}',
         "The body is not valid JSON: -Infinity at byte 23 is no JSON number; use null"),
        (b'{"model": "\\ud83d"}', "The body is not valid JSON: \\ud83d at byte 11 is half of a surrogate pair "
         "(a text cut inside an emoji?); send whole characters"),
        (b'{"metadata": {"k": "\\uDE00"}}', "The body is not valid JSON: \\uDE00 at byte 20 is half of a surrogate "
         "pair (a text cut inside an emoji?); send whole characters"),
        (b'{"model": "\xed\xa0\xbd"}', "The body is not UTF-8: byte 0xed at position 11"),
        (b'{"model": "caf\xe9"}', "The body is not UTF-8: byte 0xe9 at position 14"),
        ('{"model": "m"}'.encode("utf-16"), "The body is not UTF-8: byte 0xff at position 0"),
        (b'{"model":"a","model":"b"}', "The key 'model' stands twice in one object; send it once"),
        (b'{ "x" :1 , "y":2, "x" : 3}', "The key 'x' stands twice in one object; send it once"),
        (b'{"model":"a","mod\\u0065l":"b"}', "The key 'model' stands twice in one object; send it once"),
        (b"[" * 10_000 + b"]" * 10_000, _DEEP),
        (b"[" * 10_000, _DEEP),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, _DEEP),
        (b'{"metadata":{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}}", _DEEP),
        (b"5", "Invalid request format: expected a JSON object for one log, received number"),
        (b'"text"', "Invalid request format: expected a JSON object for one log, received string"),
        (b"null", "Invalid request format: expected a JSON object for one log, received null"),
        (b"true", "Invalid request format: expected a JSON object for one log, received boolean"),
        (b'{"latency": 1e999}', field_refusal("latency", "a valid number in range", "1e999")),
        (b'{"latency": "nan"}', field_refusal("latency", "a finite number", '"nan"')),
        (b'{"ttft": "Infinity"}', field_refusal("ttft", "a finite number", '"Infinity"')),
        (f'{{"prompt_tokens": {_HUGE}}}'.encode(),
         field_refusal("prompt_tokens", "an integer <= 4294967295", _HUGE_SHOWN)),
        (f'{{"status_code": -{_HUGE}}}'.encode(),
         field_refusal("status_code", "an integer >= 0", f"-{_HUGE_SHOWN[:76]}...")),
        (f'{{"latency": {_HUGE}}}'.encode(), field_refusal("latency", "a valid number in range", _HUGE_SHOWN)),
        (f'{{"timestamp": {_HUGE}}}'.encode(), field_refusal("timestamp", "a valid number in range", _HUGE_SHOWN)),
        (f'{{"cost": {_HUGE}}}'.encode(),
         field_refusal("cost", "an amount in USD of at least 0 and below 10^15", _HUGE_SHOWN)),
    ],
    ids=str,
)  # fmt: skip
def test_a_body_that_cannot_be_read_says_why(api: httpx.Client, body: bytes, expected: str) -> None:
    """Broken, non-finite, half-character, repeated-key, too-deep and out-of-range JSON is a 400 that says where."""
    assert refusal(post_text(api, body), 400) == expected


@pytest.mark.parametrize("path", [CREATE, BATCH, LIST])
@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"x": NaN}', b"[" * 10_000, b'"', b"\x1f\x8b\x08"])
def test_no_endpoint_stumbles_over_broken_json(api: httpx.Client, path: str, body: bytes) -> None:
    """The batch and the list answer broken JSON as the create does."""
    refusal(post_text(api, body, path), 400)


def test_nul_characters_are_text(api: httpx.Client) -> None:
    """An escaped NUL is a character of JSON: it comes back in keys, values, columns and unknown fields."""
    log = {
        "model": "a\0b", "customer_identifier": "\0", "metadata": {"k\0": "\0v"}, "error_message": "\0",
        "prompt_messages": [{"role": "user", "content": "\0"}], "x\0": "y\0",
    }  # fmt: skip
    stored = roundtrip(api, log)
    assert {name: stored[name] for name in log} == log


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (f'{{"metadata": {{"n": {_HUGE}}}}}', "metadata", {"n": 10**400}),
        (f'{{"unheard_of": {_HUGE}}}', "unheard_of", 10**400),
        (f'{{"customer_identifier": {_HUGE}}}', "customer_identifier", _HUGE),
        ('{"metadata": {"n": 0.1000000000000000055511151231257827}}', "metadata", {"n": 0.1}),
        ('{"metadata": {"a": 1, "a": 2}}', "metadata", {"a": 2}),
        ('{"prompt_messages": [{"role": "user", "content": "\\ud83d\\ude00"}]}', "prompt_messages",
         [{"role": "user", "content": "😀"}]),
        ('\ufeff{"note": "with a byte-order mark"}', "note", "with a byte-order mark"),
        ('{\r\n"note":\n"over\\nlines"\r\n}', "note", "over\nlines"),
        ('{"note": "\u2028\u2029\u0085\u00a0\ufffd\ufffe\U0010ffff"}', "note",
         "\u2028\u2029\u0085\u00a0\ufffd\ufffe\U0010ffff"),
    ],
)  # fmt: skip
def test_unusual_json_reads_back_equal(api: httpx.Client, text: str, name: str, expected: object) -> None:
    """Huge numbers, repeated keys within metadata, escapes, line breaks and odd characters survive."""
    response = post_text(api, text.encode("utf-8"))
    assert response.status_code == 200, response.text
    assert read(api, response.json()["id"])[name] == expected


def test_deep_but_readable_nesting_reads_back(api: httpx.Client) -> None:
    """Eight hundred levels are stored and read back as they were sent."""
    text = "[" * 800 + "]" * 800
    response = post_text(api, f'{{"metadata":{{"deep":{text}}}}}'.encode())
    assert response.status_code == 200
    answer = api.get(f"/api/request-logs/{response.json()['id']}/")
    assert f'"metadata":{{"deep":{text}}}'.encode() in answer.content


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
@pytest.mark.parametrize("path", [CREATE, BATCH])
def test_a_wrong_content_type_is_refused(api: httpx.Client, path: str, content_type: str) -> None:
    """A body that claims to be something else than JSON is a 415 that names it and what to send."""
    text = refusal(post_text(api, b"{}", path, Content_Type=content_type), 415)
    assert text == f"The content type is {content_type}; send JSON with the header Content-Type: application/json"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "compress", "nonsense"])
def test_an_unknown_encoding_is_refused(api: httpx.Client, encoding: str) -> None:
    """An encoding that is not read here is a 415 that names those that are."""
    text = refusal(post_text(api, b"{}", Content_Encoding=encoding), 415)
    assert text == f"The content encoding {encoding!r} is not read here; use gzip, deflate, zstd or none"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b'{"model": "m"}')[:-4]),
        ("gzip", gzip.compress(b"{}") + b"tail"),
        ("deflate", b"{}"),
        ("deflate", zlib.compress(b'{"model": "m"}')[:-5]),
        ("zstd", b"{}"),
        ("zstd", zstandard.compress(json.dumps({"model": "m" * 500}).encode())[:-4]),
        ("zstd", zstandard.compress(b"{}")[:4]),
    ],
)
def test_damaged_compression_is_refused(api: httpx.Client, encoding: str, body: bytes) -> None:
    """A body that is not, or not wholly, what its encoding says is a 400 that names the encoding."""
    assert refusal(post_text(api, body, Content_Encoding=encoding), 400).startswith(
        f"The body is not valid {encoding}: "
    )


def test_broken_requests_store_nothing(other_api: httpx.Client) -> None:
    """What was refused is not in the list."""
    newest = create(other_api, {"model": "before"})
    for body in (b"{", b'{"model": 5}', b"[1]", b'{"cost": NaN}'):
        assert post_text(other_api, body).status_code == 400
    assert other_api.get(LIST, params={"page_size": 1}).json()["results"][0]["id"] == newest
