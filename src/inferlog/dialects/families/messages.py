"""Messages of any convention → OpenAI's chat shape, which the vendor's typed clients read (role, content, tool_calls).

A part that has no such form is kept as it came: what a client sent is never dropped for being unknown.
"""

from collections.abc import Callable
from typing import Any, Final

from inferlog.dialects.families.rules import from_json
from inferlog.jsontext import dumps

Message = dict[str, Any]

_ROLES: Final = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "bot": "assistant"}


def role(name: Any, otherwise: str = "user") -> str:
    """Return a role as OpenAI names it."""
    known = str(name).lower() if name else otherwise
    return _ROLES.get(known, known)


def tool_call(call_id: Any, name: Any, arguments: Any) -> Message:
    """Return one tool call; its arguments are JSON text, as OpenAI has them."""
    written = arguments if isinstance(arguments, str) else dumps(arguments if arguments is not None else {}).decode()
    return {"id": str(call_id or ""), "type": "function", "function": {"name": str(name or ""), "arguments": written}}


def image(url: str) -> Message:
    """Return an image part."""
    return {"type": "image_url", "image_url": {"url": url}}


def data_url(media_type: Any, data: str) -> str:
    """Return base64 data as a URL."""
    return f"data:{media_type or 'application/octet-stream'};base64,{data}"


def joined(parts: list[Any]) -> Any:
    """Return content from its parts: plain text if it is one text, a list else, None if there is none."""
    if not parts:
        return None
    texts = [each.get("text") for each in parts if isinstance(each, dict) and each.get("type") == "text"]
    if len(parts) == 1 and len(texts) == 1:
        return texts[0]
    return parts


def from_parts(message: Any, otherwise: str = "user") -> list[Message]:
    """Return messages from one of OpenTelemetry's GenAI form: a role and typed parts.

    A tool's results become messages of their own, one for each, as OpenAI has them.
    """
    if not isinstance(message, dict):
        return [{"role": otherwise, "content": message if isinstance(message, str) else dumps(message).decode()}]
    parts = from_json(message.get("parts"))
    if not isinstance(parts, list):
        return [from_flat(message, otherwise)]
    built = _Built(role(message.get("role"), otherwise))
    for part in parts:
        built.add(part)
    return built.messages({name: message[name] for name in ("name", "finish_reason") if message.get(name)})


def from_flat(message: Message, otherwise: str = "user") -> Message:
    """Return a message that is nearly in OpenAI's shape already, its role in OpenAI's words."""
    shaped = {**message, "role": role(message.get("role"), otherwise)}
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        shaped["tool_calls"] = [_call(each) for each in calls]
    if isinstance(message.get("content"), list):
        shaped["content"] = joined([_content(part) for part in message["content"]])
    elif isinstance(message.get("content"), dict):
        shaped["content"] = dumps(message["content"]).decode()
    else:
        shaped.setdefault("content", None)
    if "id" in message and shaped["role"] == "tool":
        shaped["tool_call_id"] = shaped.pop("id")
    return shaped


def _call(call: Any) -> Any:
    if not isinstance(call, dict):
        return call
    function = call.get("function")
    if isinstance(function, dict):
        return call | tool_call(call.get("id"), function.get("name"), function.get("arguments"))
    if "name" in call:  # LangChain's args, others' arguments
        return tool_call(call.get("id"), call["name"], call.get("arguments", call.get("args", call.get("input"))))
    return call


def _content(part: Any) -> Any:
    """Return a part of a message's content; text of older names becomes a text part."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if isinstance(part, dict) and part.get("type") in (None, "text") and isinstance(part.get("content"), str):
        return {"type": "text", "text": part["content"]}
    return part


class _Built:
    """A message in the making, from typed parts."""

    def __init__(self, role_name: str) -> None:
        self.role = role_name
        self.content: list[Any] = []
        self.calls: list[Message] = []
        self.reasoning: list[str] = []
        self.results: list[Message] = []

    def add(self, part: Any) -> None:
        handler = _PARTS.get(part.get("type", "")) if isinstance(part, dict) else None
        if handler is None:
            self.content.append(_content(part))
        else:
            handler(self, part)

    def text(self, part: Message) -> None:
        self.content.append({"type": "text", "text": str(part.get("content", part.get("text", "")))})

    def call(self, part: Message) -> None:
        self.calls.append(tool_call(part.get("id"), part.get("name"), part.get("arguments")))

    def result(self, part: Message) -> None:
        answer = next((part[name] for name in ("response", "result", "content") if name in part), "")
        text = answer if isinstance(answer, str) else dumps(answer).decode()
        self.results.append({"role": "tool", "tool_call_id": str(part.get("id") or ""), "content": text})

    def think(self, part: Message) -> None:
        self.reasoning.append(str(part.get("content", part.get("text", ""))))

    def blob(self, part: Message) -> None:
        media = str(part.get("mime_type") or part.get("media_type") or "")
        data = part.get("content", part.get("data"))
        if isinstance(data, str) and (media.startswith("image/") or part.get("modality") == "image"):
            self.content.append(image(data_url(media or "image/png", data)))
        else:
            self.content.append(part)

    def uri(self, part: Message) -> None:
        address = part.get("uri", part.get("url"))
        media = str(part.get("mime_type") or "")
        if isinstance(address, str) and (media.startswith("image/") or part.get("modality") == "image"):
            self.content.append(image(address))
        else:
            self.content.append(part)

    def messages(self, more: Message) -> list[Message]:
        """Return the message, after the results of tools that it held."""
        if not (self.content or self.calls or self.reasoning) and self.results:
            return self.results
        message: Message = {"role": self.role, "content": joined(self.content)}
        if self.calls:
            message["tool_calls"] = self.calls
        if self.reasoning:
            message["reasoning_content"] = "\n".join(self.reasoning)
        return [*self.results, message | more]


_PARTS: Final[dict[str, Callable[[_Built, Message], None]]] = {
    "text": _Built.text,
    "tool_call": _Built.call,
    "tool_call_response": _Built.result,
    "reasoning": _Built.think,
    "thinking": _Built.think,
    "blob": _Built.blob,
    "uri": _Built.uri,
}
