"""OpenLLMetry (Traceloop): messages spread over attributes, workflows and tasks, and what a user associates with them.

From opentelemetry-semantic-conventions-ai 0.4.2 and 0.5.1 (semconv_ai/__init__.py), opentelemetry-instrumentation-
openai 0.15.0, 0.33.12 and 0.62.4, -anthropic 0.33.12 and 0.62.4, -langchain 0.62.4, traceloop-sdk 0.62.4, and as
keywordsai-tracing 0.0.59, respan-tracing 2.24.0 and litellm 1.110.2 (`completion.N.function_call`, `gen_ai.tool.N`)
use them.
Since 0.5.0 `llm.*` has become `gen_ai.*`, and messages are those of OpenTelemetry's GenAI conventions.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from inferlog.dialects.families.genai import effort, first_token, version
from inferlog.dialects.families.indexed import Fields, take_list, take_lists
from inferlog.dialects.families.messages import Message, from_parts, tool_call
from inferlog.dialects.families.parts import call_of_list, thought_of
from inferlog.dialects.families.requests import response_schema, tool_definition, tools
from inferlog.dialects.families.rules import (
    Family,
    Rule,
    flag,
    from_json,
    parameter,
    seconds_since_start,
    take_variables,
    text,
    usage,
)
from inferlog.dialects.spans import Draft

_KINDS: Final = ("workflow", "task", "agent", "tool")
_REQUESTS: Final = {
    "chat": "chat", "completion": "completion", "embedding": "embedding", "rerank": "task",
    "acompletion": "chat", "aembedding": "embedding", "responses": "response", "aresponses": "response",
    "transcription": "transcription", "atranscription": "transcription", "speech": "speech", "aspeech": "speech",
}  # fmt: skip
_CHUNKS: Final = frozenset({"llm.content.completion.chunk", "gen_ai.content.completion.chunk"})
_CHUNK_COUNT: Final = "gen_ai.content.completion.chunks"
_ASSOCIATIONS: Final = "traceloop.association.properties."
_QUOTING_SCOPE: Final = "respan_instrumentation_anthropic"
"""The scope that writes what was asked as JSON, mere text too."""
_VARIABLES: Final = "traceloop.prompt.template_variables."


def _request_type(draft: Draft, value: Any) -> bool:
    """Into log_type. Anthropic's messages and all that litellm sends are called completions; a span's name tells."""
    named = _REQUESTS.get(value) if isinstance(value, str) else None
    if named == "completion" and not draft.span.name.endswith("completion"):
        return draft.set("log_type", "chat")
    return named is not None and draft.set("log_type", named) and named == value


def _span_kind(draft: Draft, value: Any) -> bool:
    return isinstance(value, str) and value in _KINDS and draft.set("log_type", value)


def _headers(draft: Draft, value: Any) -> bool:
    """Drop what is written where there are no headers: Python's None, as text."""
    return bool(value == "None")


RULES: Final[dict[str, Rule]] = {
    "llm.request.type": _request_type,
    "traceloop.span.kind": _span_kind,
    "traceloop.workflow.name": text("span_workflow_name"),
    "traceloop.entity.path": text("span_path"),
    "traceloop.prompt.key": text("prompt_name"),
    "traceloop.prompt.version": version,
    "llm.vendor": text("provider_id"),
    "llm.request.model": text("model"),
    "llm.headers": _headers,
    "llm.is_streaming": flag("stream"),
    "llm.frequency_penalty": parameter("frequency_penalty"),
    "llm.presence_penalty": parameter("presence_penalty"),
    "llm.top_k": parameter("top_k"),
    "llm.temperature": parameter("temperature"),
    "llm.top_p": parameter("top_p"),
    "llm.request.max_tokens": parameter("max_tokens"),
    "llm.request.repetition_penalty": parameter("repetition_penalty"),
    "llm.chat.stop_sequences": parameter("stop"),
    "llm.request.reasoning_effort": effort,
    "llm.request.functions": tools,
    "llm.request.structured_output_schema": response_schema,
    "llm.openai.chat_completions.streaming_time_to_first_token": first_token(1),
    "llm.chat_completions.streaming_time_to_first_token": first_token(1),
    "llm.usage.prompt_tokens": usage("prompt_tokens"),
    "llm.usage.completion_tokens": usage("completion_tokens"),
    "llm.usage.total_tokens": usage("total_tokens"),
    "llm.usage.reasoning_tokens": usage("completion_tokens_details.reasoning_tokens"),
    "llm.usage.cache_read_input_tokens": usage("prompt_tokens_details.cached_tokens"),
    "llm.usage.cache_creation_input_tokens": usage("cache_creation_input_tokens"),
}
_OF_ASSOCIATIONS: Final[dict[str, Rule]] = {
    "user_id": text("customer_identifier"),
    "customer_id": text("customer_identifier"),
    "customer_identifier": text("customer_identifier"),
    "user_email": text("customer_email"),
    "user_name": text("customer_name"),
    "session_id": text("session_identifier"),
    "chat_id": text("thread_identifier"),
    "thread_id": text("thread_identifier"),
    "conversation_id": text("thread_identifier"),
    "thread_identifier": text("thread_identifier"),
}


