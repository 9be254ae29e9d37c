"""The clients under test: how each is pointed at inferlog, and the scenarios that its driver runs.

A client is added by an environment (`environments/NAME.in` and `make clients-pin`, or `npm/NAME/`), a driver
(`drivers/run_NAME.py` or `.mjs`) and a row here.
"""

from dataclasses import dataclass, field
from typing import Final

OPENAI: Final = tuple(
    "plain streaming tools streaming_tools reasoning image choices error aborted abandoned embedding responses"
    " responses_streaming responses_tools".split()
)
ANTHROPIC: Final = tuple(
    "claude_plain claude_streaming claude_raw_streaming claude_tools claude_reasoning claude_image claude_error"
    " claude_aborted".split()
)
PLATFORMS: Final = "Tracing platforms"
FRAMEWORKS: Final = "Frameworks"
LOGGING: Final = "Clients of the logging API"
SDKS: Final = "Tracing SDKs"
OTEL: Final = "OpenTelemetry instrumentations"
OTLP_HEADERS: Final = "Authorization=Bearer {key}"


@dataclass(frozen=True)
class Client:
    """One client.

    `group` is the heading that it is documented under. `settings` are the environment variables by which its users
    point it at inferlog, `code` what they write in their program, where no variable does it or beside them; {url} and
    {key} stand for inferlog's address and a key of its. `others` are what else the driver needs to run; the
    provider's variables (OPENAI_BASE_URL, …) are always there. `shares` names the client whose environment and driver
    it runs with. `notes` say what it does not send, or loses by itself.
    """

    name: str
    group: str
    settings: dict[str, str]
    scenarios: tuple[str, ...]
    others: dict[str, str] = field(default_factory=dict)
    driver_ending: str = ".py"
    shares: str = ""
    code: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def environment(self) -> str:
        """Return the name of its environment, which is its own or another client's."""
        return self.shares or self.name

    @property
    def driver(self) -> str:
        """Return the name of its driver's file."""
        return f"run_{self.environment.replace('-', '_')}{self.driver_ending}"

    def variables(self, url: str, key: str, provider: str) -> dict[str, str]:
        """Return the environment of its driver, for an inferlog and a provider."""
        asked = {
            "OPENAI_BASE_URL": f"{provider}/v1",
            "OPENAI_API_KEY": "sk-of-the-provider",
            "ANTHROPIC_BASE_URL": provider,
            "ANTHROPIC_API_KEY": "sk-of-the-provider",
        }
        given = self.settings | self.others
        return asked | {name: value.replace("{url}", url).replace("{key}", key) for name, value in given.items()}


LITELLM: Final = tuple(
    "plain streaming tools reasoning image choices error aborted embedding responses journey"
    " claude_plain claude_streaming claude_tools claude_reasoning".split()
)
PYDANTIC_AI: Final = tuple(
    "plain streaming tools tool_fails image reasoning responses error journey"
    " claude_plain claude_streaming claude_tools claude_reasoning".split()
)
KEYWORDSAI_JS: Final = tuple(
    "journey broken plain streaming tools streaming_tools reasoning image choices error aborted embedding responses"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning claude_error".split()
)
VERCEL_AI: Final = tuple(
    "plain streaming tools image reasoning responses error aborted embedding journey"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning".split()
)
LOGS: Final = tuple("plain streaming tools reasoning image choices embedding error journey".split())
_PHOENIX: Final = {"PHOENIX_COLLECTOR_ENDPOINT": "{url}/v1/traces", "PHOENIX_API_KEY": "{key}"}
_OTLP: Final = {"OTEL_EXPORTER_OTLP_ENDPOINT": "{url}", "OTEL_EXPORTER_OTLP_HEADERS": OTLP_HEADERS}

_OFFLINE: Final = {"LITELLM_LOCAL_MODEL_COST_MAP": "true"}

