"""Langfuse: the attributes of its SDKs since version 3, which are OpenTelemetry's underneath.

Names are those of langfuse 3.0, 3.5 and 5.0 (_client/attributes.py), which the JavaScript SDK shares, and of
https://langfuse.com/docs/opentelemetry. What an observation is, its input and output, usage and cost have the same
form in the JSON batches of the SDKs before version 3 (`dialects/langfuse.py`).
"""

from typing import Any, Final

import msgspec

from inferlog.dialects.families.exchanges import take_parameters, take_request, take_usage
from inferlog.dialects.families.rules import Family, Rule, as_number, extra, from_json, metadata, money, named, text
from inferlog.dialects.families.shapes import answers_of
from inferlog.dialects.spans import Draft
from inferlog.dialects.times import read_time

_OBSERVATION: Final = "langfuse.observation."
_METADATA: Final = ("langfuse.observation.metadata.", "langfuse.trace.metadata.")
_KINDS: Final = {
    "generation": "chat", "embedding": "embedding", "agent": "agent", "tool": "tool", "guardrail": "guardrail",
    "retriever": "task", "evaluator": "task", "event": "task",
}  # fmt: skip
_CALLS: Final = frozenset({"generation", "embedding"})
_ERROR, _WARNING = "ERROR", "WARNING"
_USAGE: Final = {
    "input": "prompt_tokens",
    "output": "completion_tokens",
    "total": "total_tokens",
    "input_cache_read": "cache_read_input_tokens",
    "input_cache_creation": "cache_creation_input_tokens",
}
_CACHED_BESIDE: Final = frozenset({"cache_read_input_tokens", "cache_creation_input_tokens"})
"""Anthropic's own counts: beside them, `input` is without what was cached."""
_DETAILS: Final = (("input_", "prompt_tokens_details"), ("output_", "completion_tokens_details"))
_NOT_DETAILS: Final = frozenset({"input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details"})
_SHORT_DETAILS: Final = {"audio": "audio_tokens", "reasoning": "reasoning_tokens", "cached": "cached_tokens"}


def kind_of(observation: str, *, root: bool) -> str:
    """Return the log_type of a kind of observation; a span or a chain without parent is a workflow."""
    return _KINDS.get(observation.lower(), "workflow" if root else "task")


def take_content(draft: Draft, given: Any, answer: Any, *, is_call: bool) -> None:
    """Put what went into an observation and what came out into messages if they are that, else into input and output.

    The input of a model's call is its messages, or an object that holds them beside tools and more; what is left of
    that is kept as metadata. What is there already stands.
    """
    request, response = from_json(given), from_json(answer)
    if is_call and request is not None and not draft.prompt:
        rest = take_request(draft, request if isinstance(request, dict) else {"messages": request})
        if draft.prompt:
            given = None
            if rest:
                draft.keep("input", rest)
    if is_call and response is not None and not draft.completions:
        answers, left = answers_of(response)
        if not answers and draft.prompt and isinstance(response, str):  # what was streamed is written as text
            answers = [{"role": "assistant", "content": response}]
        if answers:
            if isinstance(given, str) and not draft.prompt:  # what the user says, to the Responses API
                draft.set_messages([{"role": "user", "content": given}], [])
                given = None
            draft.set_messages([], answers)
            answer = None
            if left:
                draft.keep("output", left)
    draft.put_content(given, answer)


def take_usage_details(draft: Draft, details: dict[str, Any]) -> dict[str, Any]:
    """Put Langfuse's counts (input, output, input_cached_tokens, …), or a provider's, into usage; return the rest."""
    counts: dict[str, Any] = {}
    names = _USAGE if _CACHED_BESIDE.isdisjoint(details) else {**_USAGE, "input": "input_tokens"}
    for name, value in details.items():
        prefix, holder = next(((p, h) for p, h in _DETAILS if name.startswith(p)), ("", ""))
        if name in names:
            counts[names[name]] = value
        elif holder and name not in _NOT_DETAILS and as_number(value) is not None:
            detail = name.removeprefix(prefix)
            place = counts.setdefault(holder, {})
            if isinstance(place, dict):
                place[_SHORT_DETAILS.get(detail, detail)] = value
        else:
            counts.setdefault(name, value)
    return take_usage(draft, counts)


def take_cost_details(draft: Draft, details: dict[str, Any]) -> None:
    """Take the total cost in USD, or the sum of its parts if there is no total; the parts are kept."""
    parts = {name: as_number(value) for name, value in details.items()}
    total = parts["total"] if parts.get("total") is not None else sum(each for each in parts.values() if each)
    if parts and any(each is not None for each in parts.values()):
        money("cost")(draft, total)
    if parts.keys() - {"total"}:
        draft.extra.setdefault("cost_details", details)


def take_level(draft: Draft, level: Any, message: Any) -> bool:
    """Take an observation's level: an error fails it, a warning warns; return whether its message went somewhere."""
    told = message if isinstance(message, str) else ""
    if level == _ERROR:
        exceptions = (event.attributes.get("exception.message") for event in draft.events if event.name == "exception")
        draft.log.error_message = told or draft.span.status_message or str(next(exceptions, "") or _ERROR)
        return bool(told)
    return level == _WARNING and bool(told) and draft.set("warnings", told)


