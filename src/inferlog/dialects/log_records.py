"""OTLP's log records that speak of an LLM call → pieces of its span. Pure.

Versions 1.28 to 1.36 of the GenAI conventions send the messages of a call as log records (one a message), and later
ones may send all of them in one. They travel apart from the span, before it or after it.
"""

import msgspec

from inferlog.dialects.families import EVENTS, to_sent
from inferlog.dialects.spans import Event, Record, Span
from inferlog.enrich.merge import MESSAGE_EVENTS, RUNNING
from inferlog.jsontext import dumps
from inferlog.model import ItemError, Sent

_NAMED = "event.name"


def to_pieces(records: list[Record]) -> tuple[list[Sent], list[ItemError]]:
    """Return a piece for each span that the records speak of, and why other records are not kept, by their position."""
    spans: dict[tuple[str, str], Span] = {}
    errors: list[ItemError] = []
    for position, record in enumerate(records):
        name = record.name or str(record.attributes.get(_NAMED, ""))
        if name not in EVENTS or not record.span_id:
            errors.append(ItemError(position, _why(name, record)))
            continue
        span = spans.setdefault((record.trace_id, record.span_id), _span(record))
        span.start = min(span.start or record.time, record.time)
        span.events.append(_event(name, record))
        if record.body is not None:  # the attributes of one message tell of the call, not of the message
            span.attributes |= {key: value for key, value in record.attributes.items() if key != _NAMED}
    return [_piece(span) for span in spans.values()], errors


def _why(name: str, record: Record) -> str:
    if name not in EVENTS:
        return f"the log record {name!r} is none of the GenAI conventions' events, which is what is kept of log records"
    return f"the log record {name!r} belongs to no span"


def _span(record: Record) -> Span:
    return Span(
        trace_id=record.trace_id,
        span_id=record.span_id,
        start=record.time,
        attributes={},
        events=[],
        resource=record.resource,
        scope_name=record.scope_name,
        scope_version=record.scope_version,
    )


def _event(name: str, record: Record) -> Event:
    if record.body is None:
        return Event(name, record.time, {key: value for key, value in record.attributes.items() if key != _NAMED})
    return Event(name, record.time, {"body": record.body})


def _piece(span: Span) -> Sent:
    events = span.events
    sent = to_sent(span)
    sent.extra[MESSAGE_EVENTS] = msgspec.Raw(dumps(events))
    log = sent.log
    log.status = log.status or RUNNING  # until its span comes
    log.start_time = 0.0  # the span knows better when it began
    if log.log_type in ("workflow", "task"):  # a guess, for want of the span's own word
        log.log_type = "chat"
    return sent
