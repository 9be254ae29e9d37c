"""Whole prompts and answers as model providers and frameworks write them → messages in OpenAI's chat shape.

Read are OpenAI's chat completions and Responses API, Anthropic's messages, Gemini's contents, Bedrock's converse and
LangChain's messages: by their form, as clients do not say which it is. What is no message stays what it is.
"""

from collections.abc import Callable
from typing import Any, Final

from inferlog.dialects.families.messages import Message, from_parts, text_part, tool_call, tool_result
from inferlog.dialects.families.rules import from_json

_LANGCHAIN: Final = {
    "human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "tool", "chat": "user",
    "HumanMessage": "user", "AIMessage": "assistant", "SystemMessage": "system", "ToolMessage": "tool",
    "FunctionMessage": "tool", "HumanMessageChunk": "user", "AIMessageChunk": "assistant",
    "SystemMessageChunk": "system", "ToolMessageChunk": "tool",
}  # fmt: skip
_SAYING: Final = ("content", "parts", "tool_calls", "function_call")
_OF_AN_ITEM: Final = frozenset({"type", "id", "status", "phase"})
"""What an item of the Responses API says of itself, not of the message that it is."""


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


def answers_of(value: Any) -> tuple[list[Message], Message]:
    """Return the answers that a response (or its JSON text) holds, one for each choice, and what else it says.

    There are none if it is no response.
    """
    given = from_json(value)
    if isinstance(given, list):
        if given and all(isinstance(each, dict) and isinstance(each.get("message"), dict) for each in given):
            return _choices(given), {}
        return messages_of(given, "assistant"), {}
    if not isinstance(given, dict):
        return [], {}
    answers, told = _answers_in(given)
    return answers, {name: each for name, each in given.items() if name not in told and each is not None}


def _answers_in(response: Message) -> tuple[list[Message], frozenset[str]]:
    """Return the answers of a response, and which of its fields they are."""
    for name, read in _RESPONSES.items():
        answers = read(response[name]) if name in response else []
        if answers:
            return answers, frozenset({name})
    if response.get("type") == "message" and isinstance(response.get("content"), list):
        content = {"role": response.get("role", "assistant"), "content": response["content"]}
        told = frozenset({"role", "content", "type"})
        if "stop_reason" not in response:  # an item of the Responses API; else Anthropic's response, whole
            told |= _OF_AN_ITEM
        return messages_of(content, "assistant"), told
    return messages_of(response, "assistant"), frozenset(response)


def _choices(value: Any) -> list[Message]:
    given = value if isinstance(value, list) else []
    if not all(isinstance(each, dict) for each in given):
        return []
    answers = [_choice(each) for each in given]
    return [answer for each in answers for answer in each] if all(answers) else []


def _choice(choice: Message) -> list[Message]:
    """Return the answer of one of `choices`: a chat's message, a completion's text, or Gemini's content."""
    rest = {name: each for name, each in choice.items() if each not in (None, [], {}) and name != "index"}
    name = next((name for name in ("message", "content") if isinstance(rest.get(name), dict)), "text")
    message = rest.pop(name, None)
    answers = messages_of({"role": "assistant", "content": message} if name == "text" else message, "assistant")
    if not answers or (name == "text" and not isinstance(message, str)):
        return []
    answer = answers[-1]
    if "text" in rest and rest["text"] == answer.get("content"):  # LangChain's, beside the message
        del rest["text"]
    reason = rest.pop("finish_reason", rest.pop("finishReason", None))
    for key, each in ((("finish_reason", reason),) if reason is not None else ()) + tuple(rest.items()):
        if answer.setdefault(key, each) != each:
            answer[f"choice.{key}"] = each
    return answers


def _generations(value: Any) -> list[Message]:
    """Return the answers of LangChain's LLMResult, a list of choices for each prompt."""
    given = value if isinstance(value, list) else []
    return _choices([each for choices in given for each in (choices if isinstance(choices, list) else [choices])])


