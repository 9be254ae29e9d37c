"""What reading a log answers: shapes that the vendor's own typed clients read, and every field that was sent."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from inferlog.model import Log
from inferlog.query.render import READABLE_LOG_TYPES, amount, iso_time, receipt, render
from tests.unit.journey import RECEIVED_AT, enriched, shown, shown_values

ASK = [{"role": "user", "content": "Hi"}]
ANSWER = {"role": "assistant", "content": "Hello"}

BODIES: list[dict[str, Any]] = [
    {},
    {"prompt_messages": ASK, "completion_message": ANSWER},
    {"completion_message": {}},
    {"input": "text", "output": "text"},
    {"input": ASK, "output": ANSWER},
    {"input": {"a": 1}, "output": [1, 2], "log_type": "tool"},
    {"input": None, "output": None, "prompt_messages": None, "completion_message": None, "metadata": None},
    {"input": 5, "output": True},
    {"log_type": "span"},
    {"log_type": "reranker", "warnings": {"a": 1}},
    {"warnings": ["a"]},
    {"tool_choice": "required", "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
    {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    {"full_request": {"temperature": 0.5}, "full_response": {"a": 1}},
    {"response_format": "json_object"},
    {"error_message": "it broke", "status_code": 500},
    {"model": "gpt-4o-mini", "prompt_tokens": 1000, "completion_tokens": 5, "cost": 0.1, "latency": 2},
    {"timestamp": "2201-01-01", "customer_identifier": 5, "positive_feedback": True},
    {"metadata": {"n": 1, "list": [1], "null": None}},
]


@pytest.mark.parametrize("body", BODIES)
def test_every_answer_has_the_shapes_that_clients_rely_on(body: dict[str, Any]) -> None:
    """Strings, a message or null, objects, ISO times, and one of the 18 kinds (dossier §4.2)."""
    answer = shown_values(body)
    assert isinstance(answer["input"], str)
    assert isinstance(answer["output"], str)
    assert isinstance(answer["prompt_messages"], list)
    assert answer["completion_message"] is None or answer["completion_message"]
    assert isinstance(answer["full_request"], dict)
    assert isinstance(answer["full_response"], dict)
    assert isinstance(answer["metadata"], dict)
    assert isinstance(answer["warnings"], str)
    assert answer["log_type"] in READABLE_LOG_TYPES
    assert answer["response_format"] is None or isinstance(answer["response_format"], dict)
    for name in ("timestamp", "start_time", "received_at"):
        assert len(answer[name]) == len("2024-04-15T08:30:37.721313Z")
        assert answer[name].endswith("Z")
    assert answer["id"] == answer["unique_id"]
    assert len(answer["id"]) == 32
    assert "messages" not in answer


def test_the_readable_kinds_are_those_eighteen() -> None:
    """What keywordsai 1.0.4 can read."""
    assert len(READABLE_LOG_TYPES) == 18
    for kind in READABLE_LOG_TYPES:
        assert shown_values({"log_type": kind})["log_type"] == kind


def test_another_kind_is_shown_as_unknown_beside_itself() -> None:
    """A kind that the client would refuse is not lost."""
    answer = shown_values({"log_type": "reranker"})
    assert (answer["log_type"], answer["original_log_type"]) == ("unknown", "reranker")
    assert "original_log_type" not in shown_values({"log_type": "chat"})


@pytest.mark.parametrize(
    ("body", "input_", "output", "messages", "answer"),
    [
        ({}, "", "", [], None),
        (
            {"prompt_messages": ASK, "completion_message": ANSWER},
            '[{"role":"user","content":"Hi"}]', '{"role":"assistant","content":"Hello"}', ASK, ANSWER,
        ),
        (
            {"input": ASK, "output": ANSWER},
            '[{"role":"user","content":"Hi"}]', '{"role":"assistant","content":"Hello"}', ASK, ANSWER,
        ),
        (
            {"input": '[{"role": "user"}]', "output": '{"role": "assistant"}'},
            '[{"role": "user"}]', '{"role": "assistant"}', [{"role": "user"}], {"role": "assistant"},
        ),
        (
            {"input": "in", "output": "out", "prompt_messages": ASK, "completion_message": ANSWER},
            "in", "out", ASK, ANSWER,
        ),
        ({"input": "[not json", "output": "{not json"}, "[not json", "{not json", [], None),
        ({"input": ASK, "output": ANSWER, "log_type": "tool"},
            '[{"role":"user","content":"Hi"}]', '{"role":"assistant","content":"Hello"}', [], None),
        ({"input": "line\nbreak \x00 é😀", "output": ""}, "line\nbreak \x00 é😀", "", [], None),
        ({"input": 0.10, "output": False}, "0.1", "false", [], None),
        ({"completion_message": {}, "output": "{}"}, "", "{}", [], None),
        (b'{"completion_message":{ }}', "", "{ }", [], None),
        ({"output": "{\n }"}, "", "{\n }", [], None),
        ({"input": '["one", "two"]', "output": '{"city": "Paris"}'}, '["one", "two"]', '{"city": "Paris"}', [], None),
        ({"input": '[{"role": "pirate"}]', "output": "{}"}, '[{"role": "pirate"}]', "{}", [], None),
    ],
)  # fmt: skip
def test_input_and_messages_are_filled_from_each_other(
    body: Any, input_: str, output: str, messages: list[Any], answer: dict[str, Any] | None
) -> None:
    """For chats both forms are there, as strings and as messages; an empty message is none."""
    found = shown_values(body)
    assert (found["input"], found["output"]) == (input_, output)
    assert (found["prompt_messages"], found["completion_message"]) == (messages, answer)


@pytest.mark.parametrize(
    ("sent", "shown_as"),
    [
        (None, None), ("auto", "auto"), ("none", "none"), ("required", "required"), ("true", "true"), ("5", "5"),
        ({"type": "function"}, {"type": "function"}),
    ],
)  # fmt: skip
def test_tool_choice_comes_back_as_text_or_object(sent: Any, shown_as: Any) -> None:
    """A word stays a word, whatever JSON it looks like."""
    assert shown_values({"tool_choice": sent})["tool_choice"] == shown_as


def test_names_that_the_answer_has_itself_come_under_shadowed() -> None:
    """A client's field whose name the answer uses for something else is not lost, nor does it replace that."""
    answer = shown_values({"id": "mine", "failed": "mine", "shadowed": "mine", "received_at": 1, "request_id": "r"})
    assert answer["request_id"] == "r"
    assert answer["shadowed"] == {"id": "mine", "failed": "mine", "shadowed": "mine", "received_at": 1}
    assert answer["failed"] is False
    assert "shadowed" not in shown_values({"request_id": "r"})
    assert shown_values({"shadowed": 5})["shadowed"] == {"shadowed": 5}


