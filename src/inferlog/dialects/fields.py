"""The parameters of one log, by name: what a create request may carry, with type, unit and meaning.

`CreateLog` is both what decodes a request and what its OpenAPI schema is generated from; so is `BODIES`, for
the parameters whose JSON is kept as the text that came. Names, defaults and aliases are those of the logging
API's reference page and its later versions (Keywords AI / Respan).
"""

from decimal import Decimal
from typing import Annotated, Final

import msgspec
from msgspec import Meta

_Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Identifier = str | _Int64 | None
Count = Annotated[int, Meta(ge=0, le=2**32 - 1)] | None
Time = str | float | None


def _doc(text: str) -> Meta:
    return Meta(description=text)


class CreateLog(msgspec.Struct, kw_only=True, rename=None):
    """The scalar parameters of one log. All are optional; null is the same as absent; unknown ones are kept."""

    model: Annotated[
        str | None, _doc("Model used for the inference. Missing or empty is stored as an empty string.")
    ] = None
    provider_id: Annotated[str | None, _doc("Who served the model, e.g. openai.")] = None
    deployment_name: Annotated[str | None, _doc("The deployment that served the model.")] = None
    log_type: Annotated[str | None, _doc("What kind of call this is: chat, embedding, tool, workflow, …")] = None
    log_method: Annotated[str | None, _doc("How the log was taken. Default: logging_api.")] = None
    stream: Annotated[bool | None, _doc("Whether the answer was streamed. Default: false.")] = None

    status_code: Annotated[
        Annotated[int, Meta(ge=0, le=999)] | None, _doc("HTTP status of the inference. Default: 200.")
    ] = None
    status: Annotated[str | None, _doc("success or error; follows from status_code when absent.")] = None
    error_message: Annotated[str | None, _doc("Why the inference failed. Default: empty.")] = None
    error_code: Annotated[str | None, _doc("The provider's code of the error.")] = None

    latency: Annotated[float | None, _doc("Total generation time in seconds.")] = None
    generation_time: Annotated[float | None, _doc("Alias of latency: total generation time in seconds.")] = None
    time_to_first_token: Annotated[float | None, _doc("Seconds until the first token.")] = None
    ttft: Annotated[float | None, _doc("Alias of time_to_first_token, in seconds.")] = None
    tokens_per_second: Annotated[float | None, _doc("Speed; else completion_tokens / latency.")] = None
    timestamp: Annotated[Time, _doc("When the call completed: ISO 8601, epoch, or a loose form. Default: now.")] = None
    start_time: Annotated[Time, _doc("When the call began. Default: timestamp less latency.")] = None

    prompt_tokens: Annotated[Count, _doc("Tokens in the prompt.")] = None
    completion_tokens: Annotated[Count, _doc("Tokens in the completion.")] = None
    total_tokens: Annotated[Count, _doc("Tokens in all, read back as total_request_tokens.")] = None
    total_request_tokens: Annotated[Count, _doc("Tokens in all. Default: prompt + completion.")] = None
    prompt_cache_hit_tokens: Annotated[Count, _doc("Prompt tokens read from the provider's cache.")] = None
    prompt_cache_creation_tokens: Annotated[Count, _doc("Prompt tokens written to the provider's cache.")] = None
    reasoning_tokens: Annotated[Count, _doc("Completion tokens spent on reasoning.")] = None
    cost: Annotated[Decimal | None, _doc("Cost of the inference in USD. A given cost stands as it is.")] = None
    prompt_unit_price: Annotated[Decimal | None, _doc("USD per million prompt tokens, for a model of your own.")] = None
    completion_unit_price: Annotated[
        Decimal | None, _doc("USD per million completion tokens, for a model of your own.")
    ] = None

    unique_id: Annotated[Identifier, _doc("A UUID or 32 hex digits becomes the log's id, so that a retry is safe.")] = (
        None
    )
    customer_identifier: Annotated[Identifier, _doc("The customer on whose behalf the call was made.")] = None
    customer_name: Annotated[str | None, _doc("The customer's name.")] = None
    customer_email: Annotated[str | None, _doc("The customer's e-mail address.")] = None
    custom_identifier: Annotated[Identifier, _doc("An identifier of your own, for quick look-ups.")] = None
    group_identifier: Annotated[Identifier, _doc("A group of logs that belong together.")] = None
    thread_identifier: Annotated[Identifier, _doc("The conversation that this call is a turn of.")] = None
    session_identifier: Annotated[Identifier, _doc("The session that this call is part of.")] = None
    trace_group_identifier: Annotated[Identifier, _doc("A group of traces.")] = None
    evaluation_identifier: Annotated[Identifier, _doc("The evaluation run that made this call.")] = None
    trace_unique_id: Annotated[Identifier, _doc("The trace's id. With span_unique_id it makes a retry safe.")] = None
    trace_name: Annotated[str | None, _doc("The trace's name.")] = None
    span_unique_id: Annotated[Identifier, _doc("The span's id.")] = None
    span_parent_id: Annotated[Identifier, _doc("The id of the span that this one is part of.")] = None
    span_name: Annotated[str | None, _doc("The span's name.")] = None
    span_workflow_name: Annotated[str | None, _doc("The workflow's name.")] = None
    span_path: Annotated[str | None, _doc("The span's path from the root.")] = None
    prompt_id: Annotated[Identifier, _doc("The managed prompt that was used.")] = None
    prompt_name: Annotated[str | None, _doc("The managed prompt's name.")] = None
    note: Annotated[str | None, _doc("A remark on this log.")] = None
    category: Annotated[str | None, _doc("A category of your own.")] = None
    positive_feedback: Annotated[bool | None, _doc("Thumbs up (true) or down (false).")] = None

    temperature: Annotated[float | None, _doc("The request's sampling temperature.")] = None
    top_p: Annotated[float | None, _doc("The request's nucleus sampling parameter.")] = None
    frequency_penalty: Annotated[float | None, _doc("The request's frequency penalty.")] = None
    presence_penalty: Annotated[float | None, _doc("The request's presence penalty.")] = None
    max_tokens: Annotated[Annotated[int, Meta(ge=-1)] | None, _doc("The request's limit on completion tokens.")] = None
    is_custom_prompt: Annotated[bool | None, _doc("Kept with the log.")] = None
    prompt_version_number: Annotated[_Int64 | None, _doc("The managed prompt's version.")] = None
    environment: Annotated[str | None, _doc("Accepted and kept; the key decides the environment.")] = None
    disable_log: Annotated[
        bool | None, _doc("Keep the figures of this call but none of its content (messages, request, response, tools).")
    ] = None


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
