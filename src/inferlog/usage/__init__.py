"""What a provider says that a call used → tokens in buckets that do not overlap (pricing/buckets.py). Pure.

Every provider counts in its own way: OpenAI's cached tokens are part of its input, Anthropic's come beside it, Gemini's
thoughts are no part of its candidates. `names.py` is the one table of the names of counts, `ways.py` tells by them
whose way it is, `settle.py` does the arithmetic, `responses.py` knows where in a response a usage stands, and
`charges.py` which providers say what they charge.
"""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.usage.names import Counts, as_count, collect
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
    if "gpt-image" in model and "output" in counts and "text_output" not in counts:
        counts.setdefault("image_output", counts["output"])  # "the number of image tokens in the output image"
    if not counts:
        return Reading(flags=(UNREADABLE,)) if unreadable else NOTHING
    reading = settle(counts, way)
    if unreadable:
        reading.flags = (*reading.flags, UNREADABLE)
    if "iterations" in usage and _iterations(usage, _ADVISOR):
        reading.estimated = (*reading.estimated, OTHER_MODEL)
    return reading


def read_given(given: Counts, provider_id: str, model: str) -> Reading:
    """Return the buckets of counts that came without a usage: Anthropic's way for its models, else OpenAI's."""
    return settle(given, ANTHROPIC if is_anthropics(provider_id, model) else INSIDE) if given else NOTHING


def _whole(usage: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return Anthropic's usage with its compactions, which are billed and are no part of its counts.

    https://platform.claude.com/docs/en/build-with-claude/compaction. Iterations of an advisor are no part of them
    either, and are left out, for they are billed by the price of another model.
    """
    if "iterations" not in usage:
        return usage
    whole = dict(usage)
    for each in _iterations(usage, "compaction"):
        for name, value in each.items():
            if type(value) is int and type(whole.get(name)) is int:
                whole[name] += value
            elif name == "cache_creation" and type(value) is dict and type(whole.get(name)) is dict:
                sums = whole[name]
                whole[name] = {kept: (as_count(sums.get(kept)) or 0) + (as_count(value[kept]) or 0) for kept in value}
    return whole


def _iterations(usage: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    given = usage.get("iterations")
    found = given if isinstance(given, list) else []
    return [each for each in found if isinstance(each, dict) and each.get("type") == kind]
