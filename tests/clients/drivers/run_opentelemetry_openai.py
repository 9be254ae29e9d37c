"""OpenTelemetry's SDK and opentelemetry-instrumentation-openai, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS."""

import sys

import openai_calls
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def journey():
    """A model's call within two spans of the user's own."""
    tracer = trace.get_tracer("my-app")
    with tracer.start_as_current_span("travel", attributes={"user.id": "customer-1", "session.id": "session-1"}):
        with tracer.start_as_current_span("guide", attributes={"plan": "pro", "seats": 3}):
            openai_calls.ask("journey")


SCENARIOS = {"journey": journey, **openai_calls.SCENARIOS}

if __name__ == "__main__":
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    OpenAIInstrumentor().instrument()
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    provider.shutdown()
