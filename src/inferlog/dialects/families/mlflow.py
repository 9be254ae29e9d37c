"""MLflow's tracing: every attribute is JSON, a call's request and response stand in it whole.

mlflow 3.17.2 (tracing/constant.py, entities/span.py, tracing/processor/otel.py), as its autologging of OpenAI and
Anthropic sends it to an OTLP endpoint. Beside `mlflow.spanInputs` it repeats the request's parameters under plain
names. The chunks of a streamed answer are events.
"""

from typing import Any, Final

import msgspec

from inferlog.dialects.families import requests
from inferlog.dialects.families.exchanges import take_input, take_request, take_response, take_usage
from inferlog.dialects.families.messages import Message
from inferlog.dialects.families.rules import Family, Rule, from_json, money, text
from inferlog.dialects.families.shapes import answers_of, messages_of
from inferlog.dialects.spans import Draft

_KINDS: Final = {
    "CHAT_MODEL": "chat", "LLM": "completion", "EMBEDDING": "embedding", "AGENT": "agent", "TOOL": "tool",
    "WORKFLOW": "workflow", "TASK": "task", "GUARDRAIL": "guardrail", "RETRIEVER": "task", "RERANKER": "task",
    "PARSER": "task", "MEMORY": "task", "EVALUATOR": "task",
}  # fmt: skip
_CALLS: Final = frozenset({"chat", "completion", "embedding"})
_INPUTS, _OUTPUTS, _MODEL = "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.llm.model"
_TAG: Final = "mlflow.traceTag."
_CHUNK: Final = "mlflow.chunk.item."


def _decoded(value: Any) -> Any:
    """Return what an attribute's JSON holds; text that is none is what it is."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value


def _json(rule: Rule) -> Rule:
    """Apply a rule to what the attribute's JSON holds."""
    return lambda draft, value: rule(draft, _decoded(value))


def _kind(draft: Draft, value: Any) -> bool:
    """Take the kind of a span; it is kept if it says more than log_type does."""
    kind = value.upper() if isinstance(value, str) else ""
    named = _KINDS.get(kind, "")
    if kind == "CHAIN":
        named = "task" if draft.span.parent_id else "workflow"
    return bool(named) and draft.set("log_type", named) and named == kind.lower()


_AS_OPENAIS: Final = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
"""MLflow writes Anthropic's names, but counts what was cached among the input, whoever the provider is."""


def _usage(draft: Draft, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    rest = take_usage(draft, {_AS_OPENAIS.get(str(name), str(name)): each for name, each in value.items()})
    if rest:
        draft.keep("mlflow.chat.tokenUsage", rest)
    return True


def _cost(draft: Draft, value: Any) -> bool:
    """Take the total of `{"input_cost", "output_cost", "total_cost"}`, in USD; its parts are kept."""
    if not isinstance(value, dict) or not money("cost")(draft, value.get("total_cost")):
        return False
    draft.extra.setdefault("cost_details", value)
    return bool(draft.extra["cost_details"] == value)


RULES: Final[dict[str, Rule]] = {
    "mlflow.spanType": _json(_kind),
    "mlflow.llm.provider": _json(text("provider_id")),
    "mlflow.chat.tokenUsage": _json(_usage),
    "mlflow.chat.tools": _json(requests.tools),
    "mlflow.llm.cost": _json(_cost),
    "mlflow.trace.user": _json(text("customer_identifier")),
    "mlflow.trace.session": _json(text("session_identifier")),
}


def read(draft: Draft) -> None:
    """Take a call's request and response, what went in and out of other spans, tags, and the first chunk's time."""
    attributes = draft.attributes
    for name in attributes:
        attributes[name] = _decoded(attributes[name])
    given, answer = attributes.pop(_INPUTS, None), attributes.pop(_OUTPUTS, None)
    if draft.log.log_type in _CALLS:
        _take_request(draft, given)
        _take_response(draft, answer)
        _take_model(draft)
    else:
        draft.put_content(given, answer)
    _take_prompt(draft)
    for name in [name for name in attributes if name.startswith(_TAG) and name != _TAG]:
        draft.keep(name.removeprefix(_TAG), attributes.pop(name))
    _take_first_chunk(draft)


def _take_request(draft: Draft, given: Any) -> None:
    if isinstance(given, dict):
        for name, value in given.items():  # they are repeated under plain names
            if name in draft.attributes and draft.attributes[name] == value:
                del draft.attributes[name]
        rest = take_request(draft, given)
        take_input(draft, rest)
        if rest:
            draft.keep(_INPUTS, rest)
        return
    prompt = messages_of(given) if isinstance(given, list) and not draft.prompt else []
    draft.set_messages(prompt, [])
    draft.put_content(None if prompt else given, None)


def _take_response(draft: Draft, answer: Any) -> None:
    if not isinstance(answer, dict):
        answers: list[Message] = []
        if not draft.completions:
            answers = answers_of(answer)[0] if isinstance(answer, list) else []
            if not answers and draft.prompt and isinstance(answer, str):
                answers = [{"role": "assistant", "content": answer}]
            draft.set_messages([], answers)
        draft.put_content(None, None if answers else answer)
        return
    rest = take_response(draft, answer)
    if rest and draft.completions:
        draft.keep(_OUTPUTS, rest)
    elif rest:
        draft.put_content(None, rest)


def _take_model(draft: Draft) -> None:
    """Take the model's name, which is the one that answered, or else the one that was asked."""
    model = draft.attributes.get(_MODEL)
    if not isinstance(model, str):
        return
    known = (draft.log.model, draft.extra.setdefault("response_model", model))
    if model in known:
        del draft.attributes[_MODEL]


def _take_prompt(draft: Draft) -> None:
    """Take the managed prompt, `[{"name", "version"}]`; of several none is the call's."""
    linked = from_json(draft.attributes.get("mlflow.linkedPrompts"))
    if not isinstance(linked, list) or len(linked) != 1 or not isinstance(linked[0], dict):
        return
    text("prompt_name")(draft, linked[0].get("name"))


def _take_first_chunk(draft: Draft) -> None:
    began = min((event.time for event in draft.events if event.time and event.name.startswith(_CHUNK)), default=0.0)
    if began:
        draft.log.stream = True
        if draft.span.start:
            draft.set("time_to_first_token", round(max(began - draft.span.start, 0.0), 6))


FAMILY: Final = Family("MLflow", RULES, read, frozenset({"mlflow"}))
