"""Messages of any convention → OpenAI's chat shape, which the vendor's typed clients read."""

from typing import Any, Final

from inferlog.dialects.families.parts import (
    Built,
    Message,
    as_json_text,
    call_of_list,
    data_url,
    image,
    joined,
    role,
    text_part,
    tool_call,
    tool_result,
)
from inferlog.dialects.families.rules import from_json

__all__ = [
    "Built", "Message", "as_json_text", "data_url", "finish", "from_flat", "from_parts", "image", "joined",
    "list_of_messages", "role", "text_part", "tool_call", "tool_result",
]  # fmt: skip


def from_parts(message: Any, otherwise: str = "user") -> list[Message]:
    """Return messages from one of any convention: a role and typed parts, or content that is text or typed parts.

    A tool's results become messages of their own, one for each, as OpenAI has them; whatever else the message has
    stays in it.
    """
    if not isinstance(message, dict):
        return [{"role": otherwise, "content": as_json_text(message)}]
    plain = _plain_text(message)
    if plain is not None:
        return [{"role": role(message["role"], otherwise), "content": plain}]
    parts = message.get("parts")
    if isinstance(parts, str):
        parts = from_json(parts)
    name = "parts"
    if not isinstance(parts, list):
        parts, name = message.get("content"), "content"
        if not isinstance(parts, list):
            return [from_flat(message, otherwise)]
    built = Built(role(message.get("role"), otherwise))
    for part in parts:
        built.add(part)
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        _add_calls(built, calls)
    taken = _WITH_CALLS[name] if isinstance(calls, list) else _WITHOUT_CALLS[name]
    return built.messages({key: each for key, each in message.items() if key not in taken and each is not None})


_WITHOUT_CALLS: Final = {name: frozenset({"role", name}) for name in ("parts", "content")}
_WITH_CALLS: Final = {name: taken | {"tool_calls"} for name, taken in _WITHOUT_CALLS.items()}


def _plain_text(message: Message) -> str | None:
    """Return the text of a message that is a role and one part of text, as nearly all are: a tenth of the way round."""
    parts = message.get("parts")
    if len(message) != 2 or "role" not in message or not isinstance(parts, list) or len(parts) != 1:
        return None
    part = parts[0]
    if not isinstance(part, dict) or len(part) != 2 or part.get("type") != "text":
        return None
    text = part.get("content")
    return text if isinstance(text, str) else None


def _add_calls(built: Built, calls: list[Any]) -> None:
    """Add calls that stand beside the content; OpenLLMetry leaves Anthropic's in the content as well."""
    known = {call["id"] for call in built.calls}
    for call in map(call_of_list, calls):
        call_id = call.get("id") if isinstance(call, dict) else None
        if not (isinstance(call_id, str) and call_id and call_id in known):
            built.calls.append(call)


def from_flat(message: Message, otherwise: str = "user") -> Message:
    """Return a message that is nearly in OpenAI's shape already, its role in OpenAI's words."""
    shaped = {**message, "role": role(message.get("role"), otherwise)}
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        shaped["tool_calls"] = [call_of_list(each) for each in calls]
    content = message.get("content")
    if isinstance(content, list):
        built = Built("")
        for part in content:
            built.add(part)
        shaped["content"] = joined(built.content) if built.content else None
    elif content is not None and not isinstance(content, str):
        shaped["content"] = as_json_text(content)
    else:
        shaped.setdefault("content", None)
    if "id" in message and shaped["role"] == "tool":
        shaped["tool_call_id"] = shaped.pop("id")
    return shaped


def list_of_messages(value: Any, otherwise: str = "user") -> list[Message]:
    """Return the messages that a value is: a list of them, one alone, or plain text."""
    given = from_json(value)
    if given is None or given == []:
        return []
    each_of = given if isinstance(given, list) else [given]
    return [message for each in each_of for message in from_parts(each, otherwise)]


def finish(completions: list[Message], reasons: Any) -> None:
    """Say of each answer why it ended, unless it says so itself."""
    given = reasons if isinstance(reasons, list) else [reasons]
    for completion, reason in zip(completions, given, strict=False):
        if isinstance(reason, str):
            completion.setdefault("finish_reason", reason)
