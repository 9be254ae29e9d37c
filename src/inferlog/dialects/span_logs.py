"""JSON span logs: the spans of a trace as parameters of the logging API, many in a request. Pure.

This is what the vendor's exporters send to `/v1/traces/ingest` and its variants: keywordsai-exporter-openai-agents
0.1.6, respan-exporter-openai-agents 1.3.0, -litellm 1.0.1, -agno 1.0.1, -anthropic-agents 1.0.16, -superagent 0.2.0,
-haystack 1.0.1, keywordsai-instrumentation-langfuse 0.1.1, @keywordsai/exporter-vercel 1.0.27 and the hooks of Claude
Code and Cursor. Items as the OpenAI Agents SDK itself exports them are read too (`openai_agents`).
"""

from typing import Final

import msgspec

from inferlog.dialects import openai_agents, request_logs, span_messages
from inferlog.dialects.families import UNKNOWN_FAILURE, status_in
from inferlog.errors import InvalidInput
from inferlog.jsontext import RawObject, dumps, kind, read_array, read_object
from inferlog.model import Log, Sent

_NAMES_OF_AN_ITEM: Final = frozenset(
    "trace_unique_id span_unique_id trace_id span_id log_type span_name object model input prompt_messages".split()
)
_OTHER_NAMES: Final = {"trace_id": "trace_unique_id", "span_id": "span_unique_id", "parent_id": "span_parent_id"}
"""Names that respan-exporter-agno sends beside the usual ones, and others instead of them."""
_PARTS_OF_USAGE: Final = (
    "prompt_tokens_details", "completion_tokens_details", "cache_creation_prompt_tokens",
    "cache_creation_input_tokens", "cache_read_input_tokens",
)  # fmt: skip
"""What belongs into `usage` and comes beside it (Claude Code's hook)."""
_CALLS: Final = frozenset({"chat", "completion", "text", "response", "generation"})
_NULL: Final = b"null"
_BITS: Final = (b"0", b"1")
_ANY_FAILURE: Final = 400


def split(text: bytes) -> list[msgspec.Raw]:
    """Return the items of a body that `jsontext.check` passed: an array, `{"data": [...]}`, or one item alone."""
    found = kind(text)
    if found == "array":
        return read_array(text)
    if found != "object":
        raise InvalidInput(f"Invalid request format: expected an array of spans, received {found}")
    fields = read_object(text)
    if "data" in fields and kind(fields["data"]) == "array" and _NAMES_OF_AN_ITEM.isdisjoint(fields):
        return read_array(fields["data"])
    return [msgspec.Raw(text)]


def decode(item: bytes | msgspec.Raw) -> Sent:
    """Return the log that an item is. Raises InvalidInput naming each known field of a wrong type."""
    if kind(item) != "object":
        return request_logs.decode(item)  # which refuses it
    fields = {name: raw for name, raw in read_object(item).items() if bytes(raw) != _NULL}
    if openai_agents.is_native(fields):
        return openai_agents.decode(fields)
    _rename(fields)
    _gather_usage(fields)
    failed = bytes(fields.pop("error_bit")) == b"1" if bytes(fields.get("error_bit", _NULL)) in _BITS else False
    sent = request_logs.decode(dumps(fields))
    _settle_status(sent.log, failed=failed)
    sent.log.log_type = sent.log.log_type.strip().lower()
    sent.log.log_method = sent.log.log_method or "tracing_integration"
    _settle_tree(sent)
    if sent.log.log_type in _CALLS:
        span_messages.shape(sent)
    return sent


def _rename(fields: RawObject) -> None:
    """Give ids their usual names; one that says something else than the usual is kept under its own."""
    for name, usual in _OTHER_NAMES.items():
        if name in fields and bytes(fields.setdefault(usual, fields[name])) == bytes(fields[name]):
            del fields[name]


def _gather_usage(fields: RawObject) -> None:
    parts = {name: fields.pop(name) for name in _PARTS_OF_USAGE if name in fields and "usage" not in fields}
    if parts:
        fields["usage"] = msgspec.Raw(dumps(parts))


def _settle_status(log: Log, *, failed: bool) -> None:
    """Let a span that says it failed be an error, of the code that its message tells if it tells none itself.

    The exporters of OpenAI's agents call every failure a 400.
    """
    said = log.status.strip().lower() in ("error", "failed")
    if (failed and log.status_code == _ANY_FAILURE) or ((failed or said) and log.status_code < 400):
        log.status = "failed"
        otherwise = _ANY_FAILURE if log.status_code == _ANY_FAILURE else UNKNOWN_FAILURE
        log.status_code = status_in(log.error_message) or otherwise


def _settle_tree(sent: Sent) -> None:
    """Let no span be its own parent: the root of a trace is often written so."""
    log = sent.log
    if log.span_parent_id and log.span_parent_id == log.span_unique_id:
        sent.extra["original_span_parent_id"] = msgspec.Raw(dumps(log.span_parent_id))
        log.span_parent_id = ""
