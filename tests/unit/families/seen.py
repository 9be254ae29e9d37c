"""What a span's attributes alone come to, without what every span has."""

from typing import Any

from inferlog.dialects.families import interpret
from inferlog.dialects.spans import Span
from tests.unit.families.reading import plain


def seen(attributes: dict[str, Any], **of_the_span: Any) -> dict[str, Any]:
    """Return the log of a span with these attributes, in plain values, without its method and the span's own name."""
    log = plain(interpret(Span(attributes=attributes, **of_the_span)))
    log.pop("log_method", None)
    if log.get("span_name") == of_the_span.get("name"):
        log.pop("span_name", None)
    return log
