"""A stored log as the logging API shows it: the shapes that the vendor's own typed clients read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec

from inferlog.dialects.langfuse_media import MEDIA, embed, read_media
from inferlog.jsontext import kind
from inferlog.model import NO_JSON, Log

READABLE_LOG_TYPES: Final = frozenset(
    "text chat completion response embedding transcription speech workflow task tool agent handoff guardrail "
    "function custom generation unknown score".split()
)
"""The kinds that keywordsai 1.0.4 can read; any other is shown as `unknown`, with original_log_type beside it."""

_ALL_DIGITS: Final = Context(prec=80)
"""Python's own 28 digits would round the sum of many large amounts."""
_NO_MESSAGES: Final = msgspec.Raw(b"[]")
_NO_OBJECT: Final = msgspec.Raw(b"{}")
_CHAT_TYPES: Final = frozenset({"chat", "completion", "text", "response"})
_VERBATIM: Final = ("completion_messages", "tools", "tool_calls", "response_format", "variables", "usage")
AS_STORED: Final = (
    "environment", "log_method", "model", "provider_id", "deployment_name", "stream", "status", "status_code",
    "error_message", "error_code", "warnings", "latency", "time_to_first_token", "tokens_per_second",
    "prompt_tokens", "completion_tokens", "total_request_tokens", "prompt_cache_hit_tokens",
    "prompt_cache_creation_tokens", "reasoning_tokens", "cost_source", "customer_identifier", "customer_name",
    "customer_email", "custom_identifier", "group_identifier", "thread_identifier", "session_identifier",
    "trace_group_identifier", "evaluation_identifier", "trace_unique_id", "trace_name", "span_unique_id",
    "span_parent_id", "span_name", "span_workflow_name", "span_path", "prompt_id", "prompt_name", "note",
    "category", "positive_feedback", "usage_details", "price_id", "price_version", "service_tier", "estimated",
    "is_pinned", "blurred",
)  # fmt: skip


class _Said(msgspec.Struct):
    """The least that a message is."""

    role: Literal["user", "assistant", "system", "tool", "none", "developer"]


_READABLE_KINDS: Final = {
    **dict.fromkeys("reasoning models fallback_models exclude_models exclude_providers load_balance_models"
                    " span_handoffs span_tools input_array prompt_messages_template".split(), ("array", "null")),
    **dict.fromkeys("logit_bias stream_options thinking cache_options customer_params eval_params retry_params"
                    " recommendations_dict warnings_dict load_balance_group model_name_map credential_override"
                    " customer_credentials linkup_params mem0_params moda_params posthog_integration"
                    " keywordsai_params keywordsai_api_controls".split(), ("object", "null")),
    **dict.fromkeys("ideal_output encoding_format reasoning_effort verbosity audio_input_file audio_output_file"
                    " response_id full_model_name base64_embedding full_text system_text prompt_text completion_text"
                    " ip_address request_url_path covered_by mock_response cache_key".split(), ("string", "null")),
    "embedding": ("array", "string", "null"),
    "stop": ("array", "string", "null"),
    "prompt": ("object", "string", "null"),
}  # fmt: skip
"""Fields without a column that the vendor's models type (keywordsai-sdk 0.5.2), and the kinds of JSON they read."""


class Receipt(msgspec.Struct, kw_only=True):
    """What a create answers: the superset that every known client reads (dossier §1.7)."""

    message: str = "log successful"
    id: str
    unique_id: str
    organization_id: str
    customer_identifier: str
    environment: str
    status: str
    cost: Decimal | None
    timestamp: datetime
    latency: float
    time_to_first_token: float
    prompt_cache_hit_tokens: int
    prompt_cache_creation_tokens: int
    estimated: tuple[str, ...] = ()


def receipt(log: Log, log_id: str) -> Receipt:
    """Return the answer to a create; `log_id` is the first one's if this log is a repeat."""
    return Receipt(
        id=log_id,
        unique_id=log_id,
        organization_id=log.project_id,
        customer_identifier=log.customer_identifier,
        environment=log.environment,
        status=log.status,
        cost=amount(log.cost),
        timestamp=datetime.fromtimestamp(log.timestamp, UTC),
        latency=log.latency,
        time_to_first_token=log.time_to_first_token,
        prompt_cache_hit_tokens=log.prompt_cache_hit_tokens,
        prompt_cache_creation_tokens=log.prompt_cache_creation_tokens,
        estimated=log.estimated,
    )


