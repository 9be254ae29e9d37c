"""Models by the names that people write: which price each means, and which names mean none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.pricing.book import PriceBook
from inferlog.pricing.dataset import bundled
from inferlog.pricing.hosts import UNKNOWN, UNPRICED, host_of
from inferlog.pricing.names import find_model

BOOK = PriceBook()
WHEN = 1_795_500_000.0  # 2026-11-24


def _rows(file: str) -> list[list[str]]:
    lines = (Path(__file__).parent / file).read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines if not line.startswith("#")]
    return [["" if row[0] == "-" else row[0], *row[1:]] for row in rows]


@pytest.mark.parametrize(
    ("provider", "name", "expected"), [(row[0], row[1], row[2:]) for row in _rows("names_known.txt")]
)
def test_a_name_means_the_model_that_people_mean_by_it(provider: str, name: str, expected: list[str]) -> None:
    """The price's id names who sells it; a guess is marked as one."""
    found = BOOK.find("", provider, name, WHEN, "")
    assert found is not None
    marks = " ".join(each.removeprefix("cost:") for each in found.estimated)
    assert [found.id, marks] == [*(cell.removesuffix(" |") for cell in expected), ""][:2]


@pytest.mark.parametrize(("provider", "name"), _rows("names_unknown.txt"))
def test_a_doubtful_name_means_no_model(provider: str, name: str) -> None:
    """A wrong price is worse than none: what only resembles a known model is not taken for it."""
    assert BOOK.find("", provider, name, WHEN, "") is None


def test_every_published_model_is_found_by_its_own_id() -> None:
    """At its provider, under the id that the data set gives it."""
    data, lost = bundled(), []
    for provider in data.providers:
        for model in provider.models:
            at_all = data.find(provider, model.id.lower())
            if at_all is not None and find_model(data, model.id, provider.id) is None:
                lost.append((provider.id, model.id))
    assert [each for each in lost if not each[1].startswith("gpt-oss")] == []  # OpenAI sells none of its open weights


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("azure_openai", "azure"), ("AzureOpenAI", "azure"), ("azure.ai.inference", "azure"), ("az.ai.openai", "azure"),
        ("google_vertexai", "google"), ("Vertex AI", "google"), ("gcp.gemini", "google"), ("gemini", "google"),
        ("aws_bedrock", "aws"), ("AWS Bedrock", "aws"), ("amazon", "aws"), ("xai", "x-ai"), ("x_ai", "x-ai"),
        ("together_ai", "together"), ("togetherai", "together"), ("fireworks_ai", "fireworks"),
        ("openai_chat", "openai"), ("huggingface_together", "huggingface_together"),
        ("open-ai", "openai"), ("openai.chat", "openai"), ("mistralai", "mistral"), ("cohere_chat", "cohere"),
        ("bedrock_anthropic", "aws"), ("vertex_ai-anthropic_models", "google"), ("Ollama", UNPRICED),
        ("local-vllm", UNPRICED), ("litellm", UNKNOWN), ("openai-compatible", UNKNOWN), ("my team's proxy", UNKNOWN),
        ("", UNKNOWN),
    ],
)  # fmt: skip
def test_a_provider_is_known_as_people_write_it(written: str, host: str) -> None:
    """A cloud's name beats that of the maker whose models it sells."""
    assert host_of(written) == host


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_name_is_taken_or_not_and_never_fails(name: str, provider: str) -> None:
    """Whatever somebody calls a model or a provider, looking it up ends in a price or in none."""
    found = BOOK.find("", provider, name, WHEN, "")
    assert found is None or found.id


def test_the_nearest_names_are_suggested() -> None:
    """Best first, a maker's before a reseller's; nothing for what is like nothing."""
    assert BOOK.nearest("gpt-5o")[0] == "gpt-5"
    assert BOOK.nearest("clade-sonnet-4-5")[0] == "claude-sonnet-4-5"
    assert BOOK.nearest("zzzzqqqq") == []
    assert BOOK.unpriced_because("", "whisper-1") == (
        "openai:whisper-1 has no price for tokens: it is priced by audio_hours, input_audio_hours"
    )
