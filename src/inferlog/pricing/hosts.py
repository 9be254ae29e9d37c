"""Who serves a model: the data set's id of a provider, from what SDKs, gateways and people call it."""

import re
from typing import Final

UNKNOWN: Final = ""
"""A name that tells nothing (a proxy's, a team's): the model's name alone decides."""
UNPRICED: Final = "-"
"""A host whose models have no public price: a server of one's own, or a provider that the data set lacks."""

_GENERIC: Final = frozenset(
    "litellm litellm-proxy langchain llamaindex vercel ai-gateway gateway proxy custom custom-openai openai-compatible "
    "openai-like openai-proxy text-completion-openai-like portkey helicone keywordsai respan unknown none other default"
    .split()
)  # fmt: skip
_IDS: Final = frozenset(
    "anthropic arcee avian aws azure baseten cerebras cloudflare cohere cursor databricks deepseek doubleword "
    "elevenlabs fireworks github-copilot google groq meta minimax mistral modal moonshotai novita openai openrouter "
    "ovhcloud perplexity quicksilverpro together voyageai x-ai zai zhipuai".split()
)  # fmt: skip
_ALIASES: Final = {
    **{name: name for name in _IDS},
    **dict.fromkeys(("bedrock", "aws-bedrock", "bedrock-converse", "amazon", "amazon-bedrock"), "aws"),
    **dict.fromkeys(("azure-ai", "azure-openai", "azureopenai", "az-ai-openai", "microsoft", "foundry"), "azure"),
    **dict.fromkeys(("vertex-ai", "vertexai", "vertex", "gemini", "palm", "google-genai", "google-vertexai",
                     "google-gla", "google-vertex", "vertex-ai-beta", "gcp-vertex-ai", "gcp-gemini"), "google"),
    **dict.fromkeys(("xai", "grok"), "x-ai"),
    **dict.fromkeys(("mistralai", "mistral-ai", "codestral", "text-completion-codestral"), "mistral"),
    **dict.fromkeys(("cohere-chat", "cohereai"), "cohere"),
    **dict.fromkeys(("together-ai", "togetherai", "togethercomputer"), "together"),
    **dict.fromkeys(("fireworks-ai", "fireworksai"), "fireworks"),
    **dict.fromkeys(("openai-responses", "openai-chat", "text-completion-openai", "chatgpt", "open-ai"), "openai"),
    **dict.fromkeys(("claude", "anthropic-text"), "anthropic"),
    **dict.fromkeys(("moonshot", "moonshot-ai", "kimi"), "moonshotai"),
    **dict.fromkeys(("z-ai", "zhipu", "zhipu-ai"), "zai"),
    **dict.fromkeys(("voyage", "voyage-ai"), "voyageai"),
    **dict.fromkeys(("copilot", "github-copilot-chat"), "github-copilot"),
    **dict.fromkeys(("workers-ai", "cloudflare-workers-ai"), "cloudflare"),
    **dict.fromkeys(("perplexity-ai", "pplx", "perplexityai"), "perplexity"),
    **dict.fromkeys(("novita-ai", "novitaai"), "novita"),
    **dict.fromkeys(("minimaxai",), "minimax"),
}  # fmt: skip
_UNPRICED: Final = frozenset(
    "ollama ollama-chat lmstudio lm-studio vllm hosted-vllm llama-cpp llamacpp llamafile localai local localhost mlx "
    "sglang tgi text-generation-inference triton xinference oobabooga gpt4all jan replicate deepinfra sambanova nebius "
    "hyperbolic lepton anyscale octoai nvidia-nim nvidia watsonx watsonx-text sagemaker sagemaker-chat ai21 ai21-chat "
    "aleph-alpha predibase huggingface hf friendliai featherless-ai runpod snowflake oci nscale volcengine dashscope "
    "infinity gigachat clarifai petals nlp-cloud maritalk empower xorbits".split()
)  # fmt: skip
_WITHIN: Final = (
    # A cloud's name beats that of the maker whose models it sells: vertex_ai-anthropic_models, azure.ai.openai.
    ("azure", "azure"), ("openrouter", "openrouter"), ("bedrock", "aws"), ("amazon", "aws"), ("vertex", "google"),
    ("gemini", "google"), ("google", "google"), ("ollama", UNPRICED), ("vllm", UNPRICED), ("llama-cpp", UNPRICED),
    ("together-ai", "together"), ("fireworks", "fireworks"), ("anthropic", "anthropic"), ("mistral", "mistral"),
    ("cohere", "cohere"), ("deepseek", "deepseek"), ("groq", "groq"), ("perplexity", "perplexity"),
)  # fmt: skip
_SEPARATORS: Final = re.compile(r"[\s_.]+")


def host_of(written: str) -> str:
    """Return a provider's id: UNKNOWN for a name that tells nothing, UNPRICED for a host without public prices."""
    name = _SEPARATORS.sub("-", written.strip().lower())
    if name in _GENERIC:
        return UNKNOWN
    found = known_host(name)
    if found:
        return found
    for part, host in _WITHIN:
        if part in name:
            return host
    return "openai" if name.startswith("openai") else UNKNOWN


def known_host(written: str) -> str:
    """Return a provider's id if the name is one that gateways route by (`vertex_ai/…`), or UNPRICED, or UNKNOWN."""
    name = _SEPARATORS.sub("-", written.strip().lower())
    if name in _UNPRICED:
        return UNPRICED
    if name.startswith("huggingface-"):
        return name.replace("-", "_", 1)
    return _ALIASES.get(name, UNKNOWN)
