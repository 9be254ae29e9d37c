"""The price book: which price held for which model when, by the projects' own prices and by the published ones.

`genai_prices.calc_price` takes 228 µs a call. Here a name is resolved once, the days on which its price changed are
noted, and a look-up is one in a dictionary; the arithmetic is of integers.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from genai_prices.types import ModelInfo, Provider
from rapidfuzz import fuzz, process

from inferlog.pricing.dataset import DataSet, bundled, prices_of
from inferlog.pricing.names import MAKERS, NAME_MAX, Found, find_model
from inferlog.pricing.own import OwnIndex, OwnPrice
from inferlog.pricing.prices import Price
from inferlog.pricing.rates import FREE, fees_of, steps_of, units_of
from inferlog.pricing.tiers import STANDARD, boundaries, price_in_tier, tier_name

_DAY: Final = 86_400
_RESOLVED_MAX: Final = 20_000
_NEAR_MIN: Final = 60
"""Of 100: how alike a name must be to be suggested."""


class PriceBook:
    """What every model costs. Reading is lock-free: a change swaps in new tables whole."""

    def __init__(self, data: DataSet | None = None) -> None:
        """Start with published prices (those that ship, by default) and no project's own."""
        self._own = OwnIndex(())
        self.use_data(data or bundled())

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, service_tier: str) -> Price | None:
        """Return the price of a call made at `timestamp` (seconds since 1970 UTC), or None for an unknown model."""
        if len(model) > NAME_MAX or len(provider_id) > NAME_MAX:
            return None
        tier = tier_name(service_tier)
        if project_id in self._own.projects:
            own = self._own.find(project_id, provider_id, model, timestamp, tier)
            if own is not None:
                return own
        schedule = self._resolve(model, provider_id, tier)
        if schedule is None:
            return None
        return schedule.constant if schedule.is_constant else schedule.at(timestamp)

    def use_data(self, data: DataSet) -> None:
        """Price by other published prices from now on."""
        self.data = data
        self._resolve: Callable[[str, str, str], _Schedule | None] = lru_cache(_RESOLVED_MAX)(
            lambda model, provider_id, tier: _schedule(data, model, provider_id, tier)
        )

    def use_own(self, prices: Iterable[OwnPrice]) -> None:
        """Replace all projects' own prices."""
        self._own = OwnIndex(prices)

    def unpriced_because(self, provider_id: str, model: str) -> str:
        """Return why a model has no price: in words for people, with the nearest names that have one."""
        found = find_model(self.data, model, provider_id)
        if found is not None:
            units = sorted({unit for price in prices_of(found.model) for unit in units_of(price)})
            by = f"it is priced by {', '.join(units)}" if units else "the data set has none"
            return f"{found.provider.id}:{found.model.id} has no price for tokens: {by}"
        near = self.nearest(model)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        return f"no price is known for {model[:NAME_MAX]!r}{hint}"

    def nearest(self, model: str, count: int = 3) -> list[str]:
        """Return the known names that are most like one that is not known, best first."""
        name = model[:NAME_MAX].strip().lower().rpartition("/")[2]
        found = process.extract(name, _names(self.data), scorer=fuzz.ratio, limit=count, score_cutoff=_NEAR_MIN)
        return [each for each, _, _ in found]

    def models(self) -> Iterator[tuple[Provider, ModelInfo]]:
        """Yield every published model, with who sells it."""
        for provider in self.data.providers:
            for model in provider.models:
                yield provider, model

    def price_of(self, provider: Provider, model: ModelInfo, timestamp: float, tier: str = STANDARD) -> Price | None:
        """Return what a published model costs at a time in a tier, or None if its tokens have no price."""
        return _price(self.data, Found(provider, model), tier, timestamp)


class _Schedule:
    """A model's prices in a tier over time: the moments and the times of day at which they may change."""

    __slots__ = ("_data", "_found", "_moments", "_prices", "_seconds", "_tier", "constant", "is_constant")

    def __init__(self, data: DataSet, found: Found, tier: str) -> None:
        self._data, self._found, self._tier = data, found, tier
        self._moments, self._seconds = boundaries(data, found.provider.id, found.model, tier)
        self._prices: dict[tuple[int, int], Price | None] = {}
        self.is_constant = not self._moments and not self._seconds
        self.constant = _price(data, found, tier, 0.0) if self.is_constant else None

    def at(self, timestamp: float) -> Price | None:
        """Return the price at a time, or None if its tokens have none."""
        key = (bisect_right(self._moments, timestamp), bisect_right(self._seconds, timestamp % _DAY))
        try:
            return self._prices[key]
        except KeyError:
            price = self._prices[key] = _price(self._data, self._found, self._tier, timestamp)
            return price


def _schedule(data: DataSet, model: str, provider_id: str, tier: str) -> _Schedule | None:
    found = find_model(data, model, provider_id)
    return None if found is None else _Schedule(data, found, tier)


def _price(data: DataSet, found: Found, tier: str, timestamp: float) -> Price | None:
    provider, model, marks = found
    name = f"{provider.id}:{model.id}"
    version = data.version_of(provider.id, model)
    if data.is_free(provider.id, model):
        return Price(name, version, FREE, estimated=marks)
    in_tier = price_in_tier(data, provider.id, model, tier, datetime.fromtimestamp(timestamp, UTC))
    steps = steps_of(in_tier.price, model.id)
    if steps is None:
        return None
    if in_tier.by_supplement:
        version = data.completed_version
    return Price(name, version, steps, estimated=(*marks, *in_tier.marks, *fees_of(in_tier.price)))


@lru_cache(maxsize=4)
def _names(data: DataSet) -> list[str]:
    """Return the names that are suggested: of the makers' models first."""
    ordered = sorted(data.providers, key=lambda each: each.id not in MAKERS)
    return list(dict.fromkeys(model.id for provider in ordered for model in provider.models))
