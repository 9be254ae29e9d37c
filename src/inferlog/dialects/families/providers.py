"""Who serves a model, under one name whatever the convention: genai-prices' own, or one in which it finds its own.

The names that come are those of OpenTelemetry (`gen_ai.provider.name`, before 1.37 `gen_ai.system`), OpenLLMetry
(GenAISystem), OpenInference (`llm.provider`) and the Vercel AI SDK, which names the API as well (`openai.responses`).
"""

from typing import Any, Final

from inferlog.dialects.spans import Draft

_ALSO_CALLED: Final = {
    "azure": "az.ai.openai az.ai.inference azure.ai.openai azure.ai.inference azure-openai azure_openai azure_ai",
    "aws-bedrock": "aws.bedrock aws_bedrock amazon-bedrock amazon_bedrock bedrock bedrock_converse aws amazon",
    "google-vertex": "gcp.vertex_ai vertex_ai vertexai vertex_ai_beta google.vertex google_vertex vertex",
    "google": "gcp.gemini gcp.gen_ai gemini google.generative-ai google_genai google-genai google-gla",
    "mistral": "mistral_ai mistralai",
    "x-ai": "x_ai xai",
    "together": "together_ai together-ai togetherai",
    "fireworks": "fireworks_ai fireworks-ai",
    "moonshotai": "moonshot moonshot_ai",
    "zai": "z_ai z.ai",
    "huggingface": "hugging_face hugging-face",
}
_SAME: Final = "openai anthropic cohere groq deepseek perplexity cerebras openrouter ollama replicate meta databricks"
_NAMES: Final = {
    **{name: name for name in (*_SAME.split(), *_ALSO_CALLED)},
    **{other: name for name, others in _ALSO_CALLED.items() for other in others.split()},
}


def provider_name(given: str) -> str:
    """Return the one name of a provider, or the given one if it is not known."""
    name = given.lower()
    while name not in _NAMES:
        name, _, api = name.rpartition(".")
        if not api or not name:
            return given
    return _NAMES[name]


def provider(draft: Draft, value: Any) -> bool:
    """Into provider_id; the attribute is kept too if it names an API of the provider (`openai.responses`)."""
    if not isinstance(value, str) or not value:
        return False
    name = provider_name(value)
    says_all = name == value or value.lower() in _NAMES
    return draft.set("provider_id", name) and says_all
