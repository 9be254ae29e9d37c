"""Two pieces of one log → the log. A span comes in pieces when its start, its end and its messages are sent apart."""

from typing import Any, Final

import msgspec

from inferlog.dialects.families import messages_of
from inferlog.dialects.langfuse_media import MEDIA
from inferlog.dialects.spans import Event
from inferlog.enrich import enrich
from inferlog.enrich.extract import read_object_leniently
from inferlog.jsontext import RawObject, dumps
from inferlog.model import NO_JSON, Change, Log, Sent, log_defaults
from inferlog.pricing.prices import Prices

RUNNING: Final = "running"
"""The status of a log whose end has not come yet."""
MESSAGE_EVENTS: Final = "gen_ai_events"
"""Where events that came apart from their span are kept: more of them may come."""

SETTLED: Final = (
    "timestamp", "start_time", "latency", "status", "status_code", "log_type", "log_method", "tokens_per_second",
    "prompt_tokens", "completion_tokens", "total_request_tokens", "prompt_cache_hit_tokens",
    "prompt_cache_creation_tokens", "reasoning_tokens", "cost", "cost_source",
    "usage_details", "cost_details", "price_id", "price_version", "service_tier", "estimated",
)  # fmt: skip
"""Columns that are worked out where they are not given, so that they must be worked out again after a merge."""

CHANGEABLE: Final = ("custom_identifier", "note", "positive_feedback", "is_pinned", "blurred")
"""What a change replaces; metadata it merges."""

_DEFAULTS: Final = log_defaults()
_FIXED: Final = frozenset("project_id environment id received_at api_key_prefix size_bytes revision".split())
_OBJECTS: Final = frozenset({"extra", "metadata", "usage"})
_UNITED: Final = ("flags", "given")
_PLAIN: Final = tuple(
    name for name in Log.__struct_fields__ if name not in _FIXED | _OBJECTS and name not in (*_UNITED, "status")
)


def note_given(log: Log) -> None:
    """Write down which of the settled columns the sender filled, before they are settled."""
    log.given = tuple([name for name in SETTLED if getattr(log, name) != _DEFAULTS[name]])


def merge(log: Log, piece: Log, prices: Prices, *, overrides: bool) -> Log:
    """Return `log` completed by a piece, which outdoes it where both say something if it `overrides`.

    Merging a piece once more changes nothing. An id, a project and a time of arrival are the first piece's.
    """
    log, piece = _unsettled(log), _unsettled(piece)
    winner, other = (piece, log) if overrides else (log, piece)
    merged = Log(**{name: getattr(log, name) for name in _FIXED})
    for name in _PLAIN:
        value = getattr(winner, name)
        setattr(merged, name, value if value != _DEFAULTS[name] else getattr(other, name))
    merged.status = _status(winner.status, other.status)
    for name in _UNITED:
        setattr(merged, name, tuple(dict.fromkeys((*getattr(log, name), *getattr(piece, name)))))
    merged.usage = _union(winner.usage, other.usage)
    merged.metadata = _union(winner.metadata, other.metadata)
    extra = _fields(other.extra) | _fields(winner.extra)
    if MEDIA in extra:
        extra[MEDIA] = _union(*(_fields(each.extra).get(MEDIA, NO_JSON) for each in (winner, other)))
    _gather_messages(merged, extra, log, piece)
    merged.size_bytes = max(log.size_bytes, piece.size_bytes)
    enrich(Sent(log=merged, extra=extra), prices)
    return merged


def change(log: Log, said: Change) -> Log:
    """Return `log` as somebody changed it by hand. Nothing is worked out anew of it; again it changes nothing."""
    changed = msgspec.structs.replace(log)
    for name in CHANGEABLE:
        value = getattr(said, name)
        if value is not msgspec.UNSET:
            setattr(changed, name, value)
    if said.metadata is not NO_JSON:
        changed.metadata = _union(said.metadata, log.metadata)
    return changed


def _unsettled(log: Log) -> Log:
    """Return a log without what was worked out of the rest of it."""
    copy = msgspec.structs.replace(log)
    for name in SETTLED:
        if name not in log.given:
            setattr(copy, name, _DEFAULTS[name])
    return copy


def _status(first: str, second: str) -> str:
    """Return the status of two pieces: one that has ended tells more than one that runs."""
    if RUNNING in (first, second):
        return first if second == RUNNING else second
    return first or second


def _gather_messages(merged: Log, extra: RawObject, log: Log, piece: Log) -> None:
    """Make the messages anew of all events that came apart from their span, in the order in which they happened."""
    found = [*_events(log), *_events(piece)]
    if not found:
        return
    events = sorted({dumps(each): each for each in found}.values(), key=lambda event: event.time)
    extra[MESSAGE_EVENTS] = msgspec.Raw(dumps(events))
    prompt, answers = messages_of(events)
    if prompt:
        merged.prompt_messages = msgspec.Raw(dumps(prompt))
    if answers:
        merged.completion_message = msgspec.Raw(dumps(answers[0]))
    if len(answers) > 1:
        merged.completion_messages = msgspec.Raw(dumps(answers))


def _events(log: Log) -> list[Event]:
    raw = _fields(log.extra).get(MESSAGE_EVENTS)
    return [] if raw is None else msgspec.json.decode(raw, type=list[Event])


def _fields(raw: msgspec.Raw) -> RawObject:
    return {} if raw is NO_JSON else read_object_leniently(raw)


def _union(winner: msgspec.Raw, other: msgspec.Raw) -> Any:
    """Return an object with the keys of both."""
    if winner is NO_JSON or other is NO_JSON:
        return other if winner is NO_JSON else winner
    return msgspec.Raw(dumps(_fields(other) | _fields(winner)))
