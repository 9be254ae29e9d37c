"""What logs are filtered and grouped by: the API's names of fields, and the columns that stand for them."""

from typing import Final, Literal, NamedTuple

from inferlog.errors import InvalidInput, hint
from inferlog.pricing.buckets import BUCKETS

Kind = Literal["text", "id", "number", "money", "time", "flag", "list", "metadata", "keys", "score", "scores"]
"""How a field's values are read and compared. `keys` is the metadata object itself, of which only keys are asked;
`score` what one evaluator says of a log, `scores` all that they say, of which only evaluators are asked."""
UNGROUPED: Final[tuple[Kind, ...]] = ("time", "keys", "scores")
"""The kinds that figures are not grouped by."""


class Field(NamedTuple):
    """A field: its name, its kind, and an SQL expression over the columns of `logs`.

    `{key}` in `sql` stands for a parameter with the text `key`; what evaluators say is in a table of its own, and has
    no SQL over these columns. `nullable` says that NULL means absent; in a column
    that has no NULL the empty text, zero and the empty list do (docs/decisions/table.md).
    """

    name: str
    kind: Kind
    sql: str
    nullable: bool = False
    key: str = ""


_TEXTS: Final = (
    "environment", "log_type", "log_method", "model", "provider_id", "deployment_name", "status", "error_message",
    "error_code", "warnings", "cost_source", "price_id", "price_version", "service_tier", "customer_identifier",
    "customer_name", "customer_email", "custom_identifier", "group_identifier", "thread_identifier",
    "session_identifier", "trace_group_identifier", "evaluation_identifier", "trace_unique_id", "trace_name",
    "span_unique_id", "span_parent_id", "span_name", "span_workflow_name", "span_path", "prompt_id", "prompt_name",
    "note", "category",
)  # fmt: skip
_NUMBERS: Final = (
    "status_code", "latency", "time_to_first_token", "tokens_per_second", "prompt_tokens", "completion_tokens",
    "total_request_tokens", "prompt_cache_hit_tokens", "prompt_cache_creation_tokens", "reasoning_tokens", "size_bytes",
)  # fmt: skip
_ALIASES: Final = {
    "total_cost": "cost",
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "total_tokens": "total_request_tokens",
    "all_tokens": "total_request_tokens",
    "ttft": "time_to_first_token",
    "generation_time": "latency",
    "trace_id": "trace_unique_id",
    "workflow_name": "span_workflow_name",
    "full_unique_id": "unique_id",
}
"""Other names of fields that clients send (dossier §2.1), → the names of ours."""

_PREFIX: Final = "metadata__"
_SCORE_PREFIX: Final = "scores__"
METADATA: Final = Field("metadata", "keys", "metadata")
"""The metadata itself, of which only keys are asked."""
_FIELDS: Final = {
    field.name: field
    for field in (
        *(Field(name, "text", name) for name in _TEXTS),
        *(Field(name, "number", name) for name in _NUMBERS),
        *(Field(name, "money", name, nullable=True) for name in ("cost", "prompt_unit_price", "completion_unit_price")),
        *(Field(name, "time", name) for name in ("timestamp", "start_time", "received_at")),
        Field("unique_id", "id", "id"),
        Field("id", "id", "id"),
        Field("organization_key_id", "text", "api_key_prefix"),
        Field("stream", "flag", "stream"),
        Field("is_pinned", "flag", "is_pinned"),
        Field("blurred", "flag", "blurred"),
        Field("positive_feedback", "flag", "positive_feedback", nullable=True),
        Field("failed", "flag", "(status = 'failed')"),
        Field("error_bit", "number", "(status = 'failed')"),
        Field("is_root_span", "flag", "(span_parent_id = '')"),
        Field("has_tool_calls", "flag", "(tool_calls NOT IN ('', '[]'))"),
        Field("temperature", "number", "JSONExtract(extra, 'temperature', 'Nullable(Float64)')", nullable=True),
        Field("max_tokens", "number", "JSONExtract(extra, 'max_tokens', 'Nullable(Float64)')", nullable=True),
        *(Field(f"usage_details__{name}", "number", f"usage_details.{name}") for name in BUCKETS),
        *(Field(f"cost_details__{name}", "money", f"cost_details.{name}") for name in BUCKETS),
        Field("flags", "list", "flags"),
        Field("estimated", "list", "estimated"),
        METADATA,
        Field("scores", "scores", ""),
    )
}


def field(name: str, where: str) -> Field:
    """Return the field of this name; `metadata__<key>` is a value of the metadata, `scores__<evaluator>` a score.

    Raises InvalidInput.

    `where` says in the error where the name came from, e.g. "filters".
    """
    if name.startswith(_PREFIX) and len(name) > len(_PREFIX):
        key = name.removeprefix(_PREFIX)
        return Field(name, "metadata", "JSONExtract(metadata, {key}, 'Nullable(String)')", nullable=True, key=key)
    if name.startswith(_SCORE_PREFIX) and len(name) > len(_SCORE_PREFIX):
        return Field(name, "score", "", nullable=True, key=name.removeprefix(_SCORE_PREFIX))
    found = known(name)
    if found is None:
        raise InvalidInput(
            f"{where}: unknown field {name[:80]!r}{hint(name, field_names())}; "
            "a value of the metadata is metadata__<key>"
        )
    return found


def known(name: str) -> Field | None:
    """Return the field of this name, if it is one of a log's own."""
    return _FIELDS.get(_ALIASES.get(name, name))


def fields() -> list[Field]:
    """Return all fields but metadata's."""
    return list(_FIELDS.values())


def field_names() -> list[str]:
    """Return the names of all fields but metadata's, aliases included."""
    return sorted({*_FIELDS, *_ALIASES})
