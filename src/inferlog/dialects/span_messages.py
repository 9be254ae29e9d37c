"""What went into a model call and what came out, as exporters of span logs write it → messages in OpenAI's shape.

Exporters put messages into `input` and `output` (as JSON, as its text, or as Python prints it), leave the parts of
OpenAI's Responses API in `prompt_messages`, and write tool calls of the past and of the answer into one `tool_calls`
(keywordsai-exporter-openai-agents 0.1.6), while `full_response` has the answer as it was.
"""

import ast
import re
from typing import Any, Final

import msgspec

from inferlog.dialects.families import requests
from inferlog.dialects.families.messages import Message
from inferlog.dialects.families.shapes import answers_of, messages_of
from inferlog.dialects.spans import Draft, Span
from inferlog.jsontext import dumps, kind
from inferlog.model import NO_JSON, Log, Sent

_REPR_CHARACTERS_MAX: Final = 200_000
_BRACKET: Final = re.compile(rb'"?\s*[\[{]')
_OTHER_SHAPES: Final = re.compile(
    rb'"type"\s*:\s*"(?:input_text|output_text|input_image|tool_use|tool_result|thinking|function_call)'
)
_ITEMS: Final = ("function_call", "function_call_output")


def shape(sent: Sent) -> None:
    """Put the messages of a model call where they belong, in OpenAI's shape."""
    log = sent.log
    _shape_prompt(log)
    response = _value(log.full_response) if kind(log.full_response) == "object" else None
    if isinstance(response, dict) and isinstance(response.get("output"), list):
        _read_response(sent, response)
    _shape_answer(log)


def _shape_prompt(log: Log) -> None:
    if log.prompt_messages is NO_JSON:
        prompt = messages_of(_value(log.input))
        if prompt:
            log.prompt_messages = msgspec.Raw(dumps(prompt))
            log.input = NO_JSON
    elif _OTHER_SHAPES.search(log.prompt_messages):
        log.prompt_messages = _dump(messages_of(_value(log.prompt_messages))) or log.prompt_messages


def _shape_answer(log: Log) -> None:
    if log.completion_message is NO_JSON and log.completion_messages is NO_JSON:
        answers, left = answers_of(_value(log.output))
        if answers:
            _put_answers(log, answers)
            log.output = log.output if left else NO_JSON
    elif _OTHER_SHAPES.search(log.completion_message) or _OTHER_SHAPES.search(log.completion_messages):
        held = log.completion_messages if log.completion_messages is not NO_JSON else log.completion_message
        _put_answers(log, messages_of(_value(held), "assistant"))


def _put_answers(log: Log, answers: list[Message]) -> None:
    if answers:
        log.completion_message = msgspec.Raw(dumps(answers[0]))
        log.completion_messages = msgspec.Raw(dumps(answers)) if len(answers) > 1 else NO_JSON


def _read_response(sent: Sent, response: dict[str, Any]) -> None:
    """Take the answer, its tools and its parameters from a whole response of OpenAI's Responses API."""
    log = sent.log
    answers, _ = answers_of(response)  # the whole of it is kept
    if answers:
        _put_answers(log, answers)
        _part_tool_calls(log, response["output"], answers)
    _add_instructions(log, response.get("instructions"))
    if log.tools is NO_JSON and response.get("tools"):
        draft = Draft(Span())
        if requests.tools(draft, response["tools"]):
            log.tools = draft.log.tools
    for name in requests.PARAMETERS & response.keys():
        if isinstance(response[name], (str, int, float)):
            sent.extra.setdefault(name, msgspec.Raw(dumps(response[name])))


def _add_instructions(log: Log, instructions: Any) -> None:
    """Put the instructions that a response repeats before the messages, which the exporters send without them."""
    prompt = _value(log.prompt_messages)
    if not isinstance(instructions, str) or not instructions or not isinstance(prompt, list):
        return
    if not any(isinstance(each, dict) and each.get("role") in ("system", "developer") for each in prompt):
        log.prompt_messages = msgspec.Raw(dumps([{"role": "system", "content": instructions}, *prompt]))


def _part_tool_calls(log: Log, output: list[Any], answers: list[Message]) -> None:
    """Put the calls of the past and their results into the prompt, and leave those of the answer."""
    items = _value(log.tool_calls)
    if not isinstance(items, list) or not all(isinstance(each, dict) and each.get("type") in _ITEMS for each in items):
        return
    made = {each.get("call_id") for each in output if isinstance(each, dict) and each.get("type") == "function_call"}
    past = [each for each in items if each["type"] == "function_call_output" or each.get("call_id") not in made]
    prompt = _value(log.prompt_messages)
    if past and isinstance(prompt, list):
        log.prompt_messages = msgspec.Raw(dumps([*prompt, *messages_of(past)]))
    log.tool_calls = _dump(answers[0].get("tool_calls")) or NO_JSON


def _dump(value: Any) -> msgspec.Raw | None:
    return msgspec.Raw(dumps(value)) if value else None


def _value(raw: msgspec.Raw) -> Any:
    """Return a body that may be messages: an array, an object, or the text of one; None for any other."""
    if raw is NO_JSON or not _BRACKET.match(raw):
        return None
    value = msgspec.json.decode(raw)
    return _from_repr(value) if isinstance(value, str) else value


def _from_repr(text: str) -> Any:
    """Return what a text holds that Python printed a list or an object as; any other text as it is."""
    if "'" not in text[:64] or len(text) > _REPR_CHARACTERS_MAX:
        return text
    try:
        value = ast.literal_eval(text)
        dumps(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError, OverflowError):
        return text
    return value