def render(log: Log, scores: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """Return everything of one log. What has no column comes back under the name it was sent with.

    `scores` are what evaluators say of it, as `render_scores` shows them.
    """
    shown: dict[str, Any] = {name: getattr(log, name) for name in AS_STORED}
    shown |= {
        "id": log.id,
        "unique_id": log.id,
        "organization_id": log.project_id,
        "organization_key_id": log.api_key_prefix,
        "log_type": log.log_type if log.log_type in READABLE_LOG_TYPES else "unknown",
        "timestamp": iso_time(log.timestamp),
        "start_time": iso_time(log.start_time),
        "received_at": iso_time(log.received_at),
        "failed": log.status == "failed",
        "error_bit": int(log.status == "failed"),
        "cost": amount(log.cost),
        "cost_details": {name: amount(each) for name, each in log.cost_details.items()},
        "prompt_unit_price": amount(log.prompt_unit_price),
        "completion_unit_price": amount(log.completion_unit_price),
        "metadata": _or(log.metadata, _NO_OBJECT),
        "full_request": _or(log.full_request, _NO_OBJECT),
        "full_response": _or(log.full_response, _NO_OBJECT),
        "tool_choice": _text_or_json(log.tool_choice),
        "flags": log.flags,
        "size_bytes": log.size_bytes,
        "scores": dict(scores),
    }
    shown |= {name: _or(getattr(log, name), None) for name in _VERBATIM}
    shown |= messages(log)
    if log.log_type not in READABLE_LOG_TYPES:
        shown["original_log_type"] = log.log_type
    _add_extra(shown, log)
    if MEDIA in shown:
        _embed_media(shown)
    return shown


def render_reduced(log: Log, bytes_max: int, scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return a log whose bodies were left out of a page; `blurred` is the API's word for it."""
    reason = f"the page has more than {bytes_max:,} bytes (page_bytes_max): read this log by its id"
    return render(log, scores) | {"blurred": True, "blurred_reason": reason}


def messages(log: Log) -> dict[str, Any]:
    """Return what went in and came out, both as strings and as messages, each filled from the other."""
    messages, answer = log.prompt_messages, log.completion_message
    text_in, text_out = _as_text(log.input), _as_text(log.output)
    if log.log_type in _CHAT_TYPES:
        if messages is NO_JSON and text_in.startswith("["):
            messages = _if_said(text_in, list[_Said], messages)
        if answer is NO_JSON and text_out.startswith("{"):
            answer = _if_said(text_out, _Said, answer)
    return {
        "input": text_in or _as_text(messages),
        "output": text_out or _as_text(answer),
        "prompt_messages": _or(messages, _NO_MESSAGES),
        "completion_message": None if answer is NO_JSON or not bytes(answer).strip(b"{} \t\r\n") else answer,
    }


def _if_said(text: str, shape: Any, otherwise: msgspec.Raw) -> msgspec.Raw:
    """Return text as the JSON that it is, if it has the shape of messages; the vendor's clients raise on others."""
    try:
        msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, RecursionError):
        return otherwise
    return msgspec.Raw(text.encode("utf-8"))


def _as_text(raw: msgspec.Raw) -> str:
    """A stored body that is a string was stored as its text; everything is text here."""
    return "" if raw is NO_JSON else bytes(raw).decode("utf-8")


def _text_or_json(raw: msgspec.Raw) -> str | msgspec.Raw | None:
    if raw is NO_JSON:
        return None
    return raw if kind(raw) == "object" else bytes(raw).decode("utf-8")


def _or(raw: msgspec.Raw, otherwise: msgspec.Raw | None) -> msgspec.Raw | None:
    return otherwise if raw is NO_JSON else raw


def _add_extra(shown: dict[str, Any], log: Log) -> None:
    """Bring back what has no column.

    Under `shadowed` comes a name that is taken by the API's own, and a value that the vendor's typed clients do not
    read under its name: one such field would make the whole log unreadable to them.
    """
    if log.extra is NO_JSON:
        return
    shadowed: dict[str, msgspec.Raw] = {}
    for name, raw in msgspec.json.decode(log.extra, type=dict[str, msgspec.Raw]).items():
        taken = name in shown or name == "shadowed" or kind(raw) not in _READABLE_KINDS.get(name, (kind(raw), "null"))
        (shadowed if taken else shown)[name] = raw
    if shadowed:
        shown["shadowed"] = shadowed


def _embed_media(shown: dict[str, Any]) -> None:
    """Put the files that Langfuse's SDKs uploaded apart back where a reference stands for them."""
    media = read_media(shown[MEDIA])
    for name, value in shown.items():
        if isinstance(value, str):
            shown[name] = embed(value, media)
        elif isinstance(value, msgspec.Raw) and name != MEDIA:
            shown[name] = msgspec.Raw(embed(bytes(value).decode("utf-8"), media).encode("utf-8"))


def amount(value: Decimal | None) -> Decimal | None:
    """Return an amount of money without the zeros that only the column's scale adds."""
    if value is None:
        return None
    stripped = value.normalize(_ALL_DIGITS)
    whole = stripped.as_tuple().exponent > 0  # type: ignore[operator]  # finite
    return stripped.quantize(Decimal(1), context=_ALL_DIGITS) if whole else stripped


def iso_time(seconds: float) -> str:
    """Return seconds since 1970 UTC as ISO 8601 with microseconds and Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
