"""The nouns of inferlog. Imports nothing of ours."""

from decimal import Decimal
from typing import Any, Literal

import msgspec

NO_JSON = msgspec.Raw(b'""')
"""A JSON body that was not given. One object: the encoder leaves out what *is* the default."""

Environment = Literal["prod", "test"]
Scope = Literal["ingest", "read", "admin"]
SCOPES: tuple[Scope, ...] = ("ingest", "read", "admin")


Merging = Literal["", "fill", "override", "change"]


class Log(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """One LLM call (or another span) as it is stored: a field here is a column of the table `logs`.

    Encoded with `msgspec.json`, a Log is one line of ClickHouse's JSONEachRow. Fields at their default
    are left out of the line, so every default here equals the column's default in the store.
    Times are seconds since 1970 UTC, durations seconds, prices USD per million tokens, `cost` USD; `size_bytes` is
    the length of the JSON that came, or of a span's content. `given` names what a span's sender filled itself of the
    columns that are otherwise worked out; `revision` tells a row from the one that it replaces. `usage_details` are
    tokens and `cost_details` USD by bucket (pricing/buckets.py); `estimated` says what of them is, and why.
    A `msgspec.Raw` holds JSON exactly as the client sent it: numbers keep their digits, keys their order.
    """

    project_id: str = ""
    environment: str = ""
    id: str = ""
    timestamp: float = 0.0
    start_time: float = 0.0
    received_at: float = 0.0
    api_key_prefix: str = ""

    log_type: str = ""
    log_method: str = ""
    model: str = ""
    provider_id: str = ""
    deployment_name: str = ""
    stream: bool = False

    status: str = ""
    status_code: int = 0
    error_message: str = ""
    error_code: str = ""
    warnings: str = ""

    latency: float = 0.0
    time_to_first_token: float = 0.0
    tokens_per_second: float = 0.0

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_request_tokens: int = 0
    prompt_cache_hit_tokens: int = 0
    prompt_cache_creation_tokens: int = 0
    reasoning_tokens: int = 0
    cost: Decimal | None = None
    cost_source: str = ""
    prompt_unit_price: Decimal | None = None
    completion_unit_price: Decimal | None = None

    customer_identifier: str = ""
    customer_name: str = ""
    customer_email: str = ""
    custom_identifier: str = ""
    group_identifier: str = ""
    thread_identifier: str = ""
    session_identifier: str = ""
    trace_group_identifier: str = ""
    evaluation_identifier: str = ""
    trace_unique_id: str = ""
    trace_name: str = ""
    span_unique_id: str = ""
    span_parent_id: str = ""
    span_name: str = ""
    span_workflow_name: str = ""
    span_path: str = ""
    prompt_id: str = ""
    prompt_name: str = ""
    note: str = ""
    category: str = ""
    positive_feedback: bool | None = None

    input: msgspec.Raw = NO_JSON
    output: msgspec.Raw = NO_JSON
    prompt_messages: msgspec.Raw = NO_JSON
    completion_message: msgspec.Raw = NO_JSON
    completion_messages: msgspec.Raw = NO_JSON
    tools: msgspec.Raw = NO_JSON
    tool_calls: msgspec.Raw = NO_JSON
    tool_choice: msgspec.Raw = NO_JSON
    response_format: msgspec.Raw = NO_JSON
    variables: msgspec.Raw = NO_JSON
    usage: msgspec.Raw = NO_JSON
    full_request: msgspec.Raw = NO_JSON
    full_response: msgspec.Raw = NO_JSON
    metadata: msgspec.Raw = NO_JSON
    extra: msgspec.Raw = NO_JSON
    flags: tuple[str, ...] = ()
    size_bytes: int = 0
    given: tuple[str, ...] = ()
    revision: int = 0
    usage_details: dict[str, int] = msgspec.field(default_factory=dict)
    cost_details: dict[str, Decimal] = msgspec.field(default_factory=dict)
    price_id: str = ""
    price_version: str = ""
    service_tier: str = ""
    estimated: tuple[str, ...] = ()
    is_pinned: bool = False
    blurred: bool = False


def log_defaults() -> dict[str, Any]:
    """Return the default of each column."""
    empty = Log()
    return {name: getattr(empty, name) for name in Log.__struct_fields__}


class Change(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """What is to be said otherwise of a stored log: a field given replaces the log's, a key of metadata its key.

    `timestamp` is the log's own, where it is found in the store (seconds since 1970 UTC).
    """

    project_id: str
    timestamp: float
    custom_identifier: str | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType = msgspec.UNSET
    positive_feedback: bool | msgspec.UnsetType | None = msgspec.UNSET
    is_pinned: bool | msgspec.UnsetType = msgspec.UNSET
    blurred: bool | msgspec.UnsetType = msgspec.UNSET
    metadata: msgspec.Raw = NO_JSON


class Sent(msgspec.Struct, gc=False):
    """One log as a client sent it: the Log so far, what is not a column of its own, and how it is to be handled.

    `speaks_for_trace` means that its customer, session and trace name hold for all spans of its trace; `tokens_known`
    that its `usage_details` are all that it used, be they empty.
    """

    log: Log
    extra: dict[str, msgspec.Raw]
    disable_log: bool = False
    block: bool = True
    speaks_for_trace: bool = False
    tokens_known: bool = False


class ItemError(msgspec.Struct, frozen=True):
    """Why one item of many was refused: its position in the request and a text for its sender."""

    index: int
    error: str


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One row on its way to the store.

    `row` is a line of JSONEachRow without the newline, `log_id` its 32 hex digits, and `identity` the
    16 bytes under which a repeat is known, or empty for a log that cannot be told from another. `merges` says what
    becomes of a repeat: nothing, or a piece that fills what the first one lacks, or one that also outdoes it. A
    `change` is a piece in any case: its row is a `Change` of the log `log_id`, which is stored already.
    """

    row: bytes
    log_id: str
    identity: bytes = b""
    merges: Merging = ""


class Project(msgspec.Struct, frozen=True):
    """Whose logs they are. `id` is a UUID in its dashed form."""

    id: str
    name: str
    created_at: float


class Key(msgspec.Struct, frozen=True):
    """An API key as it is kept: never the secret, only its visible prefix and what it may do."""

    prefix: str
    name: str
    project_id: str
    project_name: str
    environment: Environment
    scopes: tuple[Scope, ...]
    created_at: float
    revoked_at: float | None = None