def read(draft: Draft) -> None:
    """Take messages, functions, associations, what a task was given and gave, and the time of the first chunk."""
    attributes = draft.attributes
    lists = take_lists(attributes, _PREFIXES)
    for prefix in _PREFIXES if lists else ():
        if prefix in lists and not _LISTS[prefix](draft, lists[prefix]):
            draft.put_back(prefix)
    own = [key for key in attributes if key.startswith("traceloop.")]
    for key in own:
        _read_own(draft, key)
    if own:
        take_variables(draft, _VARIABLES)
        _fill_call_ids(draft)
    if draft.events:
        _read_chunks(draft)


def _fill_call_ids(draft: Draft) -> None:
    """Say which call a tool's message answers, where only the whole messages say so (respan-ai's instrumentations)."""
    unnamed = [each for each in draft.prompt if each.get("role") == "tool" and not each.get("tool_call_id")]
    given = from_json(draft.input) if unnamed else None
    whole = given if isinstance(given, list) else []
    results = [each for each in whole if isinstance(each, dict) and each.get("role") == "tool"]
    if len(results) == len(unnamed):
        for message, result in zip(unnamed, results, strict=True):
            if isinstance(result.get("tool_call_id"), str):
                message["tool_call_id"] = result["tool_call_id"]


def _read_own(draft: Draft, key: str) -> None:
    """Take what one of Traceloop's own attributes says."""
    value = draft.attributes[key]
    if key.startswith(_ASSOCIATIONS):
        name = key.removeprefix(_ASSOCIATIONS)
        rule = _OF_ASSOCIATIONS.get(name)
        if (rule is not None and rule(draft, value)) or draft.metadata.setdefault(name, value) == value:
            del draft.attributes[key]
    elif key == "traceloop.entity.input" and draft.input is None and value is not None:
        draft.input = draft.attributes.pop(key)
    elif key == "traceloop.entity.output" and draft.output is None and value is not None:
        draft.output = draft.attributes.pop(key)
    elif key == "traceloop.entity.name" and isinstance(value, str):
        _read_name(draft, draft.attributes.pop(key))


def _read_name(draft: Draft, name: str) -> None:
    """Name the span after the entity where the span's own name is only its kind (respan-tracing), else keep both."""
    if draft.span.name in _KINDS and not draft.log.span_name:
        draft.log.span_name = name
    elif name not in draft.span.name.split("."):
        draft.attributes["traceloop.entity.name"] = name


def _message(fields: Fields, otherwise: str) -> list[Message]:
    """Return the message of these fields; litellm writes an old function call, others calls by their number."""
    calls = [_call(each) for each in take_list(fields, "tool_calls.")]
    listed = from_json(fields.get("tool_calls"))  # respan-tracing's own instrumentations write them as one JSON text
    if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
        del fields["tool_calls"]
        calls += [call_of_list(each) for each in listed]
    if {"function_call.name", "function_call.arguments"} & fields.keys():
        calls.append(tool_call("", fields.pop("function_call.name", ""), fields.pop("function_call.arguments", "")))
    if "user" in fields and "content" not in fields:  # Anthropic's old completions
        fields["content"] = fields.pop("user")
    content = _content(fields.pop("content", fields.pop("", None)))
    message: Message = {"role": fields.pop("role", otherwise), "content": content}
    if calls:
        message["tool_calls"] = calls
    if "reasoning" in fields:
        fields["reasoning_content"] = thought_of(fields.pop("reasoning"))
    return from_parts(message | fields, otherwise)


