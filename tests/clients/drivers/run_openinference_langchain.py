"""openinference-instrumentation-langchain through arize-phoenix-otel, pointed as openinference-openai is."""

import sys

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.langchain import LangChainInstrumentor
from phoenix.otel import register

MODEL = "gpt-4o-mini"
QUESTION = "What is the capital of France?"


def model(**settings):
    return ChatOpenAI(model=MODEL, max_retries=0, **settings)


@tool
def get_weather(city: str) -> str:
    """The weather in a city"""
    return "Sunny, 24 degrees"


def plain():
    """Two messages with parameters, one answer."""
    asked = model(
        temperature=0.2, top_p=0.9, max_tokens=100, frequency_penalty=0.1, presence_penalty=0.3, stop=["END"], seed=7
    )
    asked.invoke([SystemMessage("You are terse."), HumanMessage(f"[plain] {QUESTION}")])


def streaming():
    """The same as a stream, with usage at its end."""
    for _ in model(stream_usage=True).stream(f"[streaming] {QUESTION}"):
        pass


@tool
def look_up(city: str) -> dict:
    """Look up a city"""
    return {"city": city, "degrees": 24}


def prepare(question):
    """Look up, then pass on what the prompt needs."""
    look_up.invoke({"city": "Paris"})
    return {"question": question}


def journey():
    """A chain that calls a tool, fills a prompt, asks a model and parses, with people, session, tags and metadata."""
    prompt = ChatPromptTemplate.from_messages([("system", "You are terse."), ("user", "[journey] {question}")])
    chain = RunnableLambda(prepare, name="guide") | prompt | model(temperature=0.2) | StrOutputParser()
    with using_attributes(
        session_id="session-1", user_id="customer-1", metadata={"plan": "pro", "seats": 3}, tags=["blue"]
    ):
        chain.invoke(QUESTION, config={"run_name": "travel", "metadata": {"step": "first"}})


def tools():
    """An agent that calls a tool and answers from its result."""
    agent = create_agent(model(), [get_weather], name="guide")
    agent.invoke({"messages": [{"role": "user", "content": "[tools] What is the weather in Paris?"}]})


def image():
    """A message with text and an image."""
    pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
    parts = [{"type": "text", "text": "[image] What is this?"}, {"type": "image_url", "image_url": {"url": pixel}}]
    model().invoke([HumanMessage(content=parts)])


def reasoning():
    """An answer of the responses API with what the model thought."""
    asked = model(use_responses_api=True, reasoning={"effort": "low", "summary": "auto"})
    asked.invoke(f"[reasoning] {QUESTION}")


def error():
    """A call that the provider refuses."""
    try:
        model().invoke(f"[error] {QUESTION}")
    except Exception:  # the wrapped error of whichever layer
        return
    raise AssertionError("the provider did not refuse")


def aborted():
    """A stream that breaks off."""
    try:
        for _ in model().stream(f"[aborted] {QUESTION}"):
            pass
    except Exception:  # which one depends on the version of the client's HTTP library
        return
    raise AssertionError("the stream did not break off")


SCENARIOS = {each.__name__: each for each in (plain, streaming, journey, tools, image, reasoning, error, aborted)}

if __name__ == "__main__":
    provider = register(protocol="http/protobuf", batch=True)
    LangChainInstrumentor().instrument(tracer_provider=provider)
    for name in sys.argv[1:] or SCENARIOS:
        SCENARIOS[name]()
    provider.shutdown()
