"""Tokens of a log that nobody told: exact where the tokenizer is public, within a stated factor where not."""

import base64
import json
import struct
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.counting import Counted, count
from inferlog.counting.characters import estimate
from inferlog.counting.encodings import CL100K, O200K, encoding_of
from inferlog.counting.images import image_tokens
from inferlog.counting.tokens import count_texts
from inferlog.model import Log

LANGUAGES: Final[dict[str, str]] = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))
"""Articles 1 and 3 of the Universal Declaration of Human Rights in many languages, and text that is no language."""
FACTOR: Final = 1.5
"""How far the estimate by characters may be off, either way."""
JARGON: Final = [
    {"role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate "
                                  "jargon into plain English."},
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {"role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue."},
    {"role": "system", "name": "example_user", "content": "Let's circle back when we have more bandwidth to touch base "
                                                          "on opportunities for increased leverage."},
    {"role": "system", "name": "example_assistant", "content": "Let's talk later when we're less busy about how to "
                                                               "do better."},
    {"role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client "
                                "deliverable."},
]  # fmt: skip
WEATHER: Final = [
    {"role": "system", "content": "You are a helpful assistant that can answer to questions about the weather."},
    {"role": "user", "content": "What's the weather like in San Francisco?"},
]
PROPERTIES: Final = {
    "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
    "unit": {"type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"]},
}
WEATHER_TOOL: Final = {
    "name": "get_current_weather",
    "description": "Get the current weather in a given location",
    "parameters": {"type": "object", "properties": PROPERTIES, "required": ["location"]},
}


def counted(bytes_max: int = 1_000_000, **columns: Any) -> Counted:
    """Return the tokens of a log of these columns."""
    log = Log(**{"model": "gpt-4o", "log_type": "chat"} | {k: _column(k, each) for k, each in columns.items()})
    return count(log, bytes_max)


def _column(name: str, value: Any) -> Any:
    return msgspec.Raw(msgspec.json.encode(value)) if Log.__annotations__[name] is msgspec.Raw else value


@pytest.mark.parametrize(
    ("text", "cl100k", "o200k"),
    [
        ("tiktoken is great!", 6, 6),
        ("antidisestablishmentarianism", 6, 6),
        ("2 + 2 = 4", 7, 7),
        ("お誕生日おめでとう", 9, 8),
        ("", 0, 0),
        ("<|endoftext|>", 7, 7),
    ],
)
def test_texts_of_the_cookbook(text: str, cl100k: int, o200k: int) -> None:
    """The counts that OpenAI's cookbook prints, and a special token's name is text like any other."""
    assert (count_texts([text], CL100K, 10**6).number, count_texts([text], O200K, 10**6).number) == (cl100k, o200k)


@pytest.mark.parametrize(
    ("model", "jargon", "weather"),
    [("gpt-3.5-turbo", 129, 105), ("gpt-4-0613", 129, 105), ("gpt-4", 129, 105), ("gpt-4o", 124, 101),
     ("gpt-4o-mini", 124, 101), ("ft:gpt-4o-mini-2024-07-18:acme::9x", 124, 101), ("openai/gpt-4o", 124, 101)],
)  # fmt: skip
def test_messages_and_tools_of_the_cookbook(model: str, jargon: int, weather: int) -> None:
    """The counts that the cookbook prints, which are those that OpenAI's API answered."""
    assert counted(model=model, prompt_messages=JARGON).usage == {"input": jargon}
    tool = {"type": "function", "function": WEATHER_TOOL}
    assert counted(model=model, prompt_messages=WEATHER, tools=[tool]).usage == {"input": weather}
    assert counted(model=model, prompt_messages=WEATHER, tools=[WEATHER_TOOL]).usage == {"input": weather}


@pytest.mark.parametrize(
    ("model", "name", "exact"),
    [
        ("gpt-4", CL100K, True), ("gpt-4-turbo-2024-04-09", CL100K, True), ("gpt-35-turbo", CL100K, True),
        ("text-embedding-3-small", CL100K, True), ("gpt-4o-2024-08-06", O200K, True), ("gpt-4.1-nano", O200K, True),
        ("gpt-5.2", O200K, True), ("o1", O200K, True), ("o3-mini", O200K, True), ("o4-mini-2025-04-16", O200K, True),
        ("azure/gpt-4o", O200K, True), ("openrouter/openai/gpt-oss-120b:free", O200K, True),
        ("GPT-4o", O200K, True), ("claude-sonnet-4-5", O200K, False), ("o100", O200K, False),
        ("text-davinci-003", O200K, False), ("", O200K, False),
    ],
)  # fmt: skip
def test_the_tokenizer_of_a_model(model: str, name: str, exact: bool) -> None:
    """A model's own where it ships here, however its name is written; else one that stands in and says so."""
    assert encoding_of(model) == (name, exact)


