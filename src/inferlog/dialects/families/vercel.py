"""Vercel's AI SDK: `ai.*`, versions 4 and 5 (in `ai`), 6 and 7 (LegacyOpenTelemetry of `@ai-sdk/otel` 1.0).

A call of the application (`ai.generateText`) is a span of its own, which holds one for each call of the model
(`ai.generateText.doGenerate`), tools (`ai.toolCall`) beside them. The outer one repeats what its calls used: there the
tokens stay metadata, or they would be counted twice.
"""

from typing import Any, Final

from inferlog.dialects.families import requests
from inferlog.dialects.families.rules import Family, Rule, extra, from_json, seconds, text, usage
from inferlog.dialects.spans import Draft
from inferlog.jsontext import dumps

Message = dict[str, Any]

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


def _provider(draft: Draft, value: Any) -> bool:
    """Take "openai" of "openai.chat"; what names the endpoint too is kept."""
    if not isinstance(value, str) or not value:
        return False
    name = value.partition(".")[0]
    draft.set("provider_id", name)
    return name == value


def _milliseconds(column: str) -> Rule:
    return seconds(column, per_second=1_000)


RULES: Final[dict[str, Rule]] = {
    "ai.model.id": text("model"),
    "ai.model.provider": _provider,
    "ai.response.model": extra("response_model"),
    "ai.response.id": extra("response_id"),
    "ai.response.finishReason": extra("finish_reason"),
    "ai.response.msToFirstChunk": _milliseconds("time_to_first_token"),
    "ai.stream.msToFirstChunk": _milliseconds("time_to_first_token"),
    "ai.response.avgOutputTokensPerSecond": seconds("tokens_per_second"),
    "ai.response.avgCompletionTokensPerSecond": seconds("tokens_per_second"),
    "ai.telemetry.functionId": text("span_workflow_name"),
}


def read(draft: Draft) -> None:
    """Take what kind of span it is, and what went in and came out."""
    operation = draft.attributes.get("ai.operationId")
    if not isinstance(operation, str):
        return
    outer = "workflow" if not draft.span.parent_id else "task"
    draft.set("log_type", _CALLS.get(operation, outer))
    kind = draft.log.log_type
    draft.log.stream = draft.log.stream or (kind == "chat" and operation.startswith("ai.stream"))
    _take_told(draft)
    if kind in _MODEL_CALLS:
        for name in [name for name in draft.attributes if name in _USAGE]:
            if _USAGE[name](draft, draft.attributes[name]):
                del draft.attributes[name]
    if kind == "chat":
        _take_conversation(draft)
    elif kind == "tool":
        _take_tool(draft)
    elif kind == "embedding":
        _move(draft, ("ai.value", "ai.values"), ("ai.embedding", "ai.embeddings"))
    else:
        _move(draft, ("ai.prompt", "ai.value", "ai.values"), ("ai.response.text", "ai.response.object"))


def _take_told(draft: Draft) -> None:
    """Take what the application tells of user, session and thread, and the rest of it as metadata."""
    for name in [name for name in draft.attributes if name.startswith(_TOLD)]:
        key = name.removeprefix(_TOLD[0]).removeprefix(_TOLD[1])
        column = _IDENTIFIERS.get(key.replace("_", "").lower())
        value = draft.attributes.pop(name)
        if column is None or not text(column)(draft, value):
            draft.metadata.setdefault(key, value)


