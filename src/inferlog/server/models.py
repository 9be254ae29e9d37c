"""Handlers of /models: what models cost, published and by a project's own prices."""

import asyncio
import time
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

from inferlog import ids, jsontext
from inferlog.errors import InvalidInput, hint
from inferlog.kept_prices import KeptPrices, read_fields
from inferlog.pricing.book import PriceBook
from inferlog.pricing.dataset import DataSet
from inferlog.pricing.hosts import UNKNOWN, host_of
from inferlog.pricing.names import MAKERS
from inferlog.pricing.own import read_moment
from inferlog.pricing.shown import shown_amounts, shown_own, shown_public, shown_published
from inferlog.server.asking import whole_number
from inferlog.server.http import Call, Reply, encode, json_reply
from inferlog.server.paging import links

_SIZE: Final = 100
_PAGE_MAX: Final = 2**40
_TEXT_MAX: Final = 200
_DAY: Final = 86_400
_SOURCES: Final = ("project", "price_book")


async def list_public(call: Call) -> Reply:
    """Answer every published model with its price today, in the API's public shape; no key is needed."""
    given = _query(call, "unnest")
    unnested = given.get("unnest", "false").lower()
    if unnested not in ("true", "false"):
        raise InvalidInput(f"unnest: expected true or false, received: {unnested[:80]}")
    book = _prices(call).book
    return Reply(await asyncio.to_thread(_public, book, book.data, int(time.time()) // _DAY, unnested == "true"))


async def list_models(call: Call) -> Reply:
    """Answer a page of prices: the project's own first, then the published ones as they hold now."""
    given = _query(call, "model", "provider_id", "source", "page", "page_size")
    source = given.get("source", "")
    if source and source not in _SOURCES:
        raise InvalidInput(f"source: expected {' or '.join(_SOURCES)}, received: {source[:80]}")
    number = whole_number(given, "page", 1, _PAGE_MAX)
    size = whole_number(given, "page_size", _SIZE, call.settings.page_size_max)
    page = range((number - 1) * size, number * size)
    total, results = await asyncio.to_thread(_listed, _prices(call), call.key.project_id, page, given, source)
    following, preceding = links(call, number, size, total)
    return json_reply({"results": results, "count": total, "next": following, "previous": preceding})


async def create_model(call: Call) -> Reply:
    """Keep a price of the project's own."""
    fields = await _fields(call)
    added = await asyncio.to_thread(_prices(call).add, call.key.project_id, fields, call.settings.own_prices_max)
    return json_reply(shown_own(added), 201)


async def show_model(call: Call) -> Reply:
    """Answer one of the project's own prices, with all its earlier versions."""
    newest, *earlier = await asyncio.to_thread(_prices(call).versions, call.key.project_id, _price_id(call))
    return json_reply(shown_own(newest) | {"earlier_versions": [shown_own(each) for each in earlier]})


async def change_model(call: Call) -> Reply:
    """Keep a new version of one of the project's own prices."""
    fields = await _fields(call)
    return json_reply(
        shown_own(await asyncio.to_thread(_prices(call).change, call.key.project_id, _price_id(call), fields))
    )


async def end_model(call: Call) -> Reply:
    """End one of the project's own prices now: it stays known, for the logs that it priced."""
    ended = await asyncio.to_thread(_prices(call).end, call.key.project_id, _price_id(call), ids.now())
    return json_reply(shown_own(ended))


async def resolve_model(call: Call) -> Reply:
    """Answer by which price a call of a model would be charged, or why by none."""
    given = _query(call, "model", "provider_id", "timestamp", "service_tier")
    model, provider_id, tier = (given.get(name, "") for name in ("model", "provider_id", "service_tier"))
    if not model.strip():
        raise InvalidInput("model: expected a model's name, received nothing")
    timestamp = read_moment("timestamp", given["timestamp"]) if given.get("timestamp") else ids.now()
    prices = _prices(call)
    found = prices.find(call.key.project_id, provider_id, model, timestamp, tier)
    asked = {"model": model, "provider_id": provider_id, "service_tier": tier}
    if found is None:
        because = prices.book.unpriced_because(provider_id, model)
        return json_reply({**asked, "found": False, "detail": because, "nearest": prices.book.nearest(model)})
    said = {"price_id": found.id, "price_version": found.version, "source": found.source}
    return json_reply({**asked, "found": True, **said, **shown_amounts(found), "estimated": list(found.estimated)})


def _prices(call: Call) -> KeptPrices:
    return call.runtime.services.prices


def _price_id(call: Call) -> str:
    price_id: str = call.scope["path_params"]["price_id"]
    return price_id


async def _fields(call: Call) -> dict[str, Any]:
    body = await call.json(call.settings.log_bytes_max)
    text = jsontext.check(body)
    if text[:1] != b"{":
        raise InvalidInput('Invalid request format: expected a JSON object like {"model": "my-model", "input": 2.5}')
    jsontext.read_object(text)  # its syntax, and a repeated key
    fields: dict[str, Any] = read_fields(text)
    return fields


def _query(call: Call, *known: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name not in known:
            raise InvalidInput(f"{name[:80]}: unknown parameter{hint(name, known)}; known are {', '.join(known)}")
        given[name] = value
    return given


# Run in a thread: there are thousands of models.


@lru_cache(maxsize=4)
def _public(book: PriceBook, data: DataSet, day: int, unnested: bool) -> bytes:
    """Return the public list of a day; `data` is what the book goes by, so that an update is not missed."""
    models = []
    for provider, model in book.models():
        price = book.price_of(provider, model, float(day * _DAY))
        if price is None:
            continue
        name = model.id if provider.id in MAKERS else f"{provider.id}/{model.id}"
        shown = shown_public(provider, model, price, name)
        if unnested:
            shown |= shown.pop("provider")
        models.append(shown)
    return encode({"models": models})


def _listed(
    prices: KeptPrices, project_id: str, page: range, given: dict[str, str], source: str
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many prices there are, and those of one page."""
    part, written = given.get("model", "").lower(), given.get("provider_id", "")
    host = host_of(written)
    book = prices.book
    own = [
        each for each in ([] if source == "price_book" else prices.own(project_id))
        if part in each.model.lower() and (not written or written.lower() in each.provider_id.lower())
    ]  # fmt: skip
    published = [
        (provider, model) for provider, model in ([] if source == "project" else book.models())
        if part in model.id.lower() and (not written or provider.id == (host if host != UNKNOWN else written))
    ]  # fmt: skip
    results = [shown_own(each) for each in own[page.start : page.stop]]
    now = ids.now()
    for provider, model in published[max(page.start - len(own), 0) : max(page.stop - len(own), 0)]:
        price = book.price_of(provider, model, now)
        if price is None:
            results.append({"source": "price_book", "model": model.id, "provider_id": provider.id, "input": None})
        else:
            results.append(shown_published(provider, model, price))
    return len(own) + len(published), results
