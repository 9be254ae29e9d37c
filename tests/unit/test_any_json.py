"""Properties of the whole way from text to row: nothing unknown is lost, nothing known surprises, rows are rows."""

from decimal import Decimal
from typing import Any, Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from inferlog.dialects.fields import BODIES, SCALARS
from inferlog.errors import InvalidInput
from inferlog.jsontext import dumps, kind
from inferlog.model import Log
from tests.unit.journey import prepared, shown

KNOWN: Final = SCALARS.keys() | BODIES.keys()
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(["0", "-0", "-0.0", "1.10", "1E5", "1e-7", "1e400", "0.1234567890123456789", "9" * 400]),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)
words = st.sampled_from(["2024-04-15", "1713169837", "true", "1", "", "inf", "NaN", "{}", "[", "error", "\x00", "é😀"])
scalars = st.one_of(
    numbers,
    st.sampled_from(["null", "true", "false"]),
    st.one_of(text, words).map(lambda value: dumps(value).decode()),
)


def _object(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{dumps(name).decode()}:{value}" for name, value in pairs) + "}"


json_texts = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(text, inner), max_size=3).map(_object),
    ),
    max_leaves=6,
)
unknown_names = st.one_of(
    text, st.sampled_from(["id", "shadowed", "failed", "received_at", "flags", "user_id", "latency_ms", "count"])
).filter(lambda name: name not in KNOWN)
known_names = st.sampled_from(sorted(KNOWN))


def unique(names: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return strategies of the fields of an object, each name once."""
    return st.lists(st.tuples(names, values), max_size=8, unique_by=lambda pair: pair[0])


@settings(max_examples=100, deadline=None)
@given(unique(unknown_names, json_texts))
def test_unknown_fields_come_back_verbatim(fields: list[tuple[str, str]]) -> None:
    """Any unknown fields are read back with every digit and in their order, at the top or under `shadowed`."""
    answer = shown(_object(fields).encode())
    shadowed = msgspec.json.decode(answer.get("shadowed", b"{}"), type=dict[str, msgspec.Raw])
    for name, value in fields:
        if value == "null" and name in Log.__struct_fields__:
            continue
        found = shadowed[name] if name in shadowed else answer[name]
        assert bytes(found) == value.encode()
    names = [name for name, _ in fields if name not in shadowed and name not in Log.__struct_fields__]
    assert [name for name in answer if name in names] == names


@settings(max_examples=100, deadline=None)
@given(unique(known_names, json_texts), unique(unknown_names, json_texts), unique(known_names, json_texts))
def test_any_json_is_a_row_or_invalid_input(
    known: list[tuple[str, str]], unknown: list[tuple[str, str]], held: list[tuple[str, str]]
) -> None:
    """Known fields with any JSON in them either make a row or are refused as invalid input; nothing else happens."""
    pairs = {**dict(known), **dict(unknown)}
    if held:
        pairs["keywordsai_params"] = _object(held)
    body = _object(list(pairs.items())).encode()
    try:
        entry = prepared(body).entry
    except InvalidInput as error:
        problem = str(error)
    else:
        check_row(entry.row)
        return
    if problem.endswith(" stands twice in one object; send it once"):  # in a holder or in the controls
        return
    first, *lines = problem.rstrip("\n").split("\n")
    assert first == "Invalid input params: "
    assert lines
    assert {line.split(":", 1)[0] for line in lines} <= KNOWN


valid_values: Final[dict[str, Any]] = {
    **{name: st.integers(0, 2**32 - 1) for name in SCALARS if name.endswith("_tokens")},
    **{name: text for name, scalar in SCALARS.items() if scalar.type is str},
    **{name: st.floats(0, 1e300) for name in ("latency", "ttft", "time_to_first_token", "generation_time")},
    **{name: st.decimals(0, 10**14, places=12) for name in ("cost", "prompt_unit_price", "completion_unit_price")},
    **{name: st.floats(-1e18, 1e18) for name in ("timestamp", "start_time")},
    **{name: st.lists(text, max_size=3) for name, body in BODIES.items() if body.kinds[0] == "array"},
    **{name: st.dictionaries(text, text, max_size=2) for name, body in BODIES.items() if body.kinds == ("object",)},
    "status_code": st.integers(0, 999),
    "stream": st.booleans(),
    "model": st.sampled_from(["gpt-4o", "claude-3-5-sonnet-20241022", "gemini-1.5-pro", "unheard-of"]),
    "usage": st.dictionaries(st.sampled_from(["prompt_tokens", "output_tokens"]), st.integers(-1, 10**10)),
}


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({}, optional=valid_values))
def test_fields_of_the_right_type_always_make_a_row(fields: dict[str, Any]) -> None:
    """Values of the right types, however extreme and in whatever company, are stored."""
    for holder in ("keywordsai_params", "respan_params"):
        fields.pop(holder, None)
    check_row(prepared(msgspec.json.encode(fields)).entry.row)


def check_row(row: bytes) -> None:
    """A row is one line of valid JSON whose names are columns, in their order, with what every log has."""
    assert b"\n" not in row
    assert b"\r" not in row
    columns = list(Log.__struct_fields__)
    texts = msgspec.json.decode(row, type=dict[str, msgspec.Raw])
    assert list(texts) == [column for column in columns if column in texts]
    values = {name: msgspec.json.decode(raw) for name, raw in texts.items() if kind(raw) not in ("object", "array")}
    assert values.keys() >= {"project_id", "environment", "id", "timestamp", "start_time", "received_at", "status"}
    assert 1_262_304_000 <= values["start_time"] <= values["timestamp"] <= 1_760_086_400.5
    for name in values.keys() & {"cost", "prompt_unit_price", "completion_unit_price"}:
        assert Decimal(values[name]).as_tuple().exponent == -12
