"""How many tokens texts have: exactly, up to a bound of bytes, and past it in proportion."""

from collections.abc import Sequence
from math import ceil
from typing import Final, NamedTuple

import toktok

from inferlog.counting.characters import estimate
from inferlog.counting.encodings import CL100K, O200K

EXTRAPOLATED: Final = "tokens:extrapolated"
CHARACTERS: Final = "tokens:characters"


class Tokens(NamedTuple):
    """A number of tokens, how many bytes of UTF-8 went through the tokenizer, and what of it is an estimate."""

    number: int
    bytes_read: int
    marks: tuple[str, ...] = ()


def load() -> None:
    """Read the vocabularies: 0.4 s in which no other thread runs, so better before a server listens."""
    for name in (O200K, CL100K):
        toktok.batch_count([], name, threads=1)  # of no text: a count leaves 25 MB of working memory with its thread


def count_texts(texts: Sequence[str], encoding: str, bytes_max: int) -> Tokens:
    """Return the tokens of all texts, each for itself. Text that looks like a special token counts as text.

    Past `bytes_max` bytes the rest is estimated by its characters, and the estimate put right by how well it does on
    what was counted.
    """
    counted, rest, bytes_read = _divide(texts, bytes_max)
    exact = sum(toktok.batch_count(counted, encoding, threads=1)) if counted else 0  # counting releases the GIL
    if not rest:
        return Tokens(exact, bytes_read)
    guess = sum(map(estimate, rest))
    if not counted:
        return Tokens(ceil(guess), bytes_read, (CHARACTERS,))
    guessed = sum(map(estimate, counted))
    scale = exact / guessed if guessed > 0 else 1.0
    return Tokens(exact + ceil(guess * scale), bytes_read, (EXTRAPOLATED,))


def _divide(texts: Sequence[str], bytes_max: int) -> tuple[list[str], list[str], int]:
    """Return what is within the bound, what is past it, and the bytes of the former. A text may be cut in two."""
    within: list[str] = []
    left = bytes_max
    for index, text in enumerate(texts):
        size = size_of(text)
        if size <= left:
            within.append(text)
            left -= size
            continue
        head = text[:left].encode()[:left].decode("utf-8", "ignore")
        rest = [text[len(head) :], *texts[index + 1 :]]
        if head:
            within.append(head)
        return within, rest, bytes_max - left + size_of(head)
    return within, [], bytes_max - left


def size_of(text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())
