"""Pydantic Logfire and Pydantic AI: what they say beside OpenTelemetry's GenAI conventions, or instead of them.

logfire 3.25, 4.0, 4.20 and 5.4 (_internal/constants.py, _internal/integrations/llm_providers/): a call is a span whose
`request_data` and `response_data` are JSON; of a streamed one the answer is in a log of its own, "streaming response
from … took …". A span that begins may be told of by a placeholder (`pending_span`, tracer.py), which is a child of the
span that it stands for. pydantic-ai-slim 0.2, 0.8, 1.0 and 2.68 (models/instrumented.py, agent/, _tool_manager.py):
messages are events in one attribute, before they are the conventions' own; an agent's run repeats all of them.
"""

from typing import Any, Final

import msgspec

from inferlog.dialects.families.exchanges import take_input, take_request, take_response, take_usage
from inferlog.dialects.families.genai import sort_events
from inferlog.dialects.families.messages import Message, from_parts
from inferlog.dialects.families.rules import (
    Family,
    Rule,
    as_number,
    extra,
    from_json,
    metadata,
    money,
    named,
    seconds,
    usage,
)
from inferlog.dialects.families.shapes import answers_of
from inferlog.dialects.spans import UNSET, Draft, Event

PENDING: Final = "pending_span"
_NO_PARENT: Final = "0" * 16
_SCOPES: Final = ("logfire", "pydantic")
_ERROR, _WARN = 17, 13
"""OpenTelemetry's severity numbers, which level_num has."""
_KINDS_BY_NAME: Final = (
    ("Chat Completion with", "chat"), ("Message with", "chat"), ("Responses API with", "chat"),
    ("streaming response from", "chat"), ("Completion with", "completion"), ("Embedding Creation with", "embedding"),
    ("running tool:", "tool"), ("agent run", "agent"),
)  # fmt: skip
_STREAMED: Final = "streaming response from"
_DETAILS: Final = "gen_ai.usage.details."
_COUNTS: Final = {
    "reasoning_tokens": "completion_tokens_details.reasoning_tokens",
    "output_audio_tokens": "completion_tokens_details.audio_tokens",
    "accepted_prediction_tokens": "completion_tokens_details.accepted_prediction_tokens",
    "rejected_prediction_tokens": "completion_tokens_details.rejected_prediction_tokens",
    "input_audio_tokens": "prompt_tokens_details.audio_tokens",
    "cached_tokens": "prompt_tokens_details.cached_tokens",
    "cache_read_tokens": "prompt_tokens_details.cached_tokens",
    "cache_read_input_tokens": "prompt_tokens_details.cached_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
    "cache_creation_input_tokens": "cache_creation_input_tokens",
}


def _raw_usage(draft: Draft, value: Any) -> bool:
    """Take what the provider's own usage tells beyond the conventions' counts; what says otherwise is kept."""
    given = from_json(value)
    if not isinstance(given, dict):
        return False
    rest = take_usage(draft, given)
    if rest:
        draft.keep("gen_ai.usage.raw", rest)
    return True


def _first_chunk(draft: Draft, value: Any) -> bool:
    """Take the time to the first chunk, which only a streamed answer has."""
    taken = seconds("time_to_first_token")(draft, value)
    draft.log.stream = draft.log.stream or taken
    return taken


def _tags(draft: Draft, value: Any) -> bool:
    return named("tags")(draft, from_json(value))


RULES: Final[dict[str, Rule]] = {
    "logfire.tags": _tags,
    "logfire.json_schema": extra("logfire.json_schema"),
    "operation.cost": money("cost"),
    "gen_ai.client.operation.time_to_first_chunk": _first_chunk,
    "metadata": metadata,
    **{_DETAILS + name: usage(path) for name, path in _COUNTS.items()},
}


