"""Anthropic's half of the provider: messages. Pure.

Shapes: https://docs.anthropic.com/en/api/messages and …/messages-streaming. input_tokens are those neither read from
the cache nor written to it.
"""

import json
from typing import Any, Final

from tests.clients.answers import (
    CRASH_TEXT,
    ERROR_TEXT,
    TEXT,
    THOUGHT,
    TOOL,
    TOOL_ARGUMENTS,
    TOOL_ARGUMENTS_TEXT,
    TOOL_CALL_ID,
    TOOL_TEXT,
    Answer,
    answering,
    id_of,
    pieces,
    text_of,
    word,
)

Json = dict[str, Any]
USAGE: Final[Json] = {
    "input_tokens": 80,
    "cache_read_input_tokens": 40,
    "cache_creation_input_tokens": 10,
    "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 50,
    "service_tier": "standard",
}
SIGNATURE: Final = "c2lnbmF0dXJl"


def messages(request: Json) -> Answer:
    """Answer /v1/messages."""
    last = request["messages"][-1]["content"]
    answered = isinstance(last, list) and any(part.get("type") == "tool_result" for part in last)
    chosen = next(
        (found for each in reversed(request["messages"]) if (found := word(text_of(each["content"])))),
        "",
    )
    if chosen in ("error", "crash"):
        status, kind, text = (
            (429, "rate_limit_error", ERROR_TEXT) if chosen == "error" else (500, "api_error", CRASH_TEXT)
        )
        return Answer(status, {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_1"})
    blocks = _blocks(chosen, answered=answered)
    reason = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
    body = {
        "id": id_of("msg", request),
        "type": "message",
        "role": "assistant",
        "model": answering(request["model"]),
        "content": blocks,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": USAGE,
    }
    return _stream(body, cut=chosen == "aborted") if request.get("stream") else Answer(body=body)


def _blocks(chosen: str, *, answered: bool) -> list[Json]:
    if chosen == "tools" and not answered:
        return [
            {"type": "text", "text": "I look it up."},
            {"type": "tool_use", "id": TOOL_CALL_ID, "name": TOOL, "input": TOOL_ARGUMENTS},
        ]
    text = {"type": "text", "text": TOOL_TEXT if answered else TEXT}
    if chosen == "reasoning":
        return [{"type": "thinking", "thinking": THOUGHT, "signature": SIGNATURE}, text]
    return [text]


def _stream(body: Json, *, cut: bool) -> Answer:
    begun = body | {"content": [], "stop_reason": None, "usage": USAGE | {"output_tokens": 1}}
    events: list[Json] = [{"type": "message_start", "message": begun}]
    for index, block in enumerate(body["content"]):
        empty, deltas = _deltas(block)
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    if cut:
        return Answer(events=tuple(_event(event) for event in events[:4]), cut=True)
    stop = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": stop, "usage": {"output_tokens": USAGE["output_tokens"]}})
    events.append({"type": "message_stop"})
    return Answer(events=tuple(_event(event) for event in events))


def _deltas(block: Json) -> tuple[Json, list[Json]]:
    """Return a block as it begins, and the deltas that complete it."""
    if block["type"] == "text":
        return block | {"text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
        return block | {"thinking": "", "signature": ""}, [*deltas, {"type": "signature_delta", "signature": SIGNATURE}]
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(TOOL_ARGUMENTS_TEXT)]
    return block | {"input": {}}, deltas


def _event(event: Json) -> str:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
