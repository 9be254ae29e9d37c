"""logfire, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS with send_to_logfire=False, or by LOGFIRE_BASE_URL."""

import os
import sys

import anthropic_calls
import logfire
import openai_calls


def journey():
    """A model's call within spans of the user's own, with people, session, tags and metadata."""
    people = {"user.id": "customer-1", "session.id": "session-1"}
    with logfire.span("travel to {city}", city="Paris", _tags=["blue"], **people):
        with logfire.span("guide", plan="pro", seats=3, nested={"deep": [1, 2]}):
            openai_calls.ask("journey")
        logfire.info("arrived in {city}", city="Paris")


def broken():
    """A function that raises."""

    @logfire.instrument("fall {depth}")
    def fall(depth):
        raise ValueError("the task fell")

    try:
        fall(3)
    except ValueError:
        return
    raise AssertionError("the function did not raise")


SCENARIOS = {"journey": journey, "broken": broken, **openai_calls.SCENARIOS, **anthropic_calls.SCENARIOS}

if __name__ == "__main__":
    # With a LOGFIRE_TOKEN it sends to LOGFIRE_BASE_URL; without, to where OpenTelemetry's own variables say.
    logfire.configure(send_to_logfire="if-token-present", console=False, service_name="my-app")
    version = os.environ.get("LOGFIRE_LLM_VERSION")
    logfire.instrument_openai(**({"version": int(version)} if version else {}))
    logfire.instrument_anthropic()
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    logfire.force_flush()
    logfire.shutdown()
