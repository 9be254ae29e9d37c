"""Ids carry a log's time; identities stand for one log and no other."""

import uuid
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog import ids

moments = st.floats(1_262_304_000, 4_000_000_000, allow_nan=False)
parts = st.lists(st.text(max_size=4), min_size=2, max_size=4)


@given(moments)
def test_a_log_id_is_a_uuid_v7_of_the_logs_time(timestamp: float) -> None:
    """48 bits of milliseconds, version 7, variant 10 (RFC 9562 §5.7), as 32 hex digits."""
    text = ids.log_id(timestamp)
    assert text == uuid.UUID(text).hex
    assert uuid.UUID(text).version == 7
    assert uuid.UUID(text).variant == uuid.RFC_4122
    assert int(text[:12], 16) == int(timestamp * 1000)


@given(st.lists(moments, min_size=2, max_size=20))
def test_log_ids_sort_as_their_times_do(timestamps: list[float]) -> None:
    """An id of a later millisecond is the greater one."""
    made = [(int(moment * 1000), ids.log_id(moment)) for moment in timestamps]
    for (before, first), (after, second) in pairwise(sorted(made)):
        assert before == after or first < second


def test_log_ids_of_one_moment_differ() -> None:
    """Ten thousand logs of one millisecond have ten thousand ids."""
    assert len({ids.log_id(1_760_000_000.0) for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0190a5e47b1c7abc8def0123456789ab", "0190a5e47b1c7abc8def0123456789ab"),
        ("0190A5E4-7B1C-7ABC-8DEF-0123456789AB", "0190a5e47b1c7abc8def0123456789ab"),
        ("00000000000000000000000000000000", "00000000000000000000000000000000"),
        ("0190a5e47b1c7abc8def0123456789a", None),
        ("0190a5e47b1c7abc8def0123456789abc", None),
        ("0190a5e4-7b1c7abc-8def-0123456789ab", None),
        ("{0190a5e4-7b1c-7abc-8def-0123456789ab}", None),
        ("urn:uuid:0190a5e4-7b1c-7abc-8def-0123456789ab", None),
        ("0190a5e47b1c7abc8def0123456789ag", None),
        ("0190a5e47b1c7abc8def0123456789ab\n", None),
        ("٠190a5e47b1c7abc8def0123456789ab", None),
        ("", None),
    ],
)
def test_what_reads_as_a_uuid(text: str, found: str | None) -> None:
    """A dashed UUID or 32 hex digits, in either case, and nothing else."""
    assert ids.read_uuid(text) == found


@given(parts, parts)
def test_identities_are_equal_only_for_equal_parts(first: list[str], second: list[str]) -> None:
    """Where one part ends and the next begins counts."""
    one, other = ids.identity("p", *first), ids.identity("p", *second)
    assert (one == other) is (first == second)
    assert len(one) == 16


def test_identities_of_projects_and_kinds_differ() -> None:
    """The same name in another project, or of another kind, is another log; cut the other way, too."""
    made = [
        ids.identity("p1", "span", "ab", "c"),
        ids.identity("p1", "span", "a", "bc"),
        ids.identity("p1", "request", "ab", "c"),
        ids.identity("p2", "span", "ab", "c"),
        ids.identity("p1", "span", "abc"),
        ids.identity("p1s", "pan", "abc"),
        ids.identity("p1", "span", "\ud800"),
    ]
    assert len(set(made)) == len(made)


def test_a_new_key_has_the_shape_that_clients_know() -> None:
    """Eight letters or digits to show, a dot, thirty-two to keep secret; drawn anew each time."""
    drawn = {ids.new_key() for _ in range(100)}
    assert len(drawn) == 100
    for key in drawn:
        prefix, secret = key.split(".")
        assert (len(prefix), len(secret)) == (8, 32)
        assert (prefix + secret).isalnum()
        assert key.isascii()


def test_new_projects_get_random_uuids() -> None:
    """A project's id is a UUID in its dashed form."""
    first, second = ids.new_uuid(), ids.new_uuid()
    assert first != second
    assert str(uuid.UUID(first)) == first
    assert uuid.UUID(first).version == 4
