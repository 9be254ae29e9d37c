"""The `keywordsai.` and `respan.` attributes: excerpts of what the vendor's own SDKs send."""

from typing import Any

import pytest

from tests.unit.families.reading import read

PARAMETERS = {
    "span_params.custom_identifier": ("custom_identifier", "custom-1"),
    "evaluation_params.evaluation_identifier": ("evaluation_identifier", "evaluation-1"),
    "customer_params.email": ("customer_email", "one@example.org"),
    "customer_params.name": ("customer_name", "Customer One"),
    "customer_params.customer_identifier": ("customer_identifier", "customer-1"),
    "sessions.session_identifier": ("session_identifier", "session-1"),
    "trace.trace_group_identifier": ("trace_group_identifier", "group-1"),
    "threads.thread_identifier": ("thread_identifier", "thread-1"),
    "entity.log_method": ("log_method", "python_tracing"),
    "entity.log_type": ("log_type", "tool"),
}


@pytest.mark.parametrize("prefix", ["keywordsai", "respan"])
def test_each_parameter_has_its_column(prefix: str) -> None:
    """Both names of the vendor fill the same columns, and nothing of them is left over."""
    log = read({f"{prefix}.{name}": value for name, (_, value) in PARAMETERS.items()})
    assert {column: log[column] for column, _ in PARAMETERS.values()} == dict(PARAMETERS.values())
    assert "metadata" not in log


def test_the_documented_short_names_too() -> None:
    """The names of the documents mean the same as those of the SDKs."""
    log = read({"respan.customer.identifier": "customer-1", "respan.thread.id": 7, "respan.trace_group.id": "group-1"})
    found = (log["customer_identifier"], log["thread_identifier"], log["trace_group_identifier"])
    assert found == ("customer-1", "7", "group-1")


def test_metadata_by_key_and_as_json() -> None:
    """`metadata.<key>` and `metadata` as JSON become flat keys that keep their types; so do `properties`."""
    log = read(
        {
            "respan.metadata.plan": "pro",
            "respan.metadata.seats": 3,
            "respan.metadata._tracing_sdk_version": "2.24.0",
            "respan.metadata": '{"tier": "gold", "nested": {"a": [1]}}',
            "respan.properties": '{"feature": "search"}',
            "respan.environment": "staging",
        }
    )
    assert log["metadata"] == {
        "plan": "pro",
        "seats": 3,
        "_tracing_sdk_version": "2.24.0",
        "tier": "gold",
        "nested": {"a": [1]},
        "feature": "search",
        "environment": "staging",
    }


def test_metadata_that_says_two_things_keeps_both() -> None:
    """A key with two values has the first, and the other stays under the name that it came with."""
    log = read({"respan.metadata": '{"plan": "free"}', "respan.metadata.plan": "pro"})
    assert log["metadata"] == {"plan": "free", "respan.metadata.plan": "pro"}


def test_a_managed_prompt() -> None:
    """A prompt's id, version and variables are found; the whole of it is kept."""
    prompt = '{"prompt_id": "042f5f", "version": 3, "variables": {"city": "Paris"}}'
    log = read({"respan.prompt": prompt})
    assert (log["prompt_id"], log["prompt_version_number"], log["variables"]) == ("042f5f", 3, {"city": "Paris"})
    assert log["prompt"] == {"prompt_id": "042f5f", "version": 3, "variables": {"city": "Paris"}}


@pytest.mark.parametrize(
    ("attributes", "span", "model"),
    [
        ({"respan.entity.log_method": "python_tracing"}, {}, "gpt-4o"),
        ({}, {"scope_name": "respan.tracer"}, "gpt-4o"),
        ({}, {"scope_name": "keywordsai.tracer"}, "gpt-4o"),
        ({}, {"scope_name": "my.instrumentation"}, "gpt-4o-mini"),
    ],
)
def test_plain_names_outdo_others_in_the_vendors_spans(
    attributes: dict[str, Any], span: dict[str, Any], model: str
) -> None:
    """`model` is the vendor's override in its own spans; in any other it is somebody's attribute."""
    log = read({"gen_ai.request.model": "gpt-4o-mini", "model": "gpt-4o", **attributes}, **span)
    assert log["model"] == model
    assert sorted({"gpt-4o-mini", "gpt-4o"} & {str(each) for each in log["metadata"].values()} | {model}) == [
        "gpt-4o",
        "gpt-4o-mini",
    ]


def test_plain_token_counts() -> None:
    """The override keys of token counts are usage, in OpenAI's shape; counts are not added up."""
    log = read(
        {
            "gen_ai.usage.input_tokens": 120,
            "prompt_cache_hit_tokens": 40,
            "prompt_cache_creation_tokens": 10,
            "completion_tokens": 50,
            "total_request_tokens": 170,
            "respan.entity.log_type": "CHAT",
        }
    )
    assert log["usage"] == {
        "prompt_tokens": 120,
        "completion_tokens": 50,
        "total_tokens": 170,
        "prompt_tokens_details": {"cached_tokens": 40},
        "cache_creation_input_tokens": 10,
    }
    assert log["log_type"] == "chat"


def test_cached_tokens_that_are_counted_beside() -> None:
    """Respan's package for Anthropic sends Anthropic's own count, without the cached ones; here they are among it."""
    log = read(
        {
            "gen_ai.usage.input_tokens": 80,
            "gen_ai.usage.output_tokens": 50,
            "prompt_cache_hit_tokens": 40,
            "prompt_cache_creation_tokens": 10,
            "respan.entity.log_type": "chat",
        },
        scope_name="respan_instrumentation_anthropic._instrumentation",
    )
    assert log["usage"] == {
        "prompt_tokens": 130,
        "completion_tokens": 50,
        "prompt_tokens_details": {"cached_tokens": 40},
        "cache_creation_input_tokens": 10,
    }


@pytest.mark.parametrize(
    ("given", "log_type", "kept"),
    [("response", "response", False), ("llm", "generation", True), ("step", "task", True), ("span", "task", True)],
)
def test_kinds(given: str, log_type: str, kept: bool) -> None:
    """The vendor's kinds are its own; others are what its map makes of them, and stay in the metadata."""
    log = read({"respan.entity.log_type": given})
    assert log["log_type"] == log_type
    assert ("respan.entity.log_type" in log.get("metadata", {})) == kept


def test_what_has_no_column_is_kept() -> None:
    """Names of the vendor that are not understood, and values of other types, are metadata."""
    attributes = {
        "respan.gateway.log_id": "5f0c",
        "respan.sample_rate": 0.5,
        "respan.customer_params.name": ["a", "b"],
        "respan.prompt": 7,
        "respan.metadata": "no JSON",
        "respan.metadata.": "no key",
    }
    assert read(attributes)["metadata"] == attributes


def test_metadata_of_the_javascript_package_is_json() -> None:
    """@keywordsai/tracing writes each value as JSON; a value that is none stays as it is."""
    told = {"plan": '"pro"', "seats": "3", "odd": "{"}
    attributes = {f"keywordsai.metadata.{name}": value for name, value in told.items()}
    found = read(attributes, scope_name="@keywordsai/tracing")["metadata"]
    assert (found["plan"], found["seats"], found["odd"]) == ("pro", 3, "{")
    assert read(attributes, scope_name="keywordsai_tracing")["metadata"]["plan"] == '"pro"'