def _output(value: Any) -> list[Message]:
    """Return the answer in `output`: items of the Responses API, or Bedrock's object that holds a message."""
    if isinstance(value, dict):
        return messages_of(value["message"], "assistant") if value.keys() == {"message"} else []
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
        spoken = isinstance(message.get("role"), str)
        item = _ITEMS.get(kind) if isinstance(kind, str) and not spoken else None
        if item is not None:
            item(self, message)
        elif spoken and kind == "message":
            self.say({name: value for name, value in message.items() if name not in _OF_AN_ITEM})
        elif spoken:
            self.turn = None
            said = {name: each for name, each in message.items() if each is not None or name == "content"}
            self.messages += from_parts(said, self.otherwise)
        else:
            self.keep(message)

    def say(self, message: Message) -> None:
        """Add what the model says to what it thought and called before, in the same turn."""
        said = from_parts(message, self.otherwise)
        if len(said) != 1 or said[0]["role"] != "assistant" or self.turn is None:
            self.messages += said
            self.turn = said[-1] if said and said[-1]["role"] == "assistant" else None
            return
        turn = self.turn
        parts = [*_as_parts(turn["content"]), *_as_parts(said[0]["content"])]
        turn["content"] = parts if len(parts) > 1 else said[0]["content"] or turn["content"]
        for name, value in said[0].items():
            turn.setdefault(name, value)

    def open_turn(self) -> Message:
        """Return the message that items of the model's turn go into."""
        if self.turn is None:
            self.turn = {"role": "assistant", "content": None}
            self.messages.append(self.turn)
        return self.turn

    def call(self, item: Message) -> None:
        called = tool_call(item.get("call_id", item.get("id")), item.get("name"), item.get("arguments"))
        more = {name: each for name, each in item.items() if name not in _OF_A_CALL and each is not None}
        self.open_turn().setdefault("tool_calls", []).append(more | called)

    def result(self, item: Message) -> None:
        self.turn = None
        more = {name: each for name, each in item.items() if name not in _OF_A_RESULT and each is not None}
        self.messages.append(more | tool_result(item.get("call_id"), item.get("output")))

    def think(self, item: Message) -> None:
        """Add reasoning; an item that says more than its texts (what is encrypted) is kept whole too."""
        told = [*_texts(item.get("summary")), *_texts(item.get("content"))]
        turn = self.open_turn()
        if told:
            before = turn.get("reasoning_content")
            turn["reasoning_content"] = "\n".join(told if before is None else [before, *told])
        plain = all(_is_text(each) for name in ("summary", "content") for each in item.get(name) or ())
        if not plain or any(each for name, each in item.items() if name not in _OF_REASONING):
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
_OF_A_CALL: Final = frozenset({"type", "id", "call_id", "name", "arguments", "status"})
_OF_A_RESULT: Final = frozenset({"type", "id", "call_id", "output", "status"})
_OF_REASONING: Final = frozenset({"type", "id", "status", "summary", "content"})


def _unwrapped(message: Message) -> Message:
    """Return LangChain's message without its envelope, its class as the role; any other as it is."""
    held, path = message.get("kwargs"), message.get("id")
    if isinstance(held, dict) and "role" not in message:
        known = held.get("type", path[-1] if isinstance(path, list) and path else "")
        message = {**held, "type": known if isinstance(known, str) and known in _LANGCHAIN else "human"}
    kind = message.get("type")
    if isinstance(message.get("role"), str) or not isinstance(kind, str) or kind not in _LANGCHAIN:
        more = message.get("additional_kwargs")
        return _with_calls(message, more) if isinstance(more, dict) else message
    named = {name: each for name, each in message.items() if name != "type"} | {"role": _LANGCHAIN[kind]}
    more = named.get("additional_kwargs")
    return _with_calls(named, more) if isinstance(more, dict) else named


def _with_calls(message: Message, more: Message) -> Message:
    """Return a message of LangChain's with the calls that are in its additional_kwargs, unless it has its own."""
    kept = dict(message)
    calls = more.get("tool_calls")
    if isinstance(calls, list) and calls and not kept.get("tool_calls"):
        kept["tool_calls"] = calls
        more = {name: each for name, each in more.items() if name != "tool_calls"}
    kept.pop("additional_kwargs")
    said = {name: each for name, each in more.items() if each not in (None, [], {})}
    return kept | {"additional_kwargs": said} if said else kept


def _as_parts(content: Any) -> list[Any]:
    if content is None:
        return []
    return content if isinstance(content, list) else [text_part(content)]


def _texts(value: Any) -> list[str]:
    given = value if isinstance(value, list) else []
    return [each["text"] for each in given if isinstance(each, dict) and isinstance(each.get("text"), str)]


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.keys() == {"type", "text"} and isinstance(part["text"], str)
