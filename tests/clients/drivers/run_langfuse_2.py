"""langfuse 2: its OpenAI wrapper, decorators and the low-level client, pointed by LANGFUSE_HOST."""

import contextlib
import datetime
import sys

import openai_calls
from langfuse import Langfuse
from langfuse.decorators import langfuse_context, observe
from langfuse.openai import openai


@observe(name="look_up")
def look_up(city):
    return {"city": city, "degrees": 24}


@observe(name="prepare")
def prepare(city):
    langfuse_context.update_current_observation(metadata={"step": "first"})
    return f"Tell me about {look_up(city)['city']}"


@observe(name="guide")
def guide(question):
    answer = openai.OpenAI(max_retries=0).chat.completions.create(
        name="ask",
        metadata={"step": "second"},
        model=openai_calls.MODEL,
        messages=[{"role": "user", "content": f"[journey] {openai_calls.QUESTION}"}],
        temperature=0.2,
    )
    return f"{question}: {answer.choices[0].message.content}"


@observe(name="travel")
def travel(city):
    langfuse_context.update_current_trace(
        user_id="customer-1",
        session_id="session-1",
        metadata={"plan": "pro", "seats": 3},
        tags=["blue"],
        version="1.2",
    )
    return guide(prepare(city))


def journey():
    """Functions and a model's call, with people, session, tags and metadata."""
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
    """A trace, a span and a generation by hand: created, updated, ended."""
    client = Langfuse()
    trace = client.trace(name="holiday", user_id="customer-1", session_id="session-1", metadata={"plan": "pro"})
    span = trace.span(name="prepare", input={"city": "Paris"})
    generation = span.generation(
        name="by-hand",
        model="gpt-4o-mini-2024-07-18",
        model_parameters={"temperature": 0.2, "max_tokens": 100},
        input=[{"role": "user", "content": "[manual] Hello"}],
        metadata={"step": "first"},
        version="1.2",
    )
    generation.update(completion_start_time=datetime.datetime.now(datetime.UTC))
    generation.end(
        output={"role": "assistant", "content": "Hi"},
        usage_details={"input": 70, "input_cached_tokens": 40, "output": 30, "output_reasoning_tokens": 20},
        cost_details={"input": 0.001, "output": 0.002, "total": 0.003},
    )
    old = trace.generation(name="older-usage", model="gpt-4o-mini", input="Hello")
    old.end(output="Hi", usage={"promptTokens": 12, "completionTokens": 5, "totalTokens": 17})
    span.event(name="arrived", metadata={"at": "noon"})
    span.end(output="ready")
    failed = trace.generation(name="failed", model="gpt-4o-mini", input="Hello")
    failed.end(level="ERROR", status_message="the model fell")
    trace.score(name="helpful", value=0.9, comment="good")
    trace.update(output="done", tags=["blue"])
    client.flush()


def abandoned():
    """A stream that the reader leaves after the first piece; the wrapper's stream cannot be closed."""
    messages = [{"role": "user", "content": f"[abandoned] {openai_calls.QUESTION}"}]
    next(iter(openai_calls.client().chat.completions.create(model=openai_calls.MODEL, messages=messages, stream=True)))


SCENARIOS = openai_calls.SCENARIOS | {"journey": journey, "broken": broken, "manual": manual, "abandoned": abandoned}

if __name__ == "__main__":
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    langfuse_context.flush()
    with contextlib.suppress(AttributeError):  # it has nothing to flush if no model was called
        openai.flush_langfuse()
