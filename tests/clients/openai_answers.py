"""OpenAI's half of the provider: chat completions, responses, embeddings. Pure.

Shapes: https://platform.openai.com/docs/api-reference. `reasoning_content` is not OpenAI's own, but is what most
servers that speak its API answer (DeepSeek, vLLM, …).
"""

import base64
import json
import struct
from typing import Any, Final

from tests.clients.answers import (
    CRASH_TEXT,
    ERROR_TEXT,
    TEXT,
    THOUGHT,
    TOOL,
    TOOL_ARGUMENTS_TEXT,
    TOOL_CALL_ID,
    TOOL_ITEM_ID,
    TOOL_TEXT,
    Answer,
    answering,
    id_of,
    pieces,
    text_of,
    word,
)

Json = dict[str, Any]
VECTOR: Final = (0.25, -0.5, 0.125)
CREATED: Final = 1_767_225_600
FINGERPRINT: Final = "fp_1"
USAGE: Final[Json] = {
    "prompt_tokens": 120,
    "completion_tokens": 50,
    "total_tokens": 170,
    "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 5},
    "completion_tokens_details": {
        "reasoning_tokens": 20,
        "audio_tokens": 3,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
RESPONSES_USAGE: Final[Json] = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 40},
    "output_tokens": 50,
    "output_tokens_details": {"reasoning_tokens": 20},
    "total_tokens": 170,
}
_TOOL_CALL: Final[Json] = {
    "id": TOOL_CALL_ID,
    "type": "function",
    "function": {"name": TOOL, "arguments": TOOL_ARGUMENTS_TEXT},
}


def chat(request: Json) -> Answer:
    """Answer /v1/chat/completions."""
    messages = request["messages"]
    chosen = word(next((text_of(each["content"]) for each in reversed(messages) if each["role"] == "user"), ""))
    if refused := _refusal(chosen):
        return refused
    message = _message(chosen, answered=messages[-1]["role"] == "tool")
    if request.get("stream"):
        return _chat_stream(request, message, cut=chosen == "aborted")
    return Answer(body=_chat_body(request, message, count=2 if chosen == "choices" else 1))


def embeddings(request: Json) -> Answer:
    """Answer /v1/embeddings: three numbers for each text, however they are to be encoded."""
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    vector: Any = list(VECTOR)
    if request.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack("<3f", *VECTOR)).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(texts))]
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    return Answer(body={"object": "list", "data": data, "model": answering(request["model"]), "usage": usage})


def responses(request: Json) -> Answer:
    """Answer /v1/responses."""
    given = request["input"]
    items: list[Json] = [{"role": "user", "content": given}] if isinstance(given, str) else given
    chosen = word(next((text_of(each["content"]) for each in reversed(items) if each.get("role") == "user"), ""))
    if refused := _refusal(chosen):
        return refused
    output = _output(chosen, answered=items[-1].get("type") == "function_call_output")
    if request.get("stream"):
        return _responses_stream(request, output, cut=chosen == "aborted")
    return Answer(body=_response(request, output))


def _refusal(chosen: str) -> Answer | None:
    if chosen == "error":
        error = {"message": ERROR_TEXT, "type": "requests", "param": None, "code": "rate_limit_exceeded"}
        return Answer(429, {"error": error})
    if chosen == "crash":
        return Answer(500, {"error": {"message": CRASH_TEXT, "type": "server_error", "param": None, "code": None}})
    return None


def _message(chosen: str, *, answered: bool) -> Json:
    if chosen == "tools" and not answered:
        return {"role": "assistant", "content": None, "tool_calls": [_TOOL_CALL]}
    message = {"role": "assistant", "content": TOOL_TEXT if answered else TEXT}
    if chosen == "reasoning":
        message["reasoning_content"] = THOUGHT
    return message


