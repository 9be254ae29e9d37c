"""pydantic-ai's own instrumentation, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS."""

import base64
import os
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai import Agent, BinaryContent, InstrumentationSettings, ModelHTTPError

MODEL = "openai-chat:gpt-4o-mini"
RESPONSES = "openai-responses:gpt-4o-mini"
CLAUDE = "anthropic:claude-sonnet-4-5"
QUESTION = "What is the capital of France?"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
)


def agent(model=MODEL, **more):
    return Agent(model, name="guide", instructions="You are terse.", retries=0, **more)


def plain(model=MODEL):
    """One agent, one answer, with parameters."""
    settings = {"temperature": 0.2, "top_p": 0.9, "max_tokens": 100, "stop_sequences": ["END"], "seed": 7}
    settings |= {"frequency_penalty": 0.1, "presence_penalty": 0.3}
    agent(model, model_settings=settings).run_sync(f"[plain] {QUESTION}")


def streaming(model=MODEL, word="streaming"):
    """The same as a stream."""
    with agent(model).run_stream_sync(f"[{word}] {QUESTION}") as stream:
        for _ in stream.stream_text():
            pass


def tools(model=MODEL, word="[tools]"):
    """An agent that calls a tool and answers from its result."""
    guide = agent(model)

    @guide.tool_plain
    def get_weather(city: str) -> str:
        """The weather in a city"""
        return "Sunny, 24 degrees"

    guide.run_sync(f"{word} What is the weather in Paris?")


def tool_fails():
    """An agent whose tool raises."""
    guide = agent()

    @guide.tool_plain
    def get_weather(city: str) -> str:
        """The weather in a city"""
        raise ValueError("the tool fell")

    try:
        guide.run_sync("[tools] [tool_fails] What is the weather in Paris?")
    except ValueError:
        return
    raise AssertionError("the tool did not raise")


def image(model=MODEL):
    """A message with text and an image."""
    agent(model).run_sync(["[image] What is this?", BinaryContent(data=PIXEL, media_type="image/png")])


def reasoning():
    """What the model thought, in chat completions."""
    agent(model_settings={"openai_reasoning_effort": "low"}).run_sync(f"[reasoning] {QUESTION}")


def responses():
    """What the model thought, by the responses API."""
    agent(RESPONSES).run_sync(f"[reasoning] [responses] {QUESTION}")


def error():
    """A call that the provider refuses."""
    try:
        agent().run_sync(f"[error] {QUESTION}")
    except ModelHTTPError:
        return
    raise AssertionError("the provider did not refuse")


def journey():
    """An agent within spans of the user's own, with a conversation and metadata."""
    tracer = trace.get_tracer("my-app")
    attributes = {"user.id": "customer-1", "session.id": "session-1"}
    with tracer.start_as_current_span("travel", attributes=attributes):
        agent(metadata={"plan": "pro", "seats": 3}).run_sync(f"[journey] {QUESTION}")


def claude_plain():
    """Anthropic's API."""
    settings = {"max_tokens": 100, "stop_sequences": ["END"]}
    agent(CLAUDE, model_settings=settings).run_sync(f"[claude_plain] {QUESTION}")


def claude_raw_streaming():
    """The same as a stream."""
    streaming(CLAUDE, "claude_raw_streaming")


def claude_tools():
    """A tool, by Anthropic's API."""
    tools(CLAUDE, "[tools] [claude_tools]")


def claude_reasoning():
    """What the model thought, by Anthropic's API."""
    settings = {"anthropic_thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}
    agent(CLAUDE, model_settings=settings).run_sync(f"[reasoning] [claude_reasoning] {QUESTION}")


SCENARIOS = {
    each.__name__: each
    for each in (
        plain, streaming, tools, tool_fails, image, reasoning, responses, error, journey,
        claude_plain, claude_raw_streaming, claude_tools, claude_reasoning,
    )
}  # fmt: skip

if __name__ == "__main__":
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    version = os.environ.get("PYDANTIC_AI_VERSION")
    Agent.instrument_all(InstrumentationSettings(**({"version": int(version)} if version else {})))
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    provider.shutdown()
