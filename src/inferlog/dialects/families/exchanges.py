"""A provider's request and response, as a client logs them whole → the columns of a log.

What one column or parameter holds is taken out; what is left is given back, so that its caller can keep it.
"""

from collections.abc import Mapping
from typing import Any, Final

from inferlog.dialects.families import requests
from inferlog.dialects.families.rules import Rule, as_number, usage
from inferlog.dialects.families.shapes import answers_of, messages_of
from inferlog.dialects.spans import Draft
from inferlog.usage.names import COUNT_MAX, COUNTS, DETAILS, collect
from inferlog.usage.ways import counts_cached_beside

_WHOLE: Final = frozenset("max_tokens max_completion_tokens max_output_tokens top_k n seed".split())
_NUMBERS: Final = _WHOLE | {"temperature", "top_p", "frequency_penalty", "presence_penalty"}
"""Clients write some of them as text, and no limit as "inf"."""

_PATHS: Final = {
    "input": "prompt_tokens",
    "output": "completion_tokens",
    "total": "total_tokens",
    "write": "cache_creation_input_tokens",
    "write_5m": "cache_creation.ephemeral_5m_input_tokens",
    "write_1h": "cache_creation.ephemeral_1h_input_tokens",
    "cached": "prompt_tokens_details.cached_tokens",
    "audio_cached": "prompt_tokens_details.cached_tokens_details.audio_tokens",
    "audio_input": "prompt_tokens_details.audio_tokens",
    "image_input": "prompt_tokens_details.image_tokens",
    "text_input": "prompt_tokens_details.text_tokens",
    "reasoning": "completion_tokens_details.reasoning_tokens",
    "thoughts": "completion_tokens_details.reasoning_tokens",
    "audio_output": "completion_tokens_details.audio_tokens",
    "image_output": "completion_tokens_details.image_tokens",
    "text_output": "completion_tokens_details.text_tokens",
}
"""A count → where it stands in OpenAI's shape, which a span's usage has; names.py knows it by its names."""
_RULES: Final[dict[str, Rule]] = {count: usage(path) for count, path in _PATHS.items()}
_HOLDERS: Final = {
    **dict.fromkeys(
        ("prompt_tokens_details", "input_tokens_details", "input_token_details", "inputTokenDetails"),
        "prompt_tokens_details",
    ),
    **dict.fromkeys(
        ("completion_tokens_details", "output_tokens_details", "output_token_details", "outputTokenDetails"),
        "completion_tokens_details",
    ),
    "cache_creation": "cache_creation",
}


def take_request(draft: Draft, request: dict[str, Any]) -> dict[str, Any]:
    """Put a request's model, messages, tools and parameters where they belong; return what is left of it."""
    rest = dict(request)
    _take_prompt(draft, rest)
    text = rest.get("text")
    if isinstance(text, dict) and text.keys() == {"format"} and requests.response_format(draft, text["format"]):
        del rest["text"]
    return take_parameters(draft, rest)


def take_parameters(draft: Draft, given: dict[str, Any]) -> dict[str, Any]:
    """Put a request's parameters where they belong; return what is none, or no number where one must be."""
    numbers: dict[str, Any] = {}
    unfit: dict[str, Any] = {}
    for name in _NUMBERS & given.keys():
        number = as_number(given[name])
        if number is not None and name in _WHOLE and number.is_integer():
            numbers[name] = int(number)
        elif number is not None:
            numbers[name] = number
        elif given[name] is not None:
            unfit[name] = given[name]
    rest = requests.take_parameters(draft, {name: each for name, each in given.items() if name not in _NUMBERS})
    left = requests.take_parameters(draft, numbers)
    return rest | unfit | {name: given[name] for name in left}


def take_input(draft: Draft, rest: dict[str, Any]) -> None:
    """Take what a call without messages is about: an embedding's input, a completion's prompt."""
    for name in ("input", "prompt"):
        if name in rest and not draft.prompt and draft.input is None:
            draft.input = rest.pop(name)


