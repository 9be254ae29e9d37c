"""Generated logs and filters: few values of each kind, so that they meet, and the odd ones among them."""

import uuid
from decimal import Decimal
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from inferlog.jsontext import dumps
from inferlog.model import NO_JSON, Log
from inferlog.pricing.buckets import BUCKETS

Json = dict[str, Any]

START: Final = 1_792_800_000  # 2026-10-24T00:00:00Z: the day before Europe leaves summer time
_TEXTS: Final = ["", "gpt-4o", "GPT-4o", "Ärger", "ärger x", "a'b", 'a"b\\', "100%", "a_b", "{p0:String}", "line\nfeed"]
_PIECES: Final = ["gpt", "4O", "R", "'", "\\", "%", "_", "x", "ä"]
_NUMBERS: Final = [0, 1, 7, 100, 2**32 - 1]
_LATENCIES: Final = [0.0, 0.1, 0.25, 1.5, 1e-9, 12345.678]
_COSTS: Final = ["0", "0.1", "0.000000000001", "0.333333333333", "12.5", "999999999999999.999999999999"]
_VALUES_OF_METADATA: Final = ["", "pro", "Pro", 1, 1.5, True, None, "ä"]
_TIMES: Final = st.integers(0, 3 * 86_400_000_000).map(lambda us: START + us / 1_000_000)


def _amounts() -> st.SearchStrategy[Decimal]:
    return st.sampled_from(_COSTS).map(Decimal)


@st.composite
def _log(draw: st.DrawFn) -> Log:
    metadata = draw(st.dictionaries(st.sampled_from(["plan", "x y"]), st.sampled_from(_VALUES_OF_METADATA)))
    buckets = st.sampled_from(BUCKETS[:4])
    return Log(
        id=uuid.UUID(int=draw(st.integers(0, 2**128 - 1))).hex,
        timestamp=draw(st.one_of(_TIMES, st.just(float(START)))),
        environment=draw(st.sampled_from(["prod", "test"])),
        model=draw(st.sampled_from(_TEXTS)),
        customer_identifier=draw(st.sampled_from(_TEXTS)),
        status=draw(st.sampled_from(["success", "failed", "running"])),
        status_code=draw(st.sampled_from([200, 429, 500])),
        stream=draw(st.booleans()),
        positive_feedback=draw(st.sampled_from([None, True, False])),
        latency=draw(st.sampled_from(_LATENCIES)),
        prompt_tokens=draw(st.sampled_from(_NUMBERS)),
        completion_tokens=draw(st.sampled_from(_NUMBERS)),
        total_request_tokens=draw(st.sampled_from(_NUMBERS)),
        cost=draw(st.none() | _amounts()),
        usage_details=draw(st.dictionaries(buckets, st.sampled_from(_NUMBERS[1:]))),
        cost_details=draw(st.dictionaries(buckets, _amounts())),
        flags=tuple(draw(st.lists(st.sampled_from(["late", "usage_unreadable"]), unique=True))),
        estimated=tuple(draw(st.lists(st.sampled_from(["tokens"]), unique=True))),
        metadata=msgspec.Raw(dumps(metadata)) if metadata else NO_JSON,
        size_bytes=100,
    )


logs: Final = st.lists(_log(), max_size=25, unique_by=lambda log: log.id)


def _condition(operators: list[str], values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {"operator": st.sampled_from(operators), "value": st.lists(values, min_size=1, max_size=most)},
        optional={"connector": st.sampled_from(["AND", "OR"])},
    )


_ANY: Final = ["", "in", "not", "not_in", "empty", "not_empty", "notEmpty"]
_ORDER: Final = ["lt", "lte", "gt", "gte"]
_MANY: Final = [
    "contains", "not_contains", "icontains", "startswith", "not_startswith", "endswith", "not_endswith", "iexact",
    "full_text_search",
]  # fmt: skip


def _text(values: list[str]) -> st.SearchStrategy[Json]:
    words = st.sampled_from([*values, *_PIECES]).filter(str.strip)
    return st.one_of(
        _condition(_ANY, st.sampled_from(values)),
        _condition(_ORDER, st.sampled_from(values), 1),
        _condition(_MANY, words),
        _condition(["regex"], st.sampled_from(["^gpt", "o$", "[0-9]+", "a.b", "x|ä"])),
    )


def _numbers(values: list[Any]) -> st.SearchStrategy[Json]:
    return _condition(_ANY, st.sampled_from(values)) | _condition(_ORDER, st.sampled_from(values), 1)


_BY_FIELD: Final[dict[str, st.SearchStrategy[Json]]] = {
    "model": _text(_TEXTS),
    "customer_identifier": _text(_TEXTS),
    "status": _text(["success", "failed"]),
    "metadata__plan": _text(["", "pro", "Pro", "1", "1.5", "true", "ä"]),
    "metadata__x y": _text(["pro", "Pro"]),
    "status_code": _numbers([200, 429, 499.5, "500"]).map(lambda each: _as_numbers(each)),
    "prompt_tokens": _numbers([*_NUMBERS, 1.5, -1, 1e12]),
    "usage_details__input": _numbers(_NUMBERS),
    "latency": _numbers([*_LATENCIES, 0.3]),
    "cost": _numbers([*_COSTS, 0.1, 0.1000000000001, -1, 1e20]),
    "cost_details__cache_read": _numbers(_COSTS),
    "stream": _condition(["", "in", "not"], st.booleans()),
    "failed": _condition(["", "not"], st.booleans()),
    "positive_feedback": _condition(_ANY, st.booleans()),
    "flags": _condition([*_ANY, "overlap", "not_overlap", "contains"], st.sampled_from(["late", "other"])),
    "estimated": _condition(["", "empty", "not_empty"], st.sampled_from(["tokens"])),
    "timestamp": _condition(_ORDER, _TIMES, 1) | _condition(["", "not"], st.just(START)),
}


def _as_numbers(condition: Json) -> Json:
    return condition | {"value": [float(value) for value in condition["value"]]}


def _of_fields() -> st.SearchStrategy[Json]:
    """Return filters without bundles: a condition, or several, for some of the fields."""
    fields = {name: each | st.lists(each, min_size=1, max_size=3) for name, each in _BY_FIELD.items()}
    names = st.lists(st.sampled_from([*fields]), max_size=4, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: fields[name] for name in chosen}))


def _with_bundle(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    bundle = st.fixed_dictionaries({"filter_params": inner}, optional={"connector": st.sampled_from(["AND", "OR"])})
    return st.tuples(_of_fields(), bundle).map(lambda pair: pair[0] | {"bundle": pair[1]})


filters: Final = st.recursive(_of_fields(), _with_bundle, max_leaves=3)
