"""The clients under test, a row each.

A client is added by an environment (`environments/NAME.in`, pinned by `python -m tests.clients.install --pin NAME`, or
`npm/NAME/`), a driver (`drivers/run_NAME.py` or `.mjs`) and a row here.
"""

from typing import Final

from tests.clients.client import Client
from tests.clients.platforms import PLATFORMS
from tests.clients.scenarios import ANTHROPIC, ONCE, OPENAI, OTLP, TWICE

LOGS: Final = tuple("plain streaming tools reasoning image choices embedding error journey".split())
LOGGING: Final = "Clients of the logging API"
SDKS: Final = "Tracing SDKs"
OTEL: Final = "OpenTelemetry instrumentations"
_STREAM_OF_ANTHROPIC: Final = (
    "Of a stream of Anthropic's it counts one token of the answer too many; of one that breaks off it sends nothing."
)
_PHOENIX: Final = {"PHOENIX_COLLECTOR_ENDPOINT": "{url}/v1/traces", "PHOENIX_API_KEY": "{key}"}
_NO_KIND: Final = (
    "Its create model has no `log_type`, so spans of a workflow and embeddings come as chats, and none of the "
    "parameters that it does not know (`seed`, `reasoning_effort`, …).",
    "It sends a `thread_identifier` as `session_identifier`.",
)
_UNTRIED_OF_LOGS: Final = frozenset({"model that answered", "user"})
_OTEL_UNTRIED: Final = frozenset(
    {"input and output of spans", "customer's name", "customer's e-mail", "custom identifier"}
)
_OTEL_SPANS: Final = (
    "Spans of your own carry what you put on them; `user.id` and `session.id` become the customer and the session."
)

