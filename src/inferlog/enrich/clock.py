"""When a call happened: timestamp is its completion, start_time its beginning, latency what lies between (seconds)."""

from typing import Final

import msgspec

from inferlog.jsontext import dumps
from inferlog.model import Log, Sent

EARLIEST: Final = 1_262_304_000.0
"""2010-01-01. Before it there was no LLM call to log; such a time is a clock that was never set."""
FUTURE_SECONDS_MAX: Final = 86_400.0
"""A day ahead is a wrong time zone; more is nonsense (clients have sent the year 2201)."""


def settle_times(sent: Sent) -> None:
    """Fill the times that are missing from those that are there; bound impossible ones, flagged, the original kept."""
    log = sent.log
    log.timestamp = _bounded(sent, "timestamp", log.timestamp)
    log.start_time = _bounded(sent, "start_time", log.start_time)
    if log.latency < 0:
        _flag(sent, "latency", log.latency)
        log.latency = 0.0
    if log.time_to_first_token < 0:
        _flag(sent, "time_to_first_token", log.time_to_first_token)
        log.time_to_first_token = 0.0
    if not log.timestamp:
        log.timestamp = round(log.start_time + log.latency, 6) if log.start_time else log.received_at
    if not log.start_time:
        log.start_time = max(round(log.timestamp - log.latency, 6), EARLIEST)
    elif log.start_time > log.timestamp:
        _flag(sent, "start_time", log.start_time)
        log.start_time = log.timestamp
    elif not log.latency:
        log.latency = round(log.timestamp - log.start_time, 6)


def _bounded(sent: Sent, name: str, moment: float) -> float:
    if moment and not EARLIEST <= moment <= sent.log.received_at + FUTURE_SECONDS_MAX:
        _flag(sent, name, moment)
        return 0.0
    return moment


def _flag(sent: Sent, name: str, value: float) -> None:
    """Say that a time was replaced, and keep what came under original_<name>."""
    sent.extra[f"original_{name}"] = msgspec.Raw(dumps(value))
    add_flag(sent.log, f"{name}_out_of_range")


def add_flag(log: Log, flag: str) -> None:
    """Mark a log with something that its reader should know."""
    log.flags = (*log.flags, flag)
