"""What is nested in a request or a response, brought to where it is looked for. What was given directly stands.

A full_request or full_response is somebody else's object, so what it holds in an unexpected form is left
alone there; it is never a reason to refuse a log.
"""

from typing import Final

import msgspec

from inferlog.enrich.tier import AUTO, answer_tier
from inferlog.jsontext import RawObject, dumps, kind, read_array
from inferlog.model import NO_JSON, Log, Sent
from inferlog.usage import COUNTED_ELSEWHERE
from inferlog.usage.responses import tier_in, tier_in_stream, usage_in, usage_in_stream

_BODY_KINDS: Final = {
    "prompt_messages": ("prompt_messages", "array"),
    "messages": ("prompt_messages", "array"),
    "completion_messages": ("completion_messages", "array"),
    "completion_message": ("completion_message", "object"),
    "tools": ("tools", "array"),
    "tool_calls": ("tool_calls", "array"),
    "response_format": ("response_format", "object"),
    "input": ("input", "array"),
}
"""A key of a full_request → the column it fills and the kind of JSON it must be."""

REQUEST_PARAMETERS: Final = frozenset(
    "temperature top_p top_k frequency_penalty presence_penalty stop max_tokens max_completion_tokens "
    "max_output_tokens n seed logprobs top_logprobs logit_bias parallel_tool_calls reasoning reasoning_effort "
    "stream_options thinking verbosity".split()
)
"""The request's own parameters, read back at the top level of a log."""


def unfold_request(sent: Sent) -> None:
    """Fill messages, completions, tools and parameters from full_request where they were not given."""
    log = sent.log
    if log.full_request is NO_JSON or kind(log.full_request) != "object":
        return
    for name, raw in read_object_leniently(log.full_request).items():
        found = kind(raw)
        if name in _BODY_KINDS:
            column, expected = _BODY_KINDS[name]
            if found == expected and getattr(log, column) is NO_JSON:
                setattr(log, column, raw)
        elif name in REQUEST_PARAMETERS:
            if found != "null":
                sent.extra.setdefault(name, raw)
        elif name == "model":
            log.model = log.model or read_text(raw)
        elif name == "service_tier":
            asked = read_text(raw)
            log.service_tier = log.service_tier or (asked if asked != AUTO else "")
        elif name == "stream":
            log.stream = log.stream or (found == "boolean" and bytes(raw) == b"true")
        elif name == "tool_choice" and found in ("string", "object") and log.tool_choice is NO_JSON:
            log.tool_choice = raw


def unfold_response(sent: Sent) -> None:
    """Fill the completion, its usage, its service tier and the model from full_response where they were not given.

    An array is the chunks of a stream, of which only the usage and the tier are taken.
    """
    log = sent.log
    if log.full_response is NO_JSON:
        return
    found = kind(log.full_response)
    if found == "array":
        chunks = read_array(log.full_response)
        answer_tier(sent, tier_in_stream(chunks))
        if log.usage is NO_JSON and COUNTED_ELSEWHERE not in log.flags:
            log.usage = usage_in_stream(chunks) or NO_JSON
    if found != "object":
        return
    response = read_object_leniently(log.full_response)
    log.model = log.model or read_text(response.get("model", NO_JSON))
    answer_tier(sent, tier_in(response))
    if log.usage is NO_JSON and COUNTED_ELSEWHERE not in log.flags:
        log.usage = usage_in(response) or NO_JSON
    if log.completion_message is NO_JSON and log.completion_messages is NO_JSON and log.output is NO_JSON:
        _fill_completion(log, response)


def _fill_completion(log: Log, response: RawObject) -> None:
    """Take the answer from OpenAI's `choices[].message` or from Anthropic's `role` and `content`."""
    if "choices" in response and kind(response["choices"]) == "array":
        choices = [read_object_leniently(raw) for raw in read_array(response["choices"]) if kind(raw) == "object"]
        messages = [choice["message"] for choice in choices if "message" in choice]
        messages = [message for message in messages if kind(message) == "object"]
        if messages:
            log.completion_message = messages[0]
        if len(messages) > 1:
            log.completion_messages = msgspec.Raw(dumps(messages))
    elif {"role", "content"} <= response.keys():
        log.completion_message = msgspec.Raw(dumps({name: response[name] for name in ("role", "content")}))


def promote_customer(sent: Sent) -> None:
    """Fill the customer's identifier, name and e-mail address from customer_params."""
    given = sent.extra.get("customer_params")
    if given is None or kind(given) != "object":
        return
    customer = read_object_leniently(given)
    log = sent.log
    log.customer_identifier = log.customer_identifier or read_text(customer.get("customer_identifier", NO_JSON))
    log.customer_name = log.customer_name or read_text(customer.get("name", NO_JSON))
    log.customer_email = log.customer_email or read_text(customer.get("email", NO_JSON))


def read_text(raw: msgspec.Raw) -> str:
    """Return a JSON string's text, a number's digits, or nothing for any other JSON."""
    found = kind(raw)
    if found == "string":
        return str(msgspec.json.decode(raw))
    return bytes(raw).decode() if found == "number" else ""


def read_object_leniently(raw: msgspec.Raw) -> RawObject:
    """Return the top level of an object that came inside another; of a repeated key the last one counts."""
    return msgspec.json.decode(raw, type=RawObject)
