"""langfuse from version 3 on: its OpenAI wrapper, decorators and generations by hand, pointed by LANGFUSE_BASE_URL."""

import datetime
import sys

import anthropic_calls
import openai_calls
from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import openai
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

USAGE = {"input": 70, "input_cached_tokens": 40, "output": 30, "output_reasoning_tokens": 20, "total": 160}


@observe(name="look_up", as_type="tool")
def look_up(city):
    return {"city": city, "degrees": 24}


@observe(name="prepare")
def prepare(city):
    return f"Tell me about {look_up(city)['city']}"


@observe(name="guide", as_type="agent")
def guide(question):
    answer = openai.OpenAI(max_retries=0).chat.completions.create(
        name="ask",
        metadata={"step": "first"},
        model=openai_calls.MODEL,
        messages=[{"role": "user", "content": f"[journey] {openai_calls.QUESTION}"}],
        temperature=0.2,
    )
    return f"{question}: {answer.choices[0].message.content}"


@observe(name="travel")
def travel(city):
    return guide(prepare(city))


def journey():
    """An agent, a tool and a model's call, with people, session, tags and metadata."""
    with propagate_attributes(
        user_id="customer-1",
        session_id="session-1",
        metadata={"plan": "pro", "seats": 3},
        tags=["blue"],
        version="1.2",
        trace_name="holiday",
        environment="staging",
    ):
        travel("Paris")


def broken():
    """A function that raises."""

    @observe(name="fall")
    def fall():
        raise ValueError("the task fell")

    try:
        fall()
    except ValueError:
        return
    raise AssertionError("the function did not raise")


def manual():
    """A generation whose facts its user gives, and one that failed."""
    client = get_client()
    messages = [{"role": "system", "content": openai_calls.SYSTEM}, {"role": "user", "content": "[manual] Hello"}]
    asked = {"name": "by-hand", "as_type": "generation", "model": "gpt-4o-mini-2024-07-18", "input": messages}
    with client.start_as_current_observation(
        **asked, model_parameters={"temperature": 0.2, "max_tokens": 100}, metadata={"plan": "pro"}, version="1.2"
    ) as generation:
        generation.update(
            completion_start_time=datetime.datetime.now(datetime.UTC),
            output={"role": "assistant", "content": "Hi"},
            usage_details=USAGE,
            cost_details={"input": 0.001, "output": 0.002, "total": 0.003},
        )
    with client.start_as_current_observation(**asked) as failed:
        failed.update(level="ERROR", status_message="the model fell")


def kinds():
    """An observation of each kind."""
    client = get_client()
    for kind in ("span", "agent", "tool", "chain", "retriever", "evaluator", "guardrail", "embedding"):
        with client.start_as_current_observation(name=f"a-{kind}", as_type=kind, input={"in": 1}, output=["out"]):
            pass
    client.create_event(name="an-event", input="happened")


def score():
    """A judgement of an answer."""
    client = get_client()
    with client.start_as_current_observation(name="judged", as_type="generation", input="q", output="a") as generation:
        generation.score(name="helpful", value=0.9, comment="good")
        generation.score_trace(name="verdict", value="right", data_type="CATEGORICAL")


SCENARIOS = {
    "journey": journey,
    "broken": broken,
    "manual": manual,
    "kinds": kinds,
    "score": score,
    **openai_calls.SCENARIOS,
    **anthropic_calls.SCENARIOS,
}

if __name__ == "__main__":
    AnthropicInstrumentor().instrument()
    client = get_client()
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    client.flush()
    client.shutdown()
