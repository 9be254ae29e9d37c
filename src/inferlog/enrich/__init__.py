"""What a log gains between being decoded and being stored: an ordered list of named steps, each pure and small.

A step completes the Sent it is given, in place (it was decoded for this one request, and a copy of a
70-column struct costs more than the steps do), and looks only at that Sent. `received_at` is set before.
"""

from collections.abc import Callable
from typing import Final

from inferlog.enrich.clock import settle_times
from inferlog.enrich.content import drop_content, pack_extra
from inferlog.enrich.cost import price
from inferlog.enrich.extract import promote_customer, unfold_request, unfold_response
from inferlog.enrich.outcome import settle_outcome
from inferlog.enrich.usage import count_tokens
from inferlog.model import Sent

Step = Callable[[Sent], None]

STEPS: Final[tuple[Step, ...]] = (
    unfold_request,
    unfold_response,
    promote_customer,
    settle_times,
    settle_outcome,
    count_tokens,
    price,
    drop_content,
    pack_extra,
)


def enrich(sent: Sent) -> None:
    """Run every step, in order."""
    for step in STEPS:
        step(sent)
