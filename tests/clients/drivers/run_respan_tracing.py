"""respan-tracing, pointed by RESPAN_BASE_URL and RESPAN_API_KEY. Runs the scenarios named, or all."""

import sys

import anthropic_calls
import openai_calls
import tracing_scenarios
from respan_tracing import RespanTelemetry, agent, respan_span_attributes, task, tool, workflow


def with_attributes():
    return respan_span_attributes(
        {
            "customer_identifier": "customer-1",
            "customer_email": "one@example.org",
            "customer_name": "Customer One",
            "thread_identifier": "thread-1",
            "custom_identifier": "custom-1",
            "evaluation_identifier": "evaluation-1",
            "trace_group_identifier": "group-1",
            "session_identifier": "session-1",
            "environment": "staging",
            "metadata": {"plan": "pro", "seats": 3},
        }
    )


SCENARIOS = {
    "journey": tracing_scenarios.journey(workflow, task, tool, agent, with_attributes),
    "broken": tracing_scenarios.broken(workflow, task),
    **openai_calls.SCENARIOS,
    **anthropic_calls.SCENARIOS,
}

if __name__ == "__main__":
    telemetry = RespanTelemetry(app_name="clients-test")
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    telemetry.flush()