def take_first_token(draft: Draft, value: Any) -> bool:
    """Take the moment at which the completion began, as the time to the first token."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return False
    moment = read_time(value.strip('"') if isinstance(value, str) else value)
    if moment is None or not draft.span.start:
        return False
    return draft.set("time_to_first_token", round(max(moment - draft.span.start, 0.0), 6))


def prompt_version(draft: Draft, value: Any) -> bool:
    """Take the version of a managed prompt, which is a whole number."""
    number = as_number(value)
    whole = number is not None and number.is_integer() and abs(number) < 2**53
    return whole and extra("prompt_version_number")(draft, int(number or 0))


def _kind(draft: Draft, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    named_here = kind_of(value, root=not draft.span.parent_id)
    return draft.set("log_type", named_here) and named_here == value


def _parameters(draft: Draft, value: Any) -> bool:
    given = from_json(value)
    if not isinstance(given, dict):
        return False
    rest = take_parameters(draft, given)
    if rest:
        draft.keep("model_parameters", rest)
    return True


def _usage(draft: Draft, value: Any) -> bool:
    given = from_json(value)
    if not isinstance(given, dict):
        return False
    rest = take_usage_details(draft, given)
    if rest:
        draft.keep("usage_details", rest)
    return True


def _cost(draft: Draft, value: Any) -> bool:
    given = from_json(value)
    if not isinstance(given, dict):
        return False
    take_cost_details(draft, given)
    return draft.log.cost is not None and (given.keys() == {"total"} or draft.extra.get("cost_details") == given)


def _tags(draft: Draft, value: Any) -> bool:
    return named("tags")(draft, from_json(value))


RULES: Final[dict[str, Rule]] = {
    "langfuse.observation.type": _kind,
    "langfuse.observation.model.name": text("model"),
    "langfuse.observation.model": text("model"),
    "langfuse.observation.model.parameters": _parameters,
    "langfuse.observation.usage_details": _usage,
    "langfuse.observation.cost_details": _cost,
    "langfuse.observation.completion_start_time": take_first_token,
    "langfuse.observation.prompt.name": text("prompt_name"),
    "langfuse.observation.prompt.version": prompt_version,
    "langfuse.trace.name": text("trace_name"),
    "langfuse.trace.tags": _tags,
    "langfuse.user.id": text("customer_identifier"),
    "langfuse.session.id": text("session_identifier"),
    "user.id": text("customer_identifier"),
    "session.id": text("session_identifier"),
    "langfuse.observation.metadata": metadata,
    "langfuse.trace.metadata": metadata,
    "langfuse.environment": named("environment"),
    "langfuse.release": named("release"),
    "langfuse.version": named("version"),
}


def read(draft: Draft) -> None:
    """Take what went in and out, the level with its message, and the metadata."""
    attributes = draft.attributes
    kind = draft.span.attributes.get("langfuse.observation.type")
    is_call = (isinstance(kind, str) and kind in _CALLS) or (kind is None and bool(draft.log.model))
    draft.speaks_for_trace = True  # whichever span tells of user and session, it means its trace
    given, answer = (_taken(draft, _OBSERVATION + name) for name in ("input", "output"))
    take_content(draft, given, answer, is_call=is_call)
    if not draft.span.parent_id:
        _take_trace_content(draft)
    told = f"{_OBSERVATION}status_message"
    if take_level(draft, attributes.get(f"{_OBSERVATION}level"), attributes.get(told)):
        del attributes[told]
    _take_metadata(draft)


def _taken(draft: Draft, name: str) -> Any:
    value = draft.attributes.pop(name, None)
    if isinstance(value, str) and draft.span.scope_version.startswith("3.0."):
        return _unquoted(value)
    return value


def _take_trace_content(draft: Draft) -> None:
    """Take the trace's own input and output, which its root stands for, if they say more than the root's."""
    for name, column in (("input", "input"), ("output", "output")):
        trace, own = f"langfuse.trace.{name}", draft.span.attributes.get(_OBSERVATION + name)
        if trace not in draft.attributes:
            continue
        if own is None and getattr(draft, column) is None:
            setattr(draft, column, _taken(draft, trace))
        elif own == draft.attributes[trace]:
            del draft.attributes[trace]


def _take_metadata(draft: Draft) -> None:
    """Take `metadata.<key>`. Version 5 writes JSON, those before it text as it is and all else as JSON."""
    major = draft.span.scope_version.partition(".")[0]
    decode = _any_json if draft.span.scope_name == "langfuse-sdk" and major.isdigit() and int(major) >= 5 else _unquoted
    for prefix in _METADATA:
        for name in [name for name in draft.attributes if name.startswith(prefix) and name != prefix]:
            key, value = name.removeprefix(prefix), draft.attributes[name]
            meant = decode(value) if isinstance(value, str) else value
            if draft.metadata.setdefault(key, meant) == meant:
                del draft.attributes[name]


def _any_json(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value


def _unquoted(value: str) -> Any:
    """Return what a JSON object, array or string holds; any other text is what it is."""
    return _any_json(value) if value[:1] in ('"', "{", "[") else value


FAMILY: Final = Family("Langfuse", RULES, read, frozenset({"langfuse"}))
