"""The libraries between an application and its provider, which have names of their own."""

from typing import Final

from tests.unit.usage.case import Case

CASES: Final = (
    Case(
        "LangChain's usage_metadata", "langchain-core UsageMetadata", "", "a model of nobody", "2025-09-01T12:00:00Z",
        {"usage": {
            "input_tokens": 350, "output_tokens": 240, "total_tokens": 590,
            "input_token_details": {"audio": 10, "cache_creation": 200, "cache_read": 100},
            "output_token_details": {"audio": 10, "reasoning": 200},
        }},
        {"input": 40, "cache_read": 100, "cache_write_5m": 200, "audio_input": 10, "output": 30, "reasoning": 200,
         "audio_output": 10},
    ),
    Case(
        "LangChain, Anthropic's writes by how long they are kept", "langchain-aws (recorded)", "anthropic",
        "claude-sonnet-4-5", "2025-11-15T12:00:00Z",
        {"usage": {"input_tokens": 4592, "output_tokens": 74, "total_tokens": 4666, "input_token_details": {
            "cache_creation": 0, "cache_read": 0, "ephemeral_5m_input_tokens": 4589}}},
        {"input": 3, "cache_write_5m": 4589, "output": 74}, ((3, "3.00"), (4589, "3.75"), (74, "15.00")),
    ),
    Case(
        "LangChain's llm_output", "langchain-openai (recorded response_metadata)", "openai", "gpt-4o-2024-08-06",
        "2025-06-01T12:00:00Z",
        {"full_response": {"token_usage": {
            "completion_tokens": 39, "prompt_tokens": 588, "total_tokens": 627,
            "completion_tokens_details": {"accepted_prediction_tokens": 0, "audio_tokens": 0, "reasoning_tokens": 0,
                                          "rejected_prediction_tokens": 0},
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        }, "model_name": "gpt-4o-2024-08-06", "service_tier": "default"}},
        {"input": 588, "output": 39}, ((588, "2.50"), (39, "10.00")), service_tier="default",
    ),
    Case(
        "AI SDK, version 5", "shape of ai-sdk.dev LanguageModelUsage (v5)", "openai", "gpt-4o", "2025-11-01T12:00:00Z",
        {"usage": {"inputTokens": 2006, "outputTokens": 300, "totalTokens": 2306, "reasoningTokens": 0,
                   "cachedInputTokens": 1920}},
        {"input": 86, "cache_read": 1920, "output": 300}, ((86, "2.50"), (1920, "1.25"), (300, "10.00")),
    ),
    Case(
        "AI SDK, version 6", "shape of ai-sdk.dev LanguageModelUsage (v6)", "openai", "gpt-4o", "2026-02-01T12:00:00Z",
        {"usage": {
            "inputTokens": 2006, "inputTokenDetails": {"noCacheTokens": 86, "cacheReadTokens": 1920},
            "outputTokens": 300, "outputTokenDetails": {"textTokens": 300, "reasoningTokens": 0},
            "totalTokens": 2306,
        }},
        {"input": 86, "cache_read": 1920, "output": 300}, ((86, "2.50"), (1920, "1.25"), (300, "10.00")),
    ),
    Case(
        "AI SDK, as its providers have it", "vercel/ai packages/amazon-bedrock (recorded)", "aws",
        "anthropic.claude-3-haiku-20240307-v1:0", "2026-08-26T12:00:00Z",
        {"usage": {
            "inputTokens": {"total": 13, "noCache": 13, "cacheRead": 0, "cacheWrite": 0},
            "outputTokens": {"total": 4, "text": 4},
            "raw": {"inputTokens": 13, "outputTokens": 4, "totalTokens": 17},
        }},
        {"input": 13, "output": 4}, ((13, "0.25"), (4, "1.25")),
    ),
    Case(
        "LiteLLM, of Anthropic: OpenAI's shape with Anthropic's names beside",
        "shape of docs.litellm.ai/docs/completion/prompt_caching",
        "litellm", "claude-sonnet-4-5", "2025-11-15T12:00:00Z",
        {"usage": {
            "prompt_tokens": 4146, "completion_tokens": 503, "total_tokens": 4649,
            "prompt_tokens_details": {"audio_tokens": None, "cached_tokens": 2051},
            "cache_creation_input_tokens": 2051, "cache_read_input_tokens": 2051,
        }},
        {"input": 44, "cache_read": 2051, "cache_write_5m": 2051, "output": 503},
        ((44, "3.00"), (2051, "0.30"), (2051, "3.75"), (503, "15.00")),
    ),
    Case(
        "Langfuse's usageDetails", "shape of langfuse.com/docs/observability/features/token-and-cost-tracking",
        "openai",
        "gpt-4o", "2025-06-01T12:00:00Z",
        {"usage": {"input": 2006, "output": 300, "total": 2306, "input_cached_tokens": 1920}},
        {"input": 86, "cache_read": 1920, "output": 300}, ((86, "2.50"), (1920, "1.25"), (300, "10.00")),
    ),
    Case(
        "Codex's count of tokens", "openai/codex token_count (recorded)", "openai", "gpt-5", "2025-10-01T12:00:00Z",
        {"usage": {"input_tokens": 3051, "cached_input_tokens": 2944, "output_tokens": 87,
                   "reasoning_output_tokens": 64, "total_tokens": 3138}},
        {"input": 107, "cache_read": 2944, "output": 23, "reasoning": 64},
        ((107, "1.25"), (2944, "0.125"), (23, "10.00"), (64, "10.00")),
    ),
    Case(
        "counts alone, of Anthropic: cached beside the prompt",
        "shape of keywordsai logging API (counts at the top level)",
        "anthropic", "claude-sonnet-4-5", "2025-10-15T12:00:00Z",
        {"prompt_tokens": 2048, "completion_tokens": 503, "prompt_cache_hit_tokens": 1800,
         "prompt_cache_creation_tokens": 248},
        {"input": 2048, "cache_read": 1800, "cache_write_5m": 248, "output": 503},
        ((2048, "3.00"), (1800, "0.30"), (248, "3.75"), (503, "15.00")),
    ),
    Case(
        "counts alone, of Anthropic, whose total says that the cached are within",
        "shape of keywordsai logging API (counts at the top level)", "anthropic", "claude-sonnet-4-5",
        "2025-10-15T12:00:00Z",
        {"prompt_tokens": 2048, "completion_tokens": 503, "total_tokens": 2551, "prompt_cache_hit_tokens": 1800},
        {"input": 248, "cache_read": 1800, "output": 503}, ((248, "3.00"), (1800, "0.30"), (503, "15.00")),
    ),
    Case(
        "counts alone, of OpenAI", "shape of keywordsai logging API (counts at the top level)", "openai", "gpt-4o",
        "2025-06-01T12:00:00Z",
        {"prompt_tokens": 2006, "completion_tokens": 300, "prompt_cache_hit_tokens": 1920},
        {"input": 86, "cache_read": 1920, "output": 300}, ((86, "2.50"), (1920, "1.25"), (300, "10.00")),
    ),
    Case(
        "a total alone, of a chat, is priced as input and marked", "shape of vLLM and others without a split", "openai",
        "gpt-4o", "2025-06-01T12:00:00Z", {"usage": {"total_tokens": 100}}, {"input": 100}, ((100, "2.50"),),
        estimated=("tokens:total_only",),
    ),
)  # fmt: skip
