"""Vercel's AI SDK: `ai.*`, versions 4 and 5 (in `ai`), 6 and 7 (LegacyOpenTelemetry of `@ai-sdk/otel` 1.0).

A call of the application (`ai.generateText`) is a span of its own, which holds one for each call of the model
(`ai.generateText.doGenerate`), tools (`ai.toolCall`) beside them. The outer one repeats what its calls used: there the
tokens stay metadata, or they would be counted twice.
"""

from typing import Any, Final

import msgspec

from inferlog.dialects.families.exchanges import take_usage
from inferlog.dialects.families.messages import Message, list_of_messages
from inferlog.dialects.families.parts import call_of_list
from inferlog.dialects.families.providers import provider
from inferlog.dialects.families.requests import tool_choice, tools
from inferlog.dialects.families.rules import Family, Rule, extra, from_json, parameter, seconds, text, usage
from inferlog.dialects.spans import Draft

_CALLS: Final = {
    "ai.generateText.doGenerate": "chat", "ai.streamText.doStream": "chat", "ai.generateObject.doGenerate": "chat",
    "ai.streamObject.doStream": "chat", "ai.embed.doEmbed": "embedding", "ai.embedMany.doEmbed": "embedding",
    "ai.toolCall": "tool", "ai.generateSpeech": "speech", "ai.transcribe": "transcription",
    "ai.streamTranscribe": "transcription",
}  # fmt: skip
_MODEL_CALLS: Final = frozenset({"chat", "embedding", "speech", "transcription"})
_CACHED: Final = "prompt_tokens_details.cached_tokens"
_REASONING: Final = "completion_tokens_details.reasoning_tokens"
_USAGE: Final[dict[str, Rule]] = {
    "ai.usage.promptTokens": usage("prompt_tokens"),
    "ai.usage.inputTokens": usage("prompt_tokens"),
    "ai.usage.tokens": usage("prompt_tokens"),
    "ai.usage.completionTokens": usage("completion_tokens"),
    "ai.usage.outputTokens": usage("completion_tokens"),
    "ai.usage.totalTokens": usage("total_tokens"),
    "ai.usage.cachedInputTokens": usage(_CACHED),
    "ai.usage.inputTokenDetails.cacheReadTokens": usage(_CACHED),
    "ai.usage.inputTokenDetails.cacheWriteTokens": usage("cache_creation_input_tokens"),
    "ai.usage.reasoningTokens": usage(_REASONING),
    "ai.usage.outputTokenDetails.reasoningTokens": usage(_REASONING),
}
_TOLD: Final = ("ai.telemetry.metadata.", "ai.settings.context.")
"""Prefixes of what the application tells of itself."""
_IDENTIFIERS: Final = {
    "userid": "customer_identifier", "user": "customer_identifier", "customerid": "customer_identifier",
    "sessionid": "session_identifier", "threadid": "thread_identifier", "chatid": "thread_identifier",
    "conversationid": "thread_identifier", "useremail": "customer_email", "username": "customer_name",
}  # fmt: skip


def _finish_reason(draft: Draft, value: Any) -> bool:
    """Into the reasons, as the GenAI conventions have them beside it: one for each answer."""
    return isinstance(value, str) and extra("finish_reasons")(draft, [value])


def _milliseconds(column: str) -> Rule:
    return seconds(column, per_second=1_000)


RULES: Final[dict[str, Rule]] = {
    "ai.model.id": text("model"),
    "ai.model.provider": provider,
    "ai.response.model": extra("response_model"),
    "ai.response.id": extra("response_id"),
    "ai.response.finishReason": _finish_reason,
    "ai.response.msToFirstChunk": _milliseconds("time_to_first_token"),
    "ai.stream.msToFirstChunk": _milliseconds("time_to_first_token"),
    "ai.response.avgOutputTokensPerSecond": seconds("tokens_per_second"),
    "ai.response.avgCompletionTokensPerSecond": seconds("tokens_per_second"),
    "ai.telemetry.functionId": text("span_workflow_name"),
    **{
        f"ai.settings.{name}": parameter(usual)
        for name, usual in {
            "temperature": "temperature", "topP": "top_p", "topK": "top_k", "seed": "seed", "stopSequences": "stop",
            "maxTokens": "max_tokens", "maxOutputTokens": "max_tokens", "presencePenalty": "presence_penalty",
            "frequencyPenalty": "frequency_penalty",
        }.items()
    },
}  # fmt: skip


