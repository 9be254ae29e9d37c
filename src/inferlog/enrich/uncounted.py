"""Which logs lack the tokens that they used, so that the writer counts them: that takes too long before an answer."""

import re
from typing import Final

from inferlog.enrich.clock import add_flag
from inferlog.model import NO_JSON, Log, Sent
from inferlog.usage import COUNTED_ELSEWHERE

PENDING: Final = ("tokens_pending",)
"""What `estimated` of such a log says, from its receipt until it is stored."""
NOT_COUNTED: Final = "tokens_not_counted"
"""The flag of a log whose tokens nobody told and nobody could count."""
CALLS: Final = frozenset({"chat", "completion", "text", "response", "embedding", "generation"})
"""The kinds of log that are calls of a model which is paid by tokens of text."""

_PROMPTS: Final = ("prompt_messages", "input", "full_request")
_ANSWERS: Final = ("completion_message", "completion_messages", "output", "tool_calls")
_COUNTED_BY_OTHERS: Final = ("aggregated_usage",)
_ZERO: Final = re.compile(rb'[Tt]okens?(?:Count)?"\s*:\s*"?0')


def mark_uncounted(sent: Sent) -> None:
    """Mark a call of which no usage came, but which said something. A call that still runs is not complete yet.

    A stream that failed is counted if it answered in part: that is paid for. A usage of zero stands if nothing was
    answered; else it cannot be true: some clients tell it of streams whose usage they did not ask for.
    """
    log = sent.log
    if log.usage_details or log.total_request_tokens or not log.model or log.log_type not in CALLS:
        return
    answered = was_answered(log)
    if log.status == "failed" and not (answered and log.stream):  # else what stands for an answer is the refusal's text
        return
    if not answered and all(getattr(log, name) is NO_JSON for name in _PROMPTS):
        return
    if (
        log.status == "running"
        or COUNTED_ELSEWHERE in log.flags
        or not sent.extra.keys().isdisjoint(_COUNTED_BY_OTHERS)
    ):
        return
    if _says_zero(log) and not answered:
        return
    if sent.disable_log:  # what was said is not kept, so that nobody can count it later
        add_flag(log, NOT_COUNTED)
        return
    log.estimated = PENDING


def was_answered(log: Log) -> bool:
    """Tell whether something was answered, so that a usage of nothing but zeros cannot be true."""
    return any(getattr(log, name) is not NO_JSON for name in _ANSWERS)


def _says_zero(log: Log) -> bool:
    return log.usage is not NO_JSON and _ZERO.search(bytes(log.usage)) is not None