def _take_prompt(draft: Draft, rest: dict[str, Any]) -> None:
    """Take the messages, and what is said before them: Anthropic's system, the Responses API's instructions."""
    asked = rest.get("input")
    if draft.log.log_type == "chat" and isinstance(asked, str) and "messages" not in rest:  # the Responses API's
        rest["input"] = [{"role": "user", "content": asked}]
    name = next((name for name in ("messages", "input", "contents") if messages_of(rest.get(name))), None)
    if name is None or draft.prompt:
        rest |= {"input": asked} if asked is not None else {}
        return
    before = []
    for instruction in ("system", "instructions", "system_instruction", "systemInstruction"):
        given = rest.get(instruction)
        if isinstance(given, dict) and "parts" in given and given.keys() <= {"parts", "role"}:  # Gemini's content
            given = given["parts"]
        if given and isinstance(given, (str, list)):
            before += messages_of([{"role": "system", "content": given}])
            del rest[instruction]
    draft.set_messages([*before, *messages_of(rest.pop(name))], [])


def take_response(draft: Draft, response: dict[str, Any]) -> dict[str, Any]:
    """Put a response's model, answers and usage where they belong; return what is left of it."""
    rest = dict(response)
    answers, left = answers_of(response)
    if answers and not draft.completions:
        draft.set_messages([], answers)
        rest = left
    model = rest.get("model", rest.get("modelVersion"))
    if isinstance(model, str) and draft.extra.setdefault("response_model", model) == model:
        rest.pop("model", None)
        rest.pop("modelVersion", None)
    if isinstance(rest.get("id"), str) and draft.extra.setdefault("response_id", rest["id"]) == rest["id"]:
        del rest["id"]
    for name in ("usage", "usage_metadata", "usageMetadata"):
        if isinstance(rest.get(name), dict):
            rest[name] = take_usage(draft, rest[name]) or None
    return {name: value for name, value in rest.items() if value is not None}


def take_usage(draft: Draft, given: dict[str, Any]) -> dict[str, Any]:
    """Put token counts of any provider's names into OpenAI's shape; return what is no count or says otherwise."""
    rest: dict[str, Any] = {}
    for name, value in include_cached(draft.usage, given).items():
        if name in _HOLDERS and isinstance(value, dict):
            left = {key: each for key, each in value.items() if not _take_detail(draft, name, key, each)}
            if left:
                rest[name] = left
        elif value is not None and not (name in COUNTS and _take_count(draft, COUNTS[name], value)):
            rest[name] = value
    return rest


def _take_count(draft: Draft, count: str, value: Any) -> bool:
    return count in _RULES and _RULES[count](draft, value)


def _take_detail(draft: Draft, holder: str, name: str, value: Any) -> bool:
    count = DETAILS[holder].get(name)
    if count in _RULES:
        return value is None or _RULES[count](draft, value)
    return value is None or usage(f"{_HOLDERS[holder]}.{name.replace('.', '_')}")(draft, value)


def include_cached(held: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a usage in which the input holds what was cached, as OpenAI counts, if it is one that counts it beside.

    What is `held` already of the provider's own input and its total is counted up as well.
    """
    if not counts_cached_beside(given):
        return dict(given)
    counts, _ = collect(given)
    own, beside = (
        counts.get("input"),
        counts.get("cached", 0) + max(counts.get("write", 0), counts.get("write_5m", 0) + counts.get("write_1h", 0)),
    )
    if own is None or not beside:
        return dict(given)
    total = own + counts.get("output", 0)
    for name, count in (("prompt_tokens", own), ("total_tokens", total)):
        if held.get(name) == count:
            held[name] = min(count + beside, COUNT_MAX)
    inside = {name: value for name, value in given.items() if COUNTS.get(name) not in ("input", "total")}
    told = counts.get("total", total + beside)
    return {"prompt_tokens": min(own + beside, COUNT_MAX), **inside} | (
        {"total_tokens": min(told + beside if told == total else told, COUNT_MAX)} if "total" in counts else {}
    )
