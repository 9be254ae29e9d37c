"""xAI, DeepSeek, Groq, Mistral, OpenRouter, Cohere, Perplexity, Moonshot, Together, Ollama, Voyage, Jina, Cerebras."""

from typing import Final

from tests.unit.usage.case import Case

CASES: Final = (
    Case(
        "xAI, chat: reasoning beside the completion; by hand it is what xAI charges",
        "vercel/ai packages/xai (recorded)", "x-ai", "grok-3-mini", "2026-02-11T12:00:00Z",
        {"full_response": {"id": "61c0468b-2a98-413e-f654-dbffcdbb62c1", "model": "grok-3-mini", "usage": {
            "prompt_tokens": 291, "completion_tokens": 26, "total_tokens": 506,
            "prompt_tokens_details": {"text_tokens": 291, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 244},
            "completion_tokens_details": {
                "reasoning_tokens": 189, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
            "num_sources_used": 0, "cost_in_usd_ticks": 1399000,
        }}},
        {"input": 47, "cache_read": 244, "output": 26, "reasoning": 189},
        ((47, "0.30"), (244, "0.075"), (26, "0.50"), (189, "0.50")), charged="0.0001399",
    ),
    Case(
        "xAI, chat, without a charge", "docs.x.ai/docs/guides/deferred-chat-completions", "x-ai", "grok-4",
        "2025-09-01T12:00:00Z",
        {"usage": {
            "prompt_tokens": 26, "completion_tokens": 168, "total_tokens": 498,
            "prompt_tokens_details": {"text_tokens": 26, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 4},
            "completion_tokens_details": {
                "reasoning_tokens": 304, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
            "num_sources_used": 0,
        }},
        {"input": 22, "cache_read": 4, "output": 168, "reasoning": 304},
        ((22, "3.00"), (4, "0.75"), (168, "15.00"), (304, "15.00")),
    ),
    Case(
        "xAI, chat, a cached prefix", "docs.x.ai/developers/advanced-api-usage/prompt-caching", "x-ai", "grok-4",
        "2025-09-01T12:00:00Z",
        {"usage": {
            "prompt_tokens": 125, "completion_tokens": 48, "total_tokens": 173,
            "prompt_tokens_details": {"text_tokens": 125, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 98},
            "completion_tokens_details": {
                "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }},
        {"input": 27, "cache_read": 98, "output": 48}, ((27, "3.00"), (98, "0.75"), (48, "15.00")),
    ),
    Case(
        "xAI, chat, cached tokens beside the prompt, as its total says", "vercel/ai packages/xai (tests)", "x-ai",
        "grok-4", "2025-09-01T12:00:00Z",
        {"usage": {"prompt_tokens": 4142, "completion_tokens": 254, "total_tokens": 8724,
                   "prompt_tokens_details": {"cached_tokens": 4328}}},
        {"input": 4142, "cache_read": 4328, "output": 254}, ((4142, "3.00"), (4328, "0.75"), (254, "15.00")),
    ),
    Case(
        "xAI, responses: reasoning within the output; by hand it is what xAI charges",
        "recorded (grok-4.3, 2026-07-17)", "x-ai", "grok-4.3", "2026-07-17T12:00:00Z",
        {"usage": {
            "context_details": {"input_tokens": 35660, "output_tokens": 1111}, "cost_in_usd_ticks": 471484000,
            "input_tokens": 35660, "input_tokens_details": {"cached_tokens": 192}, "num_server_side_tools_used": 0,
            "num_sources_used": 0, "output_tokens": 1110, "output_tokens_details": {"reasoning_tokens": 801},
            "total_tokens": 36770,
        }},
        {"input": 35468, "cache_read": 192, "output": 309, "reasoning": 801},
        ((35468, "1.25"), (192, "0.20"), (309, "2.50"), (801, "2.50")), charged="0.0471484",
    ),
    Case(
        "DeepSeek thinks", "vercel/ai packages/deepseek (recorded)", "deepseek", "deepseek-v4-flash",
        "2026-08-15T12:00:00Z",
        {"full_response": {"model": "deepseek-v4-flash", "usage": {
            "prompt_tokens": 97, "completion_tokens": 131, "total_tokens": 228,
            "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 113},
            "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 97,
        }}},
        {"input": 97, "output": 18, "reasoning": 113}, ((97, "0.14"), (18, "0.28"), (113, "0.28")),
    ),
    Case(
        "DeepSeek, hits and misses, by day", "api-docs.deepseek.com/guides/kv_cache (an agent's test)", "deepseek",
        "deepseek-chat", "2025-07-01T12:00:00Z",
        {"usage": {"prompt_tokens": 500_000, "completion_tokens": 1, "total_tokens": 500_001,
                   "prompt_cache_hit_tokens": 50_000, "prompt_cache_miss_tokens": 450_000}},
        {"input": 450_000, "cache_read": 50_000, "output": 1}, ((450_000, "0.27"), (50_000, "0.07"), (1, "1.10")),
    ),
    Case(
        "DeepSeek, streamed, at night's half price", "api-docs.deepseek.com/api/create-chat-completion", "deepseek",
        "deepseek-chat", "2025-07-01T18:00:00Z",
        {"stream": True, "full_response": [
            {"choices": [{"delta": {"content": "", "role": "assistant"}, "index": 0}], "created": 1718345013,
             "model": "deepseek-chat", "usage": None},
            {"choices": [{"delta": {"content": "", "role": None}, "finish_reason": "stop", "index": 0}],
             "created": 1718345013, "id": "1f633d8bfc032625086f14113c411638", "model": "deepseek-chat",
             "object": "chat.completion.chunk", "system_fingerprint": "fp_a49d71b8a1",
             "usage": {"completion_tokens": 9, "prompt_tokens": 17, "total_tokens": 26}},
        ]},
        {"input": 17, "output": 9}, ((17, "0.135"), (9, "0.55")),
    ),
    Case(
        "Groq", "console.groq.com/docs/api-reference", "groq", "llama-3.3-70b-versatile", "2025-06-01T12:00:00Z",
        {"full_response": {"model": "llama-3.3-70b-versatile", "usage": {
            "queue_time": 0.037493756, "prompt_tokens": 18, "prompt_time": 0.000680594, "completion_tokens": 556,
            "completion_time": 0.463333333, "total_tokens": 574, "total_time": 0.464013927,
        }, "system_fingerprint": "fp_179b0f92c9", "x_groq": {"id": "req_01jbd6g2qdfw2adyrt2az8hz4w"}}},
        {"input": 18, "output": 556}, ((18, "0.59"), (556, "0.79")),
    ),
    Case(
        "Groq, a cached prefix", "console.groq.com/docs/prompt-caching", "groq", "openai/gpt-oss-120b",
        "2025-11-01T12:00:00Z",
        {"usage": {
            "queue_time": 0.026959759, "prompt_tokens": 4641, "prompt_time": 0.009995497, "completion_tokens": 1817,
            "completion_time": 5.57691751, "total_tokens": 6458, "total_time": 5.586913007,
            "prompt_tokens_details": {"cached_tokens": 4608},
        }},
        {"input": 33, "cache_read": 4608, "output": 1817}, ((33, "0.15"), (4608, "0.075"), (1817, "0.60")),
    ),
    Case(
        "Groq thinks", "vercel/ai packages/groq (recorded)", "groq", "qwen/qwen3-32b", "2026-02-11T12:00:00Z",
        {"full_response": {"model": "qwen/qwen3-32b", "usage": {
            "queue_time": 0.335637089, "prompt_tokens": 17, "prompt_time": 0.000658349, "completion_tokens": 649,
            "completion_time": 1.231022196, "total_tokens": 666, "total_time": 1.231680545,
            "completion_tokens_details": {"reasoning_tokens": 570},
        }, "service_tier": "on_demand"}},
        {"input": 17, "output": 79, "reasoning": 570}, ((17, "0.29"), (79, "0.59"), (570, "0.59")),
        service_tier="on_demand",
    ),
    Case(
        "Groq, streamed: the usage is in x_groq", "vercel/ai packages/groq (recorded)", "groq", "gemma2-9b-it",
        "2025-06-01T12:00:00Z",
        {"stream": True, "full_response": [
            {"id": "chatcmpl-1", "model": "gemma2-9b-it", "choices": [{"index": 0, "delta": {"content": "Hello"}}]},
            {"id": "chatcmpl-1", "model": "gemma2-9b-it", "choices": [{"index": 0, "delta": {}}],
             "x_groq": {"id": "req_01jadadp0femyae9kav1gpkhe8", "usage": {
                 "queue_time": 0.061348671, "prompt_tokens": 18, "prompt_time": 0.000211569, "completion_tokens": 439,
                 "completion_time": 0.798181818, "total_tokens": 457, "total_time": 0.798393387}}},
        ]},
        {"input": 18, "output": 439}, ((18, "0.20"), (439, "0.20")),
    ),
    Case(
        "Mistral", "docs.mistral.ai/api", "mistral", "mistral-small-latest", "2025-06-01T12:00:00Z",
        {"usage": {"completion_tokens": 7, "prompt_audio_seconds": 0, "num_cached_tokens": 0, "prompt_tokens": 13,
                   "prompt_tokens_details": {"cached_tokens": 0}, "total_tokens": 20}},
        {"input": 13, "output": 7}, ((13, "0.10"), (7, "0.30")),
    ),
    Case(
        "Mistral's embeddings", "docs.mistral.ai/api (recorded)", "mistral", "mistral-embed", "2025-06-01T12:00:00Z",
        {"log_type": "embedding", "full_response": {"model": "mistral-embed", "usage": {
            "prompt_tokens": 15, "completion_tokens": 0, "total_tokens": 15, "prompt_audio_seconds": None}}},
        {"input": 15}, ((15, "0.10"),),
    ),
    Case(
        "Mistral's Pixtral", "pydantic/genai-prices tests/dataset (recorded)", "mistral", "pixtral-12b-latest",
        "2025-06-01T12:00:00Z", {"usage": {"completion_tokens": 16, "prompt_tokens": 65, "total_tokens": 81}},
        {"input": 65, "output": 16}, ((65, "0.15"), (16, "0.15")),
    ),
    Case(
        "Mistral's Voxtral: audio beside the prompt, as its total says; it is priced by the minute",
        "recorded (voxtral-mini-latest transcription)", "mistral", "voxtral-mini-latest", "2026-07-01T12:00:00Z",
        {"usage": {"prompt_audio_seconds": 12, "prompt_tokens": 3, "total_tokens": 419, "completion_tokens": 41,
                   "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 375}, "service_tier": "standard"}},
        {"input": 3, "audio_input": 375, "output": 41}, service_tier="standard",
    ),
    Case(
        "OpenRouter: what it charges is the cost", "openrouter.ai/docs/use-cases/usage-accounting", "openrouter",
        "anthropic/claude-sonnet-4", "2025-11-01T12:00:00Z",
        {"full_response": {"object": "chat.completion.chunk", "usage": {
            "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 0}, "cost": 0.95,
            "cost_details": {"upstream_inference_cost": 19}, "prompt_tokens": 194,
            "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 100, "audio_tokens": 0},
            "total_tokens": 196,
        }}},
        {"input": 94, "cache_write_5m": 100, "output": 2}, charged="0.95",
    ),
    Case(
        "OpenRouter, by hand", "recorded (moonshotai/kimi-k3, 2026-09-15)", "openrouter", "moonshotai/kimi-k3",
        "2026-09-15T12:00:00Z",
        {"usage": {
            "prompt_tokens": 17135, "completion_tokens": 26792, "total_tokens": 43927, "cost": 0.453285,
            "is_byok": False,
            "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0,
                                      "video_tokens": 0},
            "cost_details": {"upstream_inference_cost": 0.453285, "upstream_inference_prompt_cost": 0.051405,
                             "upstream_inference_completions_cost": 0.40188},
            "completion_tokens_details": {"reasoning_tokens": 23538, "image_tokens": 0, "audio_tokens": 0},
        }},
        {"input": 17135, "output": 3254, "reasoning": 23538}, ((17135, "3.00"), (3254, "15.00"), (23538, "15.00")),
        charged="0.453285",
    ),
    Case(
        "OpenRouter with a key of one's own: its fee and the provider's price",
        "openrouter.ai/docs/use-cases/byok (a proxy's test)", "openrouter", "test/model", "2026-01-01T12:00:00Z",
        {"usage": {"prompt_tokens": 10, "completion_tokens": 1, "is_byok": True, "cost": 0.00005,
                   "cost_details": {"upstream_inference_cost": 0.001}}},
        {"input": 10, "output": 1}, charged="0.00105",
    ),
    Case(
        "OpenRouter, free", "recorded (inclusionai/ling-3.0-flash-fin:free)", "openrouter",
        "inclusionai/ling-3.0-flash-fin:free", "2026-09-01T12:00:00Z",
        {"usage": {
            "completion_tokens": 4369,
            "completion_tokens_details": {"audio_tokens": 0, "image_tokens": 0, "reasoning_tokens": 2958},
            "cost": 0, "cost_details": {"upstream_inference_cost": 0}, "is_byok": False, "prompt_tokens": 21278,
            "prompt_tokens_details": {"audio_tokens": 0, "cache_write_tokens": 0, "cached_tokens": 0},
            "total_tokens": 25647,
        }},
        {"input": 21278, "output": 1411, "reasoning": 2958}, charged="0",
    ),
    Case(
        "Cohere, v2: what is billed, not what was read", "docs.cohere.com/reference/chat", "cohere",
        "command-a-03-2025", "2025-06-01T12:00:00Z",
        {"full_response": {"usage": {"billed_units": {"input_tokens": 5, "output_tokens": 418},
                                     "tokens": {"input_tokens": 71, "output_tokens": 418}}}},
        {"input": 5, "output": 418}, ((5, "2.50"), (418, "10.00")),
    ),
    Case(
        "Cohere, v1", "docs.cohere.com/v1/reference/chat (recorded)", "cohere", "command-r-plus",
        "2025-06-01T12:00:00Z",
        {"full_response": {"text": "...", "meta": {"api_version": {"version": "1"},
                                                   "billed_units": {"input_tokens": 10, "output_tokens": 149}}}},
        {"input": 10, "output": 149}, ((10, "2.50"), (149, "10.00")),
    ),
    Case(
        "Cohere's embeddings", "docs.cohere.com/reference/embed", "cohere", "embed-v4.0", "2025-06-01T12:00:00Z",
        {"log_type": "embedding", "full_response": {"meta": {"billed_units": {"input_tokens": 15}}}},
        {"input": 15}, ((15, "0.12"),),
    ),
    Case(
        "Perplexity: searches are paid for as well, so its own total counts ($0.409393, which it rounds)",
        "docs.perplexity.ai (sonar-deep-research)", "perplexity", "sonar-deep-research", "2025-09-01T12:00:00Z",
        {"usage": {
            "prompt_tokens": 33, "completion_tokens": 7163, "total_tokens": 7196, "citation_tokens": 20016,
            "num_search_queries": 18, "reasoning_tokens": 73997, "search_context_size": "low",
            "cost": {"input_tokens_cost": 0.000066, "output_tokens_cost": 0.057304, "citation_tokens_cost": 0.040032,
                     "reasoning_tokens_cost": 0.221991, "search_queries_cost": 0.09, "request_cost": 0.0,
                     "total_cost": 0.41},
        }},
        {"input": 20049, "output": 7163, "reasoning": 73997}, charged="0.41",
    ),
    Case(
        "Perplexity, tokens alone", "shape of docs.perplexity.ai (sonar-deep-research, without its cost)", "perplexity",
        "sonar-deep-research", "2025-09-01T12:00:00Z",
        {"usage": {"prompt_tokens": 33, "completion_tokens": 7163, "total_tokens": 7196, "citation_tokens": 20016,
                   "num_search_queries": 18, "reasoning_tokens": 73997}},
        {"input": 20049, "output": 7163, "reasoning": 73997}, ((20049, "2.00"), (7163, "8.00"), (73997, "3.00")),
    ),
    Case(
        "Moonshot: cached_tokens at the top level", "shape of platform.moonshot.ai/docs/api/chat", "moonshotai",
        "kimi-k2-0711-preview", "2025-09-01T12:00:00Z",
        {"usage": {"prompt_tokens": 19, "completion_tokens": 21, "total_tokens": 40, "cached_tokens": 10}},
        {"input": 9, "cache_read": 10, "output": 21}, ((9, "0.60"), (10, "0.15"), (21, "2.50")),
    ),
    Case(
        "Together", "shape of docs.together.ai/reference/chat-completions", "together",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo", "2025-06-01T12:00:00Z",
        {"usage": {"prompt_tokens": 31, "completion_tokens": 459, "total_tokens": 490, "cached_tokens": 0}},
        {"input": 31, "output": 459}, ((31, "0.88"), (459, "0.88")),
    ),
    Case(
        "Cerebras, whose model the data set does not know", "pydantic/genai-prices tests/dataset (recorded)",
        "cerebras", "qwen-3-coder-480b", "2025-11-01T12:00:00Z",
        {"usage": {"completion_tokens": 25, "prompt_tokens": 304, "prompt_tokens_details": {"cached_tokens": 0},
                   "total_tokens": 329}},
        {"input": 304, "output": 25},
    ),
    Case(
        "Ollama: at home it has no price", "github.com/ollama/ollama docs/api.md", "ollama", "llama3.2",
        "2025-06-01T12:00:00Z",
        {"full_response": {
            "model": "llama3.2", "created_at": "2023-12-12T14:13:43.416799Z",
            "message": {"role": "assistant", "content": "Hello! How are you today?"}, "done": True,
            "total_duration": 5191566416, "load_duration": 2154458, "prompt_eval_count": 26,
            "prompt_eval_duration": 383809000, "eval_count": 298, "eval_duration": 4799921000,
        }},
        {"input": 26, "output": 298},
    ),
    Case(
        "Ollama, streamed", "github.com/ollama/ollama docs/api.md", "ollama", "llama3.2", "2025-06-01T12:00:00Z",
        {"stream": True, "full_response": [
            {"model": "llama3.2", "message": {"role": "assistant", "content": "The"}, "done": False},
            {"model": "llama3.2", "message": {"role": "assistant", "content": ""}, "done": True,
             "prompt_eval_count": 26, "eval_count": 282},
        ]},
        {"input": 26, "output": 282},
    ),
    Case(
        "Voyage tells a total alone, which of an embedding is the input", "docs.voyageai.com/reference/embeddings-api",
        "voyageai", "voyage-3.5", "2025-09-01T12:00:00Z",
        {"log_type": "embedding", "full_response": {"object": "list", "model": "voyage-3.5",
                                                    "usage": {"total_tokens": 10}}},
        {"input": 10}, ((10, "0.06"),),
    ),
    Case(
        "Jina", "shape of api.jina.ai/redoc", "jina", "jina-embeddings-v3", "2025-09-01T12:00:00Z",
        {"log_type": "embedding", "usage": {"total_tokens": 23, "prompt_tokens": 23}}, {"input": 23},
    ),
)  # fmt: skip
