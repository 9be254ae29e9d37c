"""The AI SDK's `ai.*` attributes: spans as versions 4, 5 and 7 write them."""

from typing import Any, Final

import pytest

from inferlog.jsontext import dumps
from tests.unit.families.reading import read


def _json(value: Any) -> str:
    return dumps(value).decode()


PNG: Final = "iVBORw0KGgo="
PROMPT: Final = [
    {"role": "system", "content": "Be brief"},
    {"role": "user", "content": [{"type": "text", "text": "What is it?"},
                                 {"type": "file", "mediaType": "image/png", "data": PNG}]},
    {"role": "assistant", "content": [{"type": "reasoning", "text": "look it up"},
                                      {"type": "tool-call", "toolCallId": "c1", "toolName": "weather",
                                       "input": {"city": "Bern"}}]},
    {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "c1", "toolName": "weather",
                                  "output": {"type": "json", "value": {"celsius": 7}}}]},
]  # fmt: skip
INNER: Final = {
    "operation.name": "ai.streamText.doStream chat", "resource.name": "chat",
    "ai.operationId": "ai.streamText.doStream",
    "ai.telemetry.functionId": "chat", "ai.model.provider": "openai.chat", "ai.model.id": "gpt-4o-mini",
    "ai.telemetry.metadata.userId": "ada", "ai.telemetry.metadata.session_id": "s1",
    "ai.telemetry.metadata.plan": "pro",
    "ai.prompt.messages": _json(PROMPT),
    "ai.prompt.tools": [_json({"type": "function", "name": "weather", "description": "d",
                               "inputSchema": {"type": "object"}})],
    "ai.prompt.toolChoice": '{"type":"auto"}',
    "gen_ai.system": "openai.chat", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.request.temperature": 0.5,
    "ai.response.text": "It is 7 °C", "ai.response.reasoning": "so cold",
    "ai.response.toolCalls": _json([{"toolCallId": "c2", "toolName": "weather", "input": '{"city":"Basel"}'}]),
    "ai.response.model": "gpt-4o-mini-2024-07-18", "ai.response.finishReason": "stop", "ai.response.id": "r1",
    "ai.response.msToFirstChunk": 250, "ai.response.avgOutputTokensPerSecond": 12.5,
    "ai.usage.inputTokens": 120, "ai.usage.outputTokens": 50, "ai.usage.totalTokens": 170,
    "ai.usage.reasoningTokens": 20, "ai.usage.cachedInputTokens": 40,
    "gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 50,
}  # fmt: skip


def test_a_call_of_the_model() -> None:
    """Everything that the inner span of a streamed call says is where it belongs."""
    log = read(INNER)
    assert (log["log_type"], log["model"], log["response_model"], log["provider_id"], log["stream"]) == (
        "chat", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "openai", True,
    )  # fmt: skip
    assert log["prompt_messages"] == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": [{"type": "text", "text": "What is it?"},
                                     {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]},
        {"role": "assistant", "content": None, "reasoning_content": "look it up",
         "tool_calls": [{"id": "c1", "type": "function",
                         "function": {"name": "weather", "arguments": '{"city":"Bern"}'}}]},
        {"role": "tool", "tool_call_id": "c1", "name": "weather", "content": '{"celsius":7}'},
    ]  # fmt: skip
    assert log["completion_message"] == {
        "role": "assistant", "content": "It is 7 °C", "reasoning_content": "so cold", "finish_reason": "stop",
        "tool_calls": [{"id": "c2", "type": "function",
                        "function": {"name": "weather", "arguments": '{"city":"Basel"}'}}],
    }  # fmt: skip
    assert log["tools"][0]["function"] == {"name": "weather", "description": "d", "parameters": {"type": "object"}}
    assert (log["tool_choice"], log["temperature"], log["time_to_first_token"]) == ("auto", 0.5, 0.25)
    assert log["usage"] == {
        "prompt_tokens": 120, "completion_tokens": 50, "total_tokens": 170,
        "prompt_tokens_details": {"cached_tokens": 40}, "completion_tokens_details": {"reasoning_tokens": 20},
    }  # fmt: skip
    assert (log["customer_identifier"], log["session_identifier"], log["metadata"]["plan"]) == ("ada", "s1", "pro")
    assert (log["span_workflow_name"], log["tokens_per_second"]) == ("chat", 12.5)