USER: Final = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("columns", "usage", "estimated"),
    [
        ({"prompt_messages": [USER], "completion_message": {"role": "assistant", "content": "Hello there"}},
         {"input": 8, "output": 2}, ("tokens:o200k_base",)),
        ({"prompt_messages": [USER], "output": "Hello there"}, {"input": 8, "output": 2}, ("tokens:o200k_base",)),
        ({"input": "Hi", "output": "Hello there"}, {"input": 8, "output": 2}, ("tokens:o200k_base",)),
        ({"input": '[{"role":"user","content":"Hi"}]'}, {"input": 8}, ("tokens:o200k_base",)),
        ({"input": {"document": "Hello there", "image": "Hello there"}}, {"input": 11}, ("tokens:o200k_base",)),
        ({"input": "Hi", "log_type": "completion"}, {"input": 1}, ("tokens:o200k_base",)),
        ({"input": ["Hi", "Hello there"], "log_type": "embedding", "model": "text-embedding-3-small"},
         {"input": 3}, ("tokens:cl100k_base",)),
        ({"input": [[1, 2, 3], [4]], "log_type": "embedding", "output": [0.1, 0.2]},
         {"input": 4}, ("tokens:o200k_base",)),
        ({"prompt_messages": [USER], "model": "claude-sonnet-4-5", "output": "Hello there",
          "full_request": {"system": "Hello there"}}, {"input": 14, "output": 2}, ("tokens:stand_in",)),
        ({"full_request": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}, "model": "gemini-2.5-pro"},
         {"input": 8}, ("tokens:stand_in",)),
        ({"prompt_messages": [USER], "completion_message": {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}},
         {"input": 8, "output": 2}, ("tokens:o200k_base",)),
        ({"output": [{"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "Hello there", "annotations": []}]}]},
         {"output": 2}, ("tokens:o200k_base",)),
        ({"model": "o3", "output": "Hello there"},
         {"output": 2}, ("tokens:o200k_base", "tokens:reasoning_not_counted")),
        ({"prompt_messages": [{"role": "user", "content": [
            {"type": "text", "text": "Hi"}, {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "file", "file": {"file_data": "AAAA"}}, {"type": "image_url", "image_url": {"url": "https://x/y"}},
        ]}]}, {"input": 8},
         ("tokens:o200k_base", "tokens:audio_not_counted", "tokens:files_not_counted", "tokens:images_not_counted")),
        ({"prompt_messages": [{"role": "user", "content": [{"text": "Hi"},
            {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
            {"document": {"name": "a", "format": "pdf", "source": {"bytes": "AAAA"}}}]}], "model": "amazon.nova-pro"},
         {"input": 8}, ("tokens:stand_in", "tokens:images_not_counted", "tokens:files_not_counted")),
        ({"prompt_messages": [{"role": "user", "content": [
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Hello there"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Hello there"}]}],
          "model": "claude-haiku-4-5"},
         {"input": 11}, ("tokens:stand_in", "tokens:images_not_counted")),
        ({"prompt_messages": [{"role": "user", "content": [
            {"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "https://x/y", "detail": "low"}},
        ]}]}, {"input": 93}, ("tokens:o200k_base",)),
    ],
)  # fmt: skip
def test_what_of_a_log_is_counted(columns: dict[str, Any], usage: dict[str, int], estimated: tuple[str, ...]) -> None:
    """Each shape in which prompts and answers come: the text once, the rule's overhead, and what is missing."""
    found = counted(**columns)
    assert (found.usage, found.estimated) == (usage, estimated)


def png(width: int, height: int) -> str:
    """Return a data URL of the head of a PNG."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height) + bytes(80)
    return "data:image/png;base64," + base64.b64encode(head).decode()


def jpeg(width: int, height: int) -> str:
    """Return a data URL of the head of a JPEG, with something before its size."""
    head = (
        b"\xff\xd8\xff\xe0"
        + struct.pack(">H", 16)
        + bytes(14)
        + b"\xff\xc0"
        + struct.pack(">HBHH", 17, 8, height, width)
    )
    return "data:image/jpeg;base64," + base64.b64encode(head + bytes(32)).decode()


@pytest.mark.parametrize(
    ("model", "url", "detail", "tokens"),
    [
        ("gpt-4o", png(1024, 1024), "high", 765), ("gpt-4o", png(2048, 4096), "high", 1105),
        ("gpt-4o", jpeg(1024, 1024), "high", 765), ("gpt-4o", png(4096, 8192), "low", 85),
        ("gpt-4o", png(512, 512), "high", 255), ("gpt-4o-mini", png(512, 512), "high", 8500),
        ("o1", png(512, 512), "high", 225), ("gpt-4o", "https://example.com/a.png", "high", None),
        ("gpt-4.1-mini", png(512, 512), "high", None), ("claude-sonnet-4-5", png(512, 512), "low", None),
        ("gpt-4o", "data:image/png;base64,AAAA", "high", None), ("gpt-4o", "data:image/jpeg;base64,/9j/", "high", None),
        ("gpt-4o", png(0, 0), "high", None), ("gpt-4o", "data:image/png;base64,é", "high", None),
    ],
)  # fmt: skip
def test_images_by_the_published_examples(model: str, url: str, detail: str, tokens: int | None) -> None:
    """OpenAI's own three examples, other sizes worked out by hand, and no guess where size or rule is unknown."""
    assert image_tokens(model, url, detail) == tokens


@given(st.lists(st.text(max_size=200), max_size=8), st.integers(0, 400))
def test_tokens_within_their_bounds(texts: list[str], bytes_max: int) -> None:
    """No text has more tokens than bytes, a token has at most 128 bytes, and no more is read than the bound says."""
    size = sum(len(text.encode()) for text in texts)
    exact = count_texts(texts, O200K, size)
    assert size / 128 <= exact.number <= size
    assert (exact.bytes_read, exact.marks) == (size, ())
    some = count_texts(texts, O200K, bytes_max)
    assert some.number >= 0
    assert some.bytes_read <= bytes_max
    assert bool(some.marks) == (size > bytes_max)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from("type role content text image_url source function_call input tools properties file".split()),
        inner, max_size=4,
    ),
))  # fmt: skip
def test_any_json_can_be_counted(value: Any) -> None:
    """Whatever stands where messages, answers and tools do: a number of tokens, none negative, and no error."""
    found = counted(prompt_messages=value, output=value, tools=[value], tool_calls=value, full_request=value)
    assert all(number > 0 for number in found.usage.values())


