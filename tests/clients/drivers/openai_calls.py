"""Calls of OpenAI's client as its users write them, one function for each scenario. Imported by the drivers.

Each text holds the scenario's name in brackets; the first such word tells the provider what to do.
The client finds the provider by OPENAI_BASE_URL and OPENAI_API_KEY.
"""

import functools

import openai

MODEL = "gpt-4o-mini"
SYSTEM = "You are terse."
QUESTION = "What is the capital of France?"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather in a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


@functools.cache
def client():
    """The one client that asks once and does not try again."""
    return openai.OpenAI(max_retries=0)


def ask(word, **more):
    """Two messages with parameters, one answer."""
    return client().chat.completions.create(
        model=MODEL,
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"[{word}] {QUESTION}"}],
        temperature=0.2,
        top_p=0.9,
        max_tokens=100,
        frequency_penalty=0.1,
        presence_penalty=0.3,
        stop=["END"],
        seed=7,
        **more,
    )


def plain():
    """The same for a user of the caller's."""
    return ask("plain", user="user-of-openai")


def streaming():
    """The same as a stream, with usage at its end."""
    stream = client().chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": f"[streaming] {QUESTION}"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def tools():
    """A call of a tool, its result, and the answer."""
    messages = [{"role": "user", "content": "[tools] What is the weather in Paris?"}]
    asked = client().chat.completions.create(model=MODEL, messages=messages, tools=TOOLS, tool_choice="auto")
    call = asked.choices[0].message.tool_calls[0]
    messages.append(asked.choices[0].message.model_dump(exclude_none=True))
    messages.append({"role": "tool", "tool_call_id": call.id, "content": "Sunny, 24 degrees"})
    return client().chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)


def streaming_tools():
    """A call of a tool that comes as a stream."""
    messages = [{"role": "user", "content": "[tools] [streaming_tools] What is the weather in Paris?"}]
    stream = client().chat.completions.create(
        model=MODEL, messages=messages, tools=TOOLS, stream=True, stream_options={"include_usage": True}
    )
    return list(stream)


def reasoning():
    """An answer with what the model thought."""
    return client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": f"[reasoning] {QUESTION}"}], reasoning_effort="low"
    )


def image():
    """A message with text and an image."""
    content = [
        {"type": "text", "text": "[image] What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
    ]
    return client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])


def choices():
    """Two answers to one question."""
    return client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": f"[choices] {QUESTION}"}], n=2
    )


def error():
    """A call that the provider refuses."""
    try:
        client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": f"[error] {QUESTION}"}])
    except openai.RateLimitError:
        return
    raise AssertionError("the provider did not refuse")


def aborted():
    """A stream that breaks off."""
    try:
        stream = client().chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": f"[aborted] {QUESTION}"}], stream=True
        )
        for _ in stream:
            pass
    except Exception:  # which one depends on the version of the client's HTTP library
        return
    raise AssertionError("the stream did not break off")


def abandoned():
    """A stream that the reader leaves after the first piece."""
    stream = client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": f"[abandoned] {QUESTION}"}], stream=True
    )
    next(iter(stream))
    stream.close()


def embedding():
    """Two texts as vectors."""
    return client().embeddings.create(model="text-embedding-3-small", input=["[embedding] one", "two"])


def responses():
    """The responses API, with instructions and reasoning."""
    return client().responses.create(
        model=MODEL,
        instructions=SYSTEM,
        input=[{"role": "user", "content": f"[reasoning] [responses] {QUESTION}"}],
        temperature=0.2,
        max_output_tokens=100,
        reasoning={"effort": "low"},
    )


def responses_streaming():
    """The responses API as a stream."""
    stream = client().responses.create(model=MODEL, input=f"[responses_streaming] {QUESTION}", stream=True)
    return list(stream)


def responses_tools():
    """The responses API: a call of a tool, its result, and the answer."""
    tool = {"type": "function", "strict": False, **TOOLS[0]["function"]}
    items = [{"role": "user", "content": "[tools] [responses_tools] What is the weather in Paris?"}]
    asked = client().responses.create(model=MODEL, input=items, tools=[tool])
    call = asked.output[0]
    items += [
        {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments},
        {"type": "function_call_output", "call_id": call.call_id, "output": "Sunny, 24 degrees"},
    ]
    return client().responses.create(model=MODEL, input=items, tools=[tool])


SCENARIOS = {
    each.__name__: each
    for each in (
        plain,
        streaming,
        tools,
        streaming_tools,
        reasoning,
        image,
        choices,
        error,
        aborted,
        abandoned,
        embedding,
        responses,
        responses_streaming,
        responses_tools,
    )
}