def test_metadata_keeps_its_types_and_digits() -> None:
    """What was sent as a number is a number again, with all its digits."""
    metadata = b'{"n":1,"f":1.10,"big":123456789012345678901234567890,"t":true,"o":{"b":1,"a":[null]},"s":"1"}'
    assert bytes(shown(b'{"metadata":' + metadata + b"}")["metadata"]) == metadata


def test_figures_and_flags_are_shown() -> None:
    """Money is a JSON number, status and its bit agree, what was replaced is said."""
    answer = shown({"cost": "0.00042", "prompt_unit_price": 3, "status_code": 500, "timestamp": "2201-01-01"})
    assert bytes(answer["cost"]) == b"0.00042"
    assert bytes(answer["prompt_unit_price"]) == b"3"
    assert bytes(answer["completion_unit_price"]) == b"null"
    assert (bytes(answer["failed"]), bytes(answer["error_bit"])) == (b"true", b"1")
    assert bytes(answer["status"]) == b'"failed"'
    assert bytes(answer["flags"]) == b'["timestamp_out_of_range"]'
    assert bytes(answer["original_timestamp"]) == b"7289654400.0"
    assert bytes(answer["timestamp"]) == b'"2025-10-09T08:53:20.500000Z"'


def test_every_column_is_in_the_answer() -> None:
    """Nothing of a log is hidden but how it is kept."""
    names = shown_values({"user": "u"}).keys()
    renamed = {"project_id": "organization_id", "api_key_prefix": "organization_key_id", "extra": "user"}
    kept = {"given", "revision"}
    assert {renamed.get(column, column) for column in Log.__struct_fields__} - kept <= names


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0E-12", "0"), ("0.000420000000", "0.00042"), ("1.000000000000", "1"), ("1200.000000000000", "1200"),
        ("0.100000000000", "0.1"), ("0.000000000001", "1E-12"),
        ("123456789012.123456789012", "123456789012.123456789012"),
    ],
)  # fmt: skip
def test_an_amount_is_shown_without_empty_digits(value: str, text: str) -> None:
    """The twelve decimals are the column's, not the client's."""
    assert str(amount(Decimal(value))) == text
    assert amount(None) is None


def test_times_are_iso_8601_with_microseconds() -> None:
    """Always six decimals and Z."""
    assert iso_time(0.0) == "1970-01-01T00:00:00.000000Z"
    assert iso_time(1713169837.721313) == "2024-04-15T08:30:37.721313Z"


def test_a_receipt_is_what_every_known_client_reads() -> None:
    """The superset: message, id twice, and the stored figures; a repeat carries the first one's id."""
    log = enriched({"model": "m", "cost": 0.00042, "customer_identifier": 7, "latency": 1.5, "ttft": 0.5})
    text = msgspec.json.Encoder(decimal_format="number").encode(receipt(log, "f" * 32))
    assert msgspec.json.decode(text) == {
        "message": "log successful",
        "id": "f" * 32,
        "unique_id": "f" * 32,
        "organization_id": log.project_id,
        "customer_identifier": "7",
        "environment": "prod",
        "status": "success",
        "cost": 0.00042,
        "timestamp": "2025-10-09T08:53:20.500000Z",
        "latency": 1.5,
        "time_to_first_token": 0.5,
        "prompt_cache_hit_tokens": 0,
        "prompt_cache_creation_tokens": 0,
        "estimated": [],
    }
    assert log.timestamp == RECEIVED_AT


def test_an_unstored_log_renders_like_an_empty_one() -> None:
    """A new Log is a log of defaults."""
    answer = render(Log(log_type="chat"))
    assert (answer["cost"], answer["completion_message"], answer["flags"]) == (None, None, ())
    assert answer["timestamp"] == "1970-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("name", "readable", "unreadable"),
    [
        ("reasoning", [{"a": 1}], {"effort": "low"}),
        ("stop", ["a"], {"a": 1}),
        ("thinking", {"budget_tokens": 5}, "on"),
        ("reasoning_effort", "low", {"effort": "low"}),
    ],
)
def test_a_field_that_the_vendors_models_type_is_never_of_another_type(
    name: str, readable: Any, unreadable: Any
) -> None:
    """One field of a wrong type makes a whole log unreadable to typed clients: such a value comes as shadowed."""
    assert shown_values({"full_request": {name: readable}})[name] == readable
    log = shown_values({"full_request": {name: unreadable}})
    assert name not in log
    assert log["shadowed"] == {name: unreadable}
