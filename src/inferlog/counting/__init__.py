"""Tokens of a call whose usage nobody told: counted from what was said. Pure.

What is exact here and what is not, and how far off: docs/decisions/counting.md.
"""

from typing import Final, NamedTuple

from inferlog.counting.content import answer_of, prompt_of
from inferlog.counting.encodings import encoding_of, reasons_unseen
from inferlog.counting.tokens import count_texts
from inferlog.model import Log
from inferlog.pricing.buckets import Usage

_TOKENS_MAX: Final = 2**32 - 1


class Counted(NamedTuple):
    """Tokens by bucket, what of them is estimated and why, and the bytes that went through a tokenizer."""

    usage: Usage
    estimated: tuple[str, ...]
    bytes_read: int


def count(log: Log, bytes_max: int) -> Counted:
    """Return the tokens of a log's content, of which at most `bytes_max` bytes are tokenized; of 0 none is."""
    encoding = encoding_of(log.model)
    prompt, answer = prompt_of(log), answer_of(log)
    into = count_texts(prompt.texts, encoding.name, bytes_max)
    out = count_texts(answer.texts, encoding.name, bytes_max - into.bytes_read)
    counts = {"input": into.number + prompt.overhead, "output": out.number + answer.overhead}
    marks = [*into.marks, *out.marks]
    if into.bytes_read or out.bytes_read or not marks:
        marks.insert(0, f"tokens:{encoding.name}" if encoding.exact else "tokens:stand_in")
    if out.number and reasons_unseen(log.model):
        marks.append("tokens:reasoning_not_counted")
    marks += [*prompt.marks, *answer.marks]
    usage = {name: min(tokens, _TOKENS_MAX) for name, tokens in counts.items() if tokens}
    return Counted(usage, tuple(dict.fromkeys(marks)), into.bytes_read + out.bytes_read)
