"""When a call happened, how many tokens it used, and how it ended."""

from typing import Any

import msgspec
import pytest

from tests.unit.journey import RECEIVED_AT, enriched, extra_of

T = 1_759_999_990.0
A_DAY_AHEAD = RECEIVED_AT + 86_400


@pytest.mark.parametrize(
    ("body", "start", "end", "latency"),
    [
        ({}, RECEIVED_AT, RECEIVED_AT, 0.0),
        ({"latency": 2.5}, RECEIVED_AT - 2.5, RECEIVED_AT, 2.5),
        ({"timestamp": T}, T, T, 0.0),
        ({"timestamp": T, "latency": 1.25}, T - 1.25, T, 1.25),
        ({"start_time": T}, T, T, 0.0),
        ({"start_time": T, "latency": 1.25}, T, T + 1.25, 1.25),
        ({"start_time": T, "timestamp": T + 3}, T, T + 3, 3.0),
        ({"start_time": T, "timestamp": T + 3, "latency": 1.0}, T, T + 3, 1.0),
        ({"timestamp": A_DAY_AHEAD}, A_DAY_AHEAD, A_DAY_AHEAD, 0.0),
        ({"start_time": T, "latency": 1e9}, T, A_DAY_AHEAD, 1e9),
        ({"start_time": T, "latency": 1e308}, T, A_DAY_AHEAD, 1e308),
        ({"latency": 1e308}, 1_262_304_000.0, RECEIVED_AT, 1e308),
        ({"timestamp": 1_262_304_000}, 1_262_304_000.0, 1_262_304_000.0, 0.0),
        ({"timestamp": 1_262_304_000, "latency": 5}, 1_262_304_000.0, 1_262_304_000.0, 5.0),
    ],
)
def test_missing_times_follow_from_those_that_are_there(
    body: dict[str, Any], start: float, end: float, latency: float
) -> None:
    """timestamp is the end, start_time the beginning, latency what lies between; a day ahead is a time zone."""
    log = enriched(body)
    assert (log.start_time, log.timestamp, log.latency) == (start, end, latency)
    assert log.flags == ()
    assert extra_of(log) == {}


@pytest.mark.parametrize(
    ("body", "start", "end", "flags", "originals"),
    [
        (
            {"timestamp": "2201-01-01T00:00:00Z"}, RECEIVED_AT, RECEIVED_AT,
            ("timestamp_out_of_range",), {"original_timestamp": 7289654400.0},
        ),
        (
            {"timestamp": "2201-01-01T00:00:00Z", "start_time": T, "latency": 2}, T, T + 2,
            ("timestamp_out_of_range",), {"original_timestamp": 7289654400.0},
        ),
        ({"timestamp": 5}, RECEIVED_AT, RECEIVED_AT, ("timestamp_out_of_range",), {"original_timestamp": 5.0}),
        (
            {"timestamp": "2009-12-31T23:59:59Z"}, RECEIVED_AT, RECEIVED_AT,
            ("timestamp_out_of_range",), {"original_timestamp": 1262303999.0},
        ),
        (
            {"timestamp": A_DAY_AHEAD + 0.001}, RECEIVED_AT, RECEIVED_AT,
            ("timestamp_out_of_range",), {"original_timestamp": A_DAY_AHEAD + 0.001},
        ),
        (
            {"timestamp": T, "start_time": T + 10}, T, T,
            ("start_time_out_of_range",), {"original_start_time": T + 10},
        ),
        (
            {"timestamp": T, "start_time": -1}, T, T,
            ("start_time_out_of_range",), {"original_start_time": -1.0},
        ),
        ({"latency": -2}, RECEIVED_AT, RECEIVED_AT, ("latency_out_of_range",), {"original_latency": -2.0}),
        (
            {"ttft": -0.5}, RECEIVED_AT, RECEIVED_AT,
            ("time_to_first_token_out_of_range",), {"original_time_to_first_token": -0.5},
        ),
    ],
)  # fmt: skip
def test_an_impossible_time_is_replaced_flagged_and_kept(
    body: dict[str, Any], start: float, end: float, flags: tuple[str, ...], originals: dict[str, float]
) -> None:
    """The year 2201, a clock never set, an end before the start, a negative duration: bounded, and said so."""
    log = enriched(body)
    assert (log.start_time, log.timestamp) == (start, end)
    assert log.flags == flags
    assert {name: msgspec.json.decode(raw) for name, raw in extra_of(log).items()} == originals
    assert log.latency >= 0
    assert log.time_to_first_token >= 0


