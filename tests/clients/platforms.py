"""The clients of tracing platforms and of frameworks that trace by themselves, a row each."""

from typing import Final

from tests.clients.client import Client
from tests.clients.scenarios import ANTHROPIC, ONCE, OPENAI, OTLP, TWICE

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
    " claude_plain claude_tools claude_reasoning claude_error".split()
)
VERCEL_AI: Final = tuple(
    "plain streaming tools image reasoning responses error aborted embedding journey"
    " claude_plain claude_raw_streaming claude_tools claude_reasoning".split()
)
_OFFLINE: Final = {"LITELLM_LOCAL_MODEL_COST_MAP": "true"}

_OTEL_ONLY: Final = frozenset(
    {"input and output of spans", "customer's name", "customer's e-mail", "custom identifier"}
)
_NO_NAMES: Final = frozenset({"customer's name", "customer's e-mail", "custom identifier"})
_NO_TREE: Final = _OTEL_ONLY | {"one tree: one root, all parents", "names of spans"}
_CALLS_ONLY: Final = "It traces calls of models, no functions of your own."
_AI_SDK: Final = (
    "Parameters that belong to one provider (`reasoningEffort`, …) are not sent.",
    "`userId`, `sessionId`, `threadId`, … become the customer, the session and the thread, the rest metadata.",
)

_TOLD_TWICE: Final = (
    "A streamed call comes as two logs: the request when it is sent, without tokens or answer, and the answer when it "
    "has ended. The second one costs."
)
_LOGFIRE: Final = (
    _TOLD_TWICE,
    "Of an answer's reasoning only Anthropic's is sent, of embeddings neither texts nor vectors, and no "
    "`reasoning_effort` and `user`.",
    "`user.id` and `session.id` of a span of yours become the customer and the session; without `scrubbing=False` it "
    "blots out what is named `session`.",
)
_PYDANTIC_AI_CODE: Final = (
    "from opentelemetry import trace",
    "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter",
    "from opentelemetry.sdk.trace import TracerProvider",
    "from opentelemetry.sdk.trace.export import BatchSpanProcessor",
    "from pydantic_ai import Agent, InstrumentationSettings",
    "",
    "provider = TracerProvider()",
    "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))",
    "trace.set_tracer_provider(provider)",
    "Agent.instrument_all(InstrumentationSettings())",
)
_PYDANTIC_AI_NOTES: Final = (
    "Of the parameters it sends no `stop_sequences` and none that belong to one provider.",
    "A call that fails has no messages; the agent's run above it has them.",
    "`user.id` and `session.id` of spans of your own become the customer and the session.",
    TWICE,
)