def read(draft: Draft) -> None:
    """Take requests and responses, messages as events, an agent's run, tools, levels, and placeholders."""
    span = draft.span
    if not (span.scope_name.startswith(_SCOPES) or "logfire.msg" in span.attributes):
        return
    attributes = draft.attributes
    if attributes.get("logfire.span_type") == PENDING:
        _stand_for_the_span(draft)
    if "agent_name" in attributes:
        _read_run(draft)
    if "tool_arguments" in attributes or "tool_response" in attributes:
        _read_tool(draft)
    if "events" in attributes:
        _read_events(draft, "events")
    _read_data(draft)
    if "gen_ai.usage.raw" in attributes and _raw_usage(draft, attributes["gen_ai.usage.raw"]):
        del attributes["gen_ai.usage.raw"]
    if not draft.log.log_type:
        draft.log.log_type = _kind(draft)
    _read_level(draft)
    _decode_arguments(draft)


def _stand_for_the_span(draft: Draft) -> None:
    """Make a placeholder the log of the span that it stands for, which is its parent; it runs until that ends."""
    span = draft.span
    parent = draft.attributes.get("logfire.pending_parent_id")
    if isinstance(parent, str):
        del draft.attributes["logfire.pending_parent_id"]
    real_parent = parent if isinstance(parent, str) and parent != _NO_PARENT else ""
    draft.span = msgspec.structs.replace(span, span_id=span.parent_id, parent_id=real_parent, end=0.0)
    draft.log.status = "running"


def _read_run(draft: Draft) -> None:
    """Read an agent's run: its answer and all its messages. Its usage is the sum of its calls, so not its own."""
    attributes, log = draft.attributes, draft.log
    log.log_type = log.log_type or "agent"
    model = attributes.get("model_name")
    if isinstance(model, str) and draft.set("model", model):
        del attributes["model_name"]
    if draft.usage:
        draft.extra["aggregated_usage"], draft.usage = draft.usage, {}
    if "final_result" in attributes and draft.output is None:
        draft.output = attributes.pop("final_result")
    if not _read_all_messages(draft):
        _read_events(draft, "all_messages_events")


def _read_all_messages(draft: Draft) -> bool:
    """Take all messages of a run, its last answer apart, which stand in one attribute."""
    name = next((each for each in ("pydantic_ai.all_messages", "all_messages") if each in draft.attributes), "")
    given = from_json(draft.attributes.get(name))
    if not isinstance(given, list) or draft.prompt:
        return False
    del draft.attributes[name]
    instructions = from_json(draft.attributes.pop("gen_ai.system_instructions", None))
    before = from_parts({"role": "system", "parts": instructions}) if isinstance(instructions, list) else []
    messages = [*before, *(each for message in given for each in from_parts(message))]
    _put(draft, messages)
    return True


def _put(draft: Draft, messages: list[Message]) -> None:
    """Put messages of a whole conversation; what the assistant says last is the answer."""
    turns = len(messages)
    while turns and messages[turns - 1].get("role") == "assistant":
        turns -= 1
    draft.set_messages(messages[:turns], messages[-1:] if turns < len(messages) else [])
    if turns < len(messages) - 1:  # said in several messages
        draft.prompt = [*draft.prompt, *messages[turns:-1]]


def _read_events(draft: Draft, name: str) -> None:
    """Take messages that are events of the conventions, in one attribute: `{"event.name", "content", …}`."""
    given = from_json(draft.attributes.get(name))
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given) or draft.prompt:
        return
    events = [Event(str(each.get("event.name", "")), 0.0, _body(each)) for each in given]
    prompt, answers, others = sort_events(events)
    if not prompt and not answers:
        return
    del draft.attributes[name]
    if answers:
        draft.set_messages(prompt, answers)
    else:
        _put(draft, prompt)
    others = [event for event in others if not _thought(draft, event)]
    if others:
        draft.keep(name, [{"event.name": event.name, **event.attributes} for event in others])


