"""Counts of any provider → buckets that do not overlap. What contradicts itself is cut to fit, and flagged.

What is billed where counts disagree: the whole is believed before its parts, and the parts before the total.
"""

from typing import Final

import msgspec

from inferlog.pricing.buckets import Usage, above_zero
from inferlog.usage.names import COUNT_MAX, Counts
from inferlog.usage.ways import Way

PARTS_OVER_WHOLE: Final = "usage_parts_over_whole"
"""A part (cached, audio, reasoning, …) is more than what it is part of; it is cut to that."""
SUM_MISMATCH: Final = "usage_sum_mismatch"
"""A total, or the parts of a whole, add up to something else; the total is not billed."""
TOTAL_ONLY: Final = "tokens:total_only"
"""Nothing but a total is known, so it is priced as input."""
_NO_FLAGS: Final[tuple[str, ...]] = ()


class Reading(msgspec.Struct, gc=False):
    """What a usage says: the buckets above 0 (None: nothing), what contradicts itself, and what is a guess."""

    buckets: Usage | None = None
    flags: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()


NOTHING: Final = Reading()


def settle(counts: Counts, way: Way) -> Reading:
    """Return the buckets of counts that are in some provider's way; `counts` is not empty."""
    get = counts.get
    flags: list[str] = []
    cached = get("cached", 0)
    write_5m, write_1h = _writes(counts, flags)
    aside, reasoning = cached + write_5m + write_1h, get("reasoning", 0)
    into, out, estimated = _wholes(counts, way, aside, reasoning)
    way = _fitting(way, counts, (into, out), (aside, reasoning), flags)
    into += get("tool_input", 0) + get("citations", 0)
    if way.cached_beside:
        into += aside
    if way.reasoning_beside:
        out += reasoning
    if way.rest_is_reasoning and "total" in counts:
        rest = max(counts["total"] - into - out, 0)
        out, reasoning = out + rest, reasoning + rest
    elif SUM_MISMATCH in flags and _audio_is_beside(counts):
        flags.remove(SUM_MISMATCH)
        into += counts["audio_input"]
    thoughts = get("thoughts", 0)
    buckets = _input_buckets(counts, into, (cached, write_5m, write_1h), flags)
    if out or thoughts or reasoning:
        buckets |= _output_buckets(counts, out + thoughts, reasoning + thoughts, flags)
    if into > COUNT_MAX or out + thoughts > COUNT_MAX:
        buckets = {name: min(count, COUNT_MAX) for name, count in buckets.items()}
    return Reading(
        above_zero(buckets),
        tuple(dict.fromkeys(flags)) if flags else _NO_FLAGS,
        estimated,
    )


def _writes(counts: Counts, flags: list[str]) -> tuple[int, int]:
    """Return what was written to a cache for five minutes and for an hour; what is told of neither is the former."""
    write, hour = counts.get("write", 0), counts.get("write_1h", 0)
    parts = counts.get("write_5m", 0) + hour
    if parts > write:
        if write:
            flags.append(SUM_MISMATCH)
        write = parts
    return write - hour, hour


def _wholes(counts: Counts, way: Way, aside: int, reasoning: int) -> tuple[int, int, tuple[str, ...]]:
    """Return input and output as the provider has them, one that is missing as what the other leaves of the total."""
    into, out, total = counts.get("input"), counts.get("output"), counts.get("total")
    if into is not None and out is not None:
        return into, out, ()
    if into is None and "miss" in counts:
        into = counts["miss"] + counts.get("cached", 0)
    if total is None:
        return into or 0, out or 0, ()
    if into is None and out is None:
        return total, 0, (TOTAL_ONLY,)
    beside = counts.get("tool_input", 0) + counts.get("citations", 0) + counts.get("thoughts", 0)
    beside += (aside if way.cached_beside else 0) + (reasoning if way.reasoning_beside else 0)
    rest = max(total - beside - (into or 0) - (out or 0), 0)
    return (rest if into is None else into), (rest if out is None else out), ()