PLATFORMS: Final = (
    Client(
        "langfuse",
        _PLATFORM,
        {"LANGFUSE_BASE_URL": "{url}", "LANGFUSE_PUBLIC_KEY": "any", "LANGFUSE_SECRET_KEY": "{key}"} | ONCE,
        ("journey", "broken", "manual", "kinds", "score", *OPENAI, *ANTHROPIC),
        code=("from langfuse import observe", "from langfuse.openai import openai"),
        notes=(
            "Its wrapper of OpenAI names the model that answered, not the one asked for, and neither the provider nor "
            "whether the answer was a stream; of the parameters it sends no `stop` and no `user`, of an "
            "answer no reasoning, of embeddings not the vectors. A stream that breaks off is reported as one that "
            "went well.",
            "Files within messages are uploaded apart, and put back into them when they are read.",
            "Scores are kept as logs of the kind `score`, below what they judge.",
            "Anthropic's calls come by opentelemetry-instrumentation-anthropic, which of a stream counts one token of "
            "the answer too many, and of one that breaks off sends nothing.",
            TWICE,
        ),
        untried=_NO_NAMES,
    ),
    Client(
        "langfuse-2",
        _PLATFORM,
        {"LANGFUSE_HOST": "{url}", "LANGFUSE_PUBLIC_KEY": "any", "LANGFUSE_SECRET_KEY": "{key}"},
        ("journey", "broken", "manual", *(each for each in OPENAI if each != "embedding")),
        code=("from langfuse.decorators import observe", "from langfuse.openai import openai"),
        notes=(
            "It has kinds for spans, generations and events only: tools and agents come as tasks.",
            "Its wrapper of OpenAI names the model that answered, not the one asked for, and neither the provider nor "
            "whether the answer was a stream. Of the parameters it sends no `stop`, no `user` and no "
            "`reasoning_effort`; of an answer no reasoning, and of a streamed call of a tool no id; of the responses "
            "API no instructions and no tools; and embeddings it does not trace. A stream that breaks off is reported "
            "as one that went well.",
        ),
        untried=_NO_NAMES,
        kinds=frozenset({"workflow", "task", "chat"}),
    ),
    Client(
        "logfire",
        _PLATFORM,
        OTLP,
        ("journey", "broken", *OPENAI, *ANTHROPIC),
        code=(
            "import logfire",
            "",
            'logfire.configure(send_to_logfire="if-token-present", scrubbing=False)',
            "logfire.instrument_openai()",
            "logfire.instrument_anthropic()",
        ),
        notes=_LOGFIRE,
        untried=_OTEL_ONLY,
        kinds=frozenset({"workflow", "task", "chat"}),
    ),
    Client(
        "logfire-token",
        _PLATFORM,
        {"LOGFIRE_BASE_URL": "{url}", "LOGFIRE_TOKEN": "{key}"},
        ("journey", "broken", *OPENAI, *ANTHROPIC),
        shares="logfire",
        code=("import logfire", "", "logfire.configure(scrubbing=False)", "logfire.instrument_openai()"),
        notes=("Spans come when they begin and again when they end, so that what runs is seen.", *_LOGFIRE),
        untried=_OTEL_ONLY,
        kinds=frozenset({"workflow", "task", "chat"}),
    ),
    Client(
        "logfire-1",
        _PLATFORM,
        OTLP,
        ("journey", *OPENAI, *ANTHROPIC),
        {"LOGFIRE_LLM_VERSION": "1"},
        shares="logfire",
        code=("import logfire", "", "logfire.configure(scrubbing=False)", "logfire.instrument_openai(version=1)"),
        notes=(
            "Whole requests and answers, as Logfire sent them before its version 5.",
            "Of a streamed answer it sends the text alone, without usage; of several answers the first.",
            _TOLD_TWICE,
        ),
        untried=_OTEL_ONLY,
        kinds=frozenset({"workflow", "task", "chat"}),
    ),
    Client(
        "litellm",
        _FRAMEWORK,
        OTLP | {"OTEL_EXPORTER": "otlp_http"},
        LITELLM,
        _OFFLINE,
        code=("import litellm", "", 'litellm.callbacks = ["otel"]'),
        notes=(
            _CALLS_ONLY,
            "What of `metadata` stands in `spend_logs_metadata` or comes by its proxy (`requester_metadata`) is sent, "
            "other keys of the caller's are not; nor is a session, nor when the first token came.",
            "Its span `raw_gen_ai_request` is put into the log of the call.",
        ),
        untried=_NO_TREE,
        kinds=frozenset({"chat"}),
    ),
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
        code=("import litellm", "", 'litellm.callbacks = ["otel"]'),
        notes=(
            _CALLS_ONLY,
            "It sends no customer, no metadata of the caller's, no reasoning and no audio tokens, cuts images out, "
            "and of the responses API leaves out instructions and reasoning.",
        ),
        untried=_NO_TREE,
        kinds=frozenset({"chat"}),
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
        code=(
            "import litellm",
            "from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger",
            "",
            "litellm.callbacks = [GenericAPILogger()]",
        ),
        notes=(
            _CALLS_ONLY,
            'Its name alone, `callbacks = ["generic_api"]`, works where litellm-enterprise is installed, as it is with '
            "LiteLLM's proxy. The class wants a running event loop, and tells of calls of the async functions.",
            "It cuts images out, sends a session as the trace's id, of `metadata` only what stands in "
            "`spend_logs_metadata` or comes by its proxy, and of a stream that breaks off nothing that had come.",
        ),
        untried=_NO_TREE,
        kinds=frozenset({"chat"}),
    ),
    Client(
        "pydantic-ai",
        _FRAMEWORK,
        OTLP | ONCE,
        PYDANTIC_AI,
        code=_PYDANTIC_AI_CODE,
        notes=_PYDANTIC_AI_NOTES,
        untried=_OTEL_ONLY | {"user"},
        kinds=frozenset({"agent", "chat"}),
    ),
    Client(
        "pydantic-ai-2",
        _FRAMEWORK,
        OTLP | ONCE,
        PYDANTIC_AI,
        {"PYDANTIC_AI_VERSION": "2"},
        shares="pydantic-ai",
        code=_PYDANTIC_AI_CODE,
        notes=("As it sent before its version 2 (`InstrumentationSettings(version=2)`).", *_PYDANTIC_AI_NOTES),
        untried=_OTEL_ONLY | {"user"},
        kinds=frozenset({"agent", "chat"}),
    ),
    Client(
        "keywordsai-tracing-js",
        _SDKS,
        {"KEYWORDSAI_BASE_URL": "{url}", "KEYWORDSAI_API_KEY": "{key}"},
        KEYWORDSAI_JS,
        driver_ending=".mjs",
        code=(
            'import { KeywordsAITelemetry } from "@keywordsai/tracing";',
            'import OpenAI from "openai";',
            "",
            "const telemetry = new KeywordsAITelemetry({ instrumentModules: { openAI: OpenAI } });",
            "await telemetry.initialize();",
        ),
        notes=(
            "It sends only what runs within its own spans (`withWorkflow`, `withTask`, …), and makes each of those a "
            "root: which one called which is lost, but for calls of models.",
            "It is npm's `@keywordsai/tracing`. Its instrumentations know OpenAI's package 4 and Anthropic's before "
            "1.0: newer ones are not traced, or without their messages.",
            "Of a call it sends no ids of tool calls, no cached, reasoning or audio tokens, no `stop`, `seed` or "
            "`reasoning_effort`, and of Anthropic's no system text and no tools; of a stream no usage. Embeddings, the "
            "responses API and calls that fail are not sent at all. Anthropic's prompt tokens are without the cached "
            "ones, and a stream of Anthropic's makes the instrumentation raise.",
        ),
        untried=frozenset({"custom identifier", "user"}),
    ),
    Client(
        "vercel-ai",
        _FRAMEWORK,
        OTLP,
        VERCEL_AI,
        driver_ending=".mjs",
        code=(
            'import { OpenTelemetry } from "@ai-sdk/otel";',
            'import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";',
            'import { NodeSDK } from "@opentelemetry/sdk-node";',
            'import { registerTelemetry } from "ai";',
            "",
            "new NodeSDK({ traceExporter: new OTLPTraceExporter() }).start();",
            "registerTelemetry(new OpenTelemetry({ runtimeContext: true }));",
        ),
        notes=(
            *_AI_SDK,
            "Reasoning and audio tokens, the texts and vectors of embeddings, and what had come of a stream that "
            "breaks off are not sent; `seed` stands on the outer span only.",
            "It asks for Node 22, and runs on 20.",
        ),
        untried=_OTEL_ONLY | {"user"},
        kinds=frozenset({"agent", "chat"}),
    ),
    Client(
        "vercel-ai-legacy",
        _FRAMEWORK,
        OTLP,
        VERCEL_AI,
        {"AI_SDK_LEGACY": "1"},
        driver_ending=".mjs",
        shares="vercel-ai",
        code=(
            'import { LegacyOpenTelemetry } from "@ai-sdk/otel";',
            'import { registerTelemetry } from "ai";',
            "",
            "registerTelemetry(new LegacyOpenTelemetry());",
        ),
        notes=("The spans of the versions before, written by version 7.", *_AI_SDK),
        untried=_OTEL_ONLY | {"user", "names of spans"},
        kinds=frozenset({"chat"}),
    ),
    Client(
        "vercel-ai-5",
        _FRAMEWORK,
        OTLP,
        VERCEL_AI,
        driver_ending=".mjs",
        code=(
            'import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";',
            'import { NodeSDK } from "@opentelemetry/sdk-node";',
            "",
            "new NodeSDK({ traceExporter: new OTLPTraceExporter() }).start();",
            "// and with each call: experimental_telemetry: { isEnabled: true }",
        ),
        notes=(
            "Version 5; version 6 was not run.",
            *_AI_SDK,
            "Cached and audio tokens, and a stream that breaks off, are not sent.",
        ),
        untried=_OTEL_ONLY | {"user", "names of spans"},
        kinds=frozenset({"chat"}),
    ),
)
