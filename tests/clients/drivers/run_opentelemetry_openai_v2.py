"""OpenTelemetry's SDK and opentelemetry-instrumentation-openai-v2, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS."""

import sys

import openai_calls
from opentelemetry import _logs, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
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
    spans = TracerProvider()
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(spans)
    logs = LoggerProvider()
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    _logs.set_logger_provider(logs)
    OpenAIInstrumentor().instrument()
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    spans.shutdown()
    logs.shutdown()
