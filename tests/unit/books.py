"""Price books that differ, to price one log by two of them."""

from typing import Final

from inferlog.pricing.prices import Price
from tests.unit.journey import PRICES

GONE: Final = "gpt-4o-mini"
"""A model that the later book does not know."""
NEW: Final = "gpt-99"
"""A model that only the later book knows."""
GUESSED: Final = "gpt-4o"
"""A model whose later price is a guess."""


class LaterBook:
    """A book in which everything costs a third more, one model is gone, one is new, and one is guessed."""

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, service_tier: str) -> Price | None:
        """Return the later price of a call."""
        name = "gpt-4.1" if model == NEW else model
        found = None if model == GONE else PRICES.find(project_id, provider_id, name, timestamp, service_tier)
        if found is None:
            return None
        steps = tuple(
            (start, {bucket: rate * 4 // 3 for bucket, rate in rates.items()}) for start, rates in found.steps
        )
        return Price(f"later:{model}", "v2", steps, estimated=("cost:guess",) if model == GUESSED else ())


LATER: Final = LaterBook()
