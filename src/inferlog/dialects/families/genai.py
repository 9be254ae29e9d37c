"""OpenTelemetry's GenAI conventions: the attributes, the message attributes, and the events of the versions between.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (1.26 to 1.38, semantic-conventions 0.66b2). Messages were
`gen_ai.prompt` and `gen_ai.completion` in attributes (1.26) and events (1.27), one event a message (1.28 to 1.36), and
are `gen_ai.input.messages` and `gen_ai.output.messages` since 1.37, as attributes of the span or of one event.

Names beside the conventions are those of what writes them: opentelemetry-util-genai 1.3b0 (usage by modality,
`gen_ai.prompt.*`), opentelemetry-instrumentation-openai 0.62.4 and -anthropic 0.62.4 (OpenLLMetry with the conventions'
messages), Anthropic's own SDK (scope com.anthropic.sdk.python), pydantic-ai 2.68.0 (`gen_ai.usage.details.*`,
`operation.cost`), litellm 1.110.2 (`gen_ai.cost.*`, `litellm.cost.*`), Semantic Kernel and Azure's SDKs
(`gen_ai.event.content`).
`session.id`, `user.*` and `enduser.id` are general conventions.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from inferlog.dialects.families.messages import Message, finish, from_flat, from_parts, list_of_messages
from inferlog.dialects.families.providers import provider
from inferlog.dialects.families.requests import response_format, response_schema, tools
from inferlog.dialects.families.rules import (
    Family,
    Rule,
    as_number,
    extra,
    flag,
    from_json,
    kind,
    money,
    parameter,
    take_variables,
    text,
    usage,
)
from inferlog.dialects.spans import Draft, Event

_OPERATIONS: Final = {
    "chat": "chat", "generate_content": "chat", "text_completion": "completion", "embeddings": "embedding",
    "execute_tool": "tool", "invoke_agent": "agent", "create_agent": "agent", "invoke_workflow": "workflow",
    "retrieval": "task", "rerank": "task", "agent_step": "task", "speech": "speech", "transcription": "transcription",
    "chat.completions": "chat", "chat.streaming_completions": "chat", "text.completions": "completion",
    "text.streaming_completions": "completion", "image_generation": "generation", "responses": "response",
    "ai.generatespeech": "speech", "ai.transcribe": "transcription", "ai.streamtranscribe": "transcription",
    "execute_task": "task", "vector_db_retrieve": "task", "completion": "completion", "embedding": "embedding",
}  # fmt: skip
_NO_CALLS: Final = frozenset({"agent", "workflow", "task", "tool"})
_INPUT_EVENTS: Final = {f"gen_ai.{each}.message": each for each in ("system", "user", "assistant", "tool")}
_CHOICE: Final = "gen_ai.choice"
_DETAILS: Final = ("gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "gen_ai.content.completion")
EVENTS: Final = frozenset({*_INPUT_EVENTS, _CHOICE, *_DETAILS})
"""The names of events that carry messages; they also come as log records."""


def first_token(per_second: float) -> Rule:
    """Into the time to the first token; `per_second` is how many of the attribute's units make a second."""

    def take(draft: Draft, value: Any) -> bool:
        number = as_number(value)
        return number is not None and number >= 0 and draft.set("time_to_first_token", number / per_second)

    return take


def effort(draft: Draft, value: Any) -> bool:
    """Into the request's reasoning_effort; OpenLLMetry writes an empty list if there is none."""
    if value in ([], ""):
        return True
    return isinstance(value, str) and parameter("reasoning_effort")(draft, value)


def _stop(draft: Draft, value: Any) -> bool:
    """Into the request's stop; Logfire writes the list as JSON text."""
    return parameter("stop")(draft, from_json(value))


def _finish_reasons(draft: Draft, value: Any) -> bool:
    """Into why each answer ended; LiteLLM and Logfire write the list as JSON text."""
    return value is not None and extra("finish_reasons")(draft, from_json(value))


def version(draft: Draft, value: Any) -> bool:
    """Into the version of a prompt, which is a number."""
    number = as_number(value)
    return number is not None and number == int(number) and extra("prompt_version_number")(draft, int(number))


