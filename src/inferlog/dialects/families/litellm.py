"""LiteLLM's OpenTelemetry callback, as litellm 1.110.2 writes it (integrations/opentelemetry.py and otel/).

Most of its names are those of the conventions and of OpenLLMetry. Beside them it writes `metadata.*` and
`llm.<provider>.*` as Python shows a value; the latter on a span of its own below the call's, which holds what went to
the provider and came back. That span is read as a piece of the call: only there are the ids of tool calls, what the
model thought, and parameters like stop and seed.
"""

import ast
from typing import Any, Final

import msgspec

from inferlog.dialects.families.exchanges import take_request, take_response, take_usage
from inferlog.dialects.families.rules import Family, Rule, money
from inferlog.dialects.spans import Draft

_SCOPE: Final = "litellm"
_KINDS: Final = (
    ("embedding", "embedding"), ("transcription", "transcription"), ("speech", "speech"), ("rerank", "task"),
    ("text_completion", "completion"), ("responses", "response"), ("completion", "chat"), ("message", "chat"),
)  # fmt: skip
"""Part of a call_type → log_type; the first that fits."""
_METADATA: Final = "metadata."
_OWN_METADATA: Final = ("spend_logs_metadata", "requester_metadata")
"""Where LiteLLM keeps what its user says of a call."""
_RAW: Final = "raw_gen_ai_request"
_OF_THE_REQUEST: Final = frozenset({"messages", "model", "input", "system", "stream"})
"""What the call's own span says too, and better: there the model is the one asked for."""
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
_LITERAL_MAX: Final = 1_000_000
"""Characters of a Python value that are read; a longer one is kept as it came."""

RULES: Final[dict[str, Rule]] = {"litellm.cost.total": money("cost")}


def read(draft: Draft) -> None:
    """Take the kind and the metadata of a call, or what went to the provider."""
    attributes = draft.attributes
    is_call = "litellm.call_id" in draft.span.attributes
    if not is_call and draft.span.scope_name != _SCOPE:
        return
    if not is_call:
        if draft.span.parent_id and "openinference.span.kind" not in attributes and any(map(_is_raw, attributes)):
            _read_raw(draft)
        return
    kind = draft.span.attributes.get("llm.request.type", draft.span.attributes.get("litellm.call_type"))
    if isinstance(kind, str) and kind_of(kind):
        draft.log.log_type = kind_of(kind)
    _take_metadata(draft)


def kind_of(call_type: str) -> str:
    """Return the log_type of a type of call; nothing if it is unknown."""
    return next((log_type for part, log_type in _KINDS if part in call_type.lower()), "")


def _is_raw(name: str) -> bool:
    return name.startswith("llm.") and name.count(".") >= 2 and not name.startswith("llm.request.")


def _read_raw(draft: Draft) -> None:
    """Make the span a piece of the call above it: its parameters, tools and answer."""
    names = [name for name in draft.attributes if _is_raw(name)]
    told = {name.split(".", 2)[2]: from_python(draft.attributes.pop(name)) for name in names}
    told = {name: value for name, value in told.items() if value not in _EMPTY}
    draft.log.log_type = _kind_of_raw(told)
    about = {name: value for name, value in told.items() if name in _OF_THE_REQUEST or name == "usage"}
    rest = take_request(draft, {name: value for name, value in told.items() if name not in about})
    rest = take_response(draft, rest)
    for name in ("response_id", "response_model"):
        draft.extra.pop(name, None)
    if isinstance(rest.get("data"), list) and draft.log.log_type == "embedding":
        draft.output = rest.pop("data")
    draft.extra[_RAW] = about | rest
    call = draft.span.parent_id
    draft.span = msgspec.structs.replace(draft.span, span_id=call, parent_id="", name="", start=0.0, end=0.0)


def _kind_of_raw(told: dict[str, Any]) -> str:
    if told.get("object") == "response":
        return "response"
    return "embedding" if isinstance(told.get("data"), list) and "input" in told else "chat"


def _take_metadata(draft: Draft) -> None:
    """Take `metadata.*`, the user's own as it is; what is empty says nothing."""
    attributes = draft.attributes
    for name in [name for name in attributes if name.startswith(_METADATA)]:
        key, value = name.removeprefix(_METADATA), from_python(attributes.pop(name))
        if value in _EMPTY:
            continue
        if key in _OWN_METADATA and isinstance(value, dict):
            for own, each in value.items():
                draft.keep(str(own), each)
        elif key == "usage_object" and isinstance(value, dict):
            rest = take_usage(draft, value)
            if rest:
                draft.extra["usage_object"] = rest
        else:
            draft.keep(key, value)


def from_python(value: Any) -> Any:
    """Return what a text holds if it is a list or a dictionary as Python shows it; any other value as it is."""
    if not isinstance(value, str) or value[:1] not in ("{", "[") or len(value) > _LITERAL_MAX:
        return value
    try:
        held = ast.literal_eval(value)
        msgspec.json.encode(held)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError):
        return value
    return held


FAMILY: Final = Family("LiteLLM", RULES, read, frozenset({"litellm", "llm"}))