@pytest.mark.parametrize("kind", LANGUAGES)
def test_an_estimate_by_characters_is_within_its_factor(kind: str) -> None:
    """Prose of 15 languages in 11 scripts, emoji, code and JSON: never off by more than half, either way."""
    exact = count_texts([LANGUAGES[kind]], O200K, 10**6).number
    assert exact / FACTOR < estimate(LANGUAGES[kind]) < exact * FACTOR


def test_a_prompt_of_20_mb_is_bounded() -> None:
    """Of 20 MB in many languages no more than the bound is tokenized; the count is within a fifth of the exact."""
    prompt = ("\n".join(LANGUAGES[name] for name in LANGUAGES) + "\n") * 3_900
    assert len(prompt.encode()) > 20_000_000
    message = [{"role": "user", "content": prompt}]
    found = counted(bytes_max=100_000, prompt_messages=message, output="Yes")
    exact = counted(bytes_max=10**9, prompt_messages=message, output="Yes")
    assert found.bytes_read <= 100_000
    assert found.estimated == ("tokens:o200k_base", "tokens:extrapolated", "tokens:characters")
    assert exact.estimated == ("tokens:o200k_base",)
    assert abs(found.usage["input"] / exact.usage["input"] - 1) < 0.2


def test_what_is_past_the_bound_is_judged_by_its_own_script() -> None:
    """English of which the bound takes all is followed by Chinese of which it takes none: the rest is not English."""
    texts = [LANGUAGES["English"] * 50, LANGUAGES["Chinese"] * 50]
    exact = count_texts(texts, O200K, 10**9).number
    some = count_texts(texts, O200K, len(texts[0]))
    assert exact / FACTOR < some.number < exact * FACTOR
