"""Values that can be read without loss are read; null is absent; aliases, nested holders and controls."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from inferlog.dialects.fields import ALIASES, BODIES, SCALARS
from inferlog.model import Log
from tests.unit.journey import KEY, PROJECT, decoded, enriched, extra_of, prepared

UUID = "0190A5E4-7B1C-7ABC-8DEF-0123456789AB"
HEX = "0190a5e47b1c7abc8def0123456789ab"


def kept(body: Any) -> dict[str, Any]:
    """Return what of a body is kept beside the columns."""
    return {name: msgspec.json.decode(raw) for name, raw in decoded(body).extra.items()}


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        (b'{"customer_identifier":456467}', "customer_identifier", "456467"),
        (b'{"customer_identifier":-1}', "customer_identifier", "-1"),
        (
            b'{"thread_identifier":123456789012345678901234567890}',
            "thread_identifier",
            "123456789012345678901234567890",
        ),
        (b'{"prompt_id":0}', "prompt_id", "0"),
        (b'{"prompt_tokens":"8"}', "prompt_tokens", 8),
        (b'{"completion_tokens":16.0}', "completion_tokens", 16),
        (b'{"status_code":"404"}', "status_code", 404),
        (b'{"latency":"1.5"}', "latency", 1.5),
        (b'{"ttft":"0.5"}', "time_to_first_token", 0.5),
        (b'{"stream":"true"}', "stream", True),
        (b'{"stream":1}', "stream", True),
        (b'{"stream":"0"}', "stream", False),
        (b'{"cost":"0.10"}', "cost", Decimal("0.1")),
        (b'{"cost":1e-7}', "cost", Decimal("0.0000001")),
        (b'{"cost":0.1234567890125}', "cost", Decimal("0.123456789012")),
        (b'{"cost":0.1234567890135}', "cost", Decimal("0.123456789014")),
        (b'{"timestamp":1713169837}', "timestamp", 1713169837.0),
        (b'{"timestamp":"1713169837"}', "timestamp", 1713169837.0),
        (b'{"timestamp":1713169837721}', "timestamp", 1713169837.721),
        (b'{"timestamp":1713169837721313}', "timestamp", 1713169837.721313),
        (b'{"timestamp":1713169837721313000}', "timestamp", 1713169837.721313),
        (b'{"timestamp":"April 15, 2024 8:30:37 AM"}', "timestamp", 1713169837.0),
        (b'{"response_format":"json_object"}', "response_format", msgspec.Raw(b'{"type":"json_object"}')),
    ],
)
def test_a_value_is_read_without_loss(text: bytes, column: str, value: Any) -> None:
    """Numbers in strings, integers as identifiers, epochs in four units and loose times are read, not refused."""
    assert getattr(decoded(text).log, column) == value


def rest_of(log: Log) -> dict[str, Any]:
    """Return a log without its id and size, which differ from sending to sending."""
    values = {name: getattr(log, name) for name in Log.__struct_fields__ if name not in ("id", "size_bytes")}
    return {name: bytes(value) if isinstance(value, msgspec.Raw) else value for name, value in values.items()}


@pytest.mark.parametrize(
    "name", sorted((SCALARS.keys() | BODIES.keys()) - {"customer_identifier", "keywordsai_params"})
)
def test_null_is_the_same_as_absent(name: str) -> None:
    """A null of any known field leaves the log as if it had not been sent, alone and beside what is rewritten."""
    for others in ({}, {"customer_identifier": 5, "keywordsai_params": {"note": "n"}}):
        found = enriched({**others, name: None})
        expected = enriched(others)
        assert rest_of(found) == rest_of(expected)


def test_a_null_of_an_unknown_name_is_kept() -> None:
    """What inferlog has no name for is kept, null too."""
    assert kept(b'{"request_id":null}') == {"request_id": None}


PAIRS = [
    ("generation_time", "latency", 1.5, 2.5),
    ("ttft", "time_to_first_token", 0.1, 0.2),
    ("messages", "prompt_messages", [{"role": "user", "content": "alias"}], [{"role": "user", "content": "name"}]),
    ("total_tokens", "total_request_tokens", 3, 4),
]


def value_of(body: Any, column: str) -> Any:
    """Return a column's value."""
    value = getattr(decoded(body).log, column)
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


