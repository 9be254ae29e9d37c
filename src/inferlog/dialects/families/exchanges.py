"""A provider's request and response, as a client logs them whole → the columns of a log.

What one column or parameter holds is taken out; what is left is given back, so that its caller can keep it.
"""

from typing import Any, Final

from inferlog.dialects.families import requests
from inferlog.dialects.families.rules import Rule, as_number, usage
from inferlog.dialects.families.shapes import answers_of, messages_of
from inferlog.dialects.spans import Draft

_WHOLE: Final = frozenset("max_tokens max_completion_tokens max_output_tokens top_k n seed".split())
_NUMBERS: Final = _WHOLE | {"temperature", "top_p", "frequency_penalty", "presence_penalty"}
"""Clients write some of them as text, and no limit as "inf"."""

_COUNTS: Final = {
    "prompt_tokens": ("prompt_tokens", "input_tokens", "inputTokens", "promptTokens", "promptTokenCount",
                      "prompt_token_count", "prompt_eval_count"),
    "completion_tokens": ("completion_tokens", "output_tokens", "outputTokens", "completionTokens",
                          "candidatesTokenCount", "candidates_token_count", "eval_count"),
    "total_tokens": ("total_tokens", "totalTokens", "totalTokenCount", "total_token_count"),
    "cache_creation_input_tokens": ("cache_creation_input_tokens", "cache_creation_prompt_tokens",
                                    "cacheWriteInputTokens", "cache_write_tokens"),
    "prompt_tokens_details.cached_tokens": ("cache_read_input_tokens", "cached_tokens", "cacheReadInputTokens",
                                            "cachedContentTokenCount", "cached_content_token_count",
                                            "cache_read_tokens"),
    "completion_tokens_details.reasoning_tokens": ("reasoning_tokens", "thoughtsTokenCount", "thoughts_token_count"),
}  # fmt: skip
_COUNT_RULES: Final[dict[str, Rule]] = {name: usage(path) for path, names in _COUNTS.items() for name in names}
_DETAILS: Final = {
    **dict.fromkeys(("prompt_tokens_details", "input_tokens_details", "input_token_details"), "prompt_tokens_details"),
    **dict.fromkeys(
        ("completion_tokens_details", "output_tokens_details", "output_token_details"), "completion_tokens_details"
    ),
}
_DETAIL_PATHS: Final = {
    ("prompt_tokens_details", "cache_read"): "prompt_tokens_details.cached_tokens",
    ("prompt_tokens_details", "cache_creation"): "cache_creation_input_tokens",
    ("prompt_tokens_details", "audio"): "prompt_tokens_details.audio_tokens",
    ("completion_tokens_details", "reasoning"): "completion_tokens_details.reasoning_tokens",
    ("completion_tokens_details", "audio"): "completion_tokens_details.audio_tokens",
}
"""LangChain's names of the details."""


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
    for name, value in given.items():
        if name in _DETAILS and isinstance(value, dict):
            holder = _DETAILS[name]
            left = {key: each for key, each in value.items() if not _take_detail(draft, holder, key, each)}
            if left:
                rest[name] = left
        elif value is not None and not (name in _COUNT_RULES and _COUNT_RULES[name](draft, value)):
            rest[name] = value
    return rest


def _take_detail(draft: Draft, holder: str, name: str, value: Any) -> bool:
    path = _DETAIL_PATHS.get((holder, name)) or f"{holder}.{name.replace('.', '_')}"
    return value is None or usage(path)(draft, value)
