"""Filters as values: what the API's JSON becomes, and the SQL and parameters of it. No value is part of the SQL."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.jsontext import dumps, read_object
from inferlog.query.compile import Parameters, compile_filter
from inferlog.query.fields import fields
from inferlog.query.filters import OPERATORS, Connector, conditions, read_filters

Json = dict[str, Any]


def compiled(filters: Json, connector: Connector = "AND") -> tuple[str, Json]:
    """Return the SQL of a filters object and its parameters."""
    parameters = Parameters({})
    expression = read_filters(read_object(dumps(filters)), conditions_max=100, connector=connector)
    return compile_filter(expression, parameters), parameters.values


_EVIL: Final = "x' OR 1=1 -- {database}"


@pytest.mark.parametrize(
    ("filters", "sql", "parameters"),
    [
        ({}, "1", {}),
        ({"b": {"filter_params": {}}}, "1", {}),
        ({"model": {"value": [_EVIL]}}, "(model IN {p0:Array(String)})", {"p0": [_EVIL]}),
        ({"model": {"operator": "==", "value": "a"}}, "(model IN {p0:Array(String)})", {"p0": ["a"]}),
        ({"trace_id": {"operator": "not", "value": [7]}}, "(trace_unique_id NOT IN {p0:Array(String)})", {"p0": ["7"]}),
        ({"model": {"operator": "contains", "value": ["a", "b"]}},
         "(position(model, {p0:String}) > 0 OR position(model, {p1:String}) > 0)", {"p0": "a", "p1": "b"}),
        ({"model": {"operator": "not_startswith", "value": ["a"]}},
         "(NOT (startsWith(model, {p0:String})))", {"p0": "a"}),
        ({"note": {"operator": "full_text_search", "value": ["a b"]}},
         "((position(lowerUTF8(note), lowerUTF8({p0:String})) > 0 "
         "AND position(lowerUTF8(note), lowerUTF8({p1:String})) > 0))",
         {"p0": "a", "p1": "b"}),
        ({"model": {"operator": "isnull", "value": [False]}}, "(NOT (empty(model)))", {}),
        ({"latency": {"operator": "lt", "value": ["1.5"]}}, "(latency < {p0:Float64})", {"p0": 1.5}),
        ({"latency": {"operator": "lt", "value": [10**400]}}, "(latency < {p0:Float64})", {"p0": 1e300}),
        ({"total_tokens": {"operator": "", "value": [1, 2.5]}},
         "(total_request_tokens IN {p0:Array(Float64)})", {"p0": [1.0, 2.5]}),
        ({"cost": {"operator": "gte", "value": [1e-7]}}, "(cost >= {p0:Decimal(76, 30)})", {"p0": "0.0000001"}),
        ({"total_cost": {"operator": "in", "value": [0.1, "2"]}},
         "(cost IN CAST({p0:Array(String)}, 'Array(Decimal(76, 30))'))", {"p0": ["0.1", "2"]}),
        ({"cost": {"operator": "empty", "value": [""]}}, "(isNull(cost))", {}),
        ({"timestamp": {"operator": "gte", "value": ["2026-01-01"]}},
         "(timestamp >= fromUnixTimestamp64Micro({p0:Int64}, 'UTC'))", {"p0": 1_767_225_600_000_000}),
        ({"stream": {"operator": "", "value": ["true"]}}, "(stream IN {p0:Array(UInt8)})", {"p0": [1]}),
        ({"flags": {"operator": "not_overlap", "value": ["a"]}},
         "(NOT hasAny(flags, {p0:Array(String)}))", {"p0": ["a"]}),
        ({"unique_id": {"value": ["no id"]}}, "(0)", {}),
        ({"id": {"operator": "not", "value": ["no id"]}}, "(1)", {}),
        ({"id": {"value": ["0123456789ABCDEF0123456789abcdef", "x"]}},
         "(id IN {p0:Array(UUID)})", {"p0": ["0123456789abcdef0123456789abcdef"]}),
        ({"metadata__a'b": {"value": ["c"]}},
         "(JSONExtract(metadata, {p0:String}, 'Nullable(String)') IN {p1:Array(String)})", {"p0": "a'b", "p1": ["c"]}),
        ({"metadata__k": {"operator": "has_key", "value": []}}, "(JSONHas(metadata, {p0:String}))", {"p0": "k"}),
        ({"metadata": {"operator": "has_key", "value": ["a", "b"]}},
         "(JSONHas(metadata, {p0:String}) OR JSONHas(metadata, {p1:String}))", {"p0": "a", "p1": "b"}),
        ({"usage_details__input": {"operator": "gt", "value": [1]}},
         "(usage_details['input'] > {p0:Float64})", {"p0": 1.0}),
    ],
)  # fmt: skip
def test_a_condition_becomes_sql_with_parameters(filters: Json, sql: str, parameters: Json) -> None:
    """Each kind of field and operator; values travel apart from the SQL."""
    assert compiled(filters) == (sql, parameters)


def _is(value: str, **more: str) -> Json:
    return (
        {"operator": "empty", "value": [""], **more}
        if value == "e"
        else {"operator": "not_empty", "value": [""], **more}
    )


@pytest.mark.parametrize(
    ("filters", "connector", "sql"),
    [
        ({"model": _is("e"), "note": _is("e")}, "AND", "((empty(model)) AND (empty(note)))"),
        ({"model": _is("e"), "note": _is("e")}, "OR", "((empty(model)) OR (empty(note)))"),
        ({"model": _is("e", connector="OR"), "note": _is("e")}, "AND", "((empty(model)) AND (empty(note)))"),
        ({"model": _is("e"), "note": _is("e", connector="or"), "category": _is("e")}, "AND",
         "(((empty(model)) OR (empty(note))) AND (empty(category)))"),
        ({"model": _is("e"), "note": [_is("e", connector="OR"), _is("n")]}, "AND",
         "((empty(model)) OR ((empty(note)) AND (NOT (empty(note)))))"),
        ({"model": _is("e"), "x": {"filter_params": {"note": _is("e"), "category": _is("e", connector="OR")}}}, "AND",
         "((empty(model)) AND ((empty(note)) OR (empty(category))))"),
        ({"model": None, "note": [], "x": {"filter_params": {}, "connector": "OR"}, "category": _is("e")}, "AND",
         "(empty(category))"),
    ],
)  # fmt: skip
def test_connectors_join_from_left_to_right(filters: Json, connector: Connector, sql: str) -> None:
    """A connector joins with all before it; lists and bundles are in brackets; what is empty says nothing."""
    assert compiled(filters, connector) == (sql, {})


_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(value=_texts, key=_texts, operator=st.sampled_from(["", "not", "contains", "iexact", "regex", "lt"]))
def test_no_value_is_part_of_the_sql(value: str, key: str, operator: str) -> None:
    """Whatever the value and the metadata's key are, the SQL is the same; they are among the parameters."""
    sql, parameters = compiled({f"metadata__{key}": {"operator": operator, "value": [value]}})
    assert sql == compiled({"metadata__k": {"operator": operator, "value": ["v"]}})[0]
    assert list(parameters.values()) in ([key, value], [key, [value]])


def test_every_field_can_be_asked_for_with_each_operator_of_its_kind() -> None:
    """The tables of fields and operators fit: each compiles, as its own condition."""
    values = {"time": 1, "flag": True, "number": 1, "money": 1}
    for field in fields():
        for operator in OPERATORS[field.kind]:
            value = True if operator == "isnull" else values.get(field.kind, "text")
            filters = {field.name: {"operator": operator, "value": [value]}}
            expression = read_filters(read_object(dumps(filters)), conditions_max=1)
            assert [condition.field.name for condition in conditions(expression)] == [field.name]
            assert compiled(filters)[0].startswith("(")
