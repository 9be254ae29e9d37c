"""What a provider says that a call used → tokens in buckets that do not overlap (pricing/buckets.py). Pure.

Every provider counts in its own way: OpenAI's cached tokens are part of its input, Anthropic's come beside it, Gemini's
thoughts are no part of its candidates. `names.py` is the one table of the names of counts; `ways.py` tells by them whose
way it is; `settle.py` does the arithmetic; `responses.py` knows where in a response a usage stands, `charges.py` which
providers say what they charge.
"""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.usage.names import Counts, collect
from inferlog.usage.settle import NOTHING, Reading, settle
from inferlog.usage.ways import ANTHROPIC, INSIDE, is_anthropics, way_of

COUNTED_ELSEWHERE: Final = "counted_elsewhere"
"""The flag of a span whose tokens are those of another span of the same response."""
UNREADABLE: Final = "usage_unreadable"
"""The flag of a usage in which something under a count's name is no count."""
OTHER_MODEL: Final = "tokens:other_model_left_out"
_ADVISOR: Final = "advisor_message"


def read(usage: Mapping[str, Any], given: Counts, provider_id: str, model: str) -> Reading:
    """Return the buckets of a provider's usage, completed by what `given` counts it lacks.

    `given` are counts that came beside the usage, or instead of it (names of `names.Counts`).
    """
    counts, unreadable = collect(_whole(usage))
    way = way_of(usage, provider_id, model)
    if given:
        if "cached" not in counts and "write" not in counts and "prompt_tokens" not in usage and way is INSIDE:
            way = ANTHROPIC if is_anthropics(provider_id, model) else INSIDE
        whole = "input" in counts and "output" in counts
        counts = {name: count for name, count in given.items() if name != "total" or not whole} | counts
    if not counts:
        return Reading(flags=(UNREADABLE,)) if unreadable else NOTHING
    reading = settle(counts, way)
    if unreadable:
        reading.flags = (*reading.flags, UNREADABLE)
    if _asked_an_advisor(usage):
        reading.estimated = (*reading.estimated, OTHER_MODEL)
    return reading


def read_given(given: Counts, provider_id: str, model: str) -> Reading:
    """Return the buckets of counts that came without a usage: as Anthropic counts for its models, else as OpenAI does."""
    return settle(given, ANTHROPIC if is_anthropics(provider_id, model) else INSIDE) if given else NOTHING


def _whole(usage: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return Anthropic's usage with all of its iterations: a compaction is billed, but is no part of the other counts.

    An advisor's iteration is billed by the price of another model, so it is left out.
    """
    iterations = usage.get("iterations")
    if not isinstance(iterations, list) or not iterations:
        return usage
    own = [each for each in iterations if isinstance(each, dict) and each.get("type") != _ADVISOR]
    sums: dict[str, Any] = {}
    for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
        values = [each.get(name) or 0 for each in own]
        if not all(isinstance(value, int) for value in values):
            return usage
        sums[name] = sum(values)
    if not sums["input_tokens"] and not sums["output_tokens"]:
        return usage
    writes = [each["cache_creation"] for each in own if isinstance(each.get("cache_creation"), dict)]
    names = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    if writes and all(isinstance(each.get(name), int) for each in writes for name in names):
        sums["cache_creation"] = {name: sum([each[name] for each in writes]) for name in names}
    return {**usage, **sums}


def _asked_an_advisor(usage: Mapping[str, Any]) -> bool:
    iterations = usage.get("iterations")
    return isinstance(iterations, list) and any(
        isinstance(each, dict) and each.get("type") == _ADVISOR for each in iterations
    )
