"""What the rows of several clients share: the scenarios of a provider's own client, where OTLP goes, a note."""

from typing import Final

OPENAI: Final = tuple(
    "plain streaming tools streaming_tools reasoning image choices error aborted abandoned embedding responses"
    " responses_streaming responses_tools".split()
)
ANTHROPIC: Final = tuple(
    "claude_plain claude_streaming claude_raw_streaming claude_tools claude_reasoning claude_image claude_error"
    " claude_aborted".split()
)
TWICE: Final = (
    "Anthropic's own client (2.13.0) makes spans of its calls as soon as a tracer is set up. Beside those of an "
    "instrumentation each call would come twice, and count once: hence `ANTHROPIC_OPEN_TELEMETRY`."
)
ONCE: Final = {"ANTHROPIC_OPEN_TELEMETRY": "false"}
OTLP: Final = {"OTEL_EXPORTER_OTLP_ENDPOINT": "{url}", "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer {key}"}
