"""OpenInference (Arize Phoenix): kinds of spans, messages spread over attributes, and requests and responses whole.

From openinference-semantic-conventions 0.1.42 (semconv/trace/__init__.py) as openinference-instrumentation 0.1.72,
-openai 0.1.66, -langchain 0.1.80 and -anthropic 3.1.0 write it, and litellm 1.110.2 for Arize. Their prompt tokens
include cached ones, Anthropic's too. `llm.model_name` is the model that answered; the one asked for stands in
`llm.request.model_name`, the invocation parameters or the request.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from inferlog.dialects.families.indexed import Fields, take_list, take_lists
from inferlog.dialects.families.messages import Message, finish, from_parts, tool_call
from inferlog.dialects.families.providers import provider
from inferlog.dialects.families.requests import take_parameters, tool_definition
from inferlog.dialects.families.rules import (
    Family,
    Rule,
    body,
    from_json,
    metadata,
    money,
    seconds_since_start,
    set_text_body,
    tags,
    text,
    usage,
)
from inferlog.dialects.spans import Draft

_KINDS: Final = {
    "LLM": "chat", "EMBEDDING": "embedding", "TOOL": "tool", "AGENT": "agent", "GUARDRAIL": "guardrail",
    "RETRIEVER": "task", "RERANKER": "task", "EVALUATOR": "task", "PROMPT": "task", "DECISION": "task",
}  # fmt: skip
_CALLS: Final = frozenset({"chat", "completion", "embedding"})
_FIRST_TOKEN: Final = "First Token Stream Event"
_PLAIN_TYPES: Final = ("application/json", "text/plain")
_ANSWERS_MORE: Final = ("reasoning_content", "refusal", "audio", "annotations")
"""What the response says of an answer and the attributes leave out."""


def _kind(draft: Draft, value: Any) -> bool:
    """Into log_type: a chain at the root is a workflow. The kind is kept too where it says more."""
    if not isinstance(value, str):
        return False
    if value == "CHAIN":
        return draft.set("log_type", "task" if draft.span.parent_id else "workflow")
    named = _KINDS.get(value)
    return named is not None and draft.set("log_type", named) and (named == value.lower() or value == "LLM")


_TOKENS: Final[dict[str, Rule]] = {
    f"llm.token_count.{name}": usage(path)
    for name, path in {
        "prompt": "prompt_tokens",
        "completion": "completion_tokens",
        "total": "total_tokens",
        "prompt_details.cache_read": "prompt_tokens_details.cached_tokens",
        "prompt_details.cache_write": "cache_creation_input_tokens",
        "prompt_details.audio": "prompt_tokens_details.audio_tokens",
        "completion_details.reasoning": "completion_tokens_details.reasoning_tokens",
        "completion_details.audio": "completion_tokens_details.audio_tokens",
    }.items()
}
RULES: Final[dict[str, Rule]] = {
    "openinference.span.kind": _kind,
    "llm.provider": provider,
    "llm.system": provider,
    "llm.cost.total": money("cost"),
    "metadata": metadata,
    "tag.tags": tags,
    "session.id": text("session_identifier"),
    "user.id": text("customer_identifier"),
    "llm.prompt_template.variables": body("variables", dict),
    "prompt.id": text("prompt_id"),
    **_TOKENS,
}


def read(draft: Draft) -> None:
    """Take messages, tools, documents, models and parameters, and the request and response."""
    attributes = draft.attributes
    lists = take_lists(attributes, _PREFIXES)
    for prefix in _PREFIXES if lists else ():
        if prefix in lists and not _LISTS[prefix](draft, lists[prefix]):
            draft.put_back(prefix)
    if not lists and _SIGNS.isdisjoint(draft.span.attributes):
        return
    if not draft.log.log_type and (draft.prompt or draft.completions or "llm.model_name" in attributes):
        draft.log.log_type = "chat"
    is_call = draft.log.log_type in _CALLS
    given = _take_body(draft, "input", is_call)
    answer = _take_body(draft, "output", is_call)
    if is_call:
        _fill_prompt(draft, given)
        _fill_answers(draft, answer)
        draft.completions = draft.completions if any(map(_says_something, draft.completions)) else []
        _read_models(draft, given)
        _read_finish(draft)
    else:
        draft.prompt = draft.prompt if any(map(_says_something, draft.prompt)) else []
    if attributes.get("tool.name") == draft.span.name:
        del attributes["tool.name"]
    if draft.events:
        _read_first_token(draft)


# Lists


def _set_prompt(draft: Draft, found: list[Fields]) -> bool:
    return draft.set_prompt([message for fields in found for message in _message(fields, "user")])


def _set_answers(draft: Draft, found: list[Fields]) -> bool:
    return draft.set_completions(_joined([message for fields in found for message in _message(fields, "assistant")]))


def _joined(answers: list[Message]) -> list[Message]:
    """Join what is one answer: the Responses API's reasoning comes as a message of its own, before what was said."""
    joined: list[Message] = []
    for message in answers:
        if joined and not (_says(joined[-1]) or "reasoning_content" in message):
            joined[-1] = {**joined[-1], **message}
        else:
            joined.append(message)
    return joined


