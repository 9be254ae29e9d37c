"""The parts of which a message is made, of any convention → OpenAI's chat shape.

Text, images, reasoning, calls of tools and their results have names of their own in OpenTelemetry (`tool_call`,
`tool_call_response`, `reasoning`, `blob`, `uri`), Anthropic (`tool_use`, `tool_result`, `thinking`), OpenAI's Responses
(`input_text`, `input_image`, `function_call`), the Vercel AI SDK (`tool-call`, `tool-result`, `file`) and Pydantic AI
(`image-url`, `binary`). A part that has no such form is kept as it came: nothing is dropped for being unknown.
"""

from collections.abc import Callable
from typing import Any, Final

from inferlog.dialects.families.rules import from_json
from inferlog.jsontext import dumps

Message = dict[str, Any]

_ROLES: Final = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "bot": "assistant"}
_EMPTY: Final[tuple[Any, ...]] = (None, [], {})


def role(name: Any, otherwise: str = "user") -> str:
    """Return a role as OpenAI names it."""
    known = (name if isinstance(name, str) else as_json_text(name)).lower() or otherwise
    return _ROLES.get(known, known)


def as_json_text(value: Any) -> str:
    """Return text as it is, and anything else as JSON text; nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumps(value).decode()


def tool_call(call_id: Any, name: Any, arguments: Any) -> Message:
    """Return one tool call; its arguments are JSON text, as OpenAI has them."""
    written = "{}" if arguments is None else as_json_text(arguments)
    return {
        "id": as_json_text(call_id),
        "type": "function",
        "function": {"name": as_json_text(name), "arguments": written},
    }


def tool_result(call_id: Any, answer: Any) -> Message:
    """Return the message that holds what a tool answered; a list of texts is one text."""
    if isinstance(answer, list) and answer and all(_is_text(each) for each in answer):
        answer = "\n".join(each["text"] for each in answer)
    return {"role": "tool", "tool_call_id": as_json_text(call_id), "content": as_json_text(answer)}


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def image(url: str) -> Message:
    """Return an image part."""
    return {"type": "image_url", "image_url": {"url": url}}


def data_url(media_type: Any, data: str) -> str:
    """Return base64 data as a URL; data that is a URL already stays."""
    if data.startswith(("data:", "http://", "https://")):
        return data
    return f"data:{media_type or 'application/octet-stream'};base64,{data}"


def text_part(text: str) -> Message:
    """Return a text part."""
    return {"type": "text", "text": text}


def joined(parts: list[Any]) -> Any:
    """Return content from its parts: plain text if it is one text, a list else, None if there is none."""
    if not parts:
        return None
    only = parts[0]
    if len(parts) == 1 and isinstance(only, dict) and len(only) == 2 and only.get("type") == "text":
        return only.get("text", only)
    return parts


class Built:
    """A message in the making, from typed parts."""

    __slots__ = ("calls", "content", "more", "reasoning", "results", "role")

    def __init__(self, role_name: str) -> None:
        self.role = role_name
        self.content: list[Any] = []
        self.calls: list[Message] = []
        self.reasoning: list[str] = []
        self.results: list[Message] = []
        self.more: Message = {}

    def add(self, part: Any) -> None:
        """Take one part of any convention."""
        if isinstance(part, str):
            self.content.append(text_part(part))
            return
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and len(part) == 2 and isinstance(part.get("content"), str):  # nearly all of them
            self.content.append({"type": "text", "text": part["content"]})
            return
        if kind is None and isinstance(part, dict):  # Gemini and Bedrock name a part by its only key
            kind = next((name for name in _UNTYPED if name in part), "text")
        handler = _PARTS.get(kind) if isinstance(kind, str) else None
        if handler is None or not handler(self, {name: each for name, each in part.items() if name != "type"}, kind):
            self.content.append(part)

    def picture(self, url: str, part: Message) -> bool:
        """Add an image, and what its part says besides."""
        more = {name: each for name, each in _rest(part).items() if name != "modality"}
        self.content.append({"type": "image_url", "image_url": {"url": url}, **more})
        return True

    def messages(self, more: Message) -> list[Message]:
        """Return the message, after the results of tools that it held, each a message of its own."""
        if self.results and not (self.content or self.calls or self.reasoning):
            last = dict(self.results[-1])
            for name, each in (self.more | more).items():  # the message may name the call that its part does not
                last[f"original_{name}" if last.get(name) else name] = each
            return [*self.results[:-1], last]
        message: Message = {"role": self.role, "content": joined(self.content)}
        if self.calls:
            message["tool_calls"] = self.calls
        if self.reasoning:
            message["reasoning_content"] = "\n".join(self.reasoning)
        message |= self.more
        for name, each in more.items():  # calls and reasoning that stand in another form beside the parts
            message[f"original_{name}" if name in message else name] = each
        return [*self.results, message]


def _pop(part: Message, *names: str) -> Any:
    """Take out what the part has under the first of these names that it knows."""
    for name in names:
        if part.get(name) is not None:
            return part.pop(name)
    return None


def _rest(part: Message) -> Message:
    """Return what nobody took of a part and what says something."""
    return {name: each for name, each in part.items() if each not in _EMPTY}


def _text(built: Built, part: Message, kind: Any) -> bool:
    text = _pop(part, "text", "content")
    if not isinstance(text, str):
        return text is None and not _rest(part)  # its content was not captured
    built.content.append({"type": "text", "text": text, **_rest(part)})
    return True


def _refusal(built: Built, part: Message, kind: Any) -> bool:
    refusal = _pop(part, "refusal", "content")
    if not isinstance(refusal, str) or "refusal" in built.more or _rest(part):
        return False
    built.more["refusal"] = refusal
    return True


def _call(built: Built, part: Message, kind: Any) -> bool:
    arguments = _pop(part, "arguments", "input", "args")
    if kind == "function_call":  # OpenAI's Responses: call_id is what the result refers to, id is the item's own
        call = tool_call(_pop(part, "call_id", "id"), _pop(part, "name"), arguments)
    else:
        call = tool_call(_pop(part, "id", "call_id", "toolCallId"), _pop(part, "name", "toolName"), arguments)
    built.calls.append(_rest(part) | call)
    return True


def _result(built: Built, part: Message, kind: Any) -> bool:
    call_id = _pop(part, "tool_use_id", "call_id", "toolCallId", "id")
    answer = _pop(part, "response", "result", "output", "content")
    if isinstance(answer, dict) and answer.keys() == {"type", "value"}:  # Vercel AI SDK 5
        answer = answer["value"]
    if "toolName" in part:
        part["name"] = part.pop("toolName")
    built.results.append(_rest(part) | tool_result(call_id, answer))
    return True


def thought_of(given: Any) -> Any:
    """Return reasoning as its text: OpenLLMetry has the Responses API's as one JSON text of its summaries."""
    parts = from_json(given)
    if isinstance(parts, list) and parts and all(_is_summary(each) for each in parts):
        return "\n".join(each["text"] for each in parts)
    return given


