"""OpenInference's attributes, as its instrumentations of OpenAI, LangChain and Anthropic send them."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest

from inferlog.dialects.spans import FAILED, Event
from tests.unit.families.seen import seen

REQUEST: Final = '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], "n": 1.0}'
RESPONSE: Final = (
    '{"model": "gpt-4o-mini-2024-07-18", "choices": [{"finish_reason": "stop", "message": {"role": "assistant",'
    ' "content": "Hi", "refusal": null, "reasoning_content": "The user greets."}}]}'
)
CALL: Final = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}
DEFINITION: Final = {
    "type": "function",
    "function": {"name": "get_weather", "description": "The weather in a city", "parameters": {"type": "object"}},
}

SPANS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "a call of openinference-instrumentation-openai 0.1.66": (
        {
            "openinference.span.kind": "LLM",
            "llm.system": "openai",
            "input.value": '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], "n": 1.0}',
            "input.mime_type": "application/json",
            "output.value": RESPONSE,
            "output.mime_type": "application/json",
            "session.id": "session-1",
            "user.id": "customer-1",
            "metadata": '{"plan": "pro", "seats": 3}',
            "tag.tags": ["blue", "green"],
            "llm.prompt_template.template": "[{word}] {question}",
            "llm.prompt_template.variables": '{"word": "journey"}',
            "llm.invocation_parameters": '{"model": "gpt-4o-mini", "max_tokens": 100, "stream": true, "x": 1}',
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "Hello",
            "llm.model_name": "gpt-4o-mini-2024-07-18",
            "llm.token_count.total": 170,
            "llm.token_count.prompt": 120,
            "llm.token_count.completion": 50,
            "llm.token_count.prompt_details.cache_read": 40,
            "llm.token_count.prompt_details.cache_write": 10,
            "llm.token_count.prompt_details.audio": 5,
            "llm.token_count.completion_details.reasoning": 20,
            "llm.token_count.completion_details.audio": 3,
            "llm.cost.total": 0.00042,
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Hi",
            "llm.finish_reason": "stop",
        },
        {
            "log_type": "chat",
            "model": "gpt-4o-mini",
            "response_model": "gpt-4o-mini-2024-07-18",
            "provider_id": "openai",
            "stream": True,
            "session_identifier": "session-1",
            "customer_identifier": "customer-1",
            "max_tokens": 100,
            "cost": Decimal("0.00042"),
            "prompt_messages": [{"role": "user", "content": "Hello"}],
            "completion_message": {
                "role": "assistant",
                "content": "Hi",
                "reasoning_content": "The user greets.",
                "finish_reason": "stop",
            },
            "usage": {
                "prompt_tokens": 120,
                "completion_tokens": 50,
                "total_tokens": 170,
                "cache_creation_input_tokens": 10,
                "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 5},
                "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 3},
            },
            "full_request": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], "n": 1.0},
            "full_response": {
                "model": "gpt-4o-mini-2024-07-18",
                "choices": [
                    {
                        "finish_reason": "stop",
                        "message": {
                            "role": "assistant",
                            "content": "Hi",
                            "refusal": None,
                            "reasoning_content": "The user greets.",
                        },
                    }
                ],
            },
            "finish_reasons": ["stop"],
            "variables": {"word": "journey"},
            "metadata": {
                "plan": "pro",
                "seats": 3,
                "tags": ["blue", "green"],
                "llm.prompt_template.template": "[{word}] {question}",
                "llm.invocation_parameters": {"x": 1},
            },
        },
    ),
    "tools, their results and images": (
        {
            "openinference.span.kind": "LLM",
            "llm.input_messages.1.message.role": "user",
            "llm.input_messages.1.message.contents.0.message_content.type": "text",
            "llm.input_messages.1.message.contents.0.message_content.text": "What is this?",
            "llm.input_messages.1.message.contents.1.message_content.type": "image",
            "llm.input_messages.1.message.contents.1.message_content.image.image.url": "data:image/png;base64,iVBORw0K",
            "llm.input_messages.2.message.role": "assistant",
            "llm.input_messages.2.message.tool_calls.0.tool_call.id": "call_1",
            "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "get_weather",
            "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"city": "Paris"}',
            "llm.input_messages.3.message.role": "tool",
            "llm.input_messages.3.message.tool_call_id": "call_1",
            "llm.input_messages.3.message.content": "Sunny",
            "llm.tools.0.tool.json_schema": (
                '{"name": "get_weather", "description": "The weather in a city", "input_schema": {"type": "object"}}'
            ),
        },
        {
            "log_type": "chat",
            "prompt_messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What is this?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}},
                    ],
                },
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "call_1", "content": "Sunny"},
            ],
            "tools": [DEFINITION],
        },
    ),
    "Anthropic: a call stands in the content and beside it, a result has the user's role, reasoning its signature": (
        {
            "openinference.span.kind": "LLM",
            "llm.provider": "anthropic",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.tool_call_id": "call_0",
            "llm.input_messages.0.message.content": "Sunny",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
            "llm.output_messages.0.message.contents.0.message_content.text": "I look it up.",
            "llm.output_messages.0.message.contents.0.message_content.signature": "c2ln",
            "llm.output_messages.0.message.contents.1.message_content.type": "tool_use",
            "llm.output_messages.0.message.contents.1.tool_call.id": "call_1",
            "llm.output_messages.0.message.contents.1.tool_call.function.name": "get_weather",
            "llm.output_messages.0.message.contents.1.tool_call.function.arguments": '{"city": "Paris"}',
            "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "get_weather",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"city": "Paris"}',
        },
        {
            "log_type": "chat",
            "provider_id": "anthropic",
            "prompt_messages": [{"role": "tool", "tool_call_id": "call_0", "content": "Sunny"}],
            "completion_message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [CALL],
                "reasoning_content": "I look it up.",
                "thinking_blocks": [{"type": "reasoning", "text": "I look it up.", "signature": "c2ln"}],
            },
        },
    ),
    "LangChain: the model is in the parameters, and again under another name": (
        {
            "openinference.span.kind": "LLM",
            "llm.invocation_parameters": (
                '{"model": "gpt-4o-mini", "model_name": "gpt-4o-mini", "stop": null, "_type": 1}'
            ),
            "llm.model_name": "gpt-4o-mini-2024-07-18",
            "llm.token_count.prompt": 1,
        },
        {
            "log_type": "chat",
            "model": "gpt-4o-mini",
            "response_model": "gpt-4o-mini-2024-07-18",
            "usage": {"prompt_tokens": 1},
            "metadata": {"llm.invocation_parameters": {"_type": 1}},
        },
    ),
    "what is embedded, and its vectors": (
        {
            "openinference.span.kind": "EMBEDDING",
            "embedding.invocation_parameters": '{"model": "text-embedding-3-small", "encoding_format": "base64"}',
            "embedding.embeddings.0.embedding.text": "one",
            "embedding.embeddings.1.embedding.text": "two",
            "embedding.embeddings.0.embedding.vector": [0.25, -0.5],
            "embedding.embeddings.1.embedding.vector": [0.5, 0.125],
            "embedding.model_name": "text-embedding-3-small",
            "llm.token_count.prompt": 8,
        },
        {
            "log_type": "embedding",
            "model": "text-embedding-3-small",
            "response_model": "text-embedding-3-small",
            "encoding_format": "base64",
            "input": ["one", "two"],
            "output": [[0.25, -0.5], [0.5, 0.125]],
            "usage": {"prompt_tokens": 8},
        },
    ),
    "a completion of text": (
        {
            "openinference.span.kind": "LLM",
            "llm.prompts.0.prompt.text": "Once upon",
            "llm.choices.0.completion.text": " a time",
        },
        {
            "log_type": "completion",
            "prompt_messages": [{"role": "user", "content": "Once upon"}],
            "completion_message": {"role": "assistant", "content": " a time"},
        },
    ),
    "a search": (
        {
            "openinference.span.kind": "RETRIEVER",
            "input.value": "capital of France",
            "retrieval.documents.0.document.id": "doc-1",
            "retrieval.documents.0.document.content": "Paris is the capital of France.",
            "retrieval.documents.0.document.score": 0.9,
            "retrieval.documents.0.document.metadata": '{"page": 1}',
        },
        {
            "log_type": "task",
            "input": "capital of France",
            "metadata": {
                "openinference.span.kind": "RETRIEVER",
                "retrieval.documents": [
                    {
                        "id": "doc-1",
                        "content": "Paris is the capital of France.",
                        "score": 0.9,
                        "metadata": {"page": 1},
                    }
                ],
            },
        },
    ),
    "an agent repeats the tokens of its calls": (
        {"openinference.span.kind": "AGENT", "llm.token_count.prompt": 120, "input.value": "Hello"},
        {"log_type": "agent", "input": "Hello", "aggregated_usage": {"prompt_tokens": 120}},
    ),
    "LangChain's chain with a message that is only a role": (
        {
            "openinference.span.kind": "CHAIN",
            "input.value": '{"messages": [{"role": "user", "content": "Hello"}]}',
            "input.mime_type": "application/json",
            "llm.input_messages.0.message.role": "user",
        },
        {"log_type": "workflow", "input": '{"messages": [{"role": "user", "content": "Hello"}]}'},
    ),
}


@pytest.mark.parametrize("name", SPANS)
def test_spans_as_they_come(name: str) -> None:
    """A span of OpenInference is the log that its sender would have written."""
    attributes, expected = SPANS[name]
    assert seen(attributes) == expected


def test_the_request_is_kept_to_the_digit() -> None:
    """input.value of a model call is the whole request; its text is kept as it came."""
    log = seen({"openinference.span.kind": "LLM", "input.value": REQUEST})
    assert log["full_request"] == {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], "n": 1.0}
    assert log["model"] == "gpt-4o-mini"


@pytest.mark.parametrize(("parent", "expected"), [("", "workflow"), ("b" * 16, "task")])
def test_a_chain_is_a_workflow_at_the_root(parent: str, expected: str) -> None:
    """A chain within another is a task."""
    assert seen({"openinference.span.kind": "CHAIN"}, parent_id=parent)["log_type"] == expected


def test_the_first_token_is_an_event() -> None:
    """The event tells the time to the first token, and that the answer was streamed."""
    events = [Event("First Token Stream Event", 10.25)]
    log = seen({"openinference.span.kind": "LLM"}, start=10.0, end=12.0, events=events)
    assert (log["time_to_first_token"], log["stream"]) == (0.25, True)
    assert "events" not in log


def test_a_failed_call_of_langchain_has_no_answer() -> None:
    """LangChain writes an answer without content when a call fails, and the HTTP status only in the error's text."""
    said = "Error code: 429 - Rate limit reached for requests"
    log = seen(
        {
            "openinference.span.kind": "LLM",
            "llm.output_messages.0.message.role": "assistant",
            "llm.model_name": "gpt-4o",
        },
        status=FAILED,
        status_message=f"OpenAIRateLimitError('{said}')Traceback (most recent call last):",
        events=[Event("exception", 2.0, {"exception.type": "OpenAIRateLimitError", "exception.message": said})],
    )
    assert "completion_message" not in log
    assert "response_model" not in log
    assert (log["status_code"], log["error_code"], log["error_message"]) == (429, "OpenAIRateLimitError", said)


