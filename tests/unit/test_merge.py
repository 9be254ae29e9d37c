"""Pieces of one log become one log, whatever their order and however often they come."""

from decimal import Decimal
from itertools import permutations
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.enrich.merge import RUNNING, merge
from inferlog.model import Log
from tests.unit.journey import PRICES, RECEIVED_AT
from tests.unit.pieces import message_piece, piece

START: Final = RECEIVED_AT - 10
END: Final = RECEIVED_AT - 7.5
BEGUN: Final[dict[str, Any]] = {
    "model": "gpt-4o-mini", "log_type": "chat", "status": RUNNING, "start_time": START,
    "prompt_messages": [{"role": "user", "content": "Hi"}], "metadata": {"a": 1, "b": 1},
}  # fmt: skip
ENDED: Final[dict[str, Any]] = {
    "timestamp": END, "completion_message": {"role": "assistant", "content": "Hello"}, "metadata": {"b": 2, "c": 2},
    "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0},
}  # fmt: skip


def test_a_call_that_was_begun_and_ended_apart_is_one_complete_call() -> None:
    """Times, tokens, speed and cost are worked out of both pieces: neither knows enough by itself."""
    begun, ended = piece(**BEGUN).log, piece(**ENDED).log
    assert (begun.status, begun.cost, ended.cost) == (RUNNING, None, None)
    whole = merge(begun, ended, PRICES, overrides=True)
    assert (whole.start_time, whole.timestamp, whole.latency, whole.status) == (START, END, 2.5, "success")
    assert (whole.prompt_tokens, whole.cost, whole.cost_source) == (1_000_000, Decimal("0.15"), "price_book")
    assert msgspec.json.decode(whole.metadata) == {"a": 1, "b": 2, "c": 2}
    assert (whole.model, whole.log_type, whole.id) == ("gpt-4o-mini", "chat", begun.id)


def test_the_order_of_beginning_and_end_does_not_matter() -> None:
    """An end that overtook its beginning is completed by it, to the same log but for its id."""
    begun, ended = piece(**BEGUN).log, piece(**ENDED).log
    usual, late = merge(begun, ended, PRICES, overrides=True), merge(ended, begun, PRICES, overrides=False)
    late.id, late.given = usual.id, usual.given
    late.metadata = usual.metadata  # the keys' order is the order of arrival
    assert late == usual


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"status": RUNNING}, {"status": RUNNING}, RUNNING),
        ({"status": RUNNING}, {}, "success"),
        ({}, {"status": RUNNING}, "success"),
        ({"status": RUNNING}, {"status": "failed"}, "failed"),
        ({"status": "failed"}, {"status": RUNNING}, "failed"),
        ({"status": RUNNING}, {"error_message": "boom"}, "failed"),
        ({"status_code": 429}, {"status": RUNNING}, "failed"),
    ],
)
@pytest.mark.parametrize("overrides", [False, True])
def test_a_log_runs_until_a_piece_says_how_it_ended(
    first: dict[str, Any], second: dict[str, Any], expected: str, overrides: bool
) -> None:
    """A piece without an end never outdoes one with an end."""
    assert merge(piece(**first).log, piece(**second).log, PRICES, overrides=overrides).status == expected


def test_a_given_cost_stands_and_a_worked_out_one_is_worked_out_again() -> None:
    """What a piece gave itself is kept; what was priced of half the figures is not."""
    half = piece(model="gpt-4o-mini", usage={"prompt_tokens": 1_000_000}).log
    assert half.cost == Decimal("0.15")
    assert merge(half, piece(usage={"prompt_tokens": 2_000_000}).log, PRICES, overrides=True).cost == Decimal("0.30")
    given_cost = merge(half, piece(cost=Decimal("0.07")).log, PRICES, overrides=True)
    assert (given_cost.cost, given_cost.cost_source) == (Decimal("0.07"), "given")
    again = merge(given_cost, piece(usage={"prompt_tokens": 5}).log, PRICES, overrides=True)
    assert (again.cost, again.prompt_tokens) == (Decimal("0.07"), 5)


MESSAGES: Final = [
    ("gen_ai.system.message", "Be brief", 1.0),
    ("gen_ai.user.message", "Hi", 2.0),
    ("gen_ai.user.message", "Hi", 3.0),
    ("gen_ai.choice", "Hello", 4.0),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_messages_that_come_apart_stand_in_the_order_in_which_they_were_said(order: tuple[int, ...]) -> None:
    """Message events make one conversation, in whichever order and however often they arrive, around their span too."""
    pieces = [message_piece(*MESSAGES[number]).log for number in order]
    whole = pieces[0]
    for each in [*pieces[1:2], piece(model="m", status="", timestamp=END).log, *pieces[2:], *pieces]:
        whole = merge(whole, each, PRICES, overrides=False)
    messages = msgspec.json.decode(whole.prompt_messages)
    assert [(each["role"], each["content"]) for each in messages] == [
        ("system", "Be brief"), ("user", "Hi"), ("user", "Hi"),
    ]  # fmt: skip
    assert msgspec.json.decode(whole.completion_message)["content"] == "Hello"
    assert (whole.status, whole.model) == ("success", "m")


_texts = st.sampled_from(["", "x", "y"])
_objects = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2) | st.text(max_size=3), max_size=3)
_columns = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["gpt-4o-mini", "no-such-model"]),
        "status": st.sampled_from([RUNNING, "failed", "success"]),
        "error_message": _texts,
        "customer_identifier": _texts,
        "start_time": st.sampled_from([0.0, START, START - 5, 10.0]),
        "timestamp": st.sampled_from([0.0, END, END + 1, 7_289_654_400.0]),
        "latency": st.sampled_from([0.0, 1.5]),
        "metadata": _objects,
        "usage": st.fixed_dictionaries({}, optional={"prompt_tokens": st.integers(0, 9), "total_tokens": st.just(7)}),
        "cost": st.sampled_from([None, Decimal("0.07")]),
        "input": st.sampled_from(["text", {"a": 1}, ["b"]]),
    },
)


@given(_columns, _columns, st.booleans())
def test_a_piece_that_comes_again_changes_nothing(first: Any, second: Any, overrides: bool) -> None:
    """Merging is idempotent: a retried request, or a segment done again after a crash, leaves the log as it was."""
    piece_of_it = piece(**second).log
    once = merge(piece(**first).log, piece_of_it, PRICES, overrides=overrides)
    twice = merge(once, piece_of_it, PRICES, overrides=overrides)
    assert _values(twice) == _values(once)


@given(_columns, _columns, st.booleans())
def test_nothing_that_either_piece_said_is_lost(first: Any, second: Any, overrides: bool) -> None:
    """Every column that a piece filled is filled in the whole: with its value, or with the other one's."""
    log, other = piece(**first).log, piece(**second).log
    whole = merge(log, other, PRICES, overrides=overrides)
    winner = second if overrides else first
    loser = first if overrides else second
    for name in ("model", "customer_identifier", "error_message"):
        assert getattr(whole, name) == (winner.get(name) or loser.get(name) or "")
    keys = {*first.get("metadata", {}), *second.get("metadata", {})}
    assert set(msgspec.json.decode(whole.metadata) or {}) == keys
    assert whole.status == RUNNING or RUNNING not in (log.status, other.status) or whole.status != RUNNING


def _values(log: Log) -> dict[str, Any]:
    return {
        name: msgspec.json.decode(value) if isinstance(value := getattr(log, name), msgspec.Raw) else value
        for name in Log.__struct_fields__
    }
