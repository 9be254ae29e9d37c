"""Calls of Anthropic's client as its users write them, one function for each scenario. Imported by the drivers.

Each text holds the scenario's name in brackets; the first such word tells the provider what to do.
The client finds the provider by ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY.
"""

import functools

import anthropic

MODEL = "claude-sonnet-4-5"
SYSTEM = "You are terse."
QUESTION = "What is the capital of France?"
TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather in a city",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


@functools.cache
def client():
    """The one client that asks once and does not try again."""
    return anthropic.Anthropic(max_retries=0)


def claude_plain():
    """A system text and a question, with parameters."""
    return client().messages.create(
        model=MODEL,
        system=SYSTEM,
        messages=[{"role": "user", "content": f"[claude_plain] {QUESTION}"}],
        max_tokens=100,
        stop_sequences=["END"],
        metadata={"user_id": "user-of-anthropic"},
    )


def claude_streaming():
    """The same as a stream."""
    with client().messages.stream(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": f"[claude_streaming] {QUESTION}"}]
    ) as stream:
        return "".join(stream.text_stream)


def claude_raw_streaming():
    """A stream of events."""
    stream = client().messages.create(
        model=MODEL,
        max_tokens=100,
        stream=True,
        messages=[{"role": "user", "content": f"[claude_raw_streaming] {QUESTION}"}],
    )
    return list(stream)


def claude_tools():
    """A call of a tool, its result, and the answer."""
    messages = [{"role": "user", "content": "[tools] [claude_tools] What is the weather in Paris?"}]
    asked = client().messages.create(model=MODEL, max_tokens=100, messages=messages, tools=TOOLS)
    call = asked.content[-1]
    messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in asked.content]})
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "Sunny, 24 degrees"}
    messages.append({"role": "user", "content": [result]})
    return client().messages.create(model=MODEL, max_tokens=100, messages=messages, tools=TOOLS)


def claude_reasoning():
    """An answer with what the model thought."""
    return client().messages.create(
        model=MODEL,
        max_tokens=4000,
        thinking={"type": "enabled", "budget_tokens": 2000},
        messages=[{"role": "user", "content": f"[reasoning] [claude_reasoning] {QUESTION}"}],
    )


def claude_image():
    """A message with text and an image."""
    content = [
        {"type": "text", "text": "[claude_image] What is this?"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
    ]
    return client().messages.create(model=MODEL, max_tokens=100, messages=[{"role": "user", "content": content}])


def claude_error():
    """A call that the provider refuses."""
    try:
        client().messages.create(
            model=MODEL, max_tokens=100, messages=[{"role": "user", "content": f"[error] [claude_error] {QUESTION}"}]
        )
    except anthropic.RateLimitError:
        return
    raise AssertionError("the provider did not refuse")


def claude_aborted():
    """A stream that breaks off."""
    try:
        stream = client().messages.create(
            model=MODEL,
            max_tokens=100,
            stream=True,
            messages=[{"role": "user", "content": f"[aborted] [claude_aborted] {QUESTION}"}],
        )
        for _ in stream:
            pass
    except Exception:  # which one depends on the version of the client's HTTP library
        return
    raise AssertionError("the stream did not break off")


SCENARIOS = {
    each.__name__: each
    for each in (
        claude_plain,
        claude_streaming,
        claude_raw_streaming,
        claude_tools,
        claude_reasoning,
        claude_image,
        claude_error,
        claude_aborted,
    )
}
