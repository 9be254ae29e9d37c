"""Logs as a user of the logging API writes them by hand, after calls like those of openai_calls. One list a scenario."""

import datetime
import inspect
import uuid

MODEL = "gpt-4o-mini"
TEXT = "Paris is the capital of France."
QUESTION = "What is the capital of France?"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 50,
    "total_tokens": 170,
    "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 5},
    "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 3},
}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALL = {
    "id": "call_weather_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}


def asked(text):
    """One message of the user."""
    return [{"role": "user", "content": text}]


def answered(text=TEXT, **more):
    """The model's message."""
    return {"role": "assistant", "content": text, **more}


def call(question, answer, **more):
    """One call of a model."""
    messages = asked(question) if isinstance(question, str) else question
    fields = {
        "model": MODEL,
        "provider_id": "openai",
        "log_type": "chat",
        "prompt_messages": messages,
        "completion_message": answer,
        "usage": USAGE,
        "latency": 1.5,
        "timestamp": datetime.datetime.now(datetime.UTC),
    }
    return fields | more


def plain():
    """Parameters, a system message."""
    messages = [{"role": "system", "content": "You are terse."}, *asked(f"[plain] {QUESTION}")]
    parameters = {
        "temperature": 0.2,
        "top_p": 0.9,
        "max_tokens": 100,
        "frequency_penalty": 0.1,
        "presence_penalty": 0.3,
        "stop": ["END"],
        "seed": 7,
    }
    return [call(messages, answered(), **parameters)]


def streaming():
    """A stream, and when its first token came."""
    return [call(f"[streaming] {QUESTION}", answered(), stream=True, time_to_first_token=0.03)]


def tools():
    """A call of a tool, its result, and the answer."""
    question = "[tools] What is the weather in Paris?"
    calling = answered(None, tool_calls=[CALL])
    result = {"role": "tool", "tool_call_id": CALL["id"], "content": "Sunny, 24 degrees"}
    return [
        call(question, calling, tools=[TOOL], tool_choice="auto"),
        call([*asked(question), calling, result], answered("It is sunny in Paris, 24 degrees."), tools=[TOOL]),
    ]


def reasoning():
    """What the model thought."""
    thought = answered(reasoning_content="The user asks for a capital. France's is Paris.")
    return [call(f"[reasoning] {QUESTION}", thought, reasoning_effort="low")]


def image():
    """Text and an image."""
    parts = [
        {"type": "text", "text": "[image] What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
    ]
    return [call([{"role": "user", "content": parts}], answered())]


def choices():
    """Two answers to one question."""
    return [call(f"[choices] {QUESTION}", answered(), completion_messages=[answered(), answered()])]


def embedding():
    """Two texts as vectors."""
    text = '["[embedding] one", "two"]'
    more = {"input": text, "output": "[[0.25, -0.5, 0.125], [0.25, -0.5, 0.125]]", "usage": {"prompt_tokens": 8}}
    return [{"model": "text-embedding-3-small", "log_type": "embedding", **more}]


def error():
    """A call that the provider refused."""
    told = "Error code: 429 - Rate limit reached for requests"
    return [
        {
            "model": MODEL,
            "log_type": "chat",
            "prompt_messages": asked(f"[error] {QUESTION}"),
            "status_code": 429,
            "error_message": told,
        }
    ]


def journey():
    """A workflow of a task, a tool and an agent that asks a model, with people, thread and metadata on it."""
    trace, ids = (
        str(uuid.uuid4()),
        {name: str(uuid.uuid4()) for name in ("travel", "prepare", "look_up", "guide", "ask")},
    )

    def span(name, log_type, parent, **more):
        fields = {
            "log_type": log_type,
            "trace_unique_id": trace,
            "span_unique_id": ids[name],
            "span_name": name,
            "span_workflow_name": "travel",
            "customer_identifier": "customer-1",
            "thread_identifier": "thread-1",
            "metadata": {"plan": "pro", "seats": 3},
        }
        return fields | ({"span_parent_id": ids[parent]} if parent else {}) | more

    people = {
        "custom_identifier": "custom-1",
        "customer_params": {
            "customer_identifier": "customer-1",
            "name": "Customer One",
            "email": "one@example.org",
        },
    }
    return [
        span("travel", "workflow", None, input='"Paris"', output='"done"', **people),
        span("prepare", "task", "travel", input='"Paris"', output='"Tell me about Paris"'),
        span("look_up", "tool", "prepare", input='"Paris"', output='{"city": "Paris", "degrees": 24}'),
        span("guide", "agent", "travel", input='"Tell me about Paris"', output='"Paris"'),
        call(f"[journey] {QUESTION}", answered()) | span("ask", "chat", "guide"),
    ]


SCENARIOS = {
    each.__name__: each for each in (plain, streaming, tools, reasoning, image, choices, embedding, error, journey)
}


def fitting(function, log):
    """Return a log as the arguments of the client's own function; what it has none for goes into respan_params."""
    names = inspect.signature(function).parameters
    rest = {name: value for name, value in log.items() if name not in names}
    return {name: value for name, value in log.items() if name in names} | ({"respan_params": rest} if rest else {})
