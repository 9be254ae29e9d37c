"""Usage that contradicts itself, or what came beside it: what is billed, and what is flagged."""

from typing import Any

import pytest

from tests.unit.journey import enriched, extra_of


@pytest.mark.parametrize(
    ("usage", "buckets", "flags"),
    [
        # the whole is believed before its parts, which are cut to it, cached tokens first
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
             "prompt_tokens_details": {"cached_tokens": 30}},
            {"cache_read": 10, "output": 5}, ("usage_parts_over_whole",),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
             "completion_tokens_details": {"reasoning_tokens": 30}},
            {"input": 10, "reasoning": 5}, ("usage_parts_over_whole",),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
             "prompt_tokens_details": {"audio_tokens": 8, "cached_tokens": 2, "image_tokens": 6}},
            {"audio_cache_read": 2, "audio_input": 6, "image_input": 2, "output": 5}, ("usage_parts_over_whole",),
        ),
        # cached audio is not told: it is what there is no other room for
        (
            {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10,
             "prompt_tokens_details": {"audio_tokens": 8, "cached_tokens": 6}},
            {"cache_read": 2, "audio_input": 4, "audio_cache_read": 4}, (),
        ),
        # without a total, a part that is more than its whole comes beside it
        ({"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 30}}, {"input": 10, "cache_read": 30}, ()),
        # the parts are believed before the total
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 99}, {"input": 10, "output": 5},
         ("usage_sum_mismatch",)),
        # a total that fits another way of counting settles it
        (
            {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 4, "total_tokens": 15},
            {"input": 6, "cache_read": 4, "output": 5}, (),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 19,
             "prompt_tokens_details": {"cached_tokens": 4}},
            {"input": 10, "cache_read": 4, "output": 5}, (),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 18,
             "completion_tokens_details": {"reasoning_tokens": 3}},
            {"input": 10, "output": 5, "reasoning": 3}, (),
        ),
        # one side is what the other leaves of the total
        ({"prompt_tokens": 10, "total_tokens": 15}, {"input": 10, "output": 5}, ()),
        ({"completion_tokens": 5, "total_tokens": 15}, {"input": 10, "output": 5}, ()),
        # writes for five minutes and for an hour are more than all writes
        (
            {"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 5,
             "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 3}},
            {"input": 1, "cache_write_5m": 4, "cache_write_1h": 3, "output": 1}, ("usage_sum_mismatch",),
        ),
        # text, audio and images do not add up to the input
        (
            {"input_tokens": 100, "output_tokens": 0, "total_tokens": 100,
             "input_token_details": {"text_tokens": 10, "audio_tokens": 20}},
            {"input": 80, "audio_input": 20}, ("usage_sum_mismatch",),
        ),
        # what is no count is left out
        ({"prompt_tokens": -1, "completion_tokens": 5}, {"output": 5}, ("usage_unreadable",)),
        ({"prompt_tokens": 2**32, "completion_tokens": 5}, {"output": 5}, ("usage_unreadable",)),
        ({"input_tokens": 7, "output_tokens": True}, {"input": 7}, ("usage_unreadable",)),
        ({"promptTokenCount": 7, "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": "x"}]}, {"input": 7},
         ("usage_unreadable",)),
        ({"inputTokens": 7, "cacheDetails": "none"}, {"input": 7}, ("usage_unreadable",)),
        # sums fit their columns
        (
            {"input_tokens": 2**32 - 1, "cache_read_input_tokens": 2**32 - 1, "output_tokens": 1},
            {"input": 2**32 - 1, "cache_read": 2**32 - 1, "output": 1}, (),
        ),
        ({"promptTokenCount": 2**32 - 1, "toolUsePromptTokenCount": 9}, {"input": 2**32 - 1}, ()),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_settled_and_flagged(
    usage: dict[str, Any], buckets: dict[str, int], flags: tuple[str, ...]
) -> None:
    """A stated rule decides what is billed, and the log says that there was something to decide."""
    log = enriched({"usage": usage})
    assert (log.usage_details, log.flags) == (buckets, flags)


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({"prompt_tokens": 2095}, ()),  # as Anthropic counts
        ({"prompt_tokens": 4146}, ()),  # the whole input
        ({"prompt_tokens": 2096}, ("tokens_differ_from_usage",)),
        ({"completion_tokens": 503}, ()),
        ({"completion_tokens": 504}, ("tokens_differ_from_usage",)),
    ],
)
def test_given_counts_are_shown_and_the_usage_is_billed(given: dict[str, int], flags: tuple[str, ...]) -> None:
    """A count of the client's own stands; one that its usage does not know is flagged."""
    usage = {"input_tokens": 2095, "cache_read_input_tokens": 2051, "output_tokens": 503}
    log = enriched({"model": "claude-sonnet-4-5", "usage": usage, **given})
    assert log.usage_details == {"input": 2095, "cache_read": 2051, "output": 503}
    assert log.flags == flags
    assert {name: getattr(log, name) for name in given} == given