def _is_summary(part: Any) -> bool:
    return isinstance(part, dict) and part.keys() == {"type", "text"} and isinstance(part["text"], str)


def _think(built: Built, part: Message, kind: Any) -> bool:
    """Reasoning; a block with more than its text (Anthropic's signature) is kept whole too."""
    whole = {"type": kind, **part}
    thought = thought_of(_pop(part, "content", "text", "thinking", "reasoning"))
    if not isinstance(thought, str) and (thought is not None or not _rest(part)):
        return False
    if thought:
        built.reasoning.append(thought)
    if _rest(part):
        built.more.setdefault("thinking_blocks", []).append(whole)
    return True


def _is_image(part: Message, media: Any) -> bool:
    return (isinstance(media, str) and media.startswith("image/")) or part.get("modality") == "image"


def _data(built: Built, part: Message, kind: Any) -> bool:
    media = _pop(part, "mime_type", "media_type", "mediaType", "mimeType")
    data = _pop(part, "content", "data", "image")
    if isinstance(data, dict) and len(data) == 1:  # the Vercel AI SDK's URL
        data = next(iter(data.values()))
    if not isinstance(data, str) or not (_is_image(part, media) or kind == "image"):
        return False
    return built.picture(data_url(media if isinstance(media, str) else "image/png", data), part)