def _says(message: Message) -> bool:
    """Return whether a message holds more than reasoning."""
    return any(value for name, value in message.items() if name not in ("role", "reasoning_content"))


def _set_old_prompt(draft: Draft, found: list[Fields]) -> bool:
    """Take the prompts of a completion, which are no chat's."""
    if any(fields.keys() != {"prompt.text"} for fields in found):
        return False
    if draft.log.log_type == "chat":
        draft.log.log_type = "completion"
    return draft.set_prompt([{"role": "user", "content": fields["prompt.text"]} for fields in found])


def _set_old_answers(draft: Draft, found: list[Fields]) -> bool:
    if any(fields.keys() != {"completion.text"} for fields in found):
        return False
    return draft.set_completions([{"role": "assistant", "content": fields["completion.text"]} for fields in found])


def _set_tools(draft: Draft, found: list[Fields]) -> bool:
    definitions = [fields.pop("tool.json_schema", None) for fields in found]
    if not all(isinstance(from_json(each), dict) for each in definitions) or any(found):
        return False
    return draft.set_body("tools", [tool_definition(from_json(each)) for each in definitions])


def _set_embeddings(draft: Draft, found: list[Fields]) -> bool:
    """Let the texts be the input and the vectors the output."""
    if any(fields.keys() - {"embedding.text", "embedding.vector"} for fields in found):
        return False
    texts = [fields.get("embedding.text") for fields in found]
    vectors = [fields.get("embedding.vector") for fields in found]
    if draft.input is not None or draft.output is not None:
        return False
    if any(each is not None for each in texts):
        draft.input = texts[0] if len(texts) == 1 and isinstance(texts[0], str) else texts
    if any(each is not None for each in vectors):
        draft.output = vectors
    return True


def _set_documents(draft: Draft, found: list[Fields]) -> bool:
    return bool(draft.metadata.setdefault("retrieval.documents", _documents(found)))


def _set_ranked(draft: Draft, found: list[Fields]) -> bool:
    return bool(draft.metadata.setdefault("reranker.output_documents", _documents(found)))


def _set_unranked(draft: Draft, found: list[Fields]) -> bool:
    return bool(draft.metadata.setdefault("reranker.input_documents", _documents(found)))


def _documents(found: list[Fields]) -> list[dict[str, Any]]:
    """Return documents: id, content, score and metadata."""
    return [{name.removeprefix("document."): from_json(each) for name, each in fields.items()} for fields in found]


_LISTS: Final[dict[str, Callable[[Draft, list[Fields]], bool]]] = {
    "llm.input_messages.": _set_prompt,
    "llm.output_messages.": _set_answers,
    "llm.tools.": _set_tools,
    "llm.prompts.": _set_old_prompt,
    "llm.choices.": _set_old_answers,
    "embedding.embeddings.": _set_embeddings,
    "retrieval.documents.": _set_documents,
    "reranker.input_documents.": _set_unranked,
    "reranker.output_documents.": _set_ranked,
}
_PREFIXES: Final = tuple(_LISTS)
_SIGNS: Final = frozenset({
    "openinference.span.kind", "llm.model_name", "llm.request.model_name", "llm.invocation_parameters", "input.value",
    "output.value", "embedding.model_name", "reranker.model_name",
})  # fmt: skip
"""Attributes of which a span of OpenInference has one at least; others have names that begin with `llm.` too."""


