"""The kinds of tokens that are paid for apart: disjoint, so that each token of a call is in one of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeVar

INPUT: Final = (
    "input", "cache_read", "cache_write_5m", "cache_write_1h", "audio_input", "audio_cache_read", "image_input",
)  # fmt: skip
"""Buckets of what went in: uncached text, read from a cache, written to a cache for five minutes or an hour, …"""
OUTPUT: Final = ("output", "reasoning", "audio_output", "image_output")
"""Buckets of what came out: text, reasoning that nobody sees, …"""
BUCKETS: Final = (*INPUT, *OUTPUT)
CACHE_READ: Final = ("cache_read", "audio_cache_read")
CACHE_WRITE: Final = ("cache_write_5m", "cache_write_1h")

Usage = dict[str, int]
"""Tokens by bucket; a bucket that is not there has none."""


def total(usage: Mapping[str, int], buckets: tuple[str, ...]) -> int:
    """Return the tokens in some of the buckets."""
    return sum([usage.get(name, 0) for name in buckets])


_Amount = TypeVar("_Amount", int, Decimal)


def above_zero(amounts: Mapping[str, _Amount]) -> dict[str, _Amount]:
    """Return tokens or USD of those buckets that have any: the store has a column for each."""
    return {name: amount for name, amount in amounts.items() if amount}
