"""Traces and spans as the OpenAI Agents SDK exports them itself → logs. Pure.

openai-agents 0.x, tracing/{traces,spans,span_data}.py: `{"object": "trace"}` and `{"object": "trace.span"}`, which
its own exporter posts to whatever endpoint it is given. A trace becomes the root of its spans, under its own id.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from inferlog.dialects.families import settle
from inferlog.dialects.families.exchanges import take_parameters, take_usage
from inferlog.dialects.families.rules import as_text
from inferlog.dialects.families.shapes import answers_of, messages_of
from inferlog.dialects.spans import FAILED, UNSET, Draft, Span
from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.jsontext import RawObject, dumps
from inferlog.model import Sent

Data = dict[str, Any]

_TRACE: Final = b'"trace"'
_SPAN: Final = b'"trace.span"'
_OF_A_SPAN: Final = ("object", "id", "trace_id", "parent_id", "started_at", "ended_at", "span_data", "error")
_NAMED_BY_TYPE: Final = frozenset({"generation", "response", "handoff", "transcription", "speech"})
_KINDS: Final = {
    "agent": "agent", "function": "tool", "generation": "generation", "response": "response", "handoff": "handoff",
    "custom": "custom", "guardrail": "guardrail", "transcription": "transcription", "speech": "speech",
    "speech_group": "task", "mcp_tools": "task", "task": "task", "turn": "task",
}  # fmt: skip


def is_native(fields: RawObject) -> bool:
    """Return whether an item is one of the SDK's own."""
    return bytes(fields.get("object", b"")) in (_TRACE, _SPAN)


def decode(fields: RawObject) -> Sent:
    """Return the log of a trace or a span. Raises InvalidInput if it has no id."""
    item: Data = msgspec.json.decode(dumps(fields))
    if not isinstance(item.get("id"), str) or not item["id"]:
        raise InvalidInput(f"id: expected the id of a {item['object']}, received {dumps(item.get('id')).decode()}")
    return _trace(item) if item["object"] == "trace" else _span(item)


def _trace(item: Data) -> Sent:
    identity = item["id"]
    workflow = item.pop("workflow_name", None)
    draft = Draft(Span(trace_id=identity, span_id=identity, name=_text(workflow)))
    draft.log.log_type = "workflow"
    draft.log.trace_name = draft.log.span_workflow_name = _text(workflow)
    draft.log.trace_group_identifier = _text(item.pop("group_id", None))
    _take_metadata(draft, item)
    _keep(draft, {name: value for name, value in item.items() if name not in ("object", "id")})
    settle(draft)
    return draft.sent()


def _span(item: Data) -> Sent:
    data = item.get("span_data")
    data = dict(data) if isinstance(data, dict) else {}
    trace_id, error = _text(item.get("trace_id")), item.get("error")
    span = Span(
        trace_id=trace_id,
        span_id=item["id"],
        parent_id=_text(item.get("parent_id")) or trace_id,
        start=_time(item.get("started_at")),
        end=_time(item.get("ended_at")),
        status=FAILED if error else UNSET,
    )
    draft = Draft(span)
    name_of_type = _text(data.pop("type", None))
    if name_of_type == "custom" and data.get("name") in ("task", "turn") and isinstance(data.get("data"), dict):
        name_of_type = data.pop("name")
        data |= data.pop("data")
    draft.log.log_type = _KINDS.get(name_of_type, "custom")
    name = _text(data.pop("name", None)) if name_of_type not in _NAMED_BY_TYPE else name_of_type
    draft.log.span_name = name or name_of_type
    draft.metadata["span_data.type"] = name_of_type
    if error:
        _take_error(draft, error)
    reader = _READERS.get(name_of_type)
    if reader is not None:
        reader(draft, data)
    _take_metadata(draft, item)
    _keep(draft, {f"span_data.{name}": value for name, value in data.items()})
    _keep(draft, {name: value for name, value in item.items() if name not in _OF_A_SPAN})
    settle(draft)
    return draft.sent()


def _take_error(draft: Draft, error: Any) -> None:
    """Take `{"message", "data"}`."""
    if isinstance(error, dict):
        draft.log.error_message = _text(error.get("message")) or "error"
        if error.get("data"):
            draft.metadata["error.data"] = error["data"]
    else:
        draft.log.error_message = _text(error) or dumps(error).decode()


def _take_metadata(draft: Draft, item: Data) -> None:
    given = item.get("metadata")
    if isinstance(given, dict):
        draft.metadata |= given
        del item["metadata"]


def _read_call(draft: Draft, data: Data) -> None:
    """Take a model's call: its messages, or what else went in and came out; its parameters and its usage."""
    given, answer = data.pop("input", None), data.pop("output", None)
    prompt, (answers, left) = messages_of(given), answers_of(answer)
    draft.set_messages(prompt, answers)
    draft.input = None if prompt else given
    draft.output = None if answers else answer
    if answers and left:
        draft.keep("span_data.output", left)
    draft.log.model = _text(data.pop("model", None))
    settings = data.pop("model_config", None)
    if isinstance(settings, dict):
        _keep(draft, {f"model_config.{name}": value for name, value in take_parameters(draft, settings).items()})
    elif settings is not None:
        draft.metadata["model_config"] = settings
    _read_usage(draft, data)
    if isinstance(data.get("response_id"), str):
        draft.extra["response_id"] = data.pop("response_id")
    began = _time(data.get("first_content_at"))
    if began and draft.span.start:
        draft.log.time_to_first_token = round(max(began - draft.span.start, 0.0), 6)


def _read_usage(draft: Draft, data: Data) -> None:
    given = data.pop("usage", None)
    rest = take_usage(draft, given) if isinstance(given, dict) else given
    if rest:
        data["usage"] = rest


def _read_function(draft: Draft, data: Data) -> None:
    draft.input, draft.output = data.pop("input", None), data.pop("output", None)


def _read_handoff(draft: Draft, data: Data) -> None:
    for name in ("from_agent", "to_agent"):
        if data.get(name) is not None:
            draft.metadata[name] = data.pop(name)


def _read_guardrail(draft: Draft, data: Data) -> None:
    if data.get("triggered") is True:
        draft.log.warnings = f"guardrail triggered: {draft.log.span_name}"


def _read_agent(draft: Draft, data: Data) -> None:
    for name, shown in (("tools", "span_tools"), ("handoffs", "span_handoffs")):
        if data.get(name):
            draft.extra[shown] = data.pop(name)


_READERS: Final[dict[str, Callable[[Draft, Data], None]]] = {
    "agent": _read_agent,
    "function": _read_function,
    "generation": _read_call,
    "response": _read_call,
    "transcription": _read_call,
    "speech": _read_call,
    "handoff": _read_handoff,
    "guardrail": _read_guardrail,
    "speech_group": _read_function,
}


def _keep(draft: Draft, left: Data) -> None:
    for name, value in left.items():
        if value is not None:
            draft.metadata.setdefault(name, value)


def _text(value: Any) -> str:
    return as_text(value) if isinstance(value, (str, int, float)) else ""


def _time(value: Any) -> float:
    """Return a point in time; 0 for what is none."""
    return (read_time(value) or 0.0) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 0.0
