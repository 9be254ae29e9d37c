"""How many tokens a call used, by bucket: read from the provider's `usage`, which is kept as it came, or given."""

from typing import Any, Final

import msgspec

from inferlog.enrich.clock import add_flag
from inferlog.enrich.tier import answer_tier
from inferlog.enrich.uncounted import was_answered
from inferlog.model import NO_JSON, Log, Sent
from inferlog.pricing.buckets import INPUT, OUTPUT, Usage, total
from inferlog.usage import COUNTED_ELSEWHERE, UNREADABLE, read, read_given
from inferlog.usage.charges import CHARGES, charged
from inferlog.usage.names import COUNT_MAX, Counts
from inferlog.usage.plain import read_plain
from inferlog.usage.responses import TIERS
from inferlog.usage.settle import TOTAL_ONLY, Reading

DIFFERS: Final = "tokens_differ_from_usage"
"""The flag of a log whose given count is neither the provider's own in `usage` nor what the buckets sum up to."""

_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode
_SPEED_MAX: Final = 1e12  # a latency of nearly nothing makes a speed that says nothing
_SIDES: Final = (
    ("prompt_tokens", ("prompt_tokens", "input_tokens", "inputTokens", "promptTokenCount"), INPUT),
    ("completion_tokens", ("completion_tokens", "output_tokens", "outputTokens", "candidatesTokenCount"), OUTPUT),
)


def count_tokens(sent: Sent) -> None:
    """Fill usage_details, the sums that the log lacks, and the speed in tokens per second."""
    log = sent.log
    if not log.flags or COUNTED_ELSEWHERE not in log.flags:
        given = _given(log)
        buckets = read_plain(log.usage) if not given and log.usage is not NO_JSON else None
        if buckets is None:
            buckets = _read(sent, given)
        if buckets is not None:
            log.usage_details = buckets
            sent.tokens_known = bool(buckets) or not was_answered(log)
            _fill_sums(log, buckets)
    if not log.tokens_per_second and log.latency > 0:
        speed = log.completion_tokens / log.latency
        log.tokens_per_second = int(speed * 1e4 + 0.5) / 1e4 if speed < _SPEED_MAX else 0.0


def _mark_estimated(log: Log, reasons: tuple[str, ...]) -> None:
    """Say why tokens are estimated. An embedding has no output, so that its total alone tells all."""
    if log.log_type == "embedding":
        reasons = tuple([reason for reason in reasons if reason != TOTAL_ONLY])
    log.estimated = tuple(dict.fromkeys((*log.estimated, *reasons)))


def _read(sent: Sent, given: Counts) -> Usage | None:
    """Return the buckets of a log's usage and of what came beside it, flagged where they contradict themselves."""
    log = sent.log
    reading = read_given(given, log.provider_id, log.model) if log.usage is NO_JSON else _read_usage(sent, given)
    for flag in reading.flags:
        add_flag(log, flag)
    if reading.estimated:
        _mark_estimated(log, reading.estimated)
    return reading.buckets


def _read_usage(sent: Sent, given: Counts) -> Reading:
    """Read the raw usage, and what else it tells: the service tier, and what the provider charges."""
    log = sent.log
    try:
        usage = _decode(log.usage)
    except (msgspec.DecodeError, RecursionError):
        add_flag(log, UNREADABLE)
        return read_given(given, log.provider_id, log.model)
    reading = read(usage, given, log.provider_id, log.model)
    if given and reading.buckets is not None:
        _compare(log, usage, reading.buckets)
    for name in TIERS:
        if isinstance(usage.get(name), str):
            answer_tier(sent, usage[name].lower())
    if log.cost is None and not (CHARGES.isdisjoint(usage) or _has_unit_prices(log)):
        log.cost = charged(log.usage, log.provider_id)
    return reading


def _has_unit_prices(log: Log) -> bool:
    return log.prompt_unit_price is not None or log.completion_unit_price is not None


def _given(log: Log) -> Counts:
    """Return the counts that came beside the usage, under the names of usage.names."""
    given: Counts = {}
    if log.prompt_tokens:
        given["input"] = log.prompt_tokens
    if log.completion_tokens:
        given["output"] = log.completion_tokens
    if log.total_request_tokens:
        given["total"] = log.total_request_tokens
    if log.prompt_cache_hit_tokens:
        given["cached"] = log.prompt_cache_hit_tokens
    if log.prompt_cache_creation_tokens:
        given["write"] = log.prompt_cache_creation_tokens
    if log.reasoning_tokens:
        given["reasoning"] = log.reasoning_tokens
    return given


def _compare(log: Log, usage: dict[str, Any], buckets: Usage) -> None:
    """Flag a given count that its usage contradicts. What is given is shown as it came; the usage is what is billed."""
    for column, names, side in _SIDES:
        count = getattr(log, column)
        if count and count != total(buckets, side) and all(usage.get(name) != count for name in names):
            add_flag(log, DIFFERS)


def _fill_sums(log: Log, buckets: Usage) -> None:
    """Fill the sums of the buckets that were not given (written out: `total` for each takes three times as long)."""
    get = buckets.get
    read = get("cache_read", 0) + get("audio_cache_read", 0)
    write = get("cache_write_5m", 0) + get("cache_write_1h", 0)
    into = get("input", 0) + read + write + get("audio_input", 0) + get("image_input", 0)
    reasoning = get("reasoning", 0)
    out = get("output", 0) + reasoning + get("audio_output", 0) + get("image_output", 0)
    log.prompt_tokens = log.prompt_tokens or min(into, COUNT_MAX)
    log.completion_tokens = log.completion_tokens or min(out, COUNT_MAX)
    log.total_request_tokens = log.total_request_tokens or min(into + out, COUNT_MAX)
    log.prompt_cache_hit_tokens = log.prompt_cache_hit_tokens or min(read, COUNT_MAX)
    log.prompt_cache_creation_tokens = log.prompt_cache_creation_tokens or min(write, COUNT_MAX)
    log.reasoning_tokens = log.reasoning_tokens or reasoning