def test_reasoning_that_comes_as_a_message_of_its_own_is_part_of_the_answer() -> None:
    """The Responses API's items are messages here; what was thought and what was said are one answer."""
    answer = "llm.output_messages."
    log = seen(
        {
            "openinference.span.kind": "LLM",
            f"{answer}0.message.role": "assistant",
            f"{answer}0.message.contents.0.message_content.type": "reasoning",
            f"{answer}0.message.contents.0.message_content.text": "Paris, I think.",
            f"{answer}1.message.role": "assistant",
            f"{answer}1.message.contents.0.message_content.type": "text",
            f"{answer}1.message.contents.0.message_content.text": "Paris",
            "llm.invocation_parameters": '{"model": "gpt-4o-mini", "reasoning": {"effort": "low"}}',
        }
    )
    expected = {"role": "assistant", "content": "Paris", "reasoning_content": "Paris, I think."}
    assert (log["completion_message"], log.get("completion_messages")) == (expected, None)
    assert (log["reasoning_effort"], log["reasoning"]) == ("low", {"effort": "low"})


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ([{"text": "Paris,", "type": "summary_text"}, {"text": "I think."}], "Paris,\nI think."),
        ([{"text": 5}], None),
        ([5], None),
        ([], None),
        (5, None),
        (None, None),
    ],
)
def test_reasoning_that_only_langchains_message_holds(summary: Any, expected: str | None) -> None:
    """The parts that the instrumentation has no attributes for are read from LangChain's own message."""
    content = [{"type": "reasoning", "summary": summary}, {"type": "text", "text": "Paris"}]
    generation = {"text": "Paris", "message": {"id": ["AIMessage"], "kwargs": {"content": content}}}
    log = seen(
        {
            "openinference.span.kind": "LLM",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Paris",
            "output.value": json.dumps({"generations": [[generation]]}),
        }
    )
    assert log["completion_message"].get("reasoning_content") == expected