def _thought(draft: Draft, event: Event) -> bool:
    """Take what the model thought: an item of the Responses API, which Logfire writes as an unknown event."""
    item = event.attributes.get("data")
    if not draft.completions or not isinstance(item, dict) or item.get("type") != "reasoning":
        return False
    thoughts = [answer["reasoning_content"] for answer in answers_of([item])[0] if answer.get("reasoning_content")]
    if thoughts:
        draft.completions[0].setdefault("reasoning_content", "\n".join(thoughts))
    return bool(thoughts) and draft.completions[0]["reasoning_content"] == "\n".join(thoughts)


def _body(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("event.name", "gen_ai.message.index")}


def _read_tool(draft: Draft) -> None:
    """Read a tool's call, as pydantic-ai wrote it before the conventions had names for it."""
    draft.log.log_type = draft.log.log_type or "tool"
    for name, column in (("tool_arguments", "input"), ("tool_response", "output")):
        if name in draft.attributes and getattr(draft, column) is None:
            setattr(draft, column, draft.attributes.pop(name))


def _read_data(draft: Draft) -> None:
    """Take a whole request and response, and the answer of a streamed one, which began `duration` seconds before."""
    request = from_json(draft.attributes.get("request_data"))
    if isinstance(request, dict):
        rest = take_request(draft, request)
        take_input(draft, rest)
        _put_back(draft, "request_data", rest)
    response = from_json(draft.attributes.get("response_data"))
    if isinstance(response, dict):
        text = response.get("combined_chunk_content", response.get("text"))
        if isinstance(text, str) and not draft.completions:
            draft.set_messages([], [{"role": "assistant", "content": text}])
            response = {key: value for key, value in response.items() if key not in ("combined_chunk_content", "text")}
        _put_back(draft, "response_data", take_response(draft, response))
    if draft.span.name.startswith(_STREAMED):
        draft.log.stream = True
        lasted = as_number(draft.attributes.get("duration"))
        if lasted is not None and 0 <= lasted < draft.span.end:
            del draft.attributes["duration"]
            draft.span = msgspec.structs.replace(draft.span, start=round(draft.span.end - lasted, 6))


def _put_back(draft: Draft, name: str, rest: dict[str, Any]) -> None:
    if rest:
        draft.attributes[name] = rest
    else:
        del draft.attributes[name]


def _kind(draft: Draft) -> str:
    """Return what a span is by the name that its instrumentation gives it; a mere log is a task."""
    names = (draft.span.name, str(draft.attributes.get("logfire.msg", "")))
    for beginning, kind in _KINDS_BY_NAME:
        if any(name.startswith(beginning) for name in names):
            return kind
    return "task" if draft.attributes.get("logfire.span_type") == "log" else ""


def _read_level(draft: Draft) -> None:
    """Let a log's level tell how it went, where no status does."""
    attributes = draft.attributes
    level, told = as_number(attributes.get("logfire.level_num")), attributes.get("logfire.msg")
    if level is None or attributes.get("logfire.span_type") != "log" or not isinstance(told, str):
        return
    if level >= _ERROR and draft.span.status == UNSET:
        draft.log.error_message = draft.log.error_message or told
    elif _WARN <= level < _ERROR:
        draft.set("warnings", told)


def _decode_arguments(draft: Draft) -> None:
    """Read those of the user's own attributes as JSON which the schema says are."""
    schema = from_json(draft.span.attributes.get("logfire.json_schema"))
    properties = schema.get("properties") if isinstance(schema, dict) else None
    for name, told in properties.items() if isinstance(properties, dict) else ():
        kind = told.get("type") if isinstance(told, dict) else None
        if kind in ("object", "array") and name in draft.attributes and not name.startswith("gen_ai."):
            draft.attributes[name] = from_json(draft.attributes[name])


FAMILY: Final = Family(
    "Logfire",
    RULES,
    read,
    frozenset({"logfire", "request_data", "agent_name", "events", "tool_arguments", "tool_response", "pydantic_ai"}),
)