def _move(draft: Draft, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    """Let the first attribute that is there be what went in, and what came out."""
    for column, names in (("input", inputs), ("output", outputs)):
        found = next((name for name in names if name in draft.attributes), None)
        if found is not None and getattr(draft, column) is None:
            value = draft.attributes.pop(found)
            setattr(draft, column, [from_json(each) for each in value] if isinstance(value, list) else value)


def _take_tool(draft: Draft) -> None:
    _move(draft, ("ai.toolCall.args",), ("ai.toolCall.result",))
    name = draft.attributes.get("ai.toolCall.name")
    if isinstance(name, str) and name:
        draft.log.span_name = draft.log.span_name or name


def _take_conversation(draft: Draft) -> None:
    attributes = draft.attributes
    messages = from_json(attributes.get("ai.prompt.messages"))
    if isinstance(messages, list) and not draft.prompt:
        draft.set_messages([shaped for each in messages for shaped in _messages(each)], [])
        del attributes["ai.prompt.messages"]
    tools = attributes.get("ai.prompt.tools")
    if isinstance(tools, list) and requests.tools(draft, tools):
        del attributes["ai.prompt.tools"]
    choice = from_json(attributes.get("ai.prompt.toolChoice"))
    if isinstance(choice, dict) and draft.set_body("tool_choice", _tool_choice(choice)):
        del attributes["ai.prompt.toolChoice"]
    answer = _answer(draft)
    if answer:
        draft.set_messages([], [{"role": "assistant", "content": None, **answer}])


def _tool_choice(choice: Message) -> Any:
    """Return OpenAI's word for a choice: auto, none, required, or the tool that must be called."""
    if choice.get("type") == "tool":
        return {"type": "function", "function": {"name": str(choice.get("toolName", ""))}}
    return str(choice.get("type", "auto"))


def _answer(draft: Draft) -> Message:
    """Return what of an answer is there, taking it."""
    answer: Message = {}
    for name in ("ai.response.object", "ai.response.text"):
        if isinstance(draft.attributes.get(name), str):
            answer["content"] = draft.attributes.pop(name)
    calls = from_json(draft.attributes.get("ai.response.toolCalls"))
    if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
        del draft.attributes["ai.response.toolCalls"]
        if calls:
            answer["tool_calls"] = [_call(call) for call in calls]
    reasoning = draft.attributes.get("ai.response.reasoning")
    if isinstance(reasoning, str):
        answer["reasoning_content"] = draft.attributes.pop("ai.response.reasoning")
    return answer


def _call(part: Message) -> Message:
    arguments = part.get("input", part.get("args"))
    return {
        "id": str(part.get("toolCallId", "")),
        "type": "function",
        "function": {"name": str(part.get("toolName", "")), "arguments": _text(arguments)},
    }


def _messages(message: Any) -> list[Message]:
    """Return a message in OpenAI's shape; each result of a tool is one of its own."""
    if not isinstance(message, dict):
        return [{"role": "user", "content": _text(message)}]
    role, content = str(message.get("role", "user")), message.get("content")
    if not isinstance(content, list):
        return [{"role": role, "content": content if isinstance(content, str) else _text(content)}]
    parts = [part if isinstance(part, dict) else {"type": "text", "text": _text(part)} for part in content]
    results = [_result(part) for part in parts if part.get("type") == "tool-result"]
    calls = [_call(part) for part in parts if part.get("type") == "tool-call"]
    thoughts = [_text(part.get("text")) for part in parts if part.get("type") == "reasoning"]
    rest = [_part(part) for part in parts if part.get("type") not in ("tool-result", "tool-call", "reasoning")]
    if results and not (calls or thoughts or rest):
        return results
    shaped: Message = {"role": role, "content": _joined(rest)}
    if calls:
        shaped["tool_calls"] = calls
    if thoughts:
        shaped["reasoning_content"] = "\n".join(thoughts)
    return [*results, shaped]


def _joined(parts: list[Message]) -> Any:
    if len(parts) == 1 and parts[0].get("type") == "text":
        return parts[0].get("text")
    return parts or None


def _result(part: Message) -> Message:
    """Return a tool's result: version 5's output has a type beside its value."""
    answer = part.get("output", part.get("result"))
    if isinstance(answer, dict) and answer.keys() >= {"type", "value"}:
        answer = answer["value"]
    return {"role": "tool", "tool_call_id": str(part.get("toolCallId", "")), "content": _text(answer)}


def _part(part: Message) -> Message:
    """Return text and images in OpenAI's shape, any other part as it came."""
    if part.get("type") == "text":
        return {"type": "text", "text": _text(part.get("text"))}
    media = part.get("mediaType", part.get("mimeType"))
    data = part.get("image", part.get("data"))
    if isinstance(data, dict) and isinstance(data.get("href", data.get("url")), str):
        data = data.get("href", data.get("url"))
    is_image = part.get("type") == "image" or (isinstance(media, str) and media.startswith("image/"))
    if not (is_image and isinstance(data, str)):
        return part
    url = data if data.startswith(("http:", "https:", "data:")) else f"data:{media or 'image/png'};base64,{data}"
    return {"type": "image_url", "image_url": {"url": url}}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value).decode()


FAMILY: Final = Family("Vercel AI SDK", RULES, read, frozenset({"ai"}))