_USAGE: Final[dict[str, Rule]] = {
    f"gen_ai.{name}": usage(path)
    for path, names in {
        "prompt_tokens": "usage.input_tokens usage.prompt_tokens response.prompt_tokens",
        "completion_tokens": "usage.output_tokens usage.completion_tokens response.completion_tokens",
        "total_tokens": "usage.total_tokens",
        "prompt_tokens_details.cached_tokens": (
            "usage.cache_read.input_tokens usage.cache_read_input_tokens usage.details.cache_read_tokens "
            "usage.details.cache_read_input_tokens usage.details.cached_tokens"
        ),
        "cache_creation_input_tokens": (
            "usage.cache_creation.input_tokens usage.cache_creation_input_tokens usage.cache_write.input_tokens "
            "usage.details.cache_write_tokens usage.details.cache_creation_input_tokens"
        ),
        "completion_tokens_details.reasoning_tokens": (
            "usage.reasoning.output_tokens usage.reasoning_tokens usage.details.reasoning_tokens"
        ),
        "prompt_tokens_details.audio_tokens": "usage.audio.input_tokens usage.details.input_audio_tokens",
        "completion_tokens_details.audio_tokens": "usage.audio.output_tokens usage.details.output_audio_tokens",
        "prompt_tokens_details.text_tokens": "usage.text.input_tokens",
        "completion_tokens_details.text_tokens": "usage.text.output_tokens",
        "prompt_tokens_details.image_tokens": "usage.image.input_tokens",
        "completion_tokens_details.image_tokens": "usage.image.output_tokens",
    }.items()
    for name in names.split()
}
_PARAMETERS: Final[dict[str, Rule]] = {
    **{
        f"gen_ai.request.{name}": parameter(name)
        for name in (
            "temperature top_p top_k max_tokens max_completion_tokens frequency_penalty presence_penalty "
            "repetition_penalty seed n encoding_formats logit_bias"
        ).split()
    },
    "gen_ai.request.stop_sequences": _stop,
    "gen_ai.request.choice.count": parameter("n"),
    "gen_ai.openai.request.seed": parameter("seed"),
    "gen_ai.openai.response.service_tier": text("service_tier"),  # what was billed, before what was asked for
    "openai.response.service_tier": text("service_tier"),
    "gen_ai.openai.request.service_tier": text("service_tier"),
    "openai.request.service_tier": text("service_tier"),
    "gen_ai.embeddings.dimension.count": parameter("dimensions"),
    "gen_ai.request.reasoning_effort": effort,
    "gen_ai.request.reasoning.level": effort,
    "gen_ai.request.stream": flag("stream"),
    "gen_ai.request.is_stream": flag("stream"),
    "gen_ai.request.streaming": flag("stream"),
    "gen_ai.is_streaming": flag("stream"),
    "gen_ai.openai.request.response_format": response_format,
    "gen_ai.request.structured_output_schema": response_schema,
    "gen_ai.tool.definitions": tools,
}
RULES: Final[dict[str, Rule]] = {
    "gen_ai.operation.name": kind(_OPERATIONS),
    "gen_ai.request.model": text("model"),
    "gen_ai.response.model": extra("response_model"),
    "gen_ai.provider.name": provider,
    "gen_ai.system": provider,
    "gen_ai.response.id": extra("response_id"),
    "gen_ai.response.finish_reasons": _finish_reasons,
    "gen_ai.response.time_to_first_chunk": first_token(1),
    "gen_ai.client.operation.time_to_first_chunk": first_token(1),
    "gen_ai.server.time_to_first_token": first_token(1),
    "gen_ai.conversation.id": text("thread_identifier"),
    "gen_ai.output.type": extra("output_type"),
    "gen_ai.workflow.name": text("span_workflow_name"),
    "gen_ai.prompt.name": text("prompt_name"),
    "gen_ai.prompt.id": text("prompt_id"),
    "gen_ai.prompt.version": version,
    "gen_ai.cost.total_cost": money("cost"),
    "litellm.cost.total": money("cost"),
    "operation.cost": money("cost"),
    "session.id": text("session_identifier"),
    "user.id": text("customer_identifier"),
    "enduser.id": text("customer_identifier"),
    "user.email": text("customer_email"),
    "user.full_name": text("customer_name"),
    "user.name": text("customer_name"),
    **_PARAMETERS,
    **_USAGE,
}


