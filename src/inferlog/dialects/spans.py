"""A span as OpenTelemetry has it, whatever the wire format; and the log that is made of it, piece by piece. Pure."""

from typing import Any, Final

import msgspec

from inferlog.jsontext import dumps
from inferlog.model import NO_JSON, Log, Sent, log_defaults

UNSET: Final = 0
FAILED: Final = 2
"""OTLP's codes of a span's status; 1 is OK."""


class Event(msgspec.Struct, gc=False):
    """Something that happened within a span. `time` is seconds since 1970 UTC, 0 if unknown."""

    name: str
    time: float = 0.0
    attributes: dict[str, Any] = {}


class Span(msgspec.Struct, kw_only=True, gc=False):
    """One span. Ids are text as the client writes them: hex in OTLP, anything elsewhere; a root has no parent.

    Times are seconds since 1970 UTC, 0 if unknown. Attribute values are what JSON can say (bytes are base64).
    """

    trace_id: str = ""
    span_id: str = ""
    parent_id: str = ""
    name: str = ""
    kind: str = ""
    start: float = 0.0
    end: float = 0.0
    status: int = UNSET
    status_message: str = ""
    attributes: dict[str, Any] = {}
    events: list[Event] = []
    links: list[dict[str, Any]] = []
    resource: dict[str, Any] = {}
    scope_name: str = ""
    scope_version: str = ""
    rest: dict[str, Any] = {}
    """What else came with the span: trace_state, dropped counts, …"""


class Record(msgspec.Struct, kw_only=True, gc=False):
    """A log record of OTLP: what happened, when, and in which span. Its fields are as a span's and an event's."""

    trace_id: str = ""
    span_id: str = ""
    name: str = ""
    time: float = 0.0
    body: Any = None
    attributes: dict[str, Any] = {}
    resource: dict[str, Any] = {}
    scope_name: str = ""
    scope_version: str = ""


class Draft:
    """A log in the making. What is put first counts; an attribute that nobody takes becomes metadata.

    `attributes` are those of the span that nobody has taken yet. `usage` is in OpenAI's shape (prompt_tokens,
    prompt_tokens_details.cached_tokens, …), whatever the names in the span are. `parameters` are the request's own
    (temperature, …), shown at the top level of the log.
    """

    __slots__ = (
        "attributes", "completions", "events", "extra", "input", "log", "metadata", "output", "parameters", "prompt",
        "span", "speaks_for_trace", "usage",
    )  # fmt: skip

    def __init__(self, span: Span) -> None:
        self.span = span
        self.speaks_for_trace = False
        self.attributes = dict(span.attributes)
        self.events = list(span.events)
        self.log = Log()
        self.usage: dict[str, Any] = {}
        self.parameters: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.extra: dict[str, Any] = {}
        self.prompt: list[dict[str, Any]] = []
        self.completions: list[dict[str, Any]] = []
        self.input: Any = None
        self.output: Any = None

    def set(self, column: str, value: Any) -> bool:
        """Put a value into a column of the log that has none yet; return whether the column has this value now."""
        held = getattr(self.log, column)
        if held == _DEFAULTS[column]:
            setattr(self.log, column, value)
            return True
        return bool(held == value)

    def set_body(self, column: str, value: Any) -> bool:
        """Put JSON into a body's column (tools, tool_choice, …) that has none yet; return whether it was taken."""
        return getattr(self.log, column) is NO_JSON and self.set_raw(column, msgspec.Raw(dumps(value)))

    def set_raw(self, column: str, text: msgspec.Raw) -> bool:
        """Put checked JSON text, on one line, into a body's column that has none yet; return whether it was taken."""
        if getattr(self.log, column) is not NO_JSON:
            return False
        setattr(self.log, column, text)
        return True

    def set_messages(self, prompt: list[dict[str, Any]], completions: list[dict[str, Any]]) -> None:
        """Put messages in OpenAI's shape: what went in, and each answer (usually one)."""
        self.set_prompt(prompt)
        self.set_completions(completions)

    def set_prompt(self, prompt: list[dict[str, Any]]) -> bool:
        """Put the messages that went in; return whether these are the ones now. None at all are no messages."""
        self.prompt = self.prompt or prompt
        return bool(prompt) and (self.prompt is prompt or _say_the_same(self.prompt, prompt))

    def set_completions(self, completions: list[dict[str, Any]]) -> bool:
        """Put the answers, usually one; return whether these are the ones now. None at all are no answers."""
        self.completions = self.completions or completions
        return bool(completions) and (self.completions is completions or _say_the_same(self.completions, completions))

    def put_back(self, prefix: str) -> None:
        """Leave attributes whose names begin so as they came, for they lost against others."""
        self.attributes |= {name: value for name, value in self.span.attributes.items() if name.startswith(prefix)}

    def keep(self, name: str, value: Any) -> None:
        """Keep what has no column as metadata; under a longer name if there is something else of that name."""
        while self.metadata.setdefault(name, value) != value:
            name = f"span.{name}"

    def put_content(self, given: Any, answer: Any) -> None:
        """Put what went in and what came out; where there is something else already, keep it as metadata."""
        for name, value in (("input", given), ("output", answer)):
            held = getattr(self, name)
            if held is None:
                setattr(self, name, value)
            elif value is not None and value != held:
                self.keep(name, value)

    def sent(self) -> Sent:
        """Return the log with everything where it belongs."""
        log = self.log
        if self.prompt:
            log.prompt_messages = msgspec.Raw(dumps(self.prompt))
        if self.completions:
            log.completion_message = msgspec.Raw(dumps(self.completions[0]))
            if len(self.completions) > 1:
                log.completion_messages = msgspec.Raw(dumps(self.completions))
        if self.input is not None:
            log.input = _body(self.input)
        if self.output is not None:
            log.output = _body(self.output)
        if self.usage:
            log.usage = msgspec.Raw(dumps(self.usage))
        if self.metadata:
            log.metadata = msgspec.Raw(dumps(self.metadata))
        extra = {name: msgspec.Raw(dumps(value)) for name, value in (self.parameters | self.extra).items()}
        return Sent(log=log, extra=extra, speaks_for_trace=self.speaks_for_trace or not self.span.parent_id)


_DEFAULTS: Final = log_defaults()


def _say_the_same(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> bool:
    """Tell whether all that the others say is in these as well."""
    return len(some) == len(others) and all(
        all(name in one and one[name] == each for name, each in other.items())
        for one, other in zip(some, others, strict=True)
    )


def _body(value: Any) -> msgspec.Raw:
    """Return a body as its column has it: text, or JSON that begins with a bracket."""
    text = dumps(value)
    return msgspec.Raw(text if text[:1] in b'"{[' else b'"' + text + b'"')