@pytest.mark.parametrize(("alias", "column", "other", "value"), PAIRS)
def test_an_alias_fills_the_column_unless_its_name_came_too(alias: str, column: str, other: Any, value: Any) -> None:
    """Alone or beside a null the alias counts; of both, the name counts and the alias is kept, in either order."""
    assert (value_of({alias: other}, column), kept({alias: other})) == (other, {})
    for both in ({alias: other, column: value}, {column: value, alias: other}):
        assert (value_of(both, column), kept(both)) == (value, {alias: other})
    for null in ({alias: other, column: None}, {column: None, alias: other}):
        assert (value_of(null, column), kept(null)) == (other, {})
    assert (value_of({alias: None, column: value}, column), kept({alias: None, column: value})) == (value, {})


def test_every_alias_is_in_these_pairs() -> None:
    """No alias is untested."""
    assert {alias: column for alias, column, *_ in PAIRS} == ALIASES


@pytest.mark.parametrize("holder", ["keywordsai_params", "respan_params"])
def test_a_nested_holder_counts_as_the_top_level(holder: str) -> None:
    """Fields of a holder fill columns, and unknown ones are kept, as if they stood at the top."""
    sent = decoded({holder: {"customer_identifier": 7, "ttft": 0.5, "mine": [1], "metadata": {"a": 1}}, "model": "m"})
    assert (sent.log.customer_identifier, sent.log.time_to_first_token, sent.log.model) == ("7", 0.5, "m")
    assert bytes(sent.log.metadata) == b'{"a":1}'
    assert {name: bytes(raw) for name, raw in sent.extra.items()} == {"mine": b"[1]"}


def test_the_top_level_counts_before_holders_and_nothing_is_lost() -> None:
    """Top level, then respan_params, then keywordsai_params; what does not count is kept in its holder."""
    body = {
        "keywordsai_params": {"model": "k", "note": "k", "category": "k", "same": 1},
        "respan_params": {"model": "r", "note": "r", "same": 1},
        "model": "top",
    }
    log = decoded(body).log
    assert (log.model, log.note, log.category) == ("top", "r", "k")
    assert kept(body) == {
        "respan_params": {"model": "r"},
        "keywordsai_params": {"model": "k", "note": "k"},
        "same": 1,
    }


def test_a_null_at_the_top_does_not_hide_a_holders_value() -> None:
    """null is absent on either level."""
    assert decoded({"keywordsai_params": {"model": "k"}, "model": None}).log.model == "k"
    assert decoded({"keywordsai_params": {"model": None}, "model": "top"}).log.model == "top"


def test_customer_params_fill_the_customer() -> None:
    """The nested customer fills what was not given directly, and stays whole."""
    customer = {"customer_identifier": 12345678901234567890, "name": "Ada", "email": "a@b.c", "period_budget": 10.0}
    log = enriched({"customer_params": customer, "customer_name": "Countess"})
    assert (log.customer_identifier, log.customer_name, log.customer_email) == (
        "12345678901234567890",
        "Countess",
        "a@b.c",
    )
    assert msgspec.json.decode(extra_of(log)["customer_params"]) == customer


@pytest.mark.parametrize("given", [UUID, UUID.lower(), UUID.replace("-", ""), HEX])
def test_a_unique_id_that_is_a_uuid_becomes_the_id(given: str) -> None:
    """A UUID, dashed or not, in either case, is the log's id, and two sendings have one identity."""
    first, second = prepared({"unique_id": given}), prepared({"unique_id": HEX, "model": "other"})
    assert (first.log.id, first.entry.log_id, extra_of(first.log)) == (HEX, HEX, {})
    assert first.entry.identity == second.entry.identity != b""


@pytest.mark.parametrize(
    "given", ["abc", "", HEX[:-1], HEX + "0", UUID[:-1], HEX[:16] + "-" + HEX[16:], 12345, f" {HEX}"]
)
def test_any_other_unique_id_is_only_kept(given: Any) -> None:
    """What is no UUID is kept with the log, which gets an id of its own and no identity."""
    ready = prepared({"unique_id": given})
    assert kept({"unique_id": given}) == {"unique_id": given}
    assert (len(ready.entry.log_id), ready.entry.identity) == (32, b"")