@pytest.mark.parametrize(("parent", "kind"), [("", "workflow"), ("p", "task")])
def test_the_call_of_the_application_counts_no_tokens(parent: str, kind: str) -> None:
    """The outer span repeats the tokens of those within: they are kept, and not counted."""
    outer = {
        "ai.operationId": "ai.generateText", "ai.model.id": "m", "ai.prompt": '{"prompt":"Hi"}',
        "ai.response.text": "Hello", "ai.usage.promptTokens": 10, "ai.usage.completionTokens": 5,
    }  # fmt: skip
    log = read(outer, parent_id=parent)
    assert (log["log_type"], log["input"], log["output"]) == (kind, '{"prompt":"Hi"}', "Hello")
    assert "usage" not in log
    assert (log["metadata"]["ai.usage.promptTokens"], log["metadata"]["ai.usage.completionTokens"]) == (10, 5)


def test_a_tool_and_an_embedding() -> None:
    """A tool's arguments and result, an embedding's values and its vectors."""
    tool = read({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "weather", "ai.toolCall.args": '{"city":"Bern"}',
                 "ai.toolCall.result": "7", "ai.toolCall.id": "c1"})  # fmt: skip
    assert (tool["log_type"], tool["span_name"], tool["input"], tool["output"]) == (
        "tool", "weather", '{"city":"Bern"}', "7",
    )  # fmt: skip
    embedding = read({"ai.operationId": "ai.embedMany.doEmbed", "ai.values": ['"a"', '"b"'],
                      "ai.embeddings": ["[1,2]", "[3,4]"], "ai.usage.tokens": 8})  # fmt: skip
    assert (embedding["log_type"], embedding["usage"]) == ("embedding", {"prompt_tokens": 8})
    assert (embedding["input"], embedding["output"]) == (["a", "b"], [[1, 2], [3, 4]])


def test_an_answer_that_is_an_object() -> None:
    """generateObject answers with JSON text; the forced tool is OpenAI's choice of it."""
    log = read({"ai.operationId": "ai.generateObject.doGenerate", "ai.response.object": '{"a":1}',
                "ai.prompt.toolChoice": '{"type":"tool","toolName":"json"}'})  # fmt: skip
    assert log["completion_message"] == {"role": "assistant", "content": '{"a":1}'}
    assert log["tool_choice"] == {"type": "function", "function": {"name": "json"}}


def test_what_version_7_is_told_stands_beside_the_genai_conventions() -> None:
    """@ai-sdk/otel's own spans have no `ai.operationId`; the runtime context stands on an agent and its steps."""
    log = read({"gen_ai.operation.name": "invoke_agent", "ai.settings.context.userId": "ada",
                "ai.settings.context.plan": "pro"})  # fmt: skip
    assert (log["log_type"], log["customer_identifier"], log["metadata"]["plan"]) == ("agent", "ada", "pro")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("openai.responses", "openai"), ("amazon-bedrock", "aws-bedrock"), ("google.vertex.chat", "google-vertex")],
)
def test_providers_have_the_names_that_they_have_elsewhere(given: str, expected: str) -> None:
    """The SDK names a provider's API; who serves the model is the same as in every other convention."""
    log = read({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": given, "gen_ai.system": given})
    assert log["provider_id"] == expected


def test_settings_of_a_call_are_its_parameters() -> None:
    """What stands under `ai.settings` and is a parameter of the request comes under its usual name."""
    told = {"topP": 0.9, "topK": 3, "seed": 7, "stopSequences": ["END"], "maxOutputTokens": 100, "maxRetries": 0}
    log = read({"ai.operationId": "ai.generateText.doGenerate"} | {f"ai.settings.{k}": v for k, v in told.items()})
    found = {name: log[name] for name in ("top_p", "top_k", "seed", "stop", "max_tokens")}
    assert found == {"top_p": 0.9, "top_k": 3, "seed": 7, "stop": ["END"], "max_tokens": 100}
    assert log["metadata"]["ai.settings.maxRetries"] == 0


@pytest.mark.parametrize(
    ("told", "details"),
    [
        ({"ai.usage.promptTokens": 80}, {"cached_tokens": 40}),
        ({"ai.usage.inputTokens": 80, "ai.usage.cachedInputTokens": 40}, {"cached_tokens": 40}),
        ({"ai.usage.inputTokens": 130}, None),
    ],
)
def test_cached_tokens_of_anthropic_are_part_of_the_prompts(told: dict[str, Any], details: Any) -> None:
    """Version 5 has Anthropic's own count, without the cached ones, which its metadata tells."""
    own = {"input_tokens": 80, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 10}
    call = {"ai.operationId": "ai.generateText.doGenerate", "ai.usage.completionTokens": 5,
            "ai.response.providerMetadata": _json({"anthropic": {"usage": own}})}  # fmt: skip
    usage = read(call | told)["usage"]
    assert (usage["prompt_tokens"], usage.get("prompt_tokens_details")) == (130, details)