# Messages


def _message(fields: Fields, otherwise: str) -> list[Message]:
    """Return the message of these fields, which all begin with `message.`."""
    parts = [_part(each) for each in take_list(fields, "message.contents.")]
    calls = [_call(each) for each in take_list(fields, "message.tool_calls.")]
    message = {name.removeprefix("message."): each for name, each in fields.items()}
    if "function_call_name" in message:
        arguments = message.pop("function_call_arguments_json", None)
        calls.append(tool_call("", message.pop("function_call_name"), arguments))
    if message.get("tool_call_id") and message.get("role") == "user":  # Anthropic's
        message["role"] = "tool"
    if parts:
        message["parts"] = [message["content"], *parts] if message.get("content") else parts
        message.pop("content", None)
    if calls:
        message["tool_calls"] = calls
    return from_parts(message, otherwise)


def _part(fields: Fields) -> Any:
    """Return a part of a message's content; what has no form of its own there comes as JSON in its text."""
    part = {name.removeprefix("message_content."): each for name, each in fields.items()}
    kind = part.get("type")
    if kind == "image" and isinstance(part.get("image.image.url"), str):
        part["image"] = part.pop("image.image.url")
    elif kind == "tool_use":
        return {"type": kind, **_call_fields(part)}
    elif kind not in ("text", "reasoning"):
        held = from_json(part.get("text"))
        if isinstance(held, dict) and part.keys() == {"type", "text"} and held.get("type") == kind:
            return held
    return part


def _call(fields: Fields) -> Message:
    given = _call_fields(fields)
    call = tool_call(given.pop("id", None), given.pop("name", None), given.pop("arguments", None))
    return given | call


def _call_fields(fields: Fields) -> Message:
    return {name.removeprefix("tool_call.").removeprefix("function."): each for name, each in fields.items()}


# Requests and responses


def _take_body(draft: Draft, side: str, is_call: bool) -> dict[str, msgspec.Raw] | None:
    """Take what went in or came out: of a model call the whole request or response, if it is JSON; return that.

    A value that is no object stays an attribute if messages say the same already.
    """
    value = draft.attributes.get(f"{side}.value")
    if value is None:
        return None
    held = _fields_of(value) if is_call else None
    if held is not None:
        taken = set_text_body(draft, "full_request" if side == "input" else "full_response", value)
    else:
        messages = draft.prompt if side == "input" else draft.completions
        taken = getattr(draft, side) is None and not (is_call and messages)
        if taken:
            setattr(draft, side, value)
    if taken:
        del draft.attributes[f"{side}.value"]
        if draft.attributes.get(f"{side}.mime_type") in _PLAIN_TYPES:
            del draft.attributes[f"{side}.mime_type"]
    return held


def _fields_of(value: Any) -> dict[str, msgspec.Raw] | None:
    """Return the fields of a JSON object in text, each as its own text."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return None


def _fill_prompt(draft: Draft, request: dict[str, msgspec.Raw] | None) -> None:
    """Give messages that came without content what the request says in their place."""
    if request is None or "messages" not in request or all(_says_something(each) for each in draft.prompt):
        return
    sent = msgspec.json.decode(request["messages"])
    if isinstance(sent, list) and len(sent) == len(draft.prompt):
        for message, whole in zip(draft.prompt, sent, strict=True):
            if not _says_something(message) and isinstance(whole, dict) and whole.get("role") == message["role"]:
                message |= whole


def _says_something(message: Message) -> bool:
    """Tell whether a message is more than a role: LangChain's chains and failed calls have no more."""
    return message.get("content") is not None or len(message) > 2 or message["role"] not in _ROLES


_ROLES: Final = ("system", "user", "assistant", "tool")


