"""The tables that a caller's SELECT sees: which columns, of which type, and what is in them. A promise to keep."""

from collections.abc import Mapping
from typing import Final

import msgspec

from inferlog.pricing.buckets import BUCKETS


class Column(msgspec.Struct, frozen=True):
    """A column as a caller sees it; `type` is ClickHouse's."""

    name: str
    type: str
    description: str


class Table(msgspec.Struct, frozen=True):
    """A table as a caller sees it."""

    name: str
    description: str
    columns: tuple[Column, ...]


_WORD: Final = "LowCardinality(String)"
_TIME: Final = "DateTime64(6, 'UTC')"
_MONEY: Final = "Nullable(Decimal(38, 12))"


def _by_bucket(kind: str) -> str:
    return f"Tuple({', '.join(f'{name} {kind}' for name in BUCKETS)})"


_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "id": ("UUID", "The log's id. The API writes it without dashes; id = '<32 hex digits>' finds it"),
    "environment": (_WORD, "prod or test; a query sees both"),
    "timestamp": (_TIME, "When the call completed. The table is ordered by it: name a range"),
    "start_time": (_TIME, "When the call began"),
    "received_at": (_TIME, "When the log came here"),
    "api_key_prefix": (_WORD, "The visible beginning of the key that sent it"),
    "log_type": (_WORD, "chat, embedding, tool, agent, workflow, task, …"),
    "log_method": (_WORD, "How it came: which API or convention"),
    "model": (_WORD, "The model that was asked"),
    "provider_id": (_WORD, "Whose model it is"),
    "deployment_name": (_WORD, "The deployment, where the provider has them"),
    "stream": ("Bool", "Whether the answer came as a stream"),
    "status": (_WORD, "success, failed or running"),
    "status_code": ("UInt16", "HTTP status of the call"),
    "error_message": ("String", "What went wrong"),
    "error_code": ("String", "The provider's code of it"),
    "warnings": ("String", "What the sender was warned of"),
    "latency": ("Float64", "Seconds from the beginning to the end; 0 if it is not known"),
    "time_to_first_token": ("Float64", "Seconds to the first token; 0 if it is not known"),
    "tokens_per_second": ("Float64", "Tokens of the answer in a second; 0 if it is not known"),
    "prompt_tokens": ("UInt32", "Tokens that went in"),
    "completion_tokens": ("UInt32", "Tokens that came out"),
    "total_request_tokens": ("UInt32", "Both"),
    "prompt_cache_hit_tokens": ("UInt32", "Of those in, how many were read from the provider's cache"),
    "prompt_cache_creation_tokens": ("UInt32", "Of those in, how many were written to it"),
    "reasoning_tokens": ("UInt32", "Of those out, how many were reasoning"),
    "cost": (_MONEY, "USD; NULL if there is no price"),
    "cost_source": (_WORD, "given, unit_prices, price_book, project_price, or empty for no cost"),
    "prompt_unit_price": (_MONEY, "USD per million tokens in, if the sender gave it"),
    "completion_unit_price": (_MONEY, "USD per million tokens out, if the sender gave it"),
    "usage_details": (_by_bucket("UInt32"), "Tokens by bucket, usage_details.cache_read; buckets do not overlap"),
    "cost_details": (_by_bucket("Decimal(38, 12)"), "USD by bucket, cost_details.cache_read"),
    "price_id": (_WORD, "The price that the cost was worked out with"),
    "price_version": (_WORD, "The version of that price"),
    "service_tier": (_WORD, "The provider's tier of service: batch, flex, priority, …"),
    "estimated": ("Array(LowCardinality(String))", "Why tokens or cost are estimated; empty if they are exact"),
    "customer_identifier": ("String", "Whose call it was"),
    "customer_name": ("String", "Their name"),
    "customer_email": ("String", "Their e-mail address"),
    "custom_identifier": ("String", "The sender's own id of the log"),
    "group_identifier": ("String", "The sender's own group of logs"),
    "thread_identifier": ("String", "The conversation"),
    "session_identifier": ("String", "The session"),
    "trace_group_identifier": ("String", "A group of traces"),
    "evaluation_identifier": ("String", "The evaluation that it belongs to"),
    "trace_unique_id": ("String", "The trace"),
    "trace_name": ("String", "The trace's name"),
    "span_unique_id": ("String", "The span within the trace"),
    "span_parent_id": ("String", "The span above it; empty for a root"),
    "span_name": ("String", "The span's name"),
    "span_workflow_name": ("String", "The workflow that it is part of"),
    "span_path": ("String", "The names from the root to here"),
    "prompt_id": ("String", "The prompt's id"),
    "prompt_name": ("String", "The prompt's name"),
    "note": ("String", "A note on the log"),
    "category": ("String", "The sender's own category"),
    "positive_feedback": ("Nullable(Bool)", "The user's thumb: up, down or none"),
    "is_pinned": ("Bool", "Whether it stays whatever the retention"),
    "blurred": ("Bool", "Whether somebody marked it as one not to be shown in full"),
    "input": ("String", "What went in, as text or JSON text"),
    "output": ("String", "What came out, as text or JSON text"),
    "prompt_messages": ("String", "JSON: the messages that went in"),
    "completion_message": ("String", "JSON: the message that came out"),
    "completion_messages": ("String", "JSON: all messages that came out"),
    "tools": ("String", "JSON: the tools that were offered"),
    "tool_calls": ("String", "JSON: the tools that were called"),
    "tool_choice": ("String", "JSON or text: the choice of tools"),
    "response_format": ("String", "JSON: the format that was asked for"),
    "variables": ("String", "JSON: the prompt's variables"),
    "usage": ("String", "JSON: the provider's own figures, as they came"),
    "full_request": ("String", "JSON: the request to the provider"),
    "full_response": ("String", "JSON: the response of the provider"),
    "metadata": ("String", "JSON: JSONExtractString(metadata, 'name') reads it"),
    "extra": ("String", "JSON: fields that have no column"),
    "flags": ("Array(LowCardinality(String))", "What inferlog changed or could not read"),
    "size_bytes": ("UInt32", "Size of the log as it came, bytes"),
}

LOGS: Final = Table(
    "logs",
    "One row is one LLM call or another span of the key's project. A text that was not given is empty, not NULL.",
    tuple(Column(name, kind, text) for name, (kind, text) in _COLUMNS.items()),
)
TABLES: Final = {LOGS.name: LOGS}
HIDDEN_COLUMNS: Final = frozenset({"project_id", "given", "revision"})
"""Columns of the stored table that are inferlog's own affair."""
