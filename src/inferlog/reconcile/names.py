"""Whose call a log is, and when a billed model and a logged one are the same."""

import re
from typing import Final

_HOSTS: Final = frozenset(
    "azure azure_ai azure_openai azure-openai aws bedrock aws_bedrock amazon-bedrock aws-bedrock vertex vertex_ai "
    "vertexai google google-vertex gcp gemini openrouter groq together fireworks mistral deepseek cohere xai x-ai "
    "perplexity anthropic openai github databricks ollama cerebras".split()
)
"""Who serves models, as `provider_id` and the first part of a model's name say it. What one bills, no other does."""
_OWN: Final = {
    "openai": re.compile(
        r"(ft:)?(gpt-|chatgpt-|o[1-9](?![0-9])|text-embedding-|davinci|babbage|whisper|tts-|dall-e|codex|omni-moderation"
        r"|computer-use|sora)"
    ),
    "anthropic": re.compile(r"claude"),
}
_DATE: Final = re.compile(r"(?:[-@](?:20\d\d-?\d\d-?\d\d|\d{4})|-latest)$")
_FAMILY: Final = re.compile(r"haiku|sonnet|opus|instant|fable|mythos")
_NUMBER: Final = re.compile(r"(?<!\d)\d{1,2}(?:[.-]\d{1,2})?(?!\d)")


def is_of(provider: str, provider_id: str, model: str, price_provider: str) -> bool:
    """Tell whether a log of this provider, model and price's provider can be on the invoice of `provider`."""
    name, named = model.lower(), provider_id.lower()
    host = name.split("/", 1)[0] if "/" in name else ""
    for each in (named, host):
        if each == provider:
            return True
        if each in _HOSTS:
            return False
    if price_provider in _HOSTS:
        return price_provider == provider
    return _OWN[provider].match(name) is not None


def key_of(provider: str, model: str) -> str:
    """Return the name under which a model is compared: without its date, its host, its fine-tune's own part."""
    name = model.strip().lower().rsplit("/", 1)[-1]
    if provider == "anthropic":
        return _claude(name)
    tuned = name.startswith(("ft:", "ft-"))
    base = name[3:].split(":", 1)[0] if tuned else name
    base = _DATE.sub("", base)
    return f"ft:{base}" if tuned else base


def _claude(name: str) -> str:
    """Return one name for claude-3-5-sonnet-20241022, "Claude Sonnet 3.5" and claude-3.5-sonnet-latest."""
    name = _DATE.sub("", name.replace(" ", "-").replace("_", "-"))
    family, version = _FAMILY.search(name), _NUMBER.search(name)
    if not family or not version:
        return name
    return f"claude-{family[0]}-{version[0].replace('.', '-')}"
