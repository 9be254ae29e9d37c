"""Messages as model providers and frameworks write them → OpenAI's chat shape.

Read are OpenAI's chat completions and Responses API, Anthropic's messages, Gemini's contents, Bedrock's converse and
LangChain's messages: by their form, as clients do not say which it is. A part that has no form in OpenAI's shape is
kept as it came.
"""

from collections.abc import Callable
from typing import Any, Final

from inferlog.dialects.families.messages import Message, data_url, image, role, tool_call
from inferlog.dialects.families.rules import from_json
from inferlog.jsontext import dumps

_LANGCHAIN: Final = {
    "human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "tool", "chat": "user",
    "HumanMessage": "user", "AIMessage": "assistant", "SystemMessage": "system", "ToolMessage": "tool",
    "FunctionMessage": "tool", "HumanMessageChunk": "user", "AIMessageChunk": "assistant",
    "SystemMessageChunk": "system", "ToolMessageChunk": "tool",
}  # fmt: skip
_SAYING: Final = ("content", "parts", "tool_calls", "function_call")
_CONSUMED: Final = frozenset({"role", "type", "content", "parts", "tool_calls", "additional_kwargs"})


def messages_of(value: Any, otherwise: str = "user") -> list[Message]:
    """Return the messages that a value (or its JSON text) is; none at all if it is anything else."""
    given = from_json(value)
    if isinstance(given, dict):
        given = [given]
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], list):
        given = given[0]  # LangChain's batch of one
    if not isinstance(given, list) or not all(_is_message(each) for each in given):
        return []
    talk = _Talk(otherwise)
    for each in given:
        talk.add(each)
    return talk.messages


def answers_of(value: Any) -> list[Message]:
    """Return the answers that a response (or its JSON text) holds, one for each choice; none if it is no response."""
    given = from_json(value)
    if isinstance(given, list):
        if given and all(isinstance(each, dict) and isinstance(each.get("message"), dict) for each in given):
            return [answer for each in given for answer in _choice(each)]
        return messages_of(given, "assistant")
    if not isinstance(given, dict):
        return []
    for name, read in _RESPONSES.items():
        if name in given:
            answers = read(given[name])
            if answers:
                return answers
    if isinstance(given.get("content"), list) and given.get("type") == "message":  # Anthropic's whole response
        return messages_of({"role": given.get("role", "assistant"), "content": given["content"]}, "assistant")
    return messages_of(given, "assistant")


def _choices(value: Any) -> list[Message]:
    given = value if isinstance(value, list) else []
    return [answer for each in given if isinstance(each, dict) for answer in _choice(each)]


def _choice(choice: Message) -> list[Message]:
    """Return the answer of one of `choices`: a chat's message, a completion's text, or Gemini's content."""
    message = next((choice[name] for name in ("message", "content") if isinstance(choice.get(name), dict)), None)
    if message is None and isinstance(choice.get("text"), str):
        message = {"role": "assistant", "content": choice["text"]}
    answers = messages_of(message, "assistant") if message is not None else []
    reason = choice.get("finish_reason", choice.get("finishReason"))
    if len(answers) == 1 and isinstance(reason, str) and reason:
        answers[0].setdefault("finish_reason", reason)
    return answers


def _generations(value: Any) -> list[Message]:
    """Return the answers of LangChain's LLMResult, a list of choices for each prompt."""
    given = value if isinstance(value, list) else []
    return [answer for each in given for answer in _choices(each if isinstance(each, list) else [each])]


def _output(value: Any) -> list[Message]:
    """Return the answer in `output`: items of the Responses API, or Bedrock's object that holds a message."""
    if isinstance(value, dict):
        return messages_of(value.get("message"), "assistant")
    return messages_of(value, "assistant") if isinstance(value, list) else []


_RESPONSES: Final[dict[str, Callable[[Any], list[Message]]]] = {
    "choices": _choices,
    "candidates": _choices,
    "generations": _generations,
    "output": _output,
    "message": lambda value: messages_of(value, "assistant") if isinstance(value, dict) else [],
}


