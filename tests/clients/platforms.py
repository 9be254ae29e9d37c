"""The clients of tracing platforms and of frameworks that trace by themselves, a row each."""

from typing import Final

from tests.clients.client import Client
from tests.clients.scenarios import ANTHROPIC, ONCE, OPENAI, OTLP

_SDKS: Final = "Tracing SDKs"
_PLATFORM: Final = "Tracing platforms"
_FRAMEWORK: Final = "Frameworks"
LITELLM: Final = tuple(
    "plain streaming tools reasoning image choices error aborted embedding responses journey"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning".split()
)
PYDANTIC_AI: Final = tuple(
    "plain streaming tools tool_fails image reasoning responses error journey"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning".split()
)
KEYWORDSAI_JS: Final = tuple(
    "journey broken plain streaming tools streaming_tools reasoning image choices error aborted embedding responses"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning claude_error".split()
)
VERCEL_AI: Final = tuple(
    "plain streaming tools image reasoning responses error aborted embedding journey"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning".split()
)
_OFFLINE: Final = {"LITELLM_LOCAL_MODEL_COST_MAP": "true"}

PLATFORMS: Final = (
    Client(
        "langfuse",
        _PLATFORM,
        {
            "LANGFUSE_BASE_URL": "{url}",
            "LANGFUSE_PUBLIC_KEY": "pk",
            "LANGFUSE_SECRET_KEY": "{key}",
        },
        ("journey", "broken", "manual", "kinds", "score", *OPENAI, *ANTHROPIC),
        ONCE,
    ),
    Client(
        "langfuse-2",
        _PLATFORM,
        {"LANGFUSE_HOST": "{url}", "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "{key}"},
        ("journey", "broken", "manual", *(each for each in OPENAI if each != "embedding")),
    ),
    Client("logfire", _PLATFORM, OTLP, ("journey", "broken", *OPENAI, *ANTHROPIC)),
    Client(
        "logfire-token",
        _PLATFORM,
        {"LOGFIRE_BASE_URL": "{url}", "LOGFIRE_TOKEN": "{key}"},
        ("journey", "broken", *OPENAI, *ANTHROPIC),
        shares="logfire",
    ),
    Client(
        "logfire-1",
        _PLATFORM,
        OTLP,
        ("journey", *OPENAI, *ANTHROPIC),
        {"LOGFIRE_LLM_VERSION": "1"},
        shares="logfire",
    ),
    Client("litellm", _FRAMEWORK, OTLP | {"OTEL_EXPORTER": "otlp_http"}, LITELLM, _OFFLINE),
    Client(
        "litellm-otel-v2",
        _FRAMEWORK,
        OTLP
        | {
            "OTEL_EXPORTER": "otlp_http",
            "LITELLM_OTEL_V2": "true",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
        },
        LITELLM,
        _OFFLINE,
        shares="litellm",
    ),
    Client(
        "litellm-generic",
        _FRAMEWORK,
        {
            "GENERIC_LOGGER_ENDPOINT": "{url}/api/litellm",
            "GENERIC_LOGGER_HEADERS": "Authorization=Bearer {key}",
        },
        LITELLM,
        _OFFLINE | {"LITELLM_CALLBACK": "generic_api"},
        shares="litellm",
    ),
    Client("pydantic-ai", _FRAMEWORK, OTLP, PYDANTIC_AI, ONCE),
    Client("pydantic-ai-2", _FRAMEWORK, OTLP, PYDANTIC_AI, ONCE | {"PYDANTIC_AI_VERSION": "2"}, shares="pydantic-ai"),
    Client(
        "keywordsai-tracing-js",
        _SDKS,
        {"KEYWORDSAI_BASE_URL": "{url}", "KEYWORDSAI_API_KEY": "{key}"},
        KEYWORDSAI_JS,
        driver_ending=".mjs",
    ),
    Client("vercel-ai", _FRAMEWORK, OTLP, VERCEL_AI, driver_ending=".mjs"),
    Client(
        "vercel-ai-legacy",
        _FRAMEWORK,
        OTLP,
        VERCEL_AI,
        {"AI_SDK_LEGACY": "1"},
        driver_ending=".mjs",
        shares="vercel-ai",
    ),
    Client("vercel-ai-5", _FRAMEWORK, OTLP, VERCEL_AI, driver_ending=".mjs"),
)
