"""The published prices: the data set `genai-prices`, as it ships or from a file, and our own small supplement to it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final, NamedTuple

import msgspec
import pydantic
from genai_prices import data_snapshot
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    _providers_from_raw,
)

from inferlog.errors import InvalidInput

BUNDLED: Final = f"genai-prices {version('genai-prices')}"
"""The version of the prices that ship with inferlog."""
_PROVIDERS_MIN: Final = 1
_TEXT_MAX: Final = 300


class TierRule(NamedTuple):
    """What is known of a service tier of a provider beside the data set.

    Since when it has been sold, and what part of the standard price it costs (`share`), or as which other tier
    (`same_as`). Without either its price is that of the data set, which often recorded a tier long after it began.
    """

    begins: float
    share: Decimal | None
    same_as: str


class _Supplement(msgspec.Struct, frozen=True):
    version: str
    models: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    completes: list[dict[str, Any]]
    free: list[dict[str, Any]]
    tiers: list[dict[str, Any]]


class DataSet:
    """Providers with their models and prices, immutable. `version` is kept with each log that is priced by it."""

    def __init__(self, providers: list[Provider], version: str) -> None:
        """Take published providers as they are, and add what the supplement has."""
        added = _supplement()
        self.version = version
        self.completed_version = f"{version} + supplement {added.version}"
        self._completed: set[tuple[str, str]] = set()
        self.providers = [self._complete(each, added) for each in providers]
        self._by_id = {each.id: each for each in self.providers}
        self._free = {(each["provider"], each["model"]) for each in added.free}
        self._rules: dict[tuple[str, str], list[TierRule]] = {}
        for rule in added.tiers:
            begins = datetime.combine(date.fromisoformat(rule["begins"]), datetime.min.time(), UTC).timestamp()
            share = Decimal(rule["share"]) if "share" in rule else None
            self._rules.setdefault((rule["provider"], rule["tier"]), []).append(
                TierRule(begins, share, rule.get("as", ""))
            )

    def provider(self, provider_id: str) -> Provider | None:
        """Return the provider of this id, or None."""
        return self._by_id.get(provider_id)

    def find(self, provider: Provider, name: str) -> ModelInfo | None:
        """Return the model that a provider sells under a name (lower case), by the data set's own rules, or None."""
        return provider.find_model(name, all_providers=self.providers)

    def is_free(self, provider_id: str, model: ModelInfo) -> bool:
        """Tell whether a model is published as free of charge, which the data set shows as no price at all."""
        return model.id.endswith(":free") or (provider_id, model.id) in self._free

    def tier_rules(self, provider_id: str, tier: str) -> list[TierRule]:
        """Return what is known of a provider's service tier, the surest first."""
        return self._rules.get((provider_id, tier), [])

    def version_of(self, provider_id: str, model: ModelInfo) -> str:
        """Return the version of a model's price: it names the supplement if that has a part in it."""
        return self.completed_version if (provider_id, model.id) in self._completed else self.version

    def _complete(self, provider: Provider, added: _Supplement) -> Provider:
        own = [each["model"] for each in added.models if each["provider"] == provider.id]
        lacking = {each["model"]: each["prices"] for each in added.completes if each["provider"] == provider.id}
        changes = [each for each in added.changes if each["provider"] == provider.id]
        if not own and not lacking and not changes:
            return provider
        raw = [{"id": provider.id, "name": provider.name, "api_pattern": "", "models": own}]
        new = _providers_from_raw(raw)[0].models
        known = {model.id for model in provider.models}
        new = [model for model in new if model.id not in known]
        models = [_with_prices(model, lacking.get(model.id, {})) for model in provider.models]
        for change in changes:
            models = [_with_change(model, change) if model.id in change["models"] else model for model in models]
            self._completed |= {(provider.id, name) for name in change["models"]}
        self._completed |= {(provider.id, name) for name in (*lacking, *(model.id for model in new))}
        return replace(provider, models=[*new, *models])


def bundled() -> DataSet:
    """Return the prices that ship with inferlog."""
    return _bundled()


@cache
def _bundled() -> DataSet:
    return DataSet(data_snapshot.get_snapshot().providers, BUNDLED)


def read_dataset(text: bytes, version: str) -> DataSet:
    """Return the prices of a file that genai-prices publishes (`data.json`, `data_slim.json`).

    Raises InvalidInput for anything else.
    """
    try:
        raw = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The price file is not JSON: {str(error)[:_TEXT_MAX]}") from None
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise InvalidInput("The price file: expected genai-prices' array of providers (data.json or data_slim.json)")
    try:
        providers = _providers_from_raw(raw)
        _check(providers)
        return DataSet(providers, version)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"The price file: {place}: {first['msg']}"[:_TEXT_MAX]) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"The price file cannot be read: {str(error)[:_TEXT_MAX]}") from None


def _check(providers: list[Provider]) -> None:
    """Try every price once, so that a file that cannot be used is refused as a whole."""
    models = [(provider, model) for provider in providers for model in provider.models]
    if len(providers) < _PROVIDERS_MIN or not models:
        raise ValueError("it has no models")
    for provider, model in models:
        try:
            model.is_match("gpt-4o")
            for price in prices_of(model):
                price.calc_price({"input_tokens": 1, "output_tokens": 1})
        except Exception as error:  # whatever the library raises for a price that it cannot use
            raise ValueError(f"{provider.id}: {model.id}: {error}") from None


def prices_of(model: ModelInfo) -> list[ModelPrice]:
    """Return all the prices of a model, whenever they hold."""
    if isinstance(model.prices, ModelPrice):
        return [model.prices]
    return [each.prices for each in model.prices]


def _with_prices(model: ModelInfo, lacking: Mapping[str, Any]) -> ModelInfo:
    """Return a model with prices that it lacks; what it has stands."""
    if not lacking:
        return model
    added = {name: Decimal(str(value)) for name, value in lacking.items()}
    if isinstance(model.prices, ModelPrice):
        return replace(model, prices=ModelPrice(**(added | model.prices.__dict__)))
    prices = [
        ConditionalPrice(each.constraint, prices=ModelPrice(**(added | each.prices.__dict__))) for each in model.prices
    ]
    return replace(model, prices=prices)


def _with_change(model: ModelInfo, change: Mapping[str, Any]) -> ModelInfo:
    """Return a model with a further price, which holds from a day on."""
    known = [ConditionalPrice(prices=model.prices)] if isinstance(model.prices, ModelPrice) else model.prices
    added = ModelPrice(**{name: Decimal(str(value)) for name, value in change["prices"].items()})
    begins = StartDateConstraint(date.fromisoformat(change["begins"]))
    return replace(model, prices=[*known, ConditionalPrice(begins, prices=added)])


@cache
def _supplement() -> _Supplement:
    text = (files("inferlog.pricing") / "data" / "supplement.json").read_bytes()
    return msgspec.json.decode(text, type=_Supplement)
