"""A known field of a wrong type: refused in the documented words, every bad field named at once."""

from typing import Final

import pytest

from inferlog.dialects.fields import BODIES, SCALARS
from inferlog.errors import InvalidInput
from tests.unit.journey import decoded


def problem(text: bytes) -> str:
    """Return why a body is refused."""
    with pytest.raises(InvalidInput) as refused:
        decoded(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "sent", "expected"),
    [
        ("model", "124", "a valid string"),
        ("model", "true", "a valid string"),
        ("model", '["a"]', "a valid string"),
        ("prompt_messages", '"Hi"', "a valid array"),
        ("prompt_messages", "{}", "a valid array"),
        ("messages", "1", "a valid array"),
        ("completion_message", '"Hi"', "a valid object"),
        ("completion_message", "[]", "a valid object"),
        ("completion_messages", "{}", "a valid array"),
        ("cost", '"much"', "a valid number"),
        ("cost", "true", "a valid number"),
        ("cost", "[]", "a valid number"),
        ("cost", "-0.01", "an amount in USD of at least 0 and below 10^15"),
        ("cost", "1e15", "an amount in USD of at least 0 and below 10^15"),
        ("cost", '"NaN"', "an amount in USD of at least 0 and below 10^15"),
        ("prompt_unit_price", "{}", "a valid number"),
        ("completion_unit_price", "-1", "an amount in USD of at least 0 and below 10^15"),
        ("completion_tokens", '"many"', "a valid integer"),
        ("completion_tokens", "1.5", "a valid integer"),
        ("prompt_tokens", "-1", "an integer >= 0"),
        ("prompt_tokens", "4294967296", "an integer <= 4294967295"),
        ("total_tokens", "[1]", "a valid integer"),
        ("customer_identifier", "{}", "a valid string or integer"),
        ("customer_identifier", "1.5", "a valid string or integer"),
        ("customer_identifier", "true", "a valid string or integer"),
        ("unique_id", "[]", "a valid string or integer"),
        ("error_message", "404", "a valid string"),
        ("full_request", '"text"', "a valid object or array"),
        ("full_response", "3", "a valid object or array"),
        ("generation_time", '"long"', "a valid number"),
        ("latency", "[]", "a valid number"),
        ("latency", '"inf"', "a finite number"),
        ("generation_time", '"inf"', "a finite number"),
        ("metadata", '["a"]', "a valid object"),
        ("metadata", '"a"', "a valid object"),
        ("response_format", "5", "a valid object or string"),
        ("stream", '"perhaps"', "a valid boolean"),
        ("stream", "2", "a valid boolean"),
        ("status_code", '"ok"', "a valid integer"),
        ("status_code", "1000", "an integer <= 999"),
        ("tools", "{}", "a valid array"),
        ("tool_choice", "[]", "a valid string or object"),
        ("tool_choice", "true", "a valid string or object"),
        ("ttft", "{}", "a valid number"),
        ("warnings", "5", "a valid string or object or array"),
        ("timestamp", '"the other day"', "a valid time, as ISO 8601 or an epoch"),
        ("start_time", '""', "a valid time, as ISO 8601 or an epoch"),
        ("timestamp", "{}", "a valid number or a valid string"),
        ("usage", "7", "a valid object"),
        ("max_tokens", "-2", "an integer >= -1"),
        ("temperature", '"hot"', "a valid number"),
        ("disable_log", '"perhaps"', "a valid boolean"),
        ("keywordsai_params", "[]", "a valid object"),
        ("respan_params", '"x"', "a valid object"),
        ("customer_params", '"x"', "a valid object"),
        ("keywordsai_api_controls", "false", "a valid object"),
    ],
)
def test_a_wrong_type_is_refused_in_the_documented_words(name: str, sent: str, expected: str) -> None:
    """The answer names the field, what was expected and what came."""
    text = f'{{"{name}":{sent}}}'.encode()
    assert problem(text) == f"Invalid input params: \n{name}: Input should be {expected}, received: {sent}\n"


ANY_JSON: Final = frozenset({"input", "output", "environment"})
"""What went in and came out may be anything, and of the environment nothing is read."""


@pytest.mark.parametrize("name", sorted((SCALARS.keys() | BODIES.keys()) - ANY_JSON))
def test_every_known_field_is_checked(name: str) -> None:
    """No other known field takes any JSON whatever: an array is refused, or a number where arrays are taken."""
    wrong = "5" if name in BODIES and "array" in BODIES[name].kinds else "[[]]"
    assert problem(f'{{"{name}":{wrong}}}'.encode()).startswith(f"Invalid input params: \n{name}: Input should be ")


def test_all_bad_fields_are_named_at_once() -> None:
    """Several wrong fields are several lines, in the order of their names; good fields are not named."""
    text = (
        b'{"stream":"perhaps","model":124,"metadata":[],"cost":-1,"customer_identifier":7,"note":"fine","unknown":[],'
        b'"timestamp":"soon","ttft":"inf"}'
    )
    assert problem(text) == (
        "Invalid input params: \n"
        "cost: Input should be an amount in USD of at least 0 and below 10^15, received: -1\n"
        "metadata: Input should be a valid object, received: []\n"
        "model: Input should be a valid string, received: 124\n"
        'stream: Input should be a valid boolean, received: "perhaps"\n'
        'timestamp: Input should be a valid time, as ISO 8601 or an epoch, received: "soon"\n'
        'ttft: Input should be a finite number, received: "inf"\n'
    )


def test_a_wrong_field_in_a_holder_is_named() -> None:
    """What is nested in keywordsai_params is checked like the rest."""
    assert problem(b'{"keywordsai_params":{"model":1}}') == (
        "Invalid input params: \nmodel: Input should be a valid string, received: 1\n"
    )


def test_a_long_value_is_cut_in_the_answer() -> None:
    """The answer quotes at most 80 characters of what came."""
    assert problem(b'{"metadata":"' + b"x" * 1000 + b'"}') == (
        f'Invalid input params: \nmetadata: Input should be a valid object, received: "{"x" * 76}...\n'
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [(b"[]", "array"), (b'"log"', "string"), (b"5", "number"), (b"null", "null"), (b"true", "boolean")],
)
def test_a_log_that_is_no_object_is_refused(text: bytes, found: str) -> None:
    """Only an object is a log."""
    assert problem(text) == f"Invalid request format: expected a JSON object for one log, received {found}"
