"""The conventions in which spans speak of LLM calls, one file each; what they say becomes the same columns.

A span may speak several at once (a vendor's SDK on top of an instrumentation). FAMILIES is their order: what comes
first counts where two disagree, and what loses is kept as metadata, under the name it came with.
"""

import logging
import re
from typing import Any, Final

from inferlog.dialects.families import (
    genai,
    langfuse,
    litellm,
    logfire,
    mlflow,
    openinference,
    openllmetry,
    respan,
    vercel,
)
from inferlog.dialects.families.messages import Message
from inferlog.dialects.families.rules import Family, Rule
from inferlog.dialects.spans import FAILED, UNSET, Draft, Event, Span
from inferlog.jsontext import number
from inferlog.model import Sent

EVENTS: Final = genai.EVENTS
"""The names of events that carry messages, also when they come as log records, apart from their span."""

FAMILIES: Final[tuple[Family, ...]] = (
    respan.FAMILY, langfuse.FAMILY, vercel.FAMILY, litellm.FAMILY, openinference.FAMILY, openllmetry.FAMILY,
    mlflow.FAMILY, logfire.FAMILY, genai.FAMILY,
)  # fmt: skip

_RULES: Final[dict[str, tuple[int, Rule]]] = {
    name: (rank, rule)
    for rank, (name, rule) in reversed([*enumerate(pair for family in FAMILIES for pair in family.rules.items())])
}
_RESOURCE_METADATA: Final = (
    "service.name", "service.namespace", "service.version", "service.instance.id", "deployment.environment",
    "deployment.environment.name",
)  # fmt: skip
"""What of a resource is worth finding logs by; the whole resource is kept beside it."""
_HTTP_STATUS: Final = ("http.response.status_code", "http.status_code")
_STATUS_IN_TEXT: Final = re.compile(r"\b(?:[Ee]rror code|status(?:[ _]code)?)[:=]? ?([45]\d\d)\b")
_logger: Final = logging.getLogger("inferlog.dialects")
UNKNOWN_FAILURE: Final = 500
"""The status of what failed without telling one."""
_HOLDERS: Final = frozenset({"workflow", "task", "agent", "handoff", "guardrail"})
"""Kinds of spans that hold calls, and are none themselves."""


def to_sent(span: Span) -> Sent:
    """Return the log that a span is, whatever its attributes are.

    A family that trips over a value nobody thought of must not cost the span, or the others of its request: it is kept
    as it came, and flagged.
    """
    try:
        return interpret(span)
    except Exception:
        _logger.exception("the attributes of a span cannot be read and are kept as they came: %s", span.name)
        draft = Draft(span)
        draft.log.flags = ("attributes_unreadable",)
        settle(draft)
        return draft.sent()


def interpret(span: Span) -> Sent:
    """Return the log that a span is, as the families read it."""
    draft = Draft(span)
    _apply_rules(draft)
    roots = {name.partition(".")[0] for name in span.attributes}
    for family in FAMILIES:
        if family.read is None:
            continue
        if not family.roots or not roots.isdisjoint(family.roots) or (family.events and span.events):
            family.read(draft)
    settle(draft)
    return draft.sent()


def _apply_rules(draft: Draft) -> None:
    """Let each attribute that speaks for itself do so, in the order of FAMILIES."""
    attributes = draft.attributes
    for (_, rule), name in sorted([(_RULES[name], name) for name in attributes if name in _RULES]):
        if rule(draft, attributes[name]):
            del attributes[name]


def settle(draft: Draft) -> None:
    """Fill what every span has, whatever its family, and keep what no family took."""
    span, log = draft.span, draft.log
    log.trace_unique_id = span.trace_id
    log.span_unique_id = span.span_id
    log.span_parent_id = span.parent_id
    log.span_name = log.span_name or span.name
    log.timestamp = span.end
    log.start_time = span.start
    log.log_method = log.log_method or "tracing_integration"
    log.model = log.model or str(draft.extra.get("response_model", ""))
    _settle_outcome(draft)
    if not log.log_type:
        is_call = bool(draft.prompt or draft.completions or (log.model and draft.usage))
        log.log_type = "chat" if is_call else ("task" if span.parent_id else "workflow")
    if log.log_type in _HOLDERS and span.kind != "client":
        _set_totals_aside(draft)
    for name, value in draft.attributes.items():
        draft.keep(name, value)
    _keep_surroundings(draft)


def _keep_surroundings(draft: Draft) -> None:
    """Keep what came around a span's attributes: its resource and scope, events and links."""
    span, metadata = draft.span, draft.metadata
    for name in _RESOURCE_METADATA:
        if name in span.resource:
            metadata.setdefault(name, span.resource[name])
    if span.scope_name:
        metadata.setdefault("otel.scope.name", span.scope_name)
    if span.scope_version:
        metadata.setdefault("otel.scope.version", span.scope_version)
    if span.kind:
        draft.extra.setdefault("span_kind", span.kind)
    if span.resource:
        draft.extra.setdefault("resource", span.resource)
    if draft.events:
        draft.extra.setdefault("events", draft.events)
    if span.links:
        draft.extra.setdefault("links", span.links)
    for name, value in span.rest.items():
        draft.extra.setdefault(name, value)


def _set_totals_aside(draft: Draft) -> None:
    """Keep what a span says of its children's calls apart from what is counted: they are counted themselves.

    A call of a remote agent, whose calls nobody else tells of, is a client's span (GenAI conventions, invoke_agent).
    """
    if draft.usage:
        draft.extra.setdefault("aggregated_usage", draft.usage)
        draft.usage = {}
    if draft.log.cost is not None:
        draft.extra.setdefault("aggregated_cost", number(draft.log.cost))
        draft.log.cost = None


def _settle_outcome(draft: Draft) -> None:
    """Fill status, its code and why it failed, from the span's status and its exception events."""
    span, log = draft.span, draft.log
    exception = next((event for event in draft.events if event.name == "exception"), None)
    if span.status != FAILED and not log.error_message:
        return
    if span.status == UNSET and not log.error_message:
        return
    told: dict[str, Any] = exception.attributes if exception is not None else {}
    log.status = "failed"
    log.error_message = log.error_message or str(told.get("exception.message") or span.status_message or "")
    log.error_code = log.error_code or str(draft.attributes.get("error.type") or told.get("exception.type") or "")
    if not log.status_code:
        log.status_code = _status_code(draft, f"{log.error_message} {span.status_message}")
    log.error_message = log.error_message or log.error_code


def _status_code(draft: Draft, told: str) -> int:
    for name in _HTTP_STATUS:
        code = draft.attributes.get(name)
        if isinstance(code, int) and 400 <= code <= 599:
            return code
    return status_in(told) or UNKNOWN_FAILURE


def status_in(told: str) -> int:
    """Return the HTTP status that an error's text tells of; 0 if it tells none."""
    found = _STATUS_IN_TEXT.search(told)
    return int(found[1]) if found else 0


def messages_of(events: list[Event]) -> tuple[list[Message], list[Message]]:
    """Return what went in and what came out, of events that carry messages, in their order."""
    prompt, answers, _ = genai.sort_events(events)
    return prompt, answers
