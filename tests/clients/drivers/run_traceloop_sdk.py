"""traceloop-sdk (OpenLLMetry), pointed by TRACELOOP_BASE_URL and TRACELOOP_API_KEY. Runs the scenarios named, or all."""

import contextlib
import sys

import anthropic_calls
import openai_calls
import tracing_scenarios
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, task, tool, workflow


def with_attributes():
    Traceloop.set_association_properties(
        {
            "user_id": "customer-1",
            "user_name": "Customer One",
            "user_email": "one@example.org",
            "session_id": "session-1",
            "plan": "pro",
            "seats": 3,
        }
    )
    return contextlib.nullcontext()


SCENARIOS = {
    "journey": tracing_scenarios.journey(workflow, task, tool, agent, with_attributes),
    "broken": tracing_scenarios.broken(workflow, task),
    **openai_calls.SCENARIOS,
    **anthropic_calls.SCENARIOS,
}

if __name__ == "__main__":
    Traceloop.init(app_name="clients-test", disable_batch=True, telemetry_enabled=False)
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