def read(draft: Draft) -> None:
    """Take messages, a tool's call and an agent's name."""
    _read_messages(draft)
    if draft.events:
        _read_events(draft)
    if draft.completions and "finish_reasons" in draft.extra:
        finish(draft.completions, draft.extra["finish_reasons"])
    log_type = draft.log.log_type
    if log_type == "embedding":
        _read_embedding(draft)
    elif log_type in _NO_CALLS:
        _read_others(draft, log_type)
    if draft.log.provider_id == "anthropic":
        _read_anthropic(draft)
    if draft.log.prompt_name or draft.log.prompt_id:
        take_variables(draft, "gen_ai.prompt.variable.")
    for name in _USERS:
        if draft.attributes.get(name) and _customer(draft, draft.attributes[name]):
            del draft.attributes[name]


def _read_messages(draft: Draft) -> None:
    """Take the attributes that are messages, under the name of now or that of 1.26."""
    attributes = draft.attributes
    system = _system(attributes)
    for name in ("gen_ai.input.messages", "gen_ai.prompt"):
        prompt = _messages(attributes.get(name), "user")
        if prompt and draft.set_prompt([*system, *prompt]):
            del attributes[name]
            system = []
    if system and not draft.set_prompt(system):
        draft.prompt = [*system, *draft.prompt]
    for name in ("gen_ai.output.messages", "gen_ai.completion"):
        if draft.set_completions(_messages(attributes.get(name), "assistant")):
            del attributes[name]


_USERS: Final = ("gen_ai.user", "llm.user")
"""OpenAI's `user`, as OpenLLMetry writes it; what was said on purpose for the trace is better known."""
_customer: Final = text("customer_identifier")


def _system(attributes: dict[str, Any]) -> list[Message]:
    """Take what is said before the messages: a list of typed parts, or text."""
    given = from_json(attributes.get("gen_ai.system_instructions"))
    if not isinstance(given, (str, list)) or not given:
        return []
    del attributes["gen_ai.system_instructions"]
    return from_parts({"role": "system", "parts": given if isinstance(given, list) else [given]})


def _messages(value: Any, otherwise: str) -> list[Message]:
    """Return the messages of an attribute that is a list of them, or text; none of any other."""
    given = from_json(value)
    messages = list_of_messages(given, otherwise) if isinstance(given, (str, list)) and given else []
    if otherwise == "assistant" and len(messages) > 1:  # an agent's answer, and what tools gave it on the way there
        messages.sort(key=lambda message: message["role"] == "tool")
    return messages


def _read_embedding(draft: Draft) -> None:
    """Let the texts that were embedded be the input: they are no messages, though OpenLLMetry writes them so."""
    texts = [each.get("content") for each in draft.prompt]
    plain = all(
        isinstance(each.get("content"), str) and len(each) == 2 and each["role"] == "user" for each in draft.prompt
    )
    if texts and draft.input is None and plain:
        draft.input = texts[0] if len(texts) == 1 else texts
        draft.prompt = []


_TOOL_BODIES: Final = (
    ("gen_ai.tool.call.arguments", "input"),
    ("gen_ai.tool.call.result", "output"),
    ("gen_ai.tool.input", "input"),
    ("gen_ai.tool.output", "output"),
    ("gen_ai.task.input", "input"),
    ("gen_ai.task.output", "output"),
    ("gen_ai.retrieval.query.text", "input"),
    ("gen_ai.retrieval.documents", "output"),
)


_CALLED: Final = {"agent": "gen_ai.agent.name", "tool": "gen_ai.tool.name"}


def _read_others(draft: Draft, log_type: str) -> None:
    """Take what is no model call: what a tool or a search was given and gave, and the name of it."""
    attributes = draft.attributes
    for name, column in _TOOL_BODIES:
        if attributes.get(name) is not None and getattr(draft, column) is None:
            setattr(draft, column, attributes.pop(name))
    called = attributes.get(_CALLED.get(log_type, ""))
    if isinstance(called, str) and not draft.log.span_name:
        draft.log.span_name = called


def _read_anthropic(draft: Draft) -> None:
    """Take what Anthropic's own SDK says in words of its own."""
    reason = draft.attributes.get("anthropic.message.stop_reason")
    if isinstance(reason, str) and "finish_reasons" not in draft.extra:
        draft.extra["finish_reasons"] = [draft.attributes.pop("anthropic.message.stop_reason")]
    budget = draft.attributes.get("anthropic.thinking.budget_tokens")
    if budget is not None and "thinking" not in draft.parameters:
        thinking = {"type": draft.attributes.pop("anthropic.thinking.type", "enabled"), "budget_tokens": budget}
        draft.parameters["thinking"] = thinking
        del draft.attributes["anthropic.thinking.budget_tokens"]


