"""litellm with its OpenTelemetry callback, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS; or with its generic
HTTP callback, pointed by GENERIC_LOGGER_ENDPOINT and …_HEADERS, if LITELLM_CALLBACK says generic_api.

`callbacks = ["generic_api"]` by name works only where litellm-enterprise is installed too (as litellm[proxy] does).
"""

import asyncio
import os
import sys

import litellm
from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

MODEL = "openai/gpt-4o-mini"
CLAUDE = "anthropic/claude-sonnet-4-5"
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


def asked(word, question=QUESTION):
    return [{"role": "user", "content": f"[{word}] {question}"}]


OF_OPENAI = {"top_p": 0.9, "frequency_penalty": 0.1, "presence_penalty": 0.3, "seed": 7}


async def ask(model=MODEL, word="plain", **more):
    """Two messages with parameters, one answer."""
    messages = [{"role": "system", "content": SYSTEM}, *asked(word)]
    return await litellm.acompletion(
        model=model, messages=messages, temperature=0.2, max_tokens=100, stop=["END"], num_retries=0, **more
    )


async def plain():
    """The same with what OpenAI has more."""
    return await ask(user="user-of-openai", **OF_OPENAI)


async def streaming(model=MODEL, word="streaming"):
    """The same as a stream, with usage at its end."""
    stream = await litellm.acompletion(
        model=model, messages=asked(word), stream=True, stream_options={"include_usage": True}
    )
    return [chunk async for chunk in stream]


async def tools(model=MODEL, word="tools"):
    """A call of a tool, its result, and the answer."""
    messages = asked(word, "What is the weather in Paris?")
    first = await litellm.acompletion(model=model, messages=messages, tools=TOOLS, tool_choice="auto")
    call = first.choices[0].message.tool_calls[0]
    messages.append(first.choices[0].message.model_dump(exclude_none=True))
    messages.append({"role": "tool", "tool_call_id": call.id, "content": "Sunny, 24 degrees"})
    return await litellm.acompletion(model=model, messages=messages, tools=TOOLS)


async def reasoning():
    """An answer with what the model thought."""
    more = {"reasoning_effort": "low", "allowed_openai_params": ["reasoning_effort"]}
    return await litellm.acompletion(model=MODEL, messages=asked("reasoning"), **more)


async def image():
    """A message with text and an image."""
    content = [{"type": "text", "text": "[image] What is this?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    return await litellm.acompletion(model=MODEL, messages=[{"role": "user", "content": content}])


async def choices():
    """Two answers to one question."""
    return await litellm.acompletion(model=MODEL, messages=asked("choices"), n=2)


async def error(model=MODEL):
    """A call that the provider refuses."""
    try:
        await litellm.acompletion(model=model, messages=asked("error"), num_retries=0, max_retries=0)
    except litellm.RateLimitError:
        return
    raise AssertionError("the provider did not refuse")


async def aborted():
    """A stream that breaks off."""
    try:
        async for _ in await litellm.acompletion(model=MODEL, messages=asked("aborted"), stream=True):
            pass
    except Exception:  # which one depends on the version of litellm
        return
    raise AssertionError("the stream did not break off")


async def embedding():
    """Two texts as vectors."""
    return await litellm.aembedding(model="openai/text-embedding-3-small", input=["[embedding] one", "two"])


async def responses():
    """The responses API, with instructions and reasoning."""
    return await litellm.aresponses(
        model=MODEL, instructions=SYSTEM, input=asked("reasoning] [responses"), max_output_tokens=100
    )


async def journey():
    """A call with people, session, tags, a trace and metadata."""
    return await ask(
        word="journey",
        user="customer-1",
        metadata={
            "spend_logs_metadata": {"plan": "pro", "seats": 3},
            "tags": ["blue"],
            "session_id": "session-1",
            "trace_id": "trace-1",
            "trace_name": "travel",
            "generation_name": "ask",
            "trace_user_id": "customer-1",
        },
    )


async def claude_plain():
    """Anthropic's API, by litellm's one."""
    return await ask(CLAUDE, "claude_plain")


async def claude_raw_streaming():
    """The same as a stream."""
    return await streaming(CLAUDE, "claude_raw_streaming")


async def claude_tools():
    """A call of a tool, its result, and the answer, by Anthropic's API."""
    return await tools(CLAUDE, "tools] [claude_tools")


async def claude_reasoning():
    """What the model thought, by Anthropic's API."""
    thinking = {"type": "enabled", "budget_tokens": 1024}
    messages = asked("reasoning] [claude_reasoning")
    return await litellm.acompletion(model=CLAUDE, messages=messages, max_tokens=2048, thinking=thinking)


SCENARIOS = {
    each.__name__: each
    for each in (
        plain, streaming, tools, reasoning, image, choices, error, aborted, embedding, responses, journey,
        claude_plain, claude_raw_streaming, claude_tools, claude_reasoning,
    )
}  # fmt: skip


async def run(names, callback):
    litellm.callbacks = [callback]
    for name in names:
        await SCENARIOS[name]()
    await asyncio.sleep(0.2)  # what follows the calls runs in tasks that nobody can wait for
    await GLOBAL_LOGGING_WORKER.flush()


async def generic(names):
    logger = GenericAPILogger()
    await run(names, logger)
    await logger.flush_queue()


if __name__ == "__main__":
    names = sys.argv[1:] or SCENARIOS
    if os.environ.get("LITELLM_CALLBACK") == "generic_api":
        asyncio.run(generic(names))
    else:
        asyncio.run(run(names, "otel"))  # its spans leave at the end of the process
