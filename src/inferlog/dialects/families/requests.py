"""What a request says beside its messages: the tools, which of them to use, the form of the answer, and parameters.

Tools are kept in the shape of OpenAI's chat API, which the vendor's typed clients read:
`{"type": "function", "function": {"name", "description", "parameters"}}`.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from inferlog.dialects.families.rules import Rule, flag, from_json, text
from inferlog.dialects.spans import Draft

PARAMETERS: Final = frozenset(
    "temperature top_p top_k min_p frequency_penalty presence_penalty repetition_penalty stop stop_sequences "
    "max_tokens max_completion_tokens max_output_tokens max_tokens_to_sample n seed logprobs top_logprobs logit_bias "
    "parallel_tool_calls reasoning reasoning_effort stream_options thinking verbosity modalities user "
    "store dimensions encoding_format".split()
)
"""A request's own parameters, as providers call them; other keys of a request are not shown at a log's top level."""

_SCHEMAS: Final = ("parameters", "input_schema", "inputSchema", "parameters_json_schema")
_CHOICES: Final = {"auto": "auto", "none": "none", "required": "required", "any": "required"}


def tools(draft: Draft, value: Any) -> bool:
    """Take the definitions of tools: a list of them, each an object or its JSON text."""
    given = from_json(value)
    if not isinstance(given, list) or not given:
        return False
    shaped = [tool for each in given for tool in _expanded(from_json(each))]
    return draft.set_body("tools", shaped) or bool(msgspec.json.decode(draft.log.tools) == shaped)


def _expanded(given: Any) -> list[Any]:
    """Return the tools that one definition holds: Gemini declares several functions in one, Bedrock wraps each."""
    if isinstance(given, dict) and len(given) == 1:
        declared = given.get("functionDeclarations", given.get("function_declarations"))
        if isinstance(declared, list):
            return [tool_definition(each) for each in declared]
        held = given.get("toolSpec")
        if isinstance(held, dict):
            return [tool_definition(held)]
    return [tool_definition(given)]


def tool_definition(given: Any) -> Any:
    """Return a tool as OpenAI's chat API has it; one that is no function (web search, …) is kept as it is."""
    if not isinstance(given, dict) or isinstance(given.get("function"), dict) or not isinstance(given.get("name"), str):
        return given
    schema = next((name for name in _SCHEMAS if name in given), None)
    if schema is None and given.get("type") not in (None, "function"):
        return given
    function = {name: each for name, each in given.items() if name not in ("type", *_SCHEMAS) and each is not None}
    if schema is not None:
        parameters = from_json(given[schema])
        wrapped = isinstance(parameters, dict) and parameters.keys() == {"json"}  # Bedrock's
        function["parameters"] = parameters["json"] if wrapped else parameters
    return {"type": "function", "function": function}


def tool_choice(draft: Draft, value: Any) -> bool:
    """Take which tool to use, of any provider: `auto`, `none`, `required`, or a function by its name."""
    given = from_json(value)
    if isinstance(given, dict):
        kind = given.get("type")
        name = given.get("name", given.get("toolName"))
        if kind == "tool" and isinstance(name, str):
            given = {"type": "function", "function": {"name": name}}
        elif isinstance(kind, str) and len(given) == 1:
            given = _CHOICES.get(kind, given)
    return isinstance(given, (str, dict)) and draft.set_body("tool_choice", given)


def response_format(draft: Draft, value: Any) -> bool:
    """Take the form that the answer is to have: an object with a `type`, or the type alone."""
    given = from_json(value)
    if isinstance(given, str):
        given = {"type": given}
    return isinstance(given, dict) and draft.set_body("response_format", given)


def response_schema(draft: Draft, value: Any) -> bool:
    """Take the JSON schema of a structured answer as a response_format."""
    schema = from_json(value)
    if not isinstance(schema, dict):
        return False
    return draft.set_body("response_format", {"type": "json_schema", "json_schema": {"schema": schema}})


_NAMED: Final[Mapping[str, Rule]] = {
    "model": text("model"),
    "stream": flag("stream"),
    "tools": tools,
    "tool_choice": tool_choice,
    "response_format": response_format,
    "service_tier": text("service_tier"),
}


def take_parameters(draft: Draft, given: Mapping[str, Any]) -> dict[str, Any]:
    """Take what a request says beside its messages; return what has no place."""
    rest: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in _NAMED:
            taken = _NAMED[name](draft, value)
        else:
            taken = name in PARAMETERS and draft.parameters.setdefault(name, value) == value
        if not taken:
            rest[name] = value
    thinking = draft.parameters.get("reasoning")
    if isinstance(thinking, dict) and isinstance(thinking.get("effort"), str):  # the Responses API's name for it
        draft.parameters.setdefault("reasoning_effort", thinking["effort"])
    if isinstance(draft.parameters.get("user"), str):
        draft.set("customer_identifier", draft.parameters["user"])
    return rest
