"""openinference-instrumentation-openai through arize-phoenix-otel, pointed by PHOENIX_COLLECTOR_ENDPOINT and …_API_KEY."""

import sys

import openai_calls
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor
from phoenix.otel import register


def journey(tracer):
    """A model's call within a chain, a tool and an agent, with people, session, tags and metadata."""

    @tracer.tool(name="look_up")
    def look_up(city: str) -> dict:
        """Look up a city."""
        return {"city": city, "degrees": 24}

    @tracer.agent(name="guide")
    def guide(question: str) -> str:
        return openai_calls.ask("journey").choices[0].message.content

    @tracer.chain(name="travel")
    def travel(city: str) -> str:
        return guide(f"Tell me about {look_up(city)['city']}")

    with using_attributes(
        session_id="session-1",
        user_id="customer-1",
        metadata={"plan": "pro", "seats": 3},
        tags=["blue", "green"],
        prompt_template="[{word}] {question}",
        prompt_template_version="v1",
        prompt_template_variables={"word": "journey"},
    ):
        travel("Paris")


def broken(tracer):
    """A chain that raises."""

    @tracer.chain(name="broken")
    def fall() -> None:
        raise ValueError("the chain fell")

    try:
        fall()
    except ValueError:
        return
    raise AssertionError("the chain did not raise")


if __name__ == "__main__":
    provider = register(protocol="http/protobuf", batch=True)
    tracer = provider.get_tracer(__name__)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    scenarios = {
        "journey": lambda: journey(tracer),
        "broken": lambda: broken(tracer),
        **openai_calls.SCENARIOS,
    }
    for name in sys.argv[1:] or scenarios:
        scenarios[name]()
    provider.shutdown()
