"""What of a log is tokens: the texts that went in and came out, and what a provider's format adds to them.

Messages by the rule that OpenAI publishes for its chat models (cookbook, "How to count tokens with tiktoken"): 3 tokens
a message beside its role and its content, one more for a name, 3 before the answer. Others do about the same.
"""

from typing import Any, Final

import msgspec

from inferlog.counting.images import image_tokens
from inferlog.counting.tools import count_tools
from inferlog.jsontext import dumps
from inferlog.model import NO_JSON, Log

EMBEDDING: Final = "embedding"
_MESSAGE: Final = 3
_NAME: Final = 1
_ANSWER_BEGINS: Final = 3
_SYSTEM_NAMES: Final = ("system", "instructions", "systemInstruction", "system_instruction")
_PROMPT_NAMES: Final = ("messages", "contents", "input", "prompt", "inputText", "texts", "query", "message")
_ANSWER_NAMES: Final = ("choices", "candidates", "output", "content", "completion", "generations", "text")
_EXTRA_PROMPTS: Final = ("prompt_text", "full_text", "prompt")
_NOT_COUNTED: Final = {
    "input_audio": "tokens:audio_not_counted",
    "audio": "tokens:audio_not_counted",
    "file": "tokens:files_not_counted",
    "input_file": "tokens:files_not_counted",
    "inline_data": "tokens:files_not_counted",
    "inlineData": "tokens:files_not_counted",
    "fileData": "tokens:files_not_counted",
    "document": "tokens:files_not_counted",
    "video": "tokens:files_not_counted",
}
_IMAGES: Final = ("image_url", "input_image", "image")
_NO_TEXT: Final = frozenset(
    "id type role status index object created model finish_reason stop_reason signature encrypted_content call_id "
    "tool_call_id tool_use_id toolUseId usage logprobs annotations cache_control mime_type media_type mimeType data "
    "bytes thoughtSignature reasoning_details finishReason safetyRatings citationMetadata".split()
)
"""Keys of a message or a part whose value is no text of the conversation."""


class Said:
    """The texts of one side of a call, the tokens beside them, and what could not be counted."""

    def __init__(self, model: str) -> None:
        """Begin with nothing."""
        self.texts: list[str] = []
        self.overhead = 0
        self.marks: list[str] = []
        self._model = model

    def messages(self, messages: list[Any]) -> None:
        """Add messages of a prompt."""
        for message in messages:
            self.overhead += _MESSAGE
            if not isinstance(message, dict):
                self.content(message)
                continue
            self._text(message.get("role"))
            if name := message.get("name"):
                self._text(name)
                self.overhead += _NAME
            self.content({key: value for key, value in message.items() if key != "name"})
        self.overhead += _ANSWER_BEGINS

    def content(self, value: Any) -> None:
        """Add all text of a message, a part of one, or whatever else was said."""
        if isinstance(value, str):
            self._text(value)
        elif isinstance(value, list):
            for each in value:
                self.content(each)
        elif isinstance(value, dict):
            self._part(value)

    def tokens_or_texts(self, value: Any) -> None:
        """Add what is embedded or completed: texts, or tokens that the caller made itself."""
        if isinstance(value, list) and value and all(isinstance(each, int) for each in value):
            self.overhead += len(value)
        elif isinstance(value, list):
            for each in value:
                self.tokens_or_texts(each)
        else:
            self.content(value)

    def tools(self, tools: Any) -> None:
        """Add the definitions of tools."""
        texts, overhead = count_tools(tools, self._model)
        self.texts += texts
        self.overhead += overhead

    def _text(self, value: Any) -> None:
        if isinstance(value, str) and value:
            self.texts.append(value)

    def _part(self, part: dict[str, Any]) -> None:
        kind = part.get("type")
        kind = kind if isinstance(kind, str) else ""
        held = part.get("source")
        source = held if isinstance(held, dict) else {}
        is_text = source.get("type") in ("text", "content")  # Anthropic's plain documents
        names = [kind, *(name for name, value in part.items() if isinstance(value, dict))]
        unread = next((name for name in names if name in _NOT_COUNTED), None)
        if is_text:
            self._text(source.get("data"))
        elif unread:
            self._mark(_NOT_COUNTED[unread])
            return
        elif part.get("image_url") or any(name in _IMAGES for name in names):
            self._image(part)
            return
        for key, value in part.items():
            if key in ("input", "args") and isinstance(value, dict):  # a tool's arguments, which Anthropic has parsed
                self._text(dumps(value).decode())
            elif key not in _NO_TEXT:
                self.content(value)

    def _image(self, part: dict[str, Any]) -> None:
        held = part.get("image_url")
        url = held.get("url") if isinstance(held, dict) else held
        detail = held.get("detail") if isinstance(held, dict) else part.get("detail")
        tokens = image_tokens(self._model, url if isinstance(url, str) else "", detail if detail == "low" else "high")
        if tokens is None:
            self._mark("tokens:images_not_counted")
        else:
            self.overhead += tokens

    def _mark(self, mark: str) -> None:
        if mark not in self.marks:
            self.marks.append(mark)


def prompt_of(log: Log) -> Said:
    """Return what went in."""
    said = Said(log.model)
    request = _object(log.full_request)
    prompt = _decode(log.prompt_messages) or _parsed(_decode(log.input)) or _named(request, _PROMPT_NAMES)
    prompt = prompt or _named(_object(log.extra), _EXTRA_PROMPTS)
    if log.log_type == EMBEDDING or (log.log_type in ("completion", "text") and not _are_messages(prompt)):
        said.tokens_or_texts(_contents(prompt))
        return said
    system = _named(request, _SYSTEM_NAMES)
    messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}] if prompt else []
    if system and not (_are_messages(messages) and messages[0].get("role") in ("system", "developer")):
        messages = [{"role": "system", "content": system}, *messages]
    if messages:
        said.messages(messages)
    said.tools(_decode(log.tools))
    return said


def answer_of(log: Log) -> Said:
    """Return what came out. An embedding says nothing."""
    said = Said(log.model)
    if log.log_type == EMBEDDING:
        return said
    answer = _decode(log.completion_messages) or _decode(log.completion_message) or _parsed(_decode(log.output))
    answer = answer or _named(_object(log.full_response), _ANSWER_NAMES)
    answer = answer or _named(_object(log.extra), ("completion_text",))
    said.content(answer)
    if log.tool_calls is not NO_JSON and b'"tool_calls"' not in _bytes(answer):
        said.content(_decode(log.tool_calls))
    return said


def _decode(raw: msgspec.Raw) -> Any:
    return None if raw is NO_JSON else msgspec.json.decode(raw)


def _object(raw: msgspec.Raw) -> dict[str, Any]:
    value = _decode(raw)
    return value if isinstance(value, dict) else {}


def _parsed(value: Any) -> Any:
    """Return messages that came as a string of JSON; any other text is what it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{") and '"role"' in value:
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
    return value


def _named(held: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((held[name] for name in names if held.get(name)), None)


def _are_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "role" in value[0]


def _contents(value: Any) -> Any:
    """Return what is embedded: some clients write each text as a message."""
    if _are_messages(value):
        return [message.get("content") if isinstance(message, dict) else message for message in value]
    return value


def _bytes(value: Any) -> bytes:
    return b"" if isinstance(value, str) or value is None else dumps(value)
