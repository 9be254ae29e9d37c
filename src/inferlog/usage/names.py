"""The names of counts, of every provider and library: one table, which all that reads a usage shares.

From the providers' API references and SDKs, as of November 2026: OpenAI (chat, responses, realtime, images, audio),
Anthropic, Gemini (usageMetadata, and as the SDK for Python has it), Bedrock (TokenUsage, InvokeModel's headers and
bodies), Mistral, DeepSeek, xAI, Groq, OpenRouter, Cohere (v1, v2), Perplexity, Moonshot, Together, Ollama, Voyage,
Jina; and the libraries between: the AI SDK (4 to 7), LangChain's usage_metadata, LiteLLM, Langfuse's usageDetails.
"""

from collections.abc import Mapping
from typing import Any, Final

Counts = dict[str, int]
"""Counts under one name each: input, output, total; cached, write, write_5m, write_1h; reasoning; what of these is
text, audio or image (text_input, audio_cached, …); thoughts, tool_input and citations, which no other count holds."""

COUNT_MAX: Final = 2**32 - 1
"""Tokens that a column holds."""

COUNTS: Final[dict[str, str]] = {
    name: count
    for count, names in {
        "input": (
            "prompt_tokens input_tokens inputTokens promptTokens promptTokenCount prompt_token_count prompt_eval_count "
            "inputTokenCount inputTextTokenCount x-amzn-bedrock-input-token-count input tokens"
        ),
        "output": (
            "completion_tokens output_tokens outputTokens completionTokens candidatesTokenCount candidates_token_count "
            "responseTokenCount response_token_count eval_count generation_token_count outputTokenCount tokenCount "
            "x-amzn-bedrock-output-token-count output"
        ),
        "total": "total_tokens totalTokens totalTokenCount total_token_count total",
        "cached": (
            "cached_tokens cache_read_input_tokens cacheReadInputTokens cacheReadInputTokenCount cachedInputTokens "
            "cachedContentTokenCount cached_content_token_count cache_read_tokens prompt_cache_hit_tokens "
            "cached_prompt_text_tokens num_cached_tokens cached_input_tokens input_cached_tokens input_cache_read "
            "x-amzn-bedrock-cache-read-input-token-count"
        ),
        "write": (
            "cache_creation_input_tokens cache_creation_prompt_tokens cacheWriteInputTokens cacheWriteInputTokenCount "
            "cache_write_tokens input_cache_creation x-amzn-bedrock-cache-write-input-token-count"
        ),
        "miss": "prompt_cache_miss_tokens",
        "reasoning": (
            "reasoning_tokens reasoningTokens reasoning_output_tokens output_reasoning_tokens output_reasoning"
        ),
        "thoughts": "thoughtsTokenCount thoughts_token_count",
        "tool_input": "toolUsePromptTokenCount tool_use_prompt_token_count",
        "citations": "citation_tokens",
        "audio_input": "prompt_audio_tokens input_audio_tokens input_audio",
        "audio_output": "completion_audio_tokens output_audio_tokens output_audio",
    }.items()
    for name in names.split()
}
"""What stands at a usage's top level."""

_OF_CACHED: Final = {"audio_tokens": "audio_cached", "image_tokens": "image_cached"}
_OF_INPUT: Final = {
    "cached_tokens": "cached", "cache_read": "cached", "cacheReadTokens": "cached", "cacheRead": "cached",
    "cache_read_input_tokens": "cached", "cachedTokens": "cached", "cache_write_tokens": "write",
    "cache_creation": "write", "cacheWriteTokens": "write", "cacheWrite": "write", "cache_creation_tokens": "write",
    "ephemeral_5m_input_tokens": "write_5m", "ephemeral_1h_input_tokens": "write_1h",
    "audio_tokens": "audio_input", "audio": "audio_input", "image_tokens": "image_input", "text_tokens": "text_input",
    "total": "input",
}  # fmt: skip
_OF_OUTPUT: Final = {
    "reasoning_tokens": "reasoning", "reasoning": "reasoning", "reasoningTokens": "reasoning",
    "thinking_tokens": "reasoning", "audio_tokens": "audio_output", "audio": "audio_output",
    "image_tokens": "image_output", "text_tokens": "text_output", "total": "output",
}  # fmt: skip
_OF_WRITES: Final = {"ephemeral_5m_input_tokens": "write_5m", "ephemeral_1h_input_tokens": "write_1h"}
_OF_BILLED: Final = {"input_tokens": "input", "output_tokens": "output"}

