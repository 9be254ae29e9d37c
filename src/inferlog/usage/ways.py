"""Whose way of counting a usage is in: told by a provider's own names, and by the provider where names are shared."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Way(NamedTuple):
    """How a provider counts.

    `cached_beside`: its input is without what was read from and written to a cache. `reasoning_beside`: its output is
    without reasoning. A total that fits only another way of these overrules it, but not a way that is `sure`: its names
    are one provider's alone. `rest_is_reasoning`: what its total holds beyond the parts is reasoning.
    """

    cached_beside: bool = False
    reasoning_beside: bool = False
    sure: bool = False
    rest_is_reasoning: bool = False


INSIDE: Final = Way()
"""OpenAI's, and that of most who speak its API."""
ANTHROPIC: Final = Way(cached_beside=True)
BEDROCK: Final = Way(cached_beside=True, sure=True)
XAI: Final = Way(reasoning_beside=True)
"""Chat completions; its Responses API is as OpenAI's."""
PERPLEXITY: Final = Way(reasoning_beside=True, sure=True)
"""Its total holds neither reasoning nor citations."""
GEMINI_CHAT: Final = Way(rest_is_reasoning=True)
"""Gemini in OpenAI's shape: thoughts are in the total alone."""

_ANTHROPICS_NAMES: Final = frozenset({"cache_read_input_tokens", "cache_creation_input_tokens"})
_BEDROCKS_NAMES: Final = frozenset(
    "cacheReadInputTokens cacheWriteInputTokens cacheReadInputTokenCount cacheWriteInputTokenCount "
    "x-amzn-bedrock-cache-read-input-token-count x-amzn-bedrock-cache-write-input-token-count".split()
)
_PERPLEXITYS_NAMES: Final = frozenset({"citation_tokens", "num_search_queries"})
_GATEWAYS: Final = frozenset({"openrouter", "litellm", "vercel"})
"""Who serve Anthropic's models and count as OpenAI does."""


def way_of(usage: Mapping[str, Any], provider_id: str, model: str) -> Way:
    """Return whose way of counting a usage is in."""
    if "prompt_tokens" in usage:
        if provider_id == "x-ai" or "grok" in model:
            return XAI
        if "reasoning_tokens" in usage and not _PERPLEXITYS_NAMES.isdisjoint(usage):
            return PERPLEXITY
        return GEMINI_CHAT if "gemini" in model else INSIDE
    if not _ANTHROPICS_NAMES.isdisjoint(usage):
        return ANTHROPIC
    return INSIDE if _BEDROCKS_NAMES.isdisjoint(usage) else BEDROCK


def is_anthropics(provider_id: str, model: str) -> bool:
    """Tell whether counts without a usage are of Anthropic's, whoever serves it."""
    return provider_id == "anthropic" or ("claude" in model and provider_id not in _GATEWAYS)


def counts_cached_beside(usage: Mapping[str, Any]) -> bool:
    """Tell whether a usage's own names say that its input is without what was cached."""
    return way_of(usage, "", "").cached_beside