def read(draft: Draft) -> None:
    """Take what kind of span it is, and what went in and came out."""
    _take_told(draft)
    operation = draft.attributes.get("ai.operationId")
    if not isinstance(operation, str):  # version 7 writes the GenAI conventions, and beside them what it was told
        return
    outer = "workflow" if not draft.span.parent_id else "task"
    draft.set("log_type", _CALLS.get(operation, outer))
    kind = draft.log.log_type
    draft.log.stream = draft.log.stream or (kind == "chat" and operation.startswith("ai.stream"))
    if kind in _MODEL_CALLS:
        for name in [name for name in draft.attributes if name in _USAGE]:
            if _USAGE[name](draft, draft.attributes[name]):
                del draft.attributes[name]
    if kind == "chat":
        _count_anthropics_cache(draft)
        _take_conversation(draft)
    elif kind == "tool":
        _take_tool(draft)
    elif kind == "embedding":
        _move(draft, ("ai.value", "ai.values"), ("ai.embedding", "ai.embeddings"))
    else:
        _move(draft, ("ai.prompt", "ai.value", "ai.values"), ("ai.response.text", "ai.response.object"))


def _count_anthropics_cache(draft: Draft) -> None:
    """Count cached tokens, which version 5 leaves out of Anthropic's prompt tokens, from the provider's own usage."""
    told = from_json(draft.attributes.get("ai.response.providerMetadata"))
    provider_own = told.get("anthropic") if isinstance(told, dict) else None
    counts = provider_own.get("usage") if isinstance(provider_own, dict) else None
    if isinstance(counts, dict) and draft.usage.get("prompt_tokens") == counts.get("input_tokens"):
        take_usage(draft, counts)


def _take_told(draft: Draft) -> None:
    """Take what the application tells of user, session and thread, and the rest of it as metadata."""
    for name in [name for name in draft.attributes if name.startswith(_TOLD)]:
        key = name.removeprefix(_TOLD[0]).removeprefix(_TOLD[1])
        column = _IDENTIFIERS.get(key.replace("_", "").lower())
        value = draft.attributes.pop(name)
        if column is not None and text(column)(draft, value):
            draft.speaks_for_trace = True  # version 7 tells it on the spans around the model's call
        else:
            draft.keep(key, value)


def _move(draft: Draft, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    """Let the first attribute that is there be what went in, and what came out."""
    for column, names in (("input", inputs), ("output", outputs)):
        found = next((name for name in names if name in draft.attributes), None)
        if found is not None and getattr(draft, column) is None:
            value = draft.attributes.pop(found)
            setattr(draft, column, [_unpacked(each) for each in value] if isinstance(value, list) else value)


def _unpacked(value: Any) -> Any:
    """Return what one of several values is: each is JSON text, a mere text as well."""
    if isinstance(value, str) and value.startswith('"'):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return from_json(value)


def _take_tool(draft: Draft) -> None:
    _move(draft, ("ai.toolCall.args",), ("ai.toolCall.result",))
    name = draft.attributes.get("ai.toolCall.name")
    if isinstance(name, str) and name:
        draft.log.span_name = draft.log.span_name or name


def _take_conversation(draft: Draft) -> None:
    attributes = draft.attributes
    messages = from_json(attributes.get("ai.prompt.messages"))
    if isinstance(messages, list) and draft.set_prompt(list_of_messages(messages)):
        del attributes["ai.prompt.messages"]
    for name, rule in (("ai.prompt.tools", tools), ("ai.prompt.toolChoice", tool_choice)):
        if name in attributes and rule(draft, attributes[name]):
            del attributes[name]
    if not draft.completions:
        answer = _answer(draft)
        if answer:
            draft.set_completions([{"role": "assistant", "content": None, **answer}])


def _answer(draft: Draft) -> Message:
    """Return what of an answer is there, taking it."""
    answer: Message = {}
    for name in ("ai.response.object", "ai.response.text"):
        if isinstance(draft.attributes.get(name), str):
            answer["content"] = draft.attributes.pop(name)
    calls = from_json(draft.attributes.get("ai.response.toolCalls"))
    if isinstance(calls, list) and all(isinstance(call, dict) and "toolName" in call for call in calls):
        del draft.attributes["ai.response.toolCalls"]
        if calls:
            answer["tool_calls"] = [call_of_list(call) for call in calls]
    reasoning = draft.attributes.get("ai.response.reasoning")
    if isinstance(reasoning, str):
        answer["reasoning_content"] = draft.attributes.pop("ai.response.reasoning")
    return answer


FAMILY: Final = Family("Vercel AI SDK", RULES, read, frozenset({"ai"}))