CLIENTS: Final = {
    client.name: client
    for client in (
        Client(
            "keywordsai",
            LOGGING,
            {"KEYWORDS_AI_BASE_URL": "{url}", "KEYWORDSAI_API_KEY": "{key}"},
            LOGS,
            notes=_NO_KIND,
            untried=_UNTRIED_OF_LOGS,
        ),
        Client(
            "respan-ai-2",
            LOGGING,
            {"KEYWORDS_AI_BASE_URL": "{url}", "RESPAN_API_KEY": "{key}"},
            LOGS,
            notes=("It is keywordsai under a new name, and still reads the old variable for the address.", *_NO_KIND),
            untried=_UNTRIED_OF_LOGS,
        ),
        Client(
            "respan-api",
            LOGGING,
            {"RESPAN_API_KEY": "{key}"},
            LOGS,
            {"INFERLOG_URL": "{url}"},
            code=(
                "import os",
                "from respan import RespanClient",
                "",
                'client = RespanClient(base_url="{url}", authorization="Bearer " + os.environ["RESPAN_API_KEY"])',
            ),
            notes=(
                "It has no argument for `span_unique_id`, `completion_messages`, `session_identifier` and others: "
                'give them in `respan_params`, which comes to the same. A log without a model needs `model=""`.',
            ),
            untried=_UNTRIED_OF_LOGS,
        ),
        Client(
            "keywordsai-tracing",
            SDKS,
            {"KEYWORDSAI_BASE_URL": "{url}/api", "KEYWORDSAI_API_KEY": "{key}"} | ONCE,
            ("journey", "broken", *OPENAI, *ANTHROPIC),
            code=("from keywordsai_tracing import KeywordsAITelemetry", "", "KeywordsAITelemetry()"),
            notes=(
                "It drops a model's call that is not made within something decorated (`@workflow`, `@task`, …).",
                "What `keywordsai_span_attributes` sets is on the span that is current, not on those below it.",
                "Images and reasoning of chat completions are not sent, nor what had come of a stream that breaks off, "
                "which is reported as one that went well.",
                "Of Anthropic's calls neither max_tokens nor cached tokens are sent. " + _STREAM_OF_ANTHROPIC,
                TWICE,
            ),
        ),
        Client(
            "respan-tracing",
            SDKS,
            {"RESPAN_BASE_URL": "{url}/api", "RESPAN_API_KEY": "{key}"} | ONCE,
            ("journey", "broken", *OPENAI, *ANTHROPIC),
            code=("from respan_tracing import RespanTelemetry", "", "RespanTelemetry()"),
            notes=(
                "What `respan_span_attributes` sets is on the span that is current, not on those below it.",
                "A stream that breaks off is reported as one that went well.",
                _STREAM_OF_ANTHROPIC,
                TWICE,
            ),
        ),
        Client(
            "respan-ai",
            SDKS,
            {"RESPAN_BASE_URL": "{url}/api", "RESPAN_API_KEY": "{key}"} | ONCE,
            ("journey", "broken", *OPENAI, *ANTHROPIC),
            code=("from respan import Respan", "", "Respan()"),
            notes=(
                "Of OpenAI's calls it sends no parameters, no reasoning, no cached and no reasoning tokens, and of "
                "several answers the first. That an answer of Anthropic's was a stream stands in the metadata only.",
                TWICE,
            ),
        ),
        Client(
            "traceloop-sdk",
            SDKS,
            {"TRACELOOP_BASE_URL": "{url}", "TRACELOOP_API_KEY": "{key}"} | ONCE,
            ("journey", "broken", *OPENAI, *ANTHROPIC),
            {"TRACELOOP_METRICS_ENABLED": "false", "TRACELOOP_TELEMETRY": "false"},
            code=("from traceloop.sdk import Traceloop", "", "Traceloop.init()"),
            notes=(
                "It imports httpx without asking for it: install it too.",
                "`user_id`, `user_name`, `user_email` and `session_id` of its association properties become the "
                "customer and the session, others metadata.",
                "A stream that breaks off is reported as one that went well.",
                "It uploads images to Traceloop's own service, and without it sends a message with an image in it "
                "not at all.",
                _STREAM_OF_ANTHROPIC,
                TWICE,
            ),
            untried=frozenset({"custom identifier"}),
        ),
        Client(
            "keywordsai-exporter-openai-agents",
            SDKS,
            {},
            ("plain", "tools", "chat", "journey", "error"),
            {"INFERLOG_URL": "{url}", "INFERLOG_KEY": "{key}"},
            code=(
                "from agents.tracing import set_trace_processors",
                "from keywordsai_exporter_openai_agents import KeywordsAITraceProcessor",
                "",
                'endpoint = "{url}/api/openai/v1/traces/ingest"',
                'set_trace_processors([KeywordsAITraceProcessor(api_key="{key}", endpoint=endpoint)])',
            ),
            notes=(
                "It sends neither the group nor the metadata of a trace, and knows no customers.",
                "Of a call that fails, what was asked is not sent, and its status code is 400, whatever it was.",
                "The model is the one that answered; the one asked for is sent only of chat completions.",
            ),
            kinds=frozenset({"agent", "custom", "guardrail", "text", "tool"}),
            untried=frozenset(
                {"frequency_penalty", "presence_penalty", "stop", "seed", "user", "audio tokens", "custom identifier"}
            ),
        ),
        Client(
            "opentelemetry-openai",
            OTEL,
            OTLP,
            ("journey", *OPENAI),
            notes=(
                "A message with an image in it is not sent at all.",
                "A stream that breaks off is reported as one that went well.",
                _OTEL_SPANS,
            ),
            kinds=frozenset({"chat"}),
            untried=_OTEL_UNTRIED,
        ),
        Client(
            "opentelemetry-openai-v2",
            OTEL,
            OTLP | {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"},
            ("journey", *OPENAI),
            notes=(
                "Its messages travel as OTLP log records to `/v1/logs`, apart from their spans: set up a "
                "`LoggerProvider` with an `OTLPLogExporter` as well. They are put together here.",
                "It needs httpx, which it does not ask for, and opentelemetry-util-genai 0.4b0, as newer ones lack "
                "what it imports.",
                "It does not trace the responses API, and sends no tools, no texts of embeddings and of the token "
                "counts no cached, reasoning and audio ones.",
                _OTEL_SPANS,
            ),
            kinds=frozenset({"chat"}),
            untried=_OTEL_UNTRIED,
        ),
        Client(
            "opentelemetry-openai-v2-latest",
            OTEL,
            OTLP
            | {
                "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
            },
            ("journey", *OPENAI),
            shares="opentelemetry-openai-v2",
            notes=("The same package, with its messages on the spans.", _OTEL_SPANS),
            kinds=frozenset({"chat"}),
            untried=_OTEL_UNTRIED,
        ),
        Client(
            "openinference-openai",
            OTEL,
            _PHOENIX,
            ("journey", "broken", *OPENAI),
            code=(
                "from phoenix.otel import register",
                "from openinference.instrumentation.openai import OpenAIInstrumentor",
                "",
                'OpenAIInstrumentor().instrument(tracer_provider=register(protocol="http/protobuf", batch=True))',
            ),
            kinds=frozenset({"tool", "agent", "chat"}),
            untried=_OTEL_UNTRIED - {"input and output of spans"},
        ),
        Client(
            "openinference-langchain",
            OTEL,
            _PHOENIX,
            ("plain", "streaming", "journey", "tools", "image", "reasoning", "error", "aborted"),
            code=(
                "from phoenix.otel import register",
                "from openinference.instrumentation.langchain import LangChainInstrumentor",
                "",
                'LangChainInstrumentor().instrument(tracer_provider=register(protocol="http/protobuf", batch=True))',
            ),
            notes=("It does not say that an answer was streamed, nor when its first token came.",),
            kinds=frozenset({"tool", "chat"}),
            untried=_OTEL_UNTRIED - {"input and output of spans"} | {"user"},
        ),
        *PLATFORMS,
    )
}
