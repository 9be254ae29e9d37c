"""A span as the log that is made of it: what is filled of the columns, decoded, and what has none beside it."""

from typing import Any, Final

import msgspec

from inferlog.dialects.families import to_sent
from inferlog.dialects.spans import Span
from inferlog.model import Log

_EVERY_SPAN_HAS: Final = frozenset({"log_method"})


def seen(attributes: dict[str, Any], **of_the_span: Any) -> dict[str, Any]:
    """Return the log of a span with these attributes, without what every log of a span has."""
    sent = to_sent(Span(attributes=attributes, **of_the_span))
    if sent.log.span_name == of_the_span.get("name", ""):
        sent.log.span_name = ""
    filled = {
        name: getattr(sent.log, name)
        for name, default in zip(Log.__struct_fields__, Log.__struct_defaults__, strict=True)
        if getattr(sent.log, name) != default and name not in _EVERY_SPAN_HAS
    }
    return {name: _decoded(value) for name, value in (filled | sent.extra).items()}


def _decoded(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
