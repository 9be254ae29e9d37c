"""The parameters of one log, by name: what a create request may carry, with type, unit and meaning.

`SCALARS` and `BODIES` are the one table of them: the decoder `CreateLog` is made from it, and so is the OpenAPI
schema. Names, defaults and aliases are those of the logging API's reference page and its later versions
(Keywords AI / Respan).
"""

from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple, cast

import msgspec
from msgspec import Meta

from inferlog.model import Log, log_defaults

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Identifier = str | Int64
Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
StatusCode = Annotated[int, Meta(ge=0, le=999)]
TokenLimit = Annotated[int, Meta(ge=-1)]
Time = float | str


class Scalar(NamedTuple):
    """A parameter that is one value: its type as JSON may carry it, and what it means. null is the same as absent."""

    type: Any
    description: str


SCALARS: Final[dict[str, Scalar]] = {
    "model": Scalar(str, "Model used for the inference. Missing or empty is stored as an empty string."),
    "provider_id": Scalar(str, "Who served the model, e.g. openai."),
    "deployment_name": Scalar(str, "The deployment that served the model."),
    "log_type": Scalar(str, "What kind of call this is: chat, embedding, tool, workflow, …"),
    "log_method": Scalar(str, "How the log was taken. Default: logging_api."),
    "stream": Scalar(bool, "Whether the answer was streamed. Default: false."),
    "status_code": Scalar(StatusCode, "HTTP status of the inference. Default: 200."),
    "status": Scalar(str, "success or error; follows from status_code when absent."),
    "error_message": Scalar(str, "Why the inference failed. Default: empty."),
    "error_code": Scalar(str, "The provider's code of the error."),
    "latency": Scalar(float, "Total generation time in seconds."),
    "generation_time": Scalar(float, "Alias of latency: total generation time in seconds."),
    "time_to_first_token": Scalar(float, "Seconds until the first token."),
    "ttft": Scalar(float, "Alias of time_to_first_token, in seconds."),
    "tokens_per_second": Scalar(float, "Speed; else completion_tokens / latency."),
    "timestamp": Scalar(Time, "When the call completed: ISO 8601, epoch, or a loose form. Default: now."),
    "start_time": Scalar(Time, "When the call began. Default: timestamp less latency."),
    "prompt_tokens": Scalar(Count, "Tokens in the prompt."),
    "completion_tokens": Scalar(Count, "Tokens in the completion."),
    "total_tokens": Scalar(Count, "Tokens in all, read back as total_request_tokens."),
    "total_request_tokens": Scalar(Count, "Tokens in all. Default: prompt + completion."),
    "prompt_cache_hit_tokens": Scalar(Count, "Prompt tokens read from the provider's cache."),
    "prompt_cache_creation_tokens": Scalar(Count, "Prompt tokens written to the provider's cache."),
    "reasoning_tokens": Scalar(Count, "Completion tokens spent on reasoning."),
    "cost": Scalar(Decimal | None, "Cost of the inference in USD. A given cost stands as it is."),
    "prompt_unit_price": Scalar(Decimal | None, "USD per million prompt tokens, for a model of your own."),
    "completion_unit_price": Scalar(Decimal | None, "USD per million completion tokens, for a model of your own."),
    "unique_id": Scalar(Identifier, "A UUID or 32 hex digits becomes the log's id, so that a retry is safe."),
    "customer_identifier": Scalar(Identifier, "The customer on whose behalf the call was made."),
    "customer_name": Scalar(str, "The customer's name."),
    "customer_email": Scalar(str, "The customer's e-mail address."),
    "custom_identifier": Scalar(Identifier, "An identifier of your own, for quick look-ups."),
    "group_identifier": Scalar(Identifier, "A group of logs that belong together."),
    "thread_identifier": Scalar(Identifier, "The conversation that this call is a turn of."),
    "session_identifier": Scalar(Identifier, "The session that this call is part of."),
    "trace_group_identifier": Scalar(Identifier, "A group of traces."),
    "evaluation_identifier": Scalar(Identifier, "The evaluation run that made this call."),
    "trace_unique_id": Scalar(Identifier, "The trace's id. With span_unique_id it makes a retry safe."),
    "trace_name": Scalar(str, "The trace's name."),
    "span_unique_id": Scalar(Identifier, "The span's id."),
    "span_parent_id": Scalar(Identifier, "The id of the span that this one is part of."),
    "span_name": Scalar(str, "The span's name."),
    "span_workflow_name": Scalar(str, "The workflow's name."),
    "span_path": Scalar(str, "The span's path from the root."),
    "prompt_id": Scalar(Identifier, "The managed prompt that was used."),
    "prompt_name": Scalar(str, "The managed prompt's name."),
    "note": Scalar(str, "A remark on this log."),
    "category": Scalar(str, "A category of your own."),
    "positive_feedback": Scalar(bool, "Thumbs up (true) or down (false)."),
    "is_pinned": Scalar(bool, "Keep this log whatever the retention."),
    "blurred": Scalar(bool, "Kept with the log: whether a page should show it in full."),
    "temperature": Scalar(float, "The request's sampling temperature."),
    "top_p": Scalar(float, "The request's nucleus sampling parameter."),
    "frequency_penalty": Scalar(float, "The request's frequency penalty."),
    "presence_penalty": Scalar(float, "The request's presence penalty."),
    "max_tokens": Scalar(TokenLimit, "The request's limit on completion tokens."),
    "service_tier": Scalar(str, "The tier by which the provider bills the call: default, batch, flex, priority, …"),
    "is_custom_prompt": Scalar(bool, "Kept with the log."),
    "prompt_version_number": Scalar(Int64, "The managed prompt's version."),
    "environment": Scalar(str, "Accepted and kept; the key decides the environment."),
    "disable_log": Scalar(
        bool, "Keep the figures of this call but none of its content (messages, request, response, tools)."
    ),
}


