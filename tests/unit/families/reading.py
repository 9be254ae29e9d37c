"""A span's attributes read as a log, in plain values that a test can compare."""

from typing import Any

import msgspec

from inferlog.dialects.families import interpret
from inferlog.dialects.spans import Span
from inferlog.model import Sent, log_defaults


def plain(sent: Sent) -> dict[str, Any]:
    """Return what a log holds: its filled columns and what has none, bodies as the values that they are JSON of."""
    log = sent.log
    filled = {name: value for name, default in log_defaults().items() if (value := getattr(log, name)) != default}
    return {
        name: msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
        for name, value in (filled | sent.extra).items()
    }


def read(attributes: dict[str, Any], **span: Any) -> dict[str, Any]:
    """Return the log of a span that has these attributes; `span` are its other fields."""
    given: dict[str, Any] = {"trace_id": "0a", "span_id": "0b", "parent_id": "0c", "name": "a span"} | span
    return plain(interpret(Span(attributes=attributes, **given)))