def _read_events(draft: Draft) -> None:
    """Take the events that carry messages, in the order in which they happened."""
    prompt, answers, others = sort_events(draft.events, draft.span.attributes)
    kept = (draft.set_prompt(prompt) or not prompt, draft.set_completions(answers) or not answers)
    if all(kept):
        draft.events = others


def sort_events(
    events: list[Event], known: Mapping[str, Any] = MappingProxyType({})
) -> tuple[list[Message], list[Message], list[Event]]:
    """Return the messages that went in and the answers, of events in their order, and what the events say besides.

    `known` are attributes of the span, which some events repeat.
    """
    prompt: list[Message] = []
    answers: list[Message] = []
    others: list[Event] = []
    for event in events:
        rest = _read_event(event, prompt, answers) if event.name in EVENTS else None
        if rest is None:
            others.append(event)
            continue
        rest = {
            name: value for name, value in rest.items() if name not in _OF_NO_USE and known.get(name, rest) != value
        }
        if rest:
            others.append(Event(event.name, event.time, rest))
    return prompt, answers, others


_OF_NO_USE: Final = frozenset({"gen_ai.system", "gen_ai.provider.name", "event.name", "gen_ai.message.index", "index"})


def _read_event(event: Event, prompt: list[Message], answers: list[Message]) -> dict[str, Any] | None:
    """Add one event's messages; return the attributes that they do not hold, or None if there are no messages."""
    rest = dict(event.attributes)
    found: Any = rest
    for name in ("body", "gen_ai.event.content"):  # of a log record, and of Azure's SDKs
        given = from_json(rest.get(name))
        if isinstance(given, dict):
            found = given
            del rest[name]
            break
    if event.name in _INPUT_EVENTS:
        message = _take_fields(found, rest)
        if not message.keys() - {"role"}:
            return None
        prompt += from_parts({"role": _INPUT_EVENTS[event.name], **message})
    elif event.name == _CHOICE:
        answer = _choice(found, rest)
        if answer is None:
            return None
        answers.append(answer)
    else:
        if found is not rest:
            rest |= {f"body.{name}" if name in rest else name: each for name, each in found.items()}
        asked = [*_system(rest), *_take(rest, ("gen_ai.input.messages", "gen_ai.prompt"), "user")]
        answered = _take(rest, ("gen_ai.output.messages", "gen_ai.completion"), "assistant")
        if not asked and not answered:
            return None
        prompt += asked
        answers += answered
    return rest


def _take(rest: dict[str, Any], names: tuple[str, ...], otherwise: str) -> list[Message]:
    found = {name: _messages(rest.get(name), otherwise) for name in names}
    for name in names:
        if found[name]:
            del rest[name]
    return [message for messages in found.values() for message in messages]


def _take_fields(found: dict[str, Any], rest: dict[str, Any]) -> Message:
    """Take the fields of a message: all of a body, those that messages have of an event's attributes."""
    names = [name for name in found if found is not rest or name in _MESSAGE_FIELDS]
    message = {name: _unpacked(found[name]) for name in names}
    if found is rest:
        for name in names:
            del rest[name]
    return message


def _choice(found: dict[str, Any], rest: dict[str, Any]) -> Message | None:
    """Return the answer that a choice is."""
    given = from_json(found.get("message", {}))
    if not isinstance(given, dict):
        return None
    around = {name: found[name] for name in found if name not in ("message", "index")}
    if found is rest:
        around = {name: value for name, value in around.items() if name in _MESSAGE_FIELDS}
        for name in (*around, "message"):
            rest.pop(name, None)
    return from_flat({"role": "assistant", **around, **given}, "assistant")


def _unpacked(value: Any) -> Any:
    """Return the list that JSON text holds; an object in text is what somebody said."""
    given = from_json(value)
    return given if isinstance(given, list) else value


_MESSAGE_FIELDS: Final = frozenset(
    "role content name tool_calls tool_call_id id reasoning_content finish_reason".split()
)

FAMILY: Final = Family("OpenTelemetry GenAI", RULES, read, frozenset({"gen_ai", "llm", "anthropic"}), events=True)