def test_what_makes_a_repeat_the_same_log() -> None:
    """Its own id counts before the request's key, and that before the span; logs without any are never the same."""
    span = {"trace_unique_id": "t", "span_unique_id": "s"}
    everything = prepared({"unique_id": HEX, **span}, idempotency=("k",)).entry.identity
    assert everything == prepared({"unique_id": HEX}).entry.identity
    by_request = prepared(span, idempotency=("k",)).entry.identity
    assert by_request == prepared({}, idempotency=("k",)).entry.identity
    by_span = prepared(span).entry.identity
    assert by_span == prepared({**span, "model": "m"}).entry.identity
    assert len({everything, by_request, by_span, prepared({}, idempotency=("k", "0")).entry.identity}) == 4
    assert prepared({"trace_unique_id": "t"}).entry.identity == prepared({"span_unique_id": "s"}).entry.identity == b""


@pytest.mark.parametrize(
    ("controls", "block"),
    [
        ({}, True),
        ({"keywordsai_api_controls": {"block": False}}, False),
        ({"respan_api_controls": {"block": False}}, False),
        ({"keywordsai_api_controls": {"block": True}}, True),
        ({"keywordsai_api_controls": {"block": None}}, True),
        ({"keywordsai_api_controls": {}}, True),
        ({"keywordsai_api_controls": None}, True),
        ({"keywordsai_api_controls": {"block": True}, "respan_api_controls": {"block": False}}, False),
        ({"keywordsai_params": {"keywordsai_api_controls": {"block": False}}}, False),
    ],
)
def test_block_says_whether_the_answer_carries_the_log(controls: dict[str, Any], block: bool) -> None:
    """Only block: false answers without the log's data."""
    assert prepared(controls).block is block


CONTENT: dict[str, Any] = {
    "input": "secret", "output": "secret", "prompt_messages": ["secret"], "completion_message": {"content": "secret"},
    "completion_messages": ["secret"], "tools": ["secret"], "tool_calls": ["secret"], "variables": {"v": "secret"},
    "full_request": {"messages": ["secret"], "model": "m"}, "full_response": {"x": "secret"},
    "messages": ["secret"], "ideal_output": "secret",
    "keywordsai_params": {"input": "older secret"}, "prompt": {"variables": {"v": "secret"}},
}  # fmt: skip


def test_disable_log_keeps_figures_and_no_content() -> None:
    """With disable_log nothing of what was said is in the row; model, tokens, cost and metadata are."""
    body = {**CONTENT, "disable_log": "true", "prompt_tokens": 3, "cost": 1, "metadata": {"team": "a"}}
    row = prepared(body).entry.row
    assert b"secret" not in row
    stored = msgspec.json.decode(row)
    assert (stored["model"], stored["prompt_tokens"], stored["cost"]) == ("m", 3, "1.000000000000")
    assert (stored["metadata"], stored["extra"]) == ({"team": "a"}, {"disable_log": "true"})
    assert prepared({**CONTENT, "disable_log": False}).entry.row.count(b"secret") == 14


RESERVED = {
    "project_id": "ffffffff-0000-4000-8000-000000000000", "environment": "test", "id": HEX, "received_at": 1,
    "api_key_prefix": "zzzz", "cost_source": "mine", "extra": {"a": 1}, "flags": ["f"], "size_bytes": 7,
}  # fmt: skip


def test_names_of_inferlogs_own_columns_never_set_them() -> None:
    """A body cannot choose its project, environment, arrival or flags; what it sent under those names is kept."""
    log = enriched(RESERVED)
    assert {name: msgspec.json.decode(raw) for name, raw in extra_of(log).items()} == RESERVED
    assert (log.project_id, log.environment, log.api_key_prefix) == (PROJECT, KEY.environment, KEY.prefix)
    assert (log.received_at, log.cost_source, log.flags) == (1_760_000_000.5, "", ())
    assert log.id != HEX
    assert log.size_bytes == len(msgspec.json.encode(RESERVED))
