"""How many tokens a call used: given directly, or read from the provider's `usage`, which is kept verbatim."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from inferlog.enrich.clock import add_flag
from inferlog.model import NO_JSON, Log, Sent
from inferlog.pricing.buckets import BUCKETS, total

_Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]


class _Details(msgspec.Struct):
    cached_tokens: _Count | None = None
    reasoning_tokens: _Count | None = None


class _Usage(msgspec.Struct):
    """The names that providers give to the same figures."""

    prompt_tokens: _Count | None = None
    input_tokens: _Count | None = None
    completion_tokens: _Count | None = None
    output_tokens: _Count | None = None
    total_tokens: _Count | None = None
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None
    cache_creation_prompt_tokens: _Count | None = None
    prompt_tokens_details: _Details | None = None
    input_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None


_decode_usage: Final = msgspec.json.Decoder(_Usage, strict=False).decode
_TOKENS_MAX: Final = 2**32 - 1
_SPEED_MAX: Final = 1e12  # a latency of nearly nothing makes a speed that says nothing


def count_tokens(sent: Sent) -> None:
    """Fill the token counts that were not given, their total, and the speed in tokens per second."""
    log = sent.log
    if log.usage is not NO_JSON:
        try:
            _fill(log, _decode_usage(log.usage))
        except msgspec.ValidationError:
            add_flag(log, "usage_unreadable")
    if not log.usage_details:
        _fill_buckets(log)
    if not log.total_request_tokens:
        log.total_request_tokens = min(total(log.usage_details, BUCKETS), _TOKENS_MAX)
    if not log.tokens_per_second and log.latency > 0:
        speed = log.completion_tokens / log.latency
        log.tokens_per_second = int(speed * 1e4 + 0.5) / 1e4 if speed < _SPEED_MAX else 0.0


def _fill_buckets(log: Log) -> None:
    read, write, reasoning = log.prompt_cache_hit_tokens, log.prompt_cache_creation_tokens, log.reasoning_tokens
    inside = (log.provider_id != "anthropic" and "claude" not in log.model) or _counts_cached_inside(log)
    uncached = max(log.prompt_tokens - read - write, 0) if inside else log.prompt_tokens
    text = max(log.completion_tokens - reasoning, 0)
    found = {
        "input": uncached, "cache_read": read, "cache_write_5m": write, "output": text, "reasoning": reasoning,
    }  # fmt: skip
    log.usage_details = {name: count for name, count in found.items() if count}


def _counts_cached_inside(log: Log) -> bool:
    """Tell whether the usage is in OpenAI's shape, whose cached tokens are part of the prompt's.

    So do instrumentations of Anthropic count that write it (LiteLLM, OpenLLMetry, OpenInference), unlike Anthropic.
    """
    if not (log.prompt_cache_hit_tokens or log.prompt_cache_creation_tokens):
        return False
    usage = bytes(log.usage)
    return b'"prompt_tokens"' in usage or b'"cached_tokens"' in usage


def _fill(log: Log, usage: _Usage) -> None:
    into = usage.prompt_tokens_details or usage.input_tokens_details or _Details()
    out = usage.completion_tokens_details or usage.output_tokens_details or _Details()
    log.prompt_tokens = log.prompt_tokens or usage.prompt_tokens or usage.input_tokens or 0
    log.completion_tokens = log.completion_tokens or usage.completion_tokens or usage.output_tokens or 0
    log.total_request_tokens = log.total_request_tokens or usage.total_tokens or 0
    log.prompt_cache_hit_tokens = (
        log.prompt_cache_hit_tokens or usage.cache_read_input_tokens or into.cached_tokens or 0
    )
    log.prompt_cache_creation_tokens = (
        log.prompt_cache_creation_tokens or usage.cache_creation_input_tokens or usage.cache_creation_prompt_tokens or 0
    )
    log.reasoning_tokens = log.reasoning_tokens or out.reasoning_tokens or 0
