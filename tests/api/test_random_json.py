"""Any JSON under any known name: it is taken and reads back equal, or it is refused with a 400; nothing else."""

import json
import math
from typing import Any, Final

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inferlog.dialects.fields import ALIASES, BODIES, SCALARS
from tests.api.calls import BATCH, CREATE, Json, read, refusal

_HOLDERS: Final = {"keywordsai_params", "respan_params"}
_NAMES: Final = sorted((SCALARS.keys() | BODIES.keys()) - _HOLDERS - {"unique_id", "disable_log"})
_VERBATIM: Final = (
    "full_request",
    "full_response",
    "metadata",
    "tools",
    "tool_calls",
    "completion_messages",
    "variables",
)

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False), _text,
    st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["2026-03-01T10:00:00Z", "null", "true", "nan", "Infinity", "{", "[1]", '"', "\0", "1e999"]),
)  # fmt: skip
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3), max_leaves=8
)
_logs = st.dictionaries(st.one_of(st.sampled_from(_NAMES), _text), _values, max_size=8)
_by_kind: Final[dict[str, st.SearchStrategy[Any]]] = {
    "string": _text,
    "boolean": st.booleans(),
    "number": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    "array": st.lists(_values, max_size=3),
    "object": st.dictionaries(_text, _values, max_size=3),
}
_columns: Final[dict[str, st.SearchStrategy[Any]]] = {
    **{
        name: st.one_of([_by_kind[kind] for kind in body.kinds])
        for name, body in BODIES.items()
        if name not in _HOLDERS
    },
    **{name: _text for name, scalar in SCALARS.items() if scalar.type is str and name != "status"},
    **{name: _text | st.integers() for name in ("customer_identifier", "thread_identifier", "prompt_id")},
    **{name: st.integers(0, 2**32 - 1) for name in ("prompt_tokens", "completion_tokens", "reasoning_tokens")},
    **{name: st.floats(0, 1e6) for name in ("latency", "ttft", "cost", "temperature", "prompt_unit_price")},
    "timestamp": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20),
    "status": st.sampled_from(["success", "error", "warning", " OK ", ""]),
}
_typed_logs = st.builds(
    lambda known, unknown: unknown | known,
    st.fixed_dictionaries({}, optional=_columns), st.dictionaries(_text, _values, max_size=3),
)  # fmt: skip
_bounded = settings(
    max_examples=150, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@_bounded
@given(log=_logs | _typed_logs)
@example(log={"shadowed": 1, "organization_id": 2})
@example(log={"timestamp": -1e300, "original_timestamp": "mine", "latency": -5})
@example(log={"latency": 5e-324, "completion_tokens": 2**32 - 1, "cost": -0.0})
@example(log={"cost": 1e-300, "prompt_unit_price": 0.000000000001, "prompt_tokens": 1})
@example(log={"total_tokens": 1, "total_request_tokens": 2, "messages": [], "prompt_messages": None, "ttft": 1})
@example(log={"log_type": "😀", "status": " ERROR ", "usage": {"prompt_tokens": -1}})
@example(log={"full_request": [1], "full_response": {"choices": [{"message": []}]}})
def test_any_json_is_taken_or_refused(api: httpx.Client, log: Json) -> None:
    """A document is a 200 whose log reads back with all that was sent, or a 400 in the documented shape."""
    text = json.dumps(log, ensure_ascii=False).encode("utf-8")
    response = api.post(CREATE, content=text, headers={"Content-Type": "application/json"})
    if response.status_code == 400:
        assert refusal(response, 400).startswith("Invalid input params: \n")
        return
    assert response.status_code == 200, response.text
    stored = read(api, response.json()["id"])
    for name, value in log.items():
        _assert_kept(log, name, value, stored)


@_bounded
@given(logs=st.lists(st.one_of(_logs, _typed_logs, _values), max_size=6))
def test_any_batch_answers_for_each_item(api: httpx.Client, logs: list[Any]) -> None:
    """Of any batch each item is stored or named with its error: the counts add up to what was sent."""
    response = api.post(BATCH, json={"logs": logs})
    assert response.status_code in (200, 400)
    answer = response.json()
    statuses = [result["status"] for result in answer["results"]]
    assert len(statuses) == len(logs)
    assert (statuses.count("success"), statuses.count("error")) == (answer["success_count"], answer["error_count"])
    assert (response.status_code == 400) == (bool(logs) and answer["success_count"] == 0)
    assert [error["index"] for error in answer["errors"]] == [
        index for index, status in enumerate(statuses) if status == "error"
    ]


def _assert_kept(log: Json, name: str, value: Any, stored: Json) -> None:
    """Assert that a sent value is there: in its column, under the alias it goes by, or where it was set aside."""
    if value is None and (name in SCALARS or name in BODIES):
        return
    if name in ("timestamp", "start_time"):
        assert stored[name].endswith("Z")
    elif name == "status":
        assert stored[name] in (str(value).strip().lower(), "failed", "success")
    elif name == "log_type":
        assert value in ("", stored["log_type"], stored.get("original_log_type"))
    elif name in _VERBATIM:
        assert stored[name] == value
    else:
        aside = stored.get("shadowed", {})
        column = ALIASES.get(name, name)
        places = [stored.get(column), stored.get(name), aside.get(name), stored.get(f"original_{column}")]
        assert any(_same(place, value) for place in places), (name, value, places)


def _same(place: Any, value: Any) -> bool:
    """Tell whether a value was read as `place`: exactly, or in one of the forms that it may be read in."""
    if place in (value, {"type": value}) or (not isinstance(value, str) and _is_text_of(place, value)):
        return True
    if isinstance(place, bool) and isinstance(value, int | str):
        return str(value).lower() in (("true", "1") if place else ("false", "0"))
    if isinstance(place, int | float) and isinstance(value, int | float | str):
        return _close(place, value)
    return place is None and value in ("null", "", {})


def _is_text_of(place: Any, value: Any) -> bool:
    try:
        return isinstance(place, str) and bool(json.loads(place) == value)
    except ValueError:
        return False


def _close(place: float, value: float | str) -> bool:
    try:
        return math.isclose(place, float(value), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False
