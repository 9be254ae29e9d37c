"""When a call happened: timestamp is its completion, start_time its beginning, latency what lies between (seconds)."""

from typing import Final

import msgspec

from inferlog.dialects.times import read_time
from inferlog.enrich.extract import read_text
from inferlog.jsontext import dumps
from inferlog.model import Log, Sent

EARLIEST: Final = 1_262_304_000.0
"""2010-01-01. Before it there was no LLM call to log; such a time is a clock that was never set."""
COMPLETION_START: Final = "completion_start_time"
FUTURE_SECONDS_MAX: Final = 86_400.0
"""A day ahead is a wrong time zone; more is nonsense (clients have sent the year 2201)."""


def settle_times(sent: Sent) -> None:
    """Fill the times that are missing from those that are there; bound impossible ones, flagged, the original kept."""
    log = sent.log
    latest = log.received_at + FUTURE_SECONDS_MAX
    if not log.time_to_first_token and log.start_time and COMPLETION_START in sent.extra:
        log.time_to_first_token = _until_completion(sent)
    if log.timestamp and not EARLIEST <= log.timestamp <= latest:
        log.timestamp = _flag(sent, "timestamp", log.timestamp)
    if log.start_time and not EARLIEST <= log.start_time <= latest:
        log.start_time = _flag(sent, "start_time", log.start_time)
    if log.latency < 0:
        log.latency = _flag(sent, "latency", log.latency)
    if log.time_to_first_token < 0:
        log.time_to_first_token = _flag(sent, "time_to_first_token", log.time_to_first_token)
    if not log.timestamp:
        ended = min(log.start_time + log.latency, latest)
        log.timestamp = to_microseconds(ended) if log.start_time else log.received_at
    if not log.start_time:
        log.start_time = to_microseconds(max(log.timestamp - log.latency, EARLIEST))
    elif log.start_time > log.timestamp:
        _flag(sent, "start_time", log.start_time)
        log.start_time = log.timestamp
    elif not log.latency:
        log.latency = to_microseconds(log.timestamp - log.start_time)


def _until_completion(sent: Sent) -> float:
    """Return the time to the first token, of a log whose start and whose completion's came in different pieces."""
    moment = read_time(read_text(sent.extra[COMPLETION_START]))
    return 0.0 if moment is None else to_microseconds(max(moment - sent.log.start_time, 0.0))


def to_microseconds(seconds: float) -> float:
    """Return a point in time or a duration at the store's resolution; round(seconds, 6) takes four times as long."""
    return int(seconds * 1e6 + 0.5) / 1e6


def _flag(sent: Sent, name: str, value: float) -> float:
    """Say that a time was replaced, and keep what came under original_<name>; return what stands for none."""
    kept_as = f"original_{name}"
    while kept_as in sent.extra:  # the client has a field of that name itself
        kept_as = f"original_{kept_as}"
    sent.extra[kept_as] = msgspec.Raw(dumps(value))
    add_flag(sent.log, f"{name}_out_of_range")
    return 0.0


def add_flag(log: Log, flag: str) -> None:
    """Mark a log with something that its reader should know."""
    if flag not in log.flags:
        log.flags = (*log.flags, flag)