DETAILS: Final[dict[str, dict[str, str]]] = {
    **dict.fromkeys(
        (
            "prompt_tokens_details input_tokens_details input_token_details prompt_token_details inputTokenDetails "
            "inputTokensDetails promptTokensDetails inputTokens"
        ).split(),
        _OF_INPUT,
    ),
    **dict.fromkeys(
        (
            "completion_tokens_details output_tokens_details output_token_details completion_token_details "
            "outputTokenDetails outputTokensDetails outputTokens"
        ).split(),
        _OF_OUTPUT,
    ),
    "cached_tokens_details": _OF_CACHED,
    "cache_creation": _OF_WRITES,
    "billed_units": _OF_BILLED,
    "tokens": _OF_BILLED,
}
"""What stands in an object of its own."""

_MODALITIES: Final[dict[str, dict[str, str]]] = {
    name: {"AUDIO": f"audio_{part}", "IMAGE": f"image_{part}"}
    for part, names in {
        "input": (
            "promptTokensDetails prompt_tokens_details toolUsePromptTokensDetails tool_use_prompt_tokens_details"
        ),
        "cached": "cacheTokensDetails cache_tokens_details",
        "output": ("candidatesTokensDetails candidates_tokens_details responseTokensDetails response_tokens_details"),
    }.items()
    for name in names.split()
}
"""Gemini's lists of {modality, tokenCount}. It prices video and documents as text, so they are that."""
_ONE_HOUR: Final = frozenset({"1h", "T1H", "ONE_HOUR"})
_WRITES: Final = "cacheDetails"
_HOLDERS: Final = frozenset({*DETAILS, *_MODALITIES, _WRITES})


def collect(usage: Mapping[str, Any]) -> tuple[Counts, bool]:
    """Return the counts of a usage, and whether something under a count's name is no count.

    Of several names of one count the largest counts: where they differ, some are zero.
    """
    counts: Counts = {}
    readable = True
    for name, value in usage.items():
        count = COUNTS.get(name)
        if count is not None and type(value) is int and 0 <= value <= COUNT_MAX:
            if counts.get(count, -1) < value:
                counts[count] = value
        elif value is None:
            continue
        elif count is not None and type(value) is not dict:
            readable = _put(counts, count, value) and readable
        elif name in _HOLDERS and (name != "tokens" or "billed_units" not in usage):
            readable = _collect_details(counts, name, value) and readable
    return counts, not readable


def _collect_details(counts: Counts, holder: str, given: Any) -> bool:
    if type(given) is list and (holder in _MODALITIES or holder == _WRITES):
        return _collect_list(counts, holder, given)
    names = DETAILS.get(holder)
    if names is None or type(given) is not dict:
        return False
    readable = True
    for name, value in given.items():
        count = names.get(name)
        if type(value) is dict:
            if name in ("cached_tokens_details", "cache_creation"):
                readable = _collect_details(counts, name, value) and readable
        elif count is not None and value is not None:
            readable = _put(counts, count, value) and readable
    return readable


def _collect_list(counts: Counts, holder: str, given: list[Any]) -> bool:
    """Add up a list of parts: Gemini's by modality, Bedrock's writes by how long they are kept."""
    names = _MODALITIES.get(holder, {})
    readable = True
    for part in given:
        if type(part) is not dict:
            return False
        if holder == _WRITES:
            kept = str(part.get("ttl"))
            count, value = "write_1h" if kept in _ONE_HOUR else "write_5m", part.get("inputTokens", 0)
        else:
            count, value = names.get(str(part.get("modality")), ""), part.get("tokenCount", part.get("token_count", 0))
        number = as_count(value)
        if number is None:
            readable = False
        elif count:
            counts[count] = min(counts.get(count, 0) + number, COUNT_MAX)
    return readable


def _put(counts: Counts, count: str, value: Any) -> bool:
    number = value if type(value) is int and 0 <= value <= COUNT_MAX else as_count(value)
    if number is not None and counts.get(count, -1) < number:
        counts[count] = number
    return number is not None


def as_count(value: Any) -> int | None:
    """Return a count, also from its text or a whole float; None for what is none, negative or beyond COUNT_MAX."""
    if type(value) is str:
        value = int(value) if value.isdecimal() and len(value) <= 10 else -1
    elif type(value) is float:
        value = int(value) if value.is_integer() else -1
    return value if type(value) is int and 0 <= value <= COUNT_MAX else None
