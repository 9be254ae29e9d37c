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
from inferlog.enrich.tier import forget_auto
from inferlog.enrich.uncounted import mark_uncounted
from inferlog.enrich.usage import count_tokens
from inferlog.model import Sent
from inferlog.pricing.prices import Prices

Step = Callable[[Sent], None]

COMPLETE: Final[tuple[Step, ...]] = (
    unfold_request,
    unfold_response,
    promote_customer,
    settle_times,
    settle_outcome,
    count_tokens,
    forget_auto,
    mark_uncounted,
)
"""What comes before a log is priced."""
PACK: Final[tuple[Step, ...]] = (drop_content, pack_extra)
"""What comes after."""


def enrich(sent: Sent, prices: Prices) -> None:
    """Run every step, in order."""
    for step in COMPLETE:
        step(sent)
    price(sent, prices)
    for step in PACK:
        step(sent)
