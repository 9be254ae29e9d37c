"""OpenTelemetry's GenAI conventions, of all versions, as what follows them sends them."""

from decimal import Decimal
from typing import Any, Final

import pytest

from inferlog.dialects.families.providers import provider_name
from inferlog.dialects.spans import FAILED, Event
from tests.unit.families.seen import seen
from tests.unit.journey import enriched

CALL: Final = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
ASKED: Final = [{"role": "user", "content": "What is the capital of France?"}]
ANSWERED: Final = {"role": "assistant", "content": "Paris is the capital of France."}

SPANS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "opentelemetry-instrumentation-openai 0.62.4, through traceloop-sdk": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.request.max_tokens": 100,
            "gen_ai.request.temperature": 0.2,
            "gen_ai.user": "user-of-openai",
            "gen_ai.is_streaming": True,
            "gen_ai.input.messages": (
                '[{"role": "user", "parts": [{"type": "text", "content": "What is the weather in Paris?"}]},'
                '{"role": "assistant", "parts": [{"type": "tool_call", "name": "get_weather", "id": "call_1",'
                '"arguments": {"city": "Paris"}}]},'
                '{"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "Sunny"}]}]'
            ),
            "gen_ai.tool.definitions": (
                '[{"type": "function", "name": "get_weather", "description": "The weather in a city",'
                '"parameters": {"type": "object"}}]'
            ),
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
            "gen_ai.response.id": "chatcmpl-1",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.total_tokens": 170,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.input_tokens": 120,
            "gen_ai.usage.cache_read.input_tokens": 40,
            "gen_ai.usage.reasoning_tokens": 20,
            "gen_ai.output.messages": (
                '[{"role": "assistant", "parts": [{"content": "It is sunny.", "type": "text"},'
                '{"type": "reasoning", "content": "The user asks for the weather."}], "finish_reason": "stop"}]'
            ),
        },
        {
            "log_type": "chat",
            "model": "gpt-4o-mini",
            "provider_id": "openai",
            "stream": True,
            "customer_identifier": "user-of-openai",
            "max_tokens": 100,
            "temperature": 0.2,
            "response_model": "gpt-4o-mini-2024-07-18",
            "response_id": "chatcmpl-1",
            "finish_reasons": ["stop"],
            "prompt_messages": [
                {"role": "user", "content": "What is the weather in Paris?"},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "call_1", "content": "Sunny"},
            ],
            "completion_message": {
                "role": "assistant",
                "content": "It is sunny.",
                "reasoning_content": "The user asks for the weather.",
                "finish_reason": "stop",
            },
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "get_weather",
                        "description": "The weather in a city",
                        "parameters": {"type": "object"},
                    },
                }
            ],
            "usage": {
                "prompt_tokens": 120,
                "completion_tokens": 50,
                "total_tokens": 170,
                "prompt_tokens_details": {"cached_tokens": 40},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
        },
    ),
    "Anthropic's own SDK": (
        {
            "gen_ai.provider.name": "anthropic",
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "claude-sonnet-4-5",
            "gen_ai.request.stream": True,
            "anthropic.thinking.type": "enabled",
            "anthropic.thinking.budget_tokens": 2000,
            "gen_ai.response.time_to_first_chunk": 0.06,
            "gen_ai.usage.input_tokens": 130,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.cache_write.input_tokens": 10,
            "gen_ai.usage.cache_read.input_tokens": 40,
            "anthropic.message.stop_reason": "end_turn",
        },
        {
            "log_type": "chat",
            "model": "claude-sonnet-4-5",
            "provider_id": "anthropic",
            "stream": True,
            "time_to_first_token": 0.06,
            "thinking": {"type": "enabled", "budget_tokens": 2000},
            "finish_reasons": ["end_turn"],
            "usage": {
                "prompt_tokens": 130,
                "completion_tokens": 50,
                "cache_creation_input_tokens": 10,
                "prompt_tokens_details": {"cached_tokens": 40},
            },
        },
    ),
    "images by their data, their address and a file's name": (
        {
            "gen_ai.input.messages": [
                {
                    "role": "user",
                    "parts": [
                        {"type": "text", "content": "What are these?"},
                        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBORw0K"},
                        {"type": "uri", "modality": "image", "uri": "https://example.org/a.png"},
                        {"type": "image-url", "url": "https://example.org/b.png"},
                        {"type": "file", "modality": "image", "file_id": "file-1"},
                    ],
                }
            ],
        },
        {
            "log_type": "chat",
            "prompt_messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What are these?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}},
                        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                        {"type": "image_url", "image_url": {"url": "https://example.org/b.png"}},
                        {"type": "file", "modality": "image", "file_id": "file-1"},
                    ],
                }
            ],
        },
    ),
    "what is embedded is an input, no message": (
        {
            "gen_ai.operation.name": "embeddings",
            "gen_ai.request.model": "text-embedding-3-small",
            "gen_ai.input.messages": (
                '[{"role": "user", "parts": [{"type": "text", "content": "one"}]},'
                '{"role": "user", "parts": [{"type": "text", "content": "two"}]}]'
            ),
            "gen_ai.usage.input_tokens": 8,
        },
        {
            "log_type": "embedding",
            "model": "text-embedding-3-small",
            "input": ["one", "two"],
            "usage": {"prompt_tokens": 8},
            "metadata": {"gen_ai.operation.name": "embeddings"},
        },
    ),
    "instructions of the system come first": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.system_instructions": '[{"type": "text", "content": "You are terse."}]',
            "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]',
        },
        {
            "log_type": "chat",
            "prompt_messages": [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Hello"}],
        },
    ),
    "pydantic-ai 2.68.0: details of the usage, and what the call cost": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.details.cache_read_tokens": 4,
            "gen_ai.usage.details.input_audio_tokens": 5,
            "gen_ai.usage.details.output_audio_tokens": 3,
            "gen_ai.usage.details.accepted_prediction_tokens": 1,
            "operation.cost": 0.00042,
        },
        {
            "log_type": "chat",
            "cost": Decimal("0.000420000000"),
            "usage": {
                "prompt_tokens": 10,
                "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 5},
                "completion_tokens_details": {"audio_tokens": 3, "accepted_prediction_tokens": 1},
            },
        },
    ),
    "general conventions of people and sessions": (
        {
            "gen_ai.operation.name": "chat",
            "user.id": "customer-1",
            "user.email": "one@example.org",
            "user.full_name": "Customer One",
            "session.id": "session-1",
            "gen_ai.conversation.id": "thread-1",
            "gen_ai.user": "user-of-openai",
        },
        {
            "log_type": "chat",
            "customer_identifier": "customer-1",
            "customer_email": "one@example.org",
            "customer_name": "Customer One",
            "session_identifier": "session-1",
            "thread_identifier": "thread-1",
            "metadata": {"gen_ai.user": "user-of-openai"},
        },
    ),
    "a managed prompt of opentelemetry-util-genai 1.3b0": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.prompt.name": "greeting",
            "gen_ai.prompt.version": "3",
            "gen_ai.prompt.variable.city": "Paris",
        },
        {
            "log_type": "chat",
            "prompt_name": "greeting",
            "prompt_version_number": 3,
            "variables": {"city": "Paris"},
        },
    ),
    "a tool": (
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "get_weather",
            "gen_ai.tool.call.id": "call_1",
            "gen_ai.tool.call.arguments": '{"city":"Paris"}',
            "gen_ai.tool.call.result": "Sunny",
        },
        {
            "log_type": "tool",
            "span_name": "get_weather",
            "input": '{"city":"Paris"}',
            "output": "Sunny",
            "metadata": {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "get_weather",
                "gen_ai.tool.call.id": "call_1",
            },
        },
    ),
    "a search": (
        {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "capital of France",
            "gen_ai.retrieval.documents": '[{"id": "doc-1", "score": 0.9}]',
        },
        {
            "log_type": "task",
            "input": "capital of France",
            "output": '[{"id": "doc-1", "score": 0.9}]',
            "metadata": {"gen_ai.operation.name": "retrieval"},
        },
    ),
}


