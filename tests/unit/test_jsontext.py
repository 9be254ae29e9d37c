"""JSON as clients send it: what is refused, in which words, and what passes unchanged."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inferlog.errors import InvalidInput
from inferlog.jsontext import NESTED_TOO_DEEPLY, check, dumps, kind, one_line, read_array, read_object


def problem(text: bytes) -> str:
    """Return why a body is refused."""
    with pytest.raises(InvalidInput) as refused:
        read_object(check(text))
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "The body is empty; expected JSON"),
        (b" \r\n\t ", "The body is empty; expected JSON"),
        (b"\xef\xbb\xbf", "The body is empty; expected JSON"),
        (b"{", "The body is not valid JSON: input data was truncated"),
        (b'{"a":1', "The body is not valid JSON: input data was truncated"),
        (b'{"a":1}}', "The body is not valid JSON: trailing characters (byte 8)"),
        (b'{"a":1}{"b":2}', "The body is not valid JSON: trailing characters (byte 8)"),
        (b'{"a":1,}', "The body is not valid JSON: trailing comma in object (byte 7)"),
        (b"{'a':1}", "The body is not valid JSON: object keys must be strings (byte 1)"),
        (b'{"a":tru}', "The body is not valid JSON: invalid character (byte 6)"),
        (b'{"a":01}', "The body is not valid JSON: invalid number (byte 6)"),
        (b'{"a":"\x00"}', "The body is not valid JSON: invalid character (byte 6)"),
        (b'{"a":"\n"}', "The body is not valid JSON: invalid character (byte 6)"),
        (b'{"a":NaN}', "The body is not valid JSON: NaN at byte 5 is no JSON number; use null"),
        (b'{"a":[1, -Infinity]}', "The body is not valid JSON: -Infinity at byte 9 is no JSON number; use null"),
        (b'{"a":\nInfinity}', "The body is not valid JSON: Infinity at byte 6 is no JSON number; use null"),
        (
            b'{"a":"\\ud83d"}',
            "The body is not valid JSON: \\ud83d at byte 6 is half of a surrogate pair (a text cut inside an emoji?); "
            "send whole characters",
        ),
        (
            b'{"a":["\\udE00x"]}',
            "The body is not valid JSON: \\udE00 at byte 7 is half of a surrogate pair (a text cut inside an emoji?); "
            "send whole characters",
        ),
        (b'{"a":"\xff"}', "The body is not UTF-8: byte 0xff at position 6"),
        (b'{"a":"\xed\xa0\x80"}', "The body is not UTF-8: byte 0xed at position 6"),
        ('{"a":"é"}'.encode("latin-1"), "The body is not UTF-8: byte 0xe9 at position 6"),
        ('{"a":1}'.encode("utf-16"), "The body is not UTF-8: byte 0xff at position 0"),
        (b"[1]", "Invalid request format: expected `object`, got `array`"),
        (b"5", "Invalid request format: expected `object`, got `int`"),
    ],
)
def test_broken_json_is_refused_in_words_that_help(text: bytes, words: str) -> None:
    """The answer says what is wrong and where."""
    assert problem(text) == words


@pytest.mark.parametrize("text", [b'{"a":%s1%s}', b'{"a": %s1%s}', b'{ "a" : %s1%s }', b'{"a":\n%s1%s}'])
@pytest.mark.parametrize(("open_", "close"), [(b"[", b"]"), (b'{"k":', b"}"), (b'[{"k" : ', b"}]")])
@pytest.mark.parametrize("levels", [1_000, 10_000, 100_000])
def test_deep_nesting_is_refused(text: bytes, open_: bytes, close: bytes, levels: int) -> None:
    """However JSON is nested and spaced, too many levels are an answer and not a crash."""
    assert problem(text % (open_ * levels, close * levels)) == NESTED_TOO_DEEPLY


def test_every_depth_is_an_object_or_an_answer() -> None:
    """Around the bound, where one reader gives up before another, there is no other outcome."""
    outcomes = []
    for levels in range(600, 1_100, 3):
        for text in (b'{"a":%s%s}', b'{"a"  :%s%s}'):
            try:
                read_object(check(text % (b"[" * levels, b"]" * levels)))
                outcomes.append("read")
            except InvalidInput as error:
                outcomes.append(str(error))
    assert set(outcomes) == {"read", NESTED_TOO_DEEPLY}


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a": 1, "a": 2}',
        b'{ "a":1,\t"b":3, "a" :2}',
        b'{"a":1,\n"b":3,\n"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":1,"b":2,"":4,"":5}',  # as long as three fields with spaces after commas and colons
        b'{"p":1,"q":2,"r":3,"s":4,"t":5,"u":6,"model":"ab","model":"gpt-4o"}',
    ],
)
def test_a_repeated_key_is_refused(text: bytes) -> None:
    """A key that stands twice would lose one of its values: refused, however the text is spaced or written."""
    assert "stands twice in one object; send it once" in problem(text)


def test_the_repeated_key_is_named() -> None:
    """The answer says which key."""
    assert problem(b'{"model":"a", "model":"b"}') == "The key 'model' stands twice in one object; send it once"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.text('ab\\"é', max_size=2), st.integers(0, 20)), max_size=6),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), (",  ", ":"), (",\n", ": ")]),
    st.booleans(),
)
def test_repeated_keys_are_found_in_any_spacing(
    pairs: list[tuple[str, int]], separators: tuple[str, str], ascii_only: bool
) -> None:
    """A text is refused exactly if a key repeats, and otherwise gives its fields in their order."""
    comma, colon = separators
    fields = [f"{json.dumps(name, ensure_ascii=ascii_only)}{colon}{value}" for name, value in pairs]
    text = check(("{" + comma.join(fields) + "}").encode())
    if len(dict(pairs)) < len(pairs):
        with pytest.raises(InvalidInput, match="stands twice"):
            read_object(text)
    else:
        assert [(name, int(bytes(raw))) for name, raw in read_object(text).items()] == pairs


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (b'\xef\xbb\xbf{"a":1}', "a", b"1"),
        (b' \r\n{"a":1}\n', "a", b"1"),
        (b'{"a":"\\u0000"}', "a", b'"\\u0000"'),
        (b'{"a":"\\ud83d\\ude00"}', "a", b'"\\ud83d\\ude00"'),
        (b'{"a":"\x7f"}', "a", b'"\x7f"'),
        (b'{"a":%s}' % (b"9" * 10_000), "a", b"9" * 10_000),
        (b'{"a":1e999999}', "a", b"1e999999"),
        (b'{"a":-0.10}', "a", b"-0.10"),
        (b'{"a":"NaN"}', "a", b'"NaN"'),
        (b'{"a": {"z":1, "b" :2}}', "a", b'{"z":1, "b" :2}'),
        (b'{"a":[1,\r\n 2]}', "a", b"[1,2]"),
        (b'{"a":{"b":1,"b":2}}', "a", b'{"b":1,"b":2}'),
        ('{"é😀":1}'.encode(), "é😀", b"1"),
        (b'{"a":%s}' % (b"[" * 500 + b"]" * 500), "a", b"[" * 500 + b"]" * 500),
    ],
)
def test_a_value_passes_as_its_own_text(text: bytes, name: str, value: bytes) -> None:
    """Numbers keep their digits and strings their escapes; only line breaks between tokens go."""
    assert {key: bytes(raw) for key, raw in read_object(check(text)).items()} == {name: value}


def test_an_array_gives_its_elements() -> None:
    """Each element is its own text; what is no array is refused."""
    assert [bytes(raw) for raw in read_array(b'[{"a":1.0}, 2,null]')] == [b'{"a":1.0}', b"2", b"null"]
    with pytest.raises(InvalidInput, match="expected `array`, got `object`"):
        read_array(b"{}")


@pytest.mark.parametrize(
    ("text", "name"),
    [(b"{}", "object"), (b"[]", "array"), (b'""', "string"), (b"0", "number"), (b"-1", "number"), (b"true", "boolean"),
     (b"false", "boolean"), (b"null", "null")],
)  # fmt: skip
def test_the_kind_of_a_value(text: bytes, name: str) -> None:
    """What JSON calls a value is told by its first byte."""
    assert kind(msgspec.Raw(text)) == kind(text) == name


def test_a_row_is_one_line() -> None:
    """Line breaks between tokens go; text without any is the very same object."""
    text = b'{"a": "x y", "b": [1, 2]}'
    assert one_line(text) is text
    assert one_line(b'{\r\n  "a": "x\\ny",\n  "b": [1,\n 2]\n}') == b'{"a":"x\\ny","b":[1,2]}'
    assert dumps({"a": [1, "é"]}) == '{"a":[1,"é"]}'.encode()
