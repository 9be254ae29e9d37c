"""Pieces of one log, as dialects of spans make them, prepared for the journal."""

from typing import Any, Final

import msgspec

from inferlog.dialects.families import to_sent
from inferlog.dialects.spans import Event, Span
from inferlog.enrich.merge import MESSAGE_EVENTS, RUNNING
from inferlog.ingest import Prepared, prepare_piece
from inferlog.jsontext import dumps
from inferlog.model import Log, Merging, Sent
from tests.unit.journey import INTAKE, KEY, RECEIVED_AT

TRACE: Final = "0af7651916cd43dd8448eb211c80319c"
SPAN: Final = "b7ad6b7169203331"


def piece(merges: Merging = "override", *, received_at: float = RECEIVED_AT, **columns: Any) -> Prepared:
    """Return a piece of the span SPAN that fills these columns; bodies are given as values."""
    log = Log(trace_unique_id=TRACE, span_unique_id=SPAN)
    for name, value in columns.items():
        is_body = Log.__annotations__[name] is msgspec.Raw
        setattr(log, name, msgspec.Raw(dumps(value)) if is_body else value)
    return prepare_piece(Sent(log=log, extra={}), merges, KEY, received_at, INTAKE)


def message_piece(name: str, content: str, time: float) -> Prepared:
    """Return the piece that one message event is, as it comes apart from its span."""
    events = [Event(name, time, {"body": {"content": content}})]
    sent = to_sent(Span(trace_id=TRACE, span_id=SPAN, events=list(events)))
    sent.extra[MESSAGE_EVENTS] = msgspec.Raw(dumps(events))
    sent.log.status = RUNNING
    return prepare_piece(sent, "fill", KEY, RECEIVED_AT, INTAKE)