@pytest.mark.parametrize("name", SPANS)
def test_spans_as_they_come(name: str) -> None:
    """A span that follows the conventions is the log that its sender would have written."""
    attributes, expected = SPANS[name]
    assert seen(attributes) == expected


EVENTS: Final[dict[str, list[Event]]] = {
    "1.27: two events": [
        Event(
            "gen_ai.content.prompt",
            1.0,
            {"gen_ai.prompt": '[{"role":"user","content":"What is the capital of France?"}]'},
        ),
        Event(
            "gen_ai.content.completion",
            2.0,
            {"gen_ai.completion": f'[{{"role":"assistant","content":"{ANSWERED["content"]}"}}]'},
        ),
    ],
    "1.28: an event for each message": [
        Event("gen_ai.user.message", 1.0, {"gen_ai.system": "openai", "content": ASKED[0]["content"]}),
        Event("gen_ai.choice", 2.0, {"index": 0, "message": f'{{"content":"{ANSWERED["content"]}"}}'}),
    ],
    "Azure's SDKs: JSON in one attribute": [
        Event(
            "gen_ai.user.message", 1.0, {"gen_ai.event.content": f'{{"role":"user","content":"{ASKED[0]["content"]}"}}'}
        ),
        Event(
            "gen_ai.choice",
            2.0,
            {"gen_ai.event.content": f'{{"index":0,"message":{{"content":"{ANSWERED["content"]}"}}}}'},
        ),
    ],
    "1.37: one event": [
        Event(
            "gen_ai.client.inference.operation.details",
            2.0,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.input.messages": [
                    {"role": "user", "parts": [{"type": "text", "content": ASKED[0]["content"]}]}
                ],
                "gen_ai.output.messages": [
                    {"role": "assistant", "parts": [{"type": "text", "content": ANSWERED["content"]}]}
                ],
            },
        )
    ],
}


@pytest.mark.parametrize("name", EVENTS)
def test_messages_in_events(name: str) -> None:
    """Whatever the form of the events, the messages are the same, and no event is left that says nothing more."""
    log = seen({"gen_ai.operation.name": "chat"}, events=EVENTS[name])
    assert log == {"log_type": "chat", "prompt_messages": ASKED, "completion_message": ANSWERED}