CLIENTS: Final = {
    client.name: client
    for client in (
        Client("keywordsai", LOGGING, {"KEYWORDS_AI_BASE_URL": "{url}", "KEYWORDSAI_API_KEY": "{key}"}, LOGS),
        Client("respan-ai-2", LOGGING, {"KEYWORDS_AI_BASE_URL": "{url}", "RESPAN_API_KEY": "{key}"}, LOGS),
        Client("respan-api", LOGGING, {"RESPAN_API_KEY": "{key}"}, LOGS, {"INFERLOG_URL": "{url}"}),
        Client(
            "keywordsai-tracing",
            SDKS,
            {"KEYWORDSAI_BASE_URL": "{url}/api", "KEYWORDSAI_API_KEY": "{key}"},
            ("journey", "broken", *OPENAI, *ANTHROPIC),
        ),
        Client(
            "respan-tracing",
            SDKS,
            {"RESPAN_BASE_URL": "{url}/api", "RESPAN_API_KEY": "{key}"},
            ("journey", "broken", *OPENAI, *ANTHROPIC),
        ),
        Client(
            "respan-ai",
            SDKS,
            {"RESPAN_BASE_URL": "{url}/api", "RESPAN_API_KEY": "{key}"},
            ("journey", "broken", *OPENAI, *ANTHROPIC),
        ),
        Client(
            "traceloop-sdk",
            SDKS,
            {"TRACELOOP_BASE_URL": "{url}", "TRACELOOP_API_KEY": "{key}"},
            ("journey", "broken", *OPENAI, *ANTHROPIC),
            {"TRACELOOP_METRICS_ENABLED": "false", "TRACELOOP_TELEMETRY": "false"},
        ),
        Client(
            "keywordsai-exporter-openai-agents",
            SDKS,
            {},
            ("plain", "tools", "chat", "journey", "error"),
            {"INFERLOG_URL": "{url}", "INFERLOG_KEY": "{key}"},
        ),
        Client("opentelemetry-openai", OTEL, _OTLP, ("journey", *OPENAI)),
        Client(
            "opentelemetry-openai-v2",
            OTEL,
            _OTLP | {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"},
            ("journey", *OPENAI),
        ),
        Client(
            "opentelemetry-openai-v2-latest",
            OTEL,
            _OTLP
            | {
                "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
            },
            ("journey", *OPENAI),
            shares="opentelemetry-openai-v2",
        ),
        Client("openinference-openai", OTEL, _PHOENIX, ("journey", "broken", *OPENAI)),
        Client(
            "openinference-langchain",
            OTEL,
            _PHOENIX,
            ("plain", "streaming", "journey", "tools", "image", "reasoning", "error", "aborted"),
        ),
        Client(
            "langfuse",
            PLATFORMS,
            {
                "LANGFUSE_BASE_URL": "{url}",
                "LANGFUSE_PUBLIC_KEY": "pk",
                "LANGFUSE_SECRET_KEY": "{key}",
            },
            ("journey", "broken", "manual", "kinds", "score", *OPENAI, *ANTHROPIC),
        ),
        Client(
            "langfuse-2",
            PLATFORMS,
            {"LANGFUSE_HOST": "{url}", "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "{key}"},
            ("journey", "broken", "manual", *(each for each in OPENAI if each != "embedding")),
        ),
        Client("logfire", PLATFORMS, _OTLP, ("journey", "broken", *OPENAI, *ANTHROPIC)),
        Client(
            "logfire-token",
            PLATFORMS,
            {"LOGFIRE_BASE_URL": "{url}", "LOGFIRE_TOKEN": "{key}"},
            ("journey", "broken", *OPENAI, *ANTHROPIC),
            shares="logfire",
        ),
        Client(
            "logfire-1",
            PLATFORMS,
            _OTLP,
            ("journey", *OPENAI, *ANTHROPIC),
            {"LOGFIRE_LLM_VERSION": "1"},
            shares="logfire",
        ),
        Client("litellm", FRAMEWORKS, _OTLP | {"OTEL_EXPORTER": "otlp_http"}, LITELLM, _OFFLINE),
        Client(
            "litellm-otel-v2",
            FRAMEWORKS,
            _OTLP | {"OTEL_EXPORTER": "otlp_http", "LITELLM_OTEL_V2": "true"},
            LITELLM,
            _OFFLINE,
            shares="litellm",
        ),
        Client(
            "litellm-generic",
            FRAMEWORKS,
            {
                "GENERIC_LOGGER_ENDPOINT": "{url}/api/litellm",
                "GENERIC_LOGGER_HEADERS": OTLP_HEADERS,
            },
            LITELLM,
            _OFFLINE | {"LITELLM_CALLBACK": "generic_api"},
            shares="litellm",
        ),
        Client("pydantic-ai", FRAMEWORKS, _OTLP, PYDANTIC_AI),
        Client("pydantic-ai-2", FRAMEWORKS, _OTLP, PYDANTIC_AI, {"PYDANTIC_AI_VERSION": "2"}, shares="pydantic-ai"),
        Client(
            "keywordsai-tracing-js",
            SDKS,
            {"KEYWORDSAI_BASE_URL": "{url}", "KEYWORDSAI_API_KEY": "{key}"},
            KEYWORDSAI_JS,
            driver_ending=".mjs",
        ),
        Client("vercel-ai", FRAMEWORKS, _OTLP, VERCEL_AI, driver_ending=".mjs"),
        Client(
            "vercel-ai-legacy",
            FRAMEWORKS,
            _OTLP,
            VERCEL_AI,
            {"AI_SDK_LEGACY": "1"},
            driver_ending=".mjs",
            shares="vercel-ai",
        ),
        Client("vercel-ai-5", FRAMEWORKS, _OTLP, VERCEL_AI, driver_ending=".mjs"),
    )
}