def tokens(body: dict[str, Any]) -> tuple[int, ...]:
    """Return prompt, completion, total, cache hits, cache writes and reasoning."""
    log = enriched(body)
    return (
        log.prompt_tokens, log.completion_tokens, log.total_request_tokens, log.prompt_cache_hit_tokens,
        log.prompt_cache_creation_tokens, log.reasoning_tokens,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        ({"prompt_tokens": 8, "completion_tokens": 16, "total_tokens": 24}, (8, 16, 24, 0, 0, 0)),
        ({"prompt_tokens": 8, "completion_tokens": 16}, (8, 16, 24, 0, 0, 0)),
        ({"total_tokens": 30}, (30, 0, 30, 0, 0, 0)),
        ({"input_tokens": 10, "output_tokens": 3}, (10, 3, 13, 0, 0, 0)),
        (
            {"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 2},
            (19, 3, 22, 7, 2, 0),
        ),
        ({"prompt_tokens": 5, "cache_creation_prompt_tokens": 2}, (5, 0, 5, 0, 2, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}, (9, 0, 9, 4, 0, 0)),
        ({"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4}}, (9, 0, 9, 4, 0, 0)),
        ({"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}}, (0, 9, 9, 0, 0, 4)),
        ({"output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 4}}, (0, 9, 9, 0, 0, 4)),
        ({"prompt_tokens": "8", "completion_tokens": 1.0, "total_tokens": None}, (8, 1, 9, 0, 0, 0)),
        ({"prompt_tokens": 8, "prompt_tokens_details": None, "cost": 1, "x": {}}, (8, 0, 8, 0, 0, 0)),
        ({"prompt_tokens": 2**32 - 1, "completion_tokens": 5}, (2**32 - 1, 5, 2**32 - 1, 0, 0, 0)),
        ({}, (0, 0, 0, 0, 0, 0)),
    ],
)
def test_usage_is_read_by_the_names_that_providers_use(usage: dict[str, Any], found: tuple[int, ...]) -> None:
    """The counts are filled from usage, which stays as it came."""
    assert tokens({"usage": usage}) == found
    log = enriched({"usage": usage})
    assert msgspec.json.decode(log.usage) == usage
    assert log.flags == ()


def test_counts_given_directly_stand_before_usage() -> None:
    """Usage fills only what is absent."""
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "cache_read_input_tokens": 4}
    assert tokens({"prompt_tokens": 10, "total_tokens": 50, "prompt_cache_hit_tokens": 6, "usage": usage}) == (
        10, 2, 50, 6, 0, 0,
    )  # fmt: skip
    assert tokens({"prompt_tokens": 10, "completion_tokens": 4}) == (10, 4, 14, 0, 0, 0)


@pytest.mark.parametrize(
    "usage", [{"prompt_tokens": -1}, {"prompt_tokens": "many"}, {"prompt_tokens": 2**32}, {"prompt_tokens_details": 5}]
)
def test_usage_that_cannot_be_read_is_kept_and_flagged(usage: dict[str, Any]) -> None:
    """A provider's odd usage is no reason to refuse a log."""
    log = enriched({"usage": usage, "completion_tokens": 3})
    assert (log.flags, log.total_request_tokens) == (("usage_unreadable",), 3)
    assert msgspec.json.decode(log.usage) == usage


@pytest.mark.parametrize(
    ("body", "speed"),
    [
        ({"completion_tokens": 50, "latency": 2.5}, 20.0),
        ({"completion_tokens": 10, "latency": 3}, 3.3333),
        ({"completion_tokens": 10, "generation_time": 3, "tokens_per_second": 7}, 7.0),
        ({"completion_tokens": 10}, 0.0),
        ({"completion_tokens": 10, "latency": -1}, 0.0),
        ({"completion_tokens": 10, "latency": 5e-324}, 0.0),
        ({"completion_tokens": 10, "latency": 1e-11}, 0.0),
        ({"completion_tokens": 10, "start_time": T, "timestamp": T + 5}, 2.0),
    ],
)
def test_speed_is_completion_tokens_by_latency(body: dict[str, Any], speed: float) -> None:
    """Four decimals of completion_tokens / latency, unless it was given or says nothing."""
    assert enriched(body).tokens_per_second == speed


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, "success", 200),
        ({"status_code": 200}, "success", 200),
        ({"status_code": 0}, "success", 200),
        ({"status_code": 301}, "success", 301),
        ({"status_code": 399}, "success", 399),
        ({"status_code": 400}, "failed", 400),
        ({"status_code": 429, "error_message": "slow down"}, "failed", 429),
        ({"status_code": 200, "error_message": "a warning only"}, "success", 200),
        ({"error_message": "it broke"}, "failed", 200),
        ({"status": "error"}, "failed", 200),
        ({"status": "Error ", "status_code": 200}, "failed", 200),
        ({"status": "success", "status_code": 500}, "success", 500),
        ({"status": "ok"}, "success", 200),
        ({"status": "warning"}, "warning", 200),
        ({"status": "running"}, "running", 200),
        ({"status": ""}, "success", 200),
    ],
)
def test_status_follows_from_what_was_said(body: dict[str, Any], status: str, code: int) -> None:
    """A given status counts, error is stored as failed; else the code decides, else an error message."""
    log = enriched(body)
    assert (log.status, log.status_code) == (status, code)


def test_type_and_method_have_defaults() -> None:
    """A log is a chat taken by the logging API unless it says otherwise."""
    assert (enriched({}).log_type, enriched({}).log_method) == ("chat", "logging_api")
    assert (enriched({"log_type": "tool", "log_method": "batch"}).log_type) == "tool"
