"""OpenTelemetry's GenAI conventions: the attributes, the message attributes, and the events of the versions between.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (1.27 to 1.38). Messages were `gen_ai.prompt` and
`gen_ai.completion` in events (to 1.27), one event a message (1.28 to 1.36), and are `gen_ai.input.messages` and
`gen_ai.output.messages` since 1.37, as attributes of the span or of one event.
"""

from typing import Any, Final

from inferlog.dialects.families.exchanges import take_tools
from inferlog.dialects.families.messages import Message, from_flat, from_parts
from inferlog.dialects.families.rules import (
    Family,
    Rule,
    as_number,
    extra,
    from_json,
    kind,
    parameter,
    text,
    usage,
)
from inferlog.dialects.spans import Draft, Event

_OPERATIONS: Final = {
    "chat": "chat", "generate_content": "chat", "text_completion": "completion", "embeddings": "embedding",
    "execute_tool": "tool", "invoke_agent": "agent", "create_agent": "agent", "invoke_workflow": "workflow",
    "retrieval": "task", "speech": "speech", "transcription": "transcription",
}  # fmt: skip
_NAMED_BY: Final = {"agent": "gen_ai.agent.name", "tool": "gen_ai.tool.name"}
_INPUT_EVENTS: Final = {f"gen_ai.{each}.message": each for each in ("system", "user", "assistant", "tool")}
_CHOICE: Final = "gen_ai.choice"
_DETAILS: Final = ("gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "gen_ai.content.completion")
EVENTS: Final = frozenset({*_INPUT_EVENTS, _CHOICE, *_DETAILS})
"""The names of events that carry messages; they also come as log records."""


def _first_chunk(draft: Draft, value: Any) -> bool:
    number = as_number(value)
    return number is not None and draft.set("time_to_first_token", number)


RULES: Final[dict[str, Rule]] = {
    "gen_ai.operation.name": kind(_OPERATIONS),
    "gen_ai.request.model": text("model"),
    "gen_ai.response.model": extra("response_model"),
    "gen_ai.provider.name": text("provider_id"),
    "gen_ai.system": text("provider_id"),
    "gen_ai.response.id": extra("response_id"),
    "gen_ai.response.finish_reasons": extra("finish_reasons"),
    "gen_ai.response.time_to_first_chunk": _first_chunk,
    "gen_ai.server.time_to_first_token": _first_chunk,
    "gen_ai.conversation.id": text("thread_identifier"),
    "gen_ai.tool.definitions": take_tools,
    "gen_ai.output.type": extra("output_type"),
    "gen_ai.request.temperature": parameter("temperature"),
    "gen_ai.request.top_p": parameter("top_p"),
    "gen_ai.request.top_k": parameter("top_k"),
    "gen_ai.request.max_tokens": parameter("max_tokens"),
    "gen_ai.request.frequency_penalty": parameter("frequency_penalty"),
    "gen_ai.request.presence_penalty": parameter("presence_penalty"),
    "gen_ai.request.stop_sequences": parameter("stop"),
    "gen_ai.request.seed": parameter("seed"),
    "gen_ai.request.choice.count": parameter("n"),
    "gen_ai.request.encoding_formats": parameter("encoding_formats"),
    "gen_ai.embeddings.dimension.count": parameter("dimensions"),
    "gen_ai.usage.input_tokens": usage("prompt_tokens"),
    "gen_ai.usage.prompt_tokens": usage("prompt_tokens"),
    "gen_ai.usage.output_tokens": usage("completion_tokens"),
    "gen_ai.usage.completion_tokens": usage("completion_tokens"),
    "gen_ai.usage.total_tokens": usage("total_tokens"),
    "gen_ai.usage.cache_read.input_tokens": usage("prompt_tokens_details.cached_tokens"),
    "gen_ai.usage.cache_creation.input_tokens": usage("cache_creation_input_tokens"),
    "gen_ai.usage.reasoning.output_tokens": usage("completion_tokens_details.reasoning_tokens"),
}


def read(draft: Draft) -> None:
    """Take messages, a tool's call and an agent's name."""
    attributes = draft.attributes
    given = [*_as_list(from_json(attributes.pop("gen_ai.system_instructions", None)))]
    system = from_parts({"role": "system", "parts": given}) if given else []
    prompt = [each for message in _take(draft, "gen_ai.input.messages") for each in from_parts(message)]
    answers = [each for message in _take(draft, "gen_ai.output.messages") for each in from_parts(message, "assistant")]
    if system or prompt or answers:
        draft.set_messages([*system, *prompt], answers)
    if draft.events:
        _read_events(draft)
    if draft.log.log_type == "tool":
        _read_tool(draft)
    named_by = _NAMED_BY.get(draft.log.log_type)  # other spans only tell whose they are
    if named_by is not None and attributes.get(named_by) and not draft.log.span_name:
        draft.log.span_name = str(attributes[named_by])


def _take(draft: Draft, name: str) -> list[Any]:
    """Return an attribute that is a list of messages, or leave it."""
    value = from_json(draft.attributes.get(name))
    if not isinstance(value, list):
        return []
    del draft.attributes[name]
    return value


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [{"type": "text", "content": str(value)}]


def _read_tool(draft: Draft) -> None:
    for name, column in (("gen_ai.tool.call.arguments", "input"), ("gen_ai.tool.call.result", "output")):
        if name in draft.attributes and getattr(draft, column) is None:
            setattr(draft, column, draft.attributes.pop(name))


def _read_events(draft: Draft) -> None:
    """Take the events that carry messages, in the order in which they happened."""
    prompt, answers, draft.events = sort_events(draft.events)
    if prompt or answers:
        draft.set_messages(prompt, answers)


def sort_events(events: list[Event]) -> tuple[list[Message], list[Message], list[Event]]:
    """Return the messages that went in and the answers, of events in their order, and the events that hold none."""
    prompt: list[Message] = []
    answers: list[Message] = []
    others = [event for event in events if event.name not in EVENTS or not _read_event(event, prompt, answers)]
    return prompt, answers, others


def _read_event(event: Event, prompt: list[Message], answers: list[Message]) -> bool:
    """Add one event's messages; return False if it holds none (its content was not captured)."""
    found = from_json(event.attributes.get("body", event.attributes))
    if not isinstance(found, dict):
        return False
    if event.name in _INPUT_EVENTS:
        content = {name: from_json(value) for name, value in found.items() if name in _MESSAGE_FIELDS}
        prompt.append(from_flat({"role": _INPUT_EVENTS[event.name], **content}))
    elif event.name == _CHOICE:
        message = from_json(found.get("message", found))
        if not isinstance(message, dict):
            return False
        answer = from_flat({"role": "assistant", **message}, "assistant")
        answer.pop("index", None)
        answers.append(answer | {name: found[name] for name in ("finish_reason",) if name in found})
    else:
        for name in ("gen_ai.prompt", "gen_ai.input.messages"):
            prompt += [each for part in _as_list(from_json(found.get(name))) for each in from_parts(part)]
        for name in ("gen_ai.completion", "gen_ai.output.messages"):
            answers += [each for part in _as_list(from_json(found.get(name))) for each in from_parts(part, "assistant")]
    return True


_MESSAGE_FIELDS: Final = frozenset("role content name tool_calls tool_call_id id reasoning_content".split())

FAMILY: Final = Family("OpenTelemetry GenAI", RULES, read, frozenset({"gen_ai"}))