def test_what_an_event_says_besides_is_kept() -> None:
    """An event whose content was not captured, or that says more, is still an event of the log."""
    events = [
        Event("gen_ai.user.message", 1.0, {"gen_ai.system": "openai"}),
        Event("gen_ai.choice", 2.0, {"content": "Hi", "x": 1}),
    ]
    log = seen({"gen_ai.operation.name": "chat"}, events=events)
    assert log["completion_message"] == {"role": "assistant", "content": "Hi"}
    assert [(event["name"], event.get("attributes")) for event in log["events"]] == [
        ("gen_ai.user.message", {"gen_ai.system": "openai"}),
        ("gen_ai.choice", {"x": 1}),
    ]


@pytest.mark.parametrize("prefix", ["openai", "gen_ai.openai"])
def test_the_tier_of_the_answer_is_the_call_s(prefix: str) -> None:
    """What was asked for holds where no answer told it, and is no parameter."""
    asked, billed = f"{prefix}.request.service_tier", f"{prefix}.response.service_tier"
    assert seen({asked: "flex"})["service_tier"] == "flex"
    for attributes in ({asked: "flex", billed: "default"}, {billed: "default", asked: "flex"}):
        log = seen(attributes)
        assert (log["service_tier"], log["metadata"]) == ("default", {asked: "flex"})


@pytest.mark.parametrize(
    ("counts", "buckets"),
    [
        ((100, 20, 30), {"input": 70, "cache_read": 30, "output": 20}),
        ((100, 20, 300), {"input": 100, "cache_read": 300, "output": 20}),
    ],
)
def test_cached_tokens_are_inside_unless_the_numbers_deny_it(counts: tuple[int, ...], buckets: dict[str, int]) -> None:
    """OpenTelemetry counts what was cached as input; older instrumentations of Anthropic did not."""
    names = ("input_tokens", "output_tokens", "cache_read.input_tokens")
    chat = {"gen_ai.operation.name": "chat"}
    log = seen(chat | {f"gen_ai.usage.{name}": count for name, count in zip(names, counts, strict=True)})
    assert enriched({"model": "claude-sonnet-4-5", "usage": log["usage"]}).usage_details == buckets


@pytest.mark.parametrize(("kind", "counted"), [("internal", False), ("", False), ("client", True)])
def test_the_usage_of_an_agent_is_counted_once(kind: str, counted: bool) -> None:
    """An agent in this process has its calls as spans of their own; a remote one has not."""
    log = seen({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 10}, kind=kind)
    assert log["log_type"] == "agent"
    assert (log.get("usage") == {"prompt_tokens": 10}) is counted
    assert (log.get("aggregated_usage") == {"prompt_tokens": 10}) is not counted


def test_an_agent_s_answer_comes_before_what_its_tools_gave() -> None:
    """The AI SDK 7 writes both into the agent's output; the answer is what was answered."""
    parts = [
        {"type": "text", "content": "It is sunny."},
        {"type": "tool_call_response", "id": "call_1", "response": "Sunny"},
    ]
    log = seen(
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.output.messages": [{"role": "assistant", "parts": parts}]}
    )
    assert log["completion_message"] == {"role": "assistant", "content": "It is sunny."}
    assert [each["role"] for each in log["completion_messages"]] == ["assistant", "tool"]


def test_an_agent_s_name_is_not_the_name_of_its_calls() -> None:
    """traceloop-sdk writes the agent on each call within it."""
    assert "span_name" not in seen({"gen_ai.operation.name": "chat", "gen_ai.agent.name": "guide"}, name="openai.chat")
    assert seen({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "guide"})["span_name"] == "guide"


def test_a_failed_call() -> None:
    """The error's type is its code, the HTTP status is read from what the client's error says."""
    said = "Error code: 429 - Rate limit reached for requests"
    exception = Event("exception", 2.0, {"exception.type": "openai.RateLimitError", "exception.message": said})
    log = seen(
        {"gen_ai.operation.name": "chat", "error.type": "RateLimitError"},
        status=FAILED,
        status_message=said,
        events=[exception],
    )
    assert (log["status"], log["status_code"], log["error_code"], log["error_message"]) == (
        "failed", 429, "RateLimitError", said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("openai", "openai"),
        ("OpenAI", "openai"),
        ("az.ai.openai", "azure"),
        ("azure.ai.inference", "azure"),
        ("aws.bedrock", "aws-bedrock"),
        ("gcp.vertex_ai", "google-vertex"),
        ("gcp.gemini", "google"),
        ("google.vertex.anthropic.messages", "google-vertex"),
        ("openai.responses", "openai"),
        ("mistral_ai", "mistral"),
        ("x_ai", "x-ai"),
        ("ibm.watsonx.ai", "ibm.watsonx.ai"),
        ("Langchain", "Langchain"),
        ("", ""),
        (".", "."),
    ],
)
def test_providers_have_one_name(given: str, expected: str) -> None:
    """Each convention's name of a provider becomes one; a name that is not known stays as it is."""
    assert provider_name(given) == expected