def _fitting(way: Way, counts: Counts, wholes: tuple[int, int], parts: tuple[int, int], flags: list[str]) -> Way:
    """Return the way by which the counts add up to their total: the provider's, or another that fits better.

    Without a total, or with one that fits no way, a part that is more than its whole comes beside it.
    """
    (into, out), (aside, reasoning) = wholes, parts
    total = counts.get("total")
    feasible = (way.cached_beside or aside <= into) and (way.reasoning_beside or reasoning <= out)
    if way.sure or (total is None and feasible):
        return way
    sum_so_far = into + out + counts.get("tool_input", 0) + counts.get("thoughts", 0)
    if total is not None:
        for cached_beside in (way.cached_beside, not way.cached_beside):
            for reasoning_beside in (way.reasoning_beside, not way.reasoning_beside):
                if sum_so_far + cached_beside * aside + reasoning_beside * reasoning != total:
                    continue
                if (cached_beside, reasoning_beside) == way[:2]:
                    return way
                if (cached_beside or aside <= into) and (reasoning_beside or reasoning <= out):
                    return way._replace(cached_beside=cached_beside, reasoning_beside=reasoning_beside)
        if not (way.rest_is_reasoning and total > sum_so_far):
            flags.append(SUM_MISMATCH)
    if feasible:
        return way
    return way._replace(
        cached_beside=way.cached_beside or aside > into, reasoning_beside=way.reasoning_beside or reasoning > out
    )


def _audio_is_beside(counts: Counts) -> bool:
    """Tell whether the total holds audio that the input does not: Mistral's transcriptions are so."""
    audio = counts.get("audio_input", 0)
    return audio > 0 and counts.get("input", 0) + counts.get("output", 0) + audio == counts.get("total")


def _input_buckets(counts: Counts, whole: int, asides: tuple[int, int, int], flags: list[str]) -> Usage:
    """Share out the input. What was cached of audio and images is told, or follows from what else there is room for."""
    cached, write_5m, write_1h = asides
    get = counts.get
    audio, image = get("audio_input", 0), get("image_input", 0)
    if not (audio or image):
        text = whole - cached - write_5m - write_1h
        parts = {"cache_read": cached, "cache_write_5m": write_5m, "cache_write_1h": write_1h}
        return {"input": text, **parts} if text >= 0 else _cut(parts, -text, flags)
    told_audio, told_image = get("audio_cached", 0), get("image_cached", 0)
    audio_cached = min(told_audio, audio, cached)
    image_cached = min(told_image, image, cached - audio_cached)
    if audio_cached < told_audio or image_cached < told_image:
        flags.append(PARTS_OVER_WHOLE)
    text = whole - cached - write_5m - write_1h - (audio - audio_cached) - (image - image_cached)
    if text < 0 and "audio_cached" not in counts:
        moved = min(-text, audio, cached)
        audio_cached, text = moved, text + moved
    if text < 0 and "image_cached" not in counts:
        moved = min(-text, image, cached - audio_cached)
        image_cached, text = moved, text + moved
    if "text_input" in counts and counts["text_input"] + audio + image not in (whole, counts.get("input")):
        flags.append(SUM_MISMATCH)
    parts = {
        "cache_read": cached - audio_cached, "cache_write_5m": write_5m, "cache_write_1h": write_1h,
        "image_input": image - image_cached, "audio_input": audio - audio_cached, "audio_cache_read": audio_cached,
    }  # fmt: skip
    return {"input": text, **parts} if text >= 0 else _cut(parts, -text, flags)


def _output_buckets(counts: Counts, whole: int, reasoning: int, flags: list[str]) -> Usage:
    audio, image = counts.get("audio_output", 0), counts.get("image_output", 0)
    text = whole - reasoning - audio - image
    if text == whole:
        return {"output": text}
    parts = {"reasoning": reasoning, "image_output": image, "audio_output": audio}
    return {"output": text, **parts} if text >= 0 else _cut(parts, -text, flags)


def _cut(parts: Usage, over: int, flags: list[str]) -> Usage:
    """Return parts that are `over` by so much less, the first ones first."""
    flags.append(PARTS_OVER_WHOLE)
    for name, count in parts.items():
        cut = min(count, over)
        parts[name], over = count - cut, over - cut
    return parts
