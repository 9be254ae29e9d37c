"""keywordsai-tracing, pointed by KEYWORDSAI_BASE_URL and KEYWORDSAI_API_KEY. Runs the scenarios named, or all."""

import sys

import anthropic_calls
import openai_calls
import tracing_scenarios
from keywordsai_tracing import KeywordsAITelemetry, agent, task, tool, workflow
from keywordsai_tracing.contexts.span import keywordsai_span_attributes


def with_attributes():
    return keywordsai_span_attributes(
        {
            "customer_identifier": "customer-1",
            "customer_email": "one@example.org",
            "customer_name": "Customer One",
            "thread_identifier": "thread-1",
            "custom_identifier": "custom-1",
            "evaluation_identifier": "evaluation-1",
            "trace_group_identifier": "group-1",
            "metadata": {"plan": "pro", "seats": 3},
        }
    )


def within_a_workflow(name, call):
    """This client sends a model's call only if it is made within something decorated."""

    @workflow(name=name)
    def run():
        call()

    return run


SCENARIOS = {
    "journey": tracing_scenarios.journey(workflow, task, tool, agent, with_attributes),
    "broken": tracing_scenarios.broken(workflow, task),
    **{name: within_a_workflow(name, call) for name, call in openai_calls.SCENARIOS.items()},
    **{name: within_a_workflow(name, call) for name, call in anthropic_calls.SCENARIOS.items()},
}

if __name__ == "__main__":
    telemetry = KeywordsAITelemetry(app_name="clients-test")
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    telemetry.flush()
