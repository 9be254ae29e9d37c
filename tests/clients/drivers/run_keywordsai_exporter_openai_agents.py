"""keywordsai-exporter-openai-agents, pointed by its endpoint argument (INFERLOG_URL here). Runs the scenarios named."""

import os
import sys

import agents
from agents import Agent, GuardrailFunctionOutput, InputGuardrail, ModelSettings, Runner, function_tool, trace
from agents.tracing import custom_span, set_trace_processors
from keywordsai_exporter_openai_agents import KeywordsAITraceProcessor

MODEL = "gpt-4o-mini"
SETTINGS = ModelSettings(temperature=0.2, top_p=0.9, max_tokens=100)


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city"""
    return "Sunny, 24 degrees"


async def harmless(context, agent, given):
    """A guardrail that lets everything through."""
    return GuardrailFunctionOutput(output_info={"checked": True}, tripwire_triggered=False)


def plain():
    """One agent, one answer."""
    agent = Agent(name="guide", instructions="You are terse.", model=MODEL, model_settings=SETTINGS)
    Runner.run_sync(agent, "[plain] What is the capital of France?")


def tools():
    """An agent that calls a tool and answers from its result."""
    agent = Agent(name="guide", instructions="You are terse.", model=MODEL, tools=[get_weather])
    Runner.run_sync(agent, "[tools] What is the weather in Paris?")


def chat():
    """The same by chat completions rather than responses."""
    chosen = agents.OpenAIChatCompletionsModel(MODEL, agents.AsyncOpenAI(max_retries=0))
    agent = Agent(name="guide", instructions="You are terse.", model=chosen, model_settings=SETTINGS)
    Runner.run_sync(agent, "[chat] What is the capital of France?")


def journey():
    """A trace with a name, a group, metadata, a guardrail, a span of the user's own and an agent with handoffs."""
    other = Agent(name="historian", instructions="You know history.", model=MODEL)
    agent = Agent(
        name="guide",
        instructions="You are terse.",
        model=MODEL,
        tools=[get_weather],
        handoffs=[other],
        input_guardrails=[InputGuardrail(guardrail_function=harmless)],
    )
    with trace("travel", group_id="thread-1", metadata={"plan": "pro"}):
        with custom_span("prepare", data={"city": "Paris"}):
            pass
        Runner.run_sync(agent, "[tools] [journey] What is the weather in Paris?")


def error():
    """A call that the provider refuses."""
    agent = Agent(name="guide", instructions="You are terse.", model=MODEL)
    try:
        Runner.run_sync(agent, "[error] What is the capital of France?")
    except agents.exceptions.AgentsException:
        raise
    except Exception:  # openai.RateLimitError, through the library's layers
        return
    raise AssertionError("the provider did not refuse")


SCENARIOS = {each.__name__: each for each in (plain, tools, chat, journey, error)}

if __name__ == "__main__":
    agents.set_default_openai_client(agents.AsyncOpenAI(max_retries=0), use_for_tracing=False)
    processor = KeywordsAITraceProcessor(
        api_key=os.environ["INFERLOG_KEY"], endpoint=os.environ["INFERLOG_URL"] + "/api/openai/v1/traces/ingest"
    )
    set_trace_processors([processor])
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    processor.force_flush()
    processor.shutdown()