def _fill_answers(draft: Draft, response: dict[str, msgspec.Raw] | None) -> None:
    """Give answers what the response says of them and the attributes do not: reasoning above all."""
    if response is not None and "generations" in response:
        _fill_thoughts(draft, msgspec.json.decode(response["generations"]))
    if response is None or "choices" not in response:
        return
    choices = msgspec.json.decode(response["choices"])
    if not isinstance(choices, list) or len(choices) != len(draft.completions):
        return
    for completion, choice in zip(draft.completions, choices, strict=True):
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict):
            for name in _ANSWERS_MORE:
                if message.get(name):
                    completion.setdefault(name, message[name])
            finish([completion], choice.get("finish_reason"))


def _fill_thoughts(draft: Draft, generations: Any) -> None:
    """Give answers their reasoning where only LangChain's own messages hold it, as parts that have no attributes."""
    first = generations[0] if isinstance(generations, list) and len(generations) == 1 else None
    if not isinstance(first, list) or len(first) != len(draft.completions):
        return
    for completion, generation in zip(draft.completions, first, strict=True):
        content = _at(generation, "message", "kwargs", "content")
        parts = [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []
        told = [part.get("summary") for part in parts if part.get("type") == "reasoning"]
        summaries = [each for summary in told if isinstance(summary, list) for each in summary]
        texts = [_at(each, "text") for each in summaries]
        if texts and all(isinstance(each, str) for each in texts):
            completion.setdefault("reasoning_content", "\n".join(texts))


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _read_models(draft: Draft, request: dict[str, msgspec.Raw] | None) -> None:
    """Take the models asked and answered, and the request's parameters."""
    attributes = draft.attributes
    asked = attributes.get("llm.request.model_name")
    if isinstance(asked, str) and draft.set("model", asked):
        del attributes["llm.request.model_name"]
    for name in ("llm.invocation_parameters", "embedding.invocation_parameters"):
        given = from_json(attributes.get(name))
        if isinstance(given, dict):
            _read_parameters(draft, name, given)
    if request is not None and "model" in request and not draft.log.model:
        model = msgspec.json.decode(request["model"])
        draft.log.model = model if isinstance(model, str) else ""
    for name in ("llm.response.model_name", "llm.model_name", "embedding.model_name", "reranker.model_name"):
        model = attributes.get(name)
        if not isinstance(model, str):
            continue
        if not draft.log.model:
            draft.log.model = model
        answered = bool(draft.completions or draft.usage)
        says_all = answered and draft.extra.setdefault("response_model", model) == model
        if says_all or draft.log.model == model:
            del attributes[name]


def _read_parameters(draft: Draft, name: str, given: dict[str, Any]) -> None:
    """Take invocation parameters; those without a place are kept together. LangChain names the model twice."""
    rest = take_parameters(draft, given)
    if isinstance(rest.get("model_name"), str) and draft.set("model", rest["model_name"]):
        del rest["model_name"]
    if "tools" in rest and "llm.tools.0.tool.json_schema" in draft.span.attributes:
        del rest["tools"]
    if rest:
        draft.attributes[name] = rest
    else:
        del draft.attributes[name]


def _read_finish(draft: Draft) -> None:
    reason = draft.attributes.get("llm.finish_reason")
    if isinstance(reason, str):
        finish(draft.completions, reason)
        if draft.extra.setdefault("finish_reasons", [reason]) == [reason]:
            del draft.attributes["llm.finish_reason"]


def _read_first_token(draft: Draft) -> None:
    """Take when the first token came, which is an event without content."""
    first = next((event for event in draft.events if event.name == _FIRST_TOKEN), None)
    if first is None:
        return
    waited = seconds_since_start(draft, first.time)
    draft.log.stream = True
    if waited and draft.set("time_to_first_token", waited) and not first.attributes:
        draft.events = [event for event in draft.events if event is not first]


FAMILY: Final = Family(
    "OpenInference",
    RULES,
    read,
    frozenset({"openinference", "llm", "embedding", "retrieval", "reranker", "input", "output"}),
)
