"""The commonest usages, read in a third of the time: OpenAI's two shapes, where they add up and name nothing else.

`read` comes to the same (a property holds that); half of all providers speak these shapes, and every log pays for this.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from inferlog.pricing.buckets import Usage
from inferlog.usage.names import COUNT_MAX

_Count = Annotated[int, Meta(ge=0, le=COUNT_MAX)]
_Zero = Annotated[int, Meta(ge=0, le=0)]


class _Input(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    cached_tokens: _Count | None = 0
    audio_tokens: _Zero | None = 0


class _Output(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    reasoning_tokens: _Count | None = 0
    audio_tokens: _Zero | None = 0
    accepted_prediction_tokens: _Count | None = 0
    rejected_prediction_tokens: _Count | None = 0


class _Usage(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    prompt_tokens: _Count | None = None
    completion_tokens: _Count = 0
    total_tokens: _Count = 0
    prompt_tokens_details: _Input | None = None
    completion_tokens_details: _Output | None = None
    input_tokens: _Count | None = None
    output_tokens: _Count = 0
    input_tokens_details: _Input | None = None
    output_tokens_details: _Output | None = None


_decode: Final = msgspec.json.Decoder(_Usage).decode


def read_plain(usage: msgspec.Raw) -> Usage | None:
    """Return the buckets above 0 of a usage in OpenAI's shape that adds up; None for any other."""
    try:
        told = _decode(usage)
    except (msgspec.DecodeError, RecursionError):
        return None
    if told.prompt_tokens is not None and told.input_tokens is None:
        into, out = told.prompt_tokens, told.completion_tokens
        of_input, of_output = told.prompt_tokens_details, told.completion_tokens_details
    elif told.input_tokens is not None and told.prompt_tokens is None:
        into, out = told.input_tokens, told.output_tokens
        of_input, of_output = told.input_tokens_details, told.output_tokens_details
    else:
        return None
    cached = (of_input is not None and of_input.cached_tokens) or 0
    reasoning = (of_output is not None and of_output.reasoning_tokens) or 0
    if told.total_tokens != into + out or cached > into or reasoning > out:
        return None
    buckets: Usage = {}
    if into > cached:
        buckets["input"] = into - cached
    if cached:
        buckets["cache_read"] = cached
    if out > reasoning:
        buckets["output"] = out - reasoning
    if reasoning:
        buckets["reasoning"] = reasoning
    return buckets