class Body(msgspec.Struct, frozen=True):
    """A parameter whose JSON is kept verbatim: which kinds of JSON it may be, and what it means."""

    kinds: tuple[str, ...]
    description: str


BODIES: Final[dict[str, Body]] = {
    "prompt_messages": Body(("array",), "The prompt's messages: role, content, tool_calls, tool_call_id. Default: []."),
    "messages": Body(("array",), "Alias of prompt_messages."),
    "completion_message": Body(("object",), "The answer as a message. Default: none."),
    "completion_messages": Body(("array",), "The answers, where several were asked for."),
    "input": Body(("string", "object", "array", "number", "boolean"), "What went in, for any kind of log."),
    "output": Body(("string", "object", "array", "number", "boolean"), "What came out, for any kind of log."),
    "tools": Body(("array",), "The tools that the model could call."),
    "tool_choice": Body(("string", "object"), "auto, none, required, or the tool that must be called."),
    "tool_calls": Body(("array",), "The tool calls that the model made."),
    "response_format": Body(("object", "string"), "The format asked for; a string s is read as {type: s}."),
    "variables": Body(("object",), "The variables of a managed prompt."),
    "usage": Body(("object",), "Token usage as the provider reports it; fills the token counts that are absent."),
    "full_request": Body(("object", "array"), "The whole request; messages, tools and parameters are taken from it."),
    "full_response": Body(("object", "array"), "The whole response; the completion and its usage are taken from it."),
    "metadata": Body(("object",), "Any keys and values of your own; types are kept."),
    "warnings": Body(("string", "object", "array"), "Warnings during the inference. Default: empty."),
    "properties": Body(("object",), "Like metadata."),
    "stop": Body(("string", "array"), "The request's stop sequences."),
    "prompt": Body(("object", "string"), "The managed prompt and its variables."),
    "customer_params": Body(("object",), "customer_identifier, name, email and more of the customer."),
    "keywordsai_params": Body(("object",), "Holds any of these parameters; they count as if given at the top level."),
    "respan_params": Body(("object",), "As keywordsai_params."),
    "keywordsai_api_controls": Body(("object",), "block: false answers without the log's data."),
    "respan_api_controls": Body(("object",), "As keywordsai_api_controls."),
}

ALIASES: Final[dict[str, str]] = {
    "generation_time": "latency",
    "ttft": "time_to_first_token",
    "messages": "prompt_messages",
    "total_tokens": "total_request_tokens",
}
"""A name that callers use → the name it is stored under. If both come, the latter counts and the former is kept."""


def _create_log() -> type[Log]:
    """Make the type that a request decodes into: a Log whose scalars are checked, and what has no column beside them.

    Decoding straight into what is stored saves moving 15 values by hand, 9 µs a log. What has no column is None
    by default, as the row has no room for it. Identifiers are text here: a number among them is rare, and is
    made text before (`request_logs._canonical`).
    """
    defaults = log_defaults()
    fields: list[tuple[str, Any, Any]] = []
    for name, scalar in SCALARS.items():
        kind_of = str if scalar.type is Identifier else scalar.type
        fields.append((name, kind_of if name in defaults else kind_of | None, defaults.get(name)))
    made = msgspec.defstruct("CreateLog", fields, bases=(Log,), kw_only=True, omit_defaults=True, gc=False)
    return cast(type[Log], made)


CreateLog: Final = _create_log()
COLUMNS: Final = frozenset(Log.__struct_fields__)
RESERVED: Final = (COLUMNS - SCALARS.keys() - BODIES.keys()) | {"environment"}
"""Columns that only inferlog fills. A parameter of such a name is kept with the log like an unknown one."""
