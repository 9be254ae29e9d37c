"""Anthropic, by itself and on Bedrock: what was read from and written to a cache comes beside the input."""

from typing import Any, Final

from tests.unit.usage.case import Case

_DOCS: Final = "platform.claude.com/docs/en"
_NOTHING_CACHED: Final = {
    "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
    "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
}  # fmt: skip


def _stream(start: dict[str, Any], delta: dict[str, Any], model: str) -> dict[str, Any]:
    return {"stream": True, "full_response": [
        {"type": "message_start", "message": {
            "id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY", "type": "message", "role": "assistant", "content": [],
            "model": model, "stop_reason": None, "stop_sequence": None, "usage": start}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": delta},
        {"type": "message_stop"},
    ]}  # fmt: skip


CASES: Final = (
    Case(
        "a message", f"{_DOCS}/api/messages", "anthropic", "claude-sonnet-4-5-20250929", "2025-10-15T12:00:00Z",
        {"full_response": {"type": "message", "model": "claude-sonnet-4-5-20250929", "usage": {
            "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
            "cache_creation_input_tokens": 2051, "cache_read_input_tokens": 2051, "input_tokens": 2095,
            "output_tokens": 503, "server_tool_use": {"web_search_requests": 0}, "service_tier": "standard",
        }}},
        {"input": 2095, "cache_read": 2051, "cache_write_5m": 2051, "output": 503},
        ((2095, "3.00"), (2051, "0.30"), (2051, "3.75"), (503, "15.00")), service_tier="standard",
    ),
    Case(
        "writing a book to the cache", f"{_DOCS}/build-with-claude/prompt-caching", "anthropic",
        "claude-opus-4-20250514", "2025-06-15T12:00:00Z",
        {"usage": {"cache_creation_input_tokens": 188086, "cache_read_input_tokens": 0, "input_tokens": 21,
                   "output_tokens": 393}},
        {"input": 21, "cache_write_5m": 188086, "output": 393}, ((21, "15.00"), (188086, "18.75"), (393, "75.00")),
    ),
    Case(
        "reading it back", f"{_DOCS}/build-with-claude/prompt-caching", "anthropic", "claude-opus-4-20250514",
        "2025-06-15T12:00:00Z",
        {"usage": {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 188086, "input_tokens": 21,
                   "output_tokens": 393}},
        {"input": 21, "cache_read": 188086, "output": 393}, ((21, "15.00"), (188086, "1.50"), (393, "75.00")),
    ),
    Case(
        "writes for five minutes and for an hour", f"{_DOCS}/build-with-claude/prompt-caching#1-hour-cache-duration",
        "anthropic", "claude-sonnet-4-5", "2025-10-15T12:00:00Z",
        {"usage": {
            "input_tokens": 2048, "cache_read_input_tokens": 1800, "cache_creation_input_tokens": 248,
            "output_tokens": 503,
            "cache_creation": {"ephemeral_5m_input_tokens": 148, "ephemeral_1h_input_tokens": 100},
        }},
        {"input": 2048, "cache_read": 1800, "cache_write_5m": 148, "cache_write_1h": 100, "output": 503},
        ((2048, "3.00"), (1800, "0.30"), (148, "3.75"), (100, "6.00"), (503, "15.00")),
    ),
    Case(
        "an agent's turn, nearly all cached", "tokenmiser.uk/blog/prompt-caching-basics", "anthropic",
        "claude-sonnet-4-6", "2026-04-14T12:00:00Z",
        {"usage": {"input_tokens": 1, "output_tokens": 67, "cache_creation_input_tokens": 287,
                   "cache_read_input_tokens": 30433}},
        {"input": 1, "cache_read": 30433, "cache_write_5m": 287, "output": 67},
        ((1, "3.00"), (30433, "0.30"), (287, "3.75"), (67, "15.00")),
    ),
    Case(
        "web search: the search itself ($10 a thousand) is no token",
        f"{_DOCS}/agents-and-tools/tool-use/web-search-tool",
        "anthropic", "claude-sonnet-4-5", "2025-10-15T12:00:00Z",
        {"usage": {
            "input_tokens": 105, "output_tokens": 6039, "cache_read_input_tokens": 7123,
            "cache_creation_input_tokens": 7345, "server_tool_use": {"web_search_requests": 1},
        }},
        {"input": 105, "cache_read": 7123, "cache_write_5m": 7345, "output": 6039},
        ((105, "3.00"), (7123, "0.30"), (7345, "3.75"), (6039, "15.00")),
    ),
    Case(
        "a message of Haiku", "pydantic/genai-prices tests/dataset (recorded)", "anthropic",
        "claude-haiku-4-5-20251001", "2025-11-15T12:00:00Z",
        {"usage": {**_NOTHING_CACHED, "input_tokens": 423, "output_tokens": 202, "service_tier": "standard"}},
        {"input": 423, "output": 202}, ((423, "1.00"), (202, "5.00")), service_tier="standard",
    ),
    Case(
        "a stream: the input as it begins, the output as it ends", f"{_DOCS}/build-with-claude/streaming", "anthropic",
        "claude-opus-4-6", "2026-03-20T12:00:00Z",
        _stream({"input_tokens": 25, "output_tokens": 1}, {"output_tokens": 15}, "claude-opus-4-6"),
        {"input": 25, "output": 15}, ((25, "5.00"), (15, "25.00")),
    ),
    Case(
        "a stream with a tool", f"{_DOCS}/build-with-claude/streaming#streaming-request-with-tool-use", "anthropic",
        "claude-opus-4-1-20250805", "2025-09-01T12:00:00Z",
        _stream({"input_tokens": 472, "output_tokens": 2}, {"output_tokens": 89}, "claude-opus-4-1-20250805"),
        {"input": 472, "output": 89}, ((472, "15.00"), (89, "75.00")),
    ),
    Case(
        "a stream whose end corrects the input", "vercel/ai packages/anthropic (recorded)", "anthropic",
        "claude-opus-4-5-20251101", "2025-12-15T12:00:00Z",
        _stream({"input_tokens": 43, "output_tokens": 1}, {"input_tokens": 61, "output_tokens": 2},
                "claude-opus-4-5-20251101"),
        {"input": 61, "output": 2}, ((61, "5.00"), (2, "25.00")),
    ),
    Case(
        "a compaction, which is billed and no part of the other counts", "vercel/ai packages/anthropic (recorded)",
        "anthropic", "claude-opus-4-6", "2026-02-15T12:00:00Z",
        {"usage": {
            "input_tokens": 682, **_NOTHING_CACHED,
            "iterations": [
                {"input_tokens": 60385, "output_tokens": 592, **_NOTHING_CACHED, "type": "compaction"},
                {"input_tokens": 682, "output_tokens": 1320, **_NOTHING_CACHED, "type": "message"},
            ],
            "output_tokens": 1320, "service_tier": "standard", "inference_geo": "global",
            "server_tool_use": {"web_search_requests": 0},
        }},
        {"input": 61067, "output": 1912}, ((61067, "5.00"), (1912, "25.00")), service_tier="standard",
    ),
    Case(
        "a fallback to another model, which is the one that is billed", "vercel/ai packages/anthropic (recorded)",
        "anthropic", "claude-opus-4-8", "2026-07-15T12:00:00Z",
        {"usage": {
            "input_tokens": 412, "output_tokens": 264, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0,
            "iterations": [
                {"type": "message", "model": "claude-fable-5", "input_tokens": 408, "output_tokens": 0,
                 "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0},
                {"type": "fallback_message", "model": "claude-opus-4-8", "input_tokens": 412, "output_tokens": 264,
                 "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0},
            ],
        }},
        {"input": 412, "output": 264}, ((412, "5.00"), (264, "25.00")),
    ),
    Case(
        "a line of a batch's results, at half the price", f"{_DOCS}/build-with-claude/batch-processing", "anthropic",
        "claude-sonnet-4-5-20250929", "2025-10-15T12:00:00Z",
        {"full_response": {"custom_id": "my-second-request", "result": {"type": "succeeded", "message": {
            "id": "msg_014VwiXbi91y3JMjcpyGBHX5", "type": "message", "role": "assistant",
            "model": "claude-sonnet-4-5-20250929", "stop_reason": "end_turn", "stop_sequence": None,
            "usage": {"input_tokens": 11, "output_tokens": 36},
        }}}},
        {"input": 11, "output": 36}, ((11, "1.50"), (36, "7.50")), ((11, "3.00"), (36, "15.00")), service_tier="batch",
    ),
    Case(
        "Anthropic in OpenAI's shape", "pydantic/genai-prices tests/dataset (recorded: Heroku)", "heroku",
        "claude-3-7-sonnet", "2025-06-15T12:00:00Z",
        {"usage": {"completion_tokens": 51, "prompt_tokens": 14, "total_tokens": 65}},
        {"input": 14, "output": 51}, ((14, "3.00"), (51, "15.00")),
    ),
    Case(
        "Bedrock's Converse", "docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html", "aws",
        "anthropic.claude-3-sonnet-20240229-v1:0", "2025-06-15T12:00:00Z",
        {"full_response": {
            "output": {"message": {"role": "assistant", "content": [{"text": "Here is a list of 3 pop songs"}]}},
            "stopReason": "end_turn", "usage": {"inputTokens": 125, "outputTokens": 60, "totalTokens": 185},
            "metrics": {"latencyMs": 1175},
        }},
        {"input": 125, "output": 60}, ((125, "3.00"), (60, "15.00")),
    ),
    Case(
        "Bedrock's Converse with a write to the cache", "recorded (Bedrock TokenUsage.cacheDetails)", "aws",
        "global.anthropic.claude-haiku-4-5-20251001-v1:0", "2026-03-15T12:00:00Z",
        {"usage": {
            "cacheDetails": [{"inputTokens": 7270, "ttl": "5m"}], "cacheReadInputTokenCount": 0,
            "cacheReadInputTokens": 0, "cacheWriteInputTokenCount": 7270, "cacheWriteInputTokens": 7270,
            "inputTokens": 13, "outputTokens": 4, "serverToolUsage": {}, "totalTokens": 7287,
        }},
        {"input": 13, "cache_write_5m": 7270, "output": 4}, ((13, "1.00"), (7270, "1.25"), (4, "5.00")),
    ),
    Case(
        "Bedrock's Converse, writes of both kinds, streamed", "SDK's test (Bedrock ConverseStream metadata)", "aws",
        "us.anthropic.claude-opus-4-8", "2026-07-15T12:00:00Z",
        {"stream": True, "full_response": [
            {"messageStart": {"role": "assistant"}},
            {"metadata": {"usage": {
                "inputTokens": 100, "outputTokens": 5, "totalTokens": 1_000_105, "cacheWriteInputTokens": 1_000_000,
                "cacheDetails": [{"ttl": "1h", "inputTokens": 150_000}, {"ttl": "5m", "inputTokens": 600_000},
                                 {"ttl": "1h", "inputTokens": 250_000}],
            }}},
            {"messageStop": {"stopReason": "end_turn"}},
        ]},
        {"input": 100, "cache_write_5m": 600_000, "cache_write_1h": 400_000, "output": 5},
        ((100, "5.50"), (600_000, "6.875"), (400_000, "11.00"), (5, "27.50")),
    ),
    Case(
        "Bedrock's ConverseStream", "vercel/ai packages/amazon-bedrock (recorded)", "aws",
        "anthropic.claude-3-haiku-20240307-v1:0", "2026-08-26T12:00:00Z",
        {"stream": True, "full_response": [
            {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "ok"}}},
            {"metadata": {"usage": {"inputTokens": 13, "outputTokens": 5, "serverToolUsage": {}, "totalTokens": 18},
                          "metrics": {"latencyMs": 300}}},
        ]},
        {"input": 13, "output": 5}, ((13, "0.25"), (5, "1.25")),
    ),
)  # fmt: skip