def _chat_body(request: Json, message: Json, count: int) -> Json:
    reason = "tool_calls" if "tool_calls" in message else "stop"
    return {
        "id": id_of("chatcmpl", request),
        "object": "chat.completion",
        "created": CREATED,
        "model": answering(request["model"]),
        "choices": [
            {"index": index, "message": {"refusal": None} | message, "logprobs": None, "finish_reason": reason}
            for index in range(count)
        ],
        "usage": USAGE,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def _chat_stream(request: Json, message: Json, *, cut: bool) -> Answer:
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in pieces(message.get("reasoning_content", ""))]
    deltas += [{"content": piece} for piece in pieces(message["content"] or "")]
    for call in message.get("tool_calls", []):
        begun = {"index": 0, **call, "function": call["function"] | {"arguments": ""}}
        deltas.append({"tool_calls": [begun]})
        for piece in pieces(TOOL_ARGUMENTS_TEXT):
            deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    chunks = [_chunk(request, [_choice(delta)]) for delta in deltas]
    if cut:
        return Answer(events=tuple(chunks[:3]), cut=True)
    reason = "tool_calls" if "tool_calls" in message else "stop"
    chunks.append(_chunk(request, [_choice({}, reason)]))
    if (request.get("stream_options") or {}).get("include_usage"):
        chunks.append(_chunk(request, [], usage=USAGE))
    return Answer(events=(*chunks, "data: [DONE]\n\n"))


def _choice(delta: Json, reason: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _chunk(request: Json, choices: list[Json], **more: Any) -> str:
    chunk = {
        "id": id_of("chatcmpl", request),
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": answering(request["model"]),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
        "choices": choices,
    }
    return f"data: {json.dumps(chunk | more)}\n\n"


def _output(chosen: str, *, answered: bool) -> list[Json]:
    if chosen == "tools" and not answered:
        call = {
            "id": TOOL_ITEM_ID,
            "type": "function_call",
            "status": "completed",
            "call_id": TOOL_CALL_ID,
            "name": TOOL,
        }
        return [call | {"arguments": TOOL_ARGUMENTS_TEXT}]
    part: Json = {"type": "output_text", "text": TOOL_TEXT if answered else TEXT, "annotations": [], "logprobs": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    if chosen == "reasoning":
        return [{"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": THOUGHT}]}, message]
    return [message]


def _response(request: Json, output: list[Json], status: str = "completed") -> Json:
    done = status == "completed"
    echoed: Json = {
        "instructions": None,
        "max_output_tokens": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
    }
    return {
        "id": id_of("resp", request),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": answering(request["model"]),
        "output": output if done else [],
        "usage": RESPONSES_USAGE if done else None,
        "service_tier": "default",
        "store": True,
        **{name: request.get(name, value) for name, value in echoed.items()},
    }


def _responses_stream(request: Json, output: list[Json], *, cut: bool) -> Answer:
    begun = _response(request, output, "in_progress")
    events: list[Json] = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(output):
        events += _item_events(index, item)
    events.append({"type": "response.completed", "response": _response(request, output)})
    if cut:
        events = events[:5]
    texts = [
        f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"
        for number, event in enumerate(events)
    ]
    return Answer(events=tuple(texts), cut=cut)


def _item_events(index: int, item: Json) -> list[Json]:
    at = {"output_index": index, "item_id": item["id"]}
    begun = item | {"content": []} if item["type"] == "message" else item
    events: list[Json] = [{"type": "response.output_item.added", "output_index": index, "item": begun}]
    if item["type"] == "message":
        part = item["content"][0]
        events.append({"type": "response.content_part.added", **at, "content_index": 0, "part": part | {"text": ""}})
        for piece in pieces(part["text"]):
            delta = {"type": "response.output_text.delta", **at, "content_index": 0, "delta": piece, "logprobs": []}
            events.append(delta)
        done = {"type": "response.output_text.done", **at, "content_index": 0, "text": part["text"], "logprobs": []}
        events += [done, {"type": "response.content_part.done", **at, "content_index": 0, "part": part}]
    if item["type"] == "function_call":
        events.append({"type": "response.function_call_arguments.delta", **at, "delta": item["arguments"]})
        events.append({"type": "response.function_call_arguments.done", **at, "arguments": item["arguments"]})
    return [*events, {"type": "response.output_item.done", "output_index": index, "item": item}]