def _content(given: Any) -> Any:
    """Return content: a list of typed parts comes as JSON text; other JSON in text is what somebody said."""
    parts = from_json(given)
    if isinstance(parts, list) and parts and all(isinstance(each, dict) and "type" in each for each in parts):
        return parts
    return given


def _call(fields: Fields) -> Message:
    known = {"id", "name", "arguments", "function.name", "function.arguments"}
    name = fields.get("name", fields.get("function.name"))
    call = tool_call(fields.get("id"), name, fields.get("arguments", fields.get("function.arguments")))
    return {key: each for key, each in fields.items() if key not in known} | call


def _answers(completions: list[Fields]) -> list[Message]:
    """Return the answers. litellm numbers the calls of one answer as if they were answers, others its reasoning."""
    answers: list[Message] = []
    thoughts: list[str] = []
    for fields in completions:
        if fields.get("role") == "thinking" and isinstance(fields.get("content"), str):
            thoughts.append(fields["content"])
            continue
        is_call_only = bool(answers) and all(name.startswith("function_call.") for name in fields)
        messages = _message(fields, "assistant")
        if is_call_only and "tool_calls" in answers[-1]:
            answers[-1]["tool_calls"] += messages[0].get("tool_calls", [])
        else:
            answers += messages
    if thoughts:
        answers = answers or [{"role": "assistant", "content": None}]
        answers[0].setdefault("reasoning_content", "\n".join(thoughts))
    return answers


def _set_prompt(draft: Draft, found: list[Fields]) -> bool:
    if draft.span.scope_name.startswith(_QUOTING_SCOPE):
        for fields in found:
            fields |= {"content": _unquoted(fields["content"])} if "content" in fields else {}
    return draft.set_prompt([message for fields in found for message in _message(fields, "user")])


def _unquoted(content: Any) -> Any:
    """Return the text that is written as a JSON string."""
    try:
        return msgspec.json.decode(content, type=str) if isinstance(content, str) and content[:1] == '"' else content
    except msgspec.DecodeError:
        return content


def _set_answers(draft: Draft, found: list[Fields]) -> bool:
    return draft.set_completions(_answers(found))


def _set_tools(draft: Draft, found: list[Fields]) -> bool:
    definitions = [tool_definition(_function(fields)) for fields in found]
    return draft.set_body("tools", definitions) or bool(msgspec.json.decode(draft.log.tools) == definitions)


_LISTS: Final[dict[str, Callable[[Draft, list[Fields]], bool]]] = {
    "gen_ai.prompt.": _set_prompt,
    "gen_ai.completion.": _set_answers,
    "llm.request.functions.": _set_tools,
    "gen_ai.tool.": _set_tools,
    "llm.prompts.": _set_prompt,
    "llm.completions.": _set_answers,
}
_PREFIXES: Final = tuple(_LISTS)


def _function(fields: Fields) -> Any:
    """Return the definition of a function, its schema decoded; OpenLLMetry for JavaScript calls that arguments."""
    if "arguments" in fields and "parameters" not in fields:
        fields = {"parameters" if name == "arguments" else name: value for name, value in fields.items()}
    return {
        name: from_json(value) if name in ("parameters", "input_schema") else value for name, value in fields.items()
    }


def _read_chunks(draft: Draft) -> None:
    """Take the time of the first chunk; chunks that say nothing else are counted and not kept."""
    chunks = [event for event in draft.events if event.name in _CHUNKS]
    if not chunks:
        return
    waited = seconds_since_start(draft, chunks[0].time)
    if waited:
        draft.set("time_to_first_token", waited)
    draft.log.stream = True
    draft.metadata.setdefault(_CHUNK_COUNT, len(chunks))
    draft.events = [event for event in draft.events if event.name not in _CHUNKS or event.attributes]


FAMILY: Final = Family("OpenLLMetry", RULES, read, frozenset({"gen_ai", "llm", "traceloop"}))