def _is_message(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if isinstance(value.get("role"), str) and any(name in value for name in _SAYING):
        return True
    if not isinstance(kind, str):
        return "lc" in value and isinstance(value.get("kwargs"), dict)
    if kind in _LANGCHAIN:
        return "content" in value
    if kind == "constructor":
        return isinstance(value.get("kwargs"), dict) and "content" in value["kwargs"]
    return kind == "reasoning" or kind.endswith(("_call", "_call_output"))


class _Talk:
    """Messages in the making. Items of the Responses API that are one turn of the model become one message."""

    def __init__(self, otherwise: str) -> None:
        self.messages: list[Message] = []
        self.otherwise = otherwise
        self.turn: Message | None = None

    def add(self, given: Message) -> None:
        message = _unwrapped(given)
        kind = message.get("type")
        item = _ITEMS.get(kind) if isinstance(kind, str) and not isinstance(message.get("role"), str) else None
        if item is not None:
            item(self, message)
        elif isinstance(message.get("role"), str) or (isinstance(kind, str) and kind in _LANGCHAIN):
            self.speak(message)
        else:
            self.keep(message)

    def speak(self, message: Message) -> None:
        """Add a message that has a role."""
        kind = message.get("type")
        named = message.get("role") or (_LANGCHAIN.get(kind) if isinstance(kind, str) else None)
        parts = _Parts()
        content = message.get("content", message.get("parts"))
        for part in content if isinstance(content, list) else []:
            parts.add(part)
        calls, more = message.get("tool_calls"), message.get("additional_kwargs")
        if isinstance(more, dict):  # LangChain's
            calls = calls or more.get("tool_calls")
            more = {name: value for name, value in more.items() if value and name != "tool_calls"}
        for call in calls if isinstance(calls, list) else []:
            parts.calls.append(_call(call))
        spoken = {"role": role(named, self.otherwise), "content": _text_of(content, parts)}
        spoken |= {name: value for name, value in message.items() if name not in _CONSUMED and value is not None}
        if more:
            spoken["additional_kwargs"] = more
        if isinstance(message.get("type"), str) and message["type"] == "message":  # an item of the Responses API
            for name in ("id", "status", "phase"):
                spoken.pop(name, None)
        self._append(spoken, parts, in_turn=message.get("type") == "message")

    def _append(self, spoken: Message, parts: "_Parts", *, in_turn: bool) -> None:
        """Add a message, after the results of tools that came within it."""
        self.messages += parts.results
        if parts.results and spoken["content"] is None and not parts.calls:
            self.turn = None
            return
        if parts.calls:
            spoken["tool_calls"] = parts.calls
        if parts.reasoning:
            spoken["reasoning_content"] = "\n".join(parts.reasoning)
        if in_turn and spoken["role"] == "assistant":
            self._continue(spoken)
        else:
            self.turn = None
            self.messages.append(spoken)

    def _continue(self, spoken: Message) -> None:
        """Add what the model says to what it thought and called before, in the same turn."""
        turn = self.open_turn()
        said = turn["content"]
        if said is None:
            turn["content"] = spoken["content"]
        elif spoken["content"] is not None:
            turn["content"] = [*_as_parts(said), *_as_parts(spoken["content"])]
        for name, value in spoken.items():
            turn.setdefault(name, value)

    def open_turn(self) -> Message:
        """Return the message that items of the model's turn go into."""
        if self.turn is None:
            self.turn = {"role": "assistant", "content": None}
            self.messages.append(self.turn)
        return self.turn

    def call(self, item: Message) -> None:
        turn = self.open_turn()
        called = tool_call(item.get("call_id", item.get("id")), item.get("name"), item.get("arguments"))
        turn.setdefault("tool_calls", []).append(called)

    def result(self, item: Message) -> None:
        self.turn = None
        text = _plain(item.get("output"))
        self.messages.append({"role": "tool", "tool_call_id": str(item.get("call_id") or ""), "content": text})

    def think(self, item: Message) -> None:
        turn = self.open_turn()
        told = [*_texts(item.get("summary")), *_texts(item.get("content"))]
        if told:
            before = turn.get("reasoning_content")
            turn["reasoning_content"] = "\n".join(told if before is None else [before, *told])
        if item.get("encrypted_content"):
            turn.setdefault("reasoning_items", []).append(item)

    def keep(self, item: Message) -> None:
        """Keep an item that has no form of its own (a web search, …) as a part of the model's turn."""
        turn = self.open_turn()
        turn["content"] = [*_as_parts(turn["content"]), item]


_ITEMS: Final[dict[str, Callable[[_Talk, Message], None]]] = {
    "function_call": _Talk.call,
    "function_call_output": _Talk.result,
    "reasoning": _Talk.think,
}


def _unwrapped(message: Message) -> Message:
    """Return what is within LangChain's envelope, its class as the type."""
    held = message.get("kwargs")
    if not isinstance(held, dict) or "role" in message:
        return message
    path = message.get("id")
    name = path[-1] if isinstance(path, list) and path else ""
    known = held.get("type", name)
    return {**held, "type": known if isinstance(known, str) and known in _LANGCHAIN else "human"}


def _call(call: Any) -> Any:
    if not isinstance(call, dict):
        return call
    function = call.get("function")
    if isinstance(function, dict):
        return call | tool_call(call.get("id"), function.get("name"), function.get("arguments"))
    if "name" in call:
        arguments = next((call[name] for name in ("arguments", "args", "input") if name in call), None)
        return tool_call(call.get("id", call.get("call_id")), call["name"], arguments)
    return call


class _Parts:
    """What the parts of one message come to."""

    def __init__(self) -> None:
        self.content: list[Any] = []
        self.calls: list[Message] = []
        self.reasoning: list[str] = []
        self.results: list[Message] = []

    def add(self, part: Any) -> None:
        if isinstance(part, str):
            self.content.append({"type": "text", "text": part})
            return
        if not isinstance(part, dict):
            self.content.append(part)
            return
        kind = part.get("type")
        if not isinstance(kind, str):  # Gemini and Bedrock name a part by its only key
            kind = next((name for name in _UNTYPED if name in part), "")
        handler = _PARTS.get(kind)
        if handler is None or not handler(self, part):
            self.content.append(part)

    def text(self, part: Message) -> bool:
        text = part.get("text", part.get("content", part.get("refusal")))
        if not isinstance(text, str):
            return False
        if part.get("thought") is True:  # Gemini's
            self.reasoning.append(text)
            return True
        more = {name: value for name, value in part.items() if name not in ("type", "text", "content") and value}
        self.content.append({"type": "text", "text": text, **more})
        return True

    def think(self, part: Message) -> bool:
        text = part.get("thinking", part.get("content", part.get("text", part.get("reasoning"))))
        if isinstance(text, str):
            self.reasoning.append(text)
        return isinstance(text, str)

    def call(self, part: Message) -> bool:
        """Take Anthropic's tool_use or OpenTelemetry's tool_call."""
        arguments = next((part[name] for name in ("input", "arguments", "args") if name in part), None)
        self.calls.append(tool_call(part.get("id"), part.get("name"), arguments))
        return True

    def result(self, part: Message) -> bool:
        called = part.get("tool_use_id", part.get("id"))
        answer = next((part[name] for name in ("content", "response", "result") if name in part), None)
        self.results.append({"role": "tool", "tool_call_id": str(called or ""), "content": _plain(answer)})
        return True

    def held_call(self, part: Message) -> bool:
        """Take Gemini's functionCall or Bedrock's toolUse."""
        held = next((part[name] for name in _CALLS if isinstance(part.get(name), dict)), None)
        if held is None:
            return False
        called = held.get("id", held.get("toolUseId"))
        self.calls.append(tool_call(called, held.get("name"), held.get("args", held.get("input"))))
        return True

    def held_result(self, part: Message) -> bool:
        """Take Gemini's functionResponse or Bedrock's toolResult."""
        held = next((part[name] for name in _RESULTS if isinstance(part.get(name), dict)), None)
        if held is None:
            return False
        called = held.get("id", held.get("toolUseId", held.get("name")))
        answer = held.get("response", held.get("content"))
        self.results.append({"role": "tool", "tool_call_id": str(called or ""), "content": _plain(answer)})
        return True

    def image(self, part: Message) -> bool:
        """Take an image of Anthropic's (`source`), of the Responses API (`image_url`) or of Gemini's (`inlineData`)."""
        source = part.get("source")
        if isinstance(source, dict) and isinstance(source.get("data"), str):
            self.content.append(image(data_url(source.get("media_type"), source["data"])))
            return True
        address = source.get("url") if isinstance(source, dict) else part.get("image_url")
        if isinstance(address, str):
            self.content.append(image(address))
            return True
        held = part.get("inlineData", part.get("inline_data"))
        if not isinstance(held, dict) or not isinstance(held.get("data"), str):
            return False
        media = str(held.get("mimeType", held.get("mime_type")) or "")
        if media.startswith("image/"):
            self.content.append(image(data_url(media, held["data"])))
        return media.startswith("image/")


_CALLS: Final = ("functionCall", "function_call", "toolUse")
_RESULTS: Final = ("functionResponse", "function_response", "toolResult")
_PARTS: Final[dict[str, Callable[[_Parts, Message], bool]]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _Parts.text),
    **dict.fromkeys(("thinking", "reasoning"), _Parts.think),
    **dict.fromkeys(("tool_use", "tool_call"), _Parts.call),
    **dict.fromkeys(("tool_result", "tool_call_response"), _Parts.result),
    **dict.fromkeys(("image", "input_image"), _Parts.image),
    **dict.fromkeys(("inlineData", "inline_data"), _Parts.image),
    **dict.fromkeys(_CALLS, _Parts.held_call),
    **dict.fromkeys(_RESULTS, _Parts.held_result),
}
_UNTYPED: Final = ("text", "inlineData", "inline_data", *_CALLS, *_RESULTS)


def _text_of(content: Any, parts: _Parts) -> Any:
    """Return a message's content: plain text if it is one text, its parts if there are more, None if there is none."""
    if not isinstance(content, list):
        return content if content is None or isinstance(content, str) else dumps(content).decode()
    only = parts.content[0] if len(parts.content) == 1 else None
    if isinstance(only, dict) and only.keys() == {"type", "text"}:
        return only["text"]
    return parts.content or None


def _as_parts(content: Any) -> list[Any]:
    if content is None:
        return []
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def _texts(value: Any) -> list[str]:
    given = value if isinstance(value, list) else []
    return [each["text"] for each in given if isinstance(each, dict) and isinstance(each.get("text"), str)]


def _plain(value: Any) -> str:
    """Return a tool's result as text: what its text parts say if it has no others, else its JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    texts = _texts(value)
    if texts and len(texts) == len(value):
        return "\n".join(texts)
    return dumps(value).decode()
