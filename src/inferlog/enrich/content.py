"""What is kept of a log's content, and in which form."""

from typing import Final

import msgspec

from inferlog.jsontext import dumps
from inferlog.model import NO_JSON, Sent

_CONTENT_COLUMNS: Final = (
    "input", "output", "prompt_messages", "completion_message", "completion_messages", "tools", "tool_calls",
    "variables", "full_request", "full_response",
)  # fmt: skip
_CONTENT_EXTRA: Final = frozenset(
    "messages ideal_output reasoning embedding base64_embedding full_text system_text prompt_text completion_text "
    "input_array prompt_messages_template prompt thread_message_pairs keywordsai_params respan_params".split()
)


def drop_content(sent: Sent) -> None:
    """With disable_log, keep the figures of a call and none of what was said (the vendor's rule, dossier §1.4)."""
    if not sent.disable_log:
        return
    for column in _CONTENT_COLUMNS:
        setattr(sent.log, column, NO_JSON)
    for name in _CONTENT_EXTRA & sent.extra.keys():
        del sent.extra[name]


def pack_extra(sent: Sent) -> None:
    """Put everything that has no column of its own into the column `extra`, as one JSON object."""
    if sent.extra:
        sent.log.extra = msgspec.Raw(dumps(sent.extra))