@pytest.mark.parametrize(
    ("usage", "given", "buckets"),
    [
        # details without their whole, as Claude Code's hook sends them
        ({"cache_read_input_tokens": 30}, {"prompt_tokens": 10, "completion_tokens": 5, "model": "claude-sonnet-4-5"},
         {"input": 10, "cache_read": 30, "output": 5}),
        ({"prompt_tokens_details": {"cached_tokens": 4}}, {"prompt_tokens": 10, "completion_tokens": 5},
         {"input": 6, "cache_read": 4, "output": 5}),
        ({"prompt_tokens": 10, "completion_tokens": 5}, {"prompt_cache_hit_tokens": 4},
         {"input": 6, "cache_read": 4, "output": 5}),
        ({"input_tokens": 10, "output_tokens": 5}, {"prompt_cache_hit_tokens": 4, "provider_id": "anthropic"},
         {"input": 10, "cache_read": 4, "output": 5}),
        ({"type": "duration", "seconds": 12}, {"completion_tokens": 5}, {"output": 5}),
    ],
)  # fmt: skip
def test_what_a_usage_lacks_is_filled_from_beside_it(
    usage: dict[str, Any], given: dict[str, Any], buckets: dict[str, int]
) -> None:
    """Details in one place and their whole in another are one usage."""
    assert enriched({"usage": usage, **given}).usage_details == buckets


def test_an_advisors_tokens_are_left_out_and_said_to_be() -> None:
    """They are billed by the price of another model, which the usage does not tell apart."""
    usage = {"input_tokens": 10, "output_tokens": 5, "iterations": [
        {"type": "message", "input_tokens": 10, "output_tokens": 5},
        {"type": "advisor_message", "input_tokens": 800, "output_tokens": 90},
    ]}  # fmt: skip
    log = enriched({"model": "claude-sonnet-4-5", "usage": usage})
    assert log.usage_details == {"input": 10, "output": 5}
    assert log.estimated == ("tokens:other_model_left_out",)


ZEROS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize(
    ("body", "cost"),
    [
        ({"usage": ZEROS}, "0"),
        ({"usage": ZEROS, "status_code": 500, "completion_message": {"role": "assistant", "content": "half"}}, None),
        ({"usage": ZEROS, "completion_message": {"role": "assistant", "content": "Hello"}}, None),
        ({"usage": {}}, None),
        ({"usage": {"type": "duration", "seconds": 12}}, None),
        ({}, None),
    ],
)
def test_no_tokens_cost_nothing_and_unknown_tokens_have_no_cost(body: dict[str, Any], cost: str | None) -> None:
    """Zeros are a usage unless there is an answer: some libraries write them for a stream without a usage."""
    log = enriched({"model": "gpt-4o-mini", **body})
    assert (log.usage_details, None if log.cost is None else f"{log.cost:f}".rstrip("0.") or "0") == ({}, cost)


@pytest.mark.parametrize(
    ("body", "tier", "requested"),
    [
        ({"service_tier": "flex"}, "flex", None),
        ({"service_tier": "auto"}, "", '"auto"'),
        ({"full_request": {"service_tier": "priority"}}, "priority", None),
        ({"full_request": {"service_tier": "auto"}}, "", None),
        ({"service_tier": "priority", "full_response": {"service_tier": "default"}}, "default", '"priority"'),
        ({"service_tier": "auto", "usage": {"input_tokens": 1, "service_tier": "batch"}}, "batch", '"auto"'),
        ({"full_request": {"service_tier": "flex"}, "full_response": {"serviceTier": {"type": "flex"}}}, "flex", None),
        ({"usage": {"promptTokenCount": 1, "trafficType": "ON_DEMAND"}}, "on_demand", None),
        ({"full_response": [{"service_tier": None}, {"service_tier": "default"}, {"usage": None}]}, "default", None),
        ({"full_response": {"service_tier": 5}}, "", None),
    ],
)
def test_the_tier_that_was_billed_is_the_answers(body: dict[str, Any], tier: str, requested: str | None) -> None:
    """What the answer says, else what was asked for; `auto` says nothing. What was asked and not billed is kept."""
    log = enriched(body)
    raw = extra_of(log).get("requested_service_tier")
    assert (log.service_tier, None if raw is None else bytes(raw).decode()) == (tier, requested)


@pytest.mark.parametrize(
    ("usage", "body", "cost"),
    [
        ({"prompt_tokens": 9, "cost": 0.5}, {}, None),  # anyone's own figure of anything
        ({"prompt_tokens": 9, "cost": 0.5}, {"provider_id": "openrouter"}, "0.5"),
        ({"prompt_tokens": 9, "cost": 0.5, "is_byok": False}, {}, "0.5"),
        ({"prompt_tokens": 9, "cost": 0.5, "is_byok": False}, {"cost": 0.7}, "0.7"),
        ({"prompt_tokens": 9, "cost": 0.5, "is_byok": False}, {"prompt_unit_price": 1000000}, "9"),
        ({"prompt_tokens": 9, "cost": -0.5, "is_byok": False}, {}, None),
        ({"prompt_tokens": 9, "cost": {"total_cost": 0.000000000000123}}, {}, "0"),
        ({"prompt_tokens": 9, "cost": {"total_cost": None}}, {}, None),
        ({"prompt_tokens": 9, "cost": "much"}, {"provider_id": "openrouter"}, None),
        ({"prompt_tokens": 9, "cost_in_usd_ticks": 37756000}, {}, "0.0037756"),
    ],
)
def test_what_a_provider_charges_is_the_cost(usage: dict[str, Any], body: dict[str, Any], cost: str | None) -> None:
    """After a given cost and given unit prices, and before any price list; exact to the last digit."""
    log = enriched({"usage": usage, **body})
    assert (None if log.cost is None else f"{log.cost.normalize():f}") == cost