def _address(built: Built, part: Message, kind: Any) -> bool:
    address = _pop(part, "uri", "url")
    if not isinstance(address, str) or not (_is_image(part, part.get("mime_type")) or kind == "image-url"):
        return False
    return built.picture(address, part)


def _image(built: Built, part: Message, kind: Any) -> bool:
    """An image of Anthropic's (a source), the Vercel AI SDK's (its data or a URL) or OpenAI's Responses (a URL)."""
    source = part.get("source")
    if isinstance(source, dict) and source.keys() <= {"type", "media_type", "data", "url"}:
        data = source.get("data", source.get("url"))
        if not isinstance(data, str) or not isinstance(source.get("media_type", ""), str):
            return False
        del part["source"]
        return built.picture(data_url(source.get("media_type"), data), part)
    if isinstance(part.get("image_url"), str):
        return built.picture(part.pop("image_url"), part)
    return _data(built, part, kind)


def _held_call(built: Built, part: Message, kind: Any) -> bool:
    """Gemini's `{"functionCall": {"name", "args"}}` or Bedrock's `{"toolUse": {"toolUseId", "name", "input"}}`."""
    if len(part) != 1 or not isinstance(part[kind], dict):
        return False
    held = dict(part[kind])
    call = tool_call(_pop(held, "id", "toolUseId"), _pop(held, "name"), _pop(held, "args", "input"))
    built.calls.append(_rest(held) | call)
    return True


def _held_result(built: Built, part: Message, kind: Any) -> bool:
    """Gemini's `{"functionResponse": {"name", "response"}}` or Bedrock's `{"toolResult": {"toolUseId", "content"}}`."""
    if len(part) != 1 or not isinstance(part[kind], dict):
        return False
    held = dict(part[kind])
    result = tool_result(_pop(held, "id", "toolUseId", "name"), _pop(held, "response", "content"))
    built.results.append(_rest(held) | result)
    return True


def _held_data(built: Built, part: Message, kind: Any) -> bool:
    """Gemini's `{"inlineData": {"mimeType", "data"}}`."""
    held = part.get(kind)
    return len(part) == 1 and isinstance(held, dict) and _data(built, dict(held), kind)


_CALLS: Final = ("functionCall", "toolUse")
_RESULTS: Final = ("functionResponse", "toolResult")
_UNTYPED: Final = (*_CALLS, *_RESULTS, "inlineData", "inline_data")
_PARTS: Final[dict[str, Callable[[Built, Message, Any], bool]]] = {
    **dict.fromkeys(("text", "input_text", "output_text"), _text),
    "refusal": _refusal,
    **dict.fromkeys(("tool_call", "tool_use", "tool-call", "function_call"), _call),
    **dict.fromkeys(("tool_call_response", "tool_result", "tool-result", "function_call_output"), _result),
    **dict.fromkeys(("reasoning", "thinking"), _think),
    **dict.fromkeys(("blob", "binary", "file"), _data),
    **dict.fromkeys(("uri", "image-url"), _address),
    **dict.fromkeys(("image", "input_image"), _image),
    **dict.fromkeys(_CALLS, _held_call),
    **dict.fromkeys(_RESULTS, _held_result),
    **dict.fromkeys(("inlineData", "inline_data"), _held_data),
}


def call_of_list(call: Any) -> Any:
    """Return one of a message's `tool_calls`, of any convention, as OpenAI has it."""
    given = from_json(call)
    if not isinstance(given, dict):
        return call
    function = given.get("function")
    if isinstance(function, dict):
        shaped = given | tool_call(given.get("id"), function.get("name"), function.get("arguments"))
        more = {name: each for name, each in function.items() if name not in ("name", "arguments")}
        shaped["function"] |= more
        return shaped
    rest = dict(given)
    name = _pop(rest, "name", "toolName")
    if name is None:
        return given
    named = tool_call(_pop(rest, "id", "toolCallId"), name, _pop(rest, "arguments", "args", "input"))
    rest.pop("type", None)
    return _rest(rest) | named
