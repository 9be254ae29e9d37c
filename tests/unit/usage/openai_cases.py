"""OpenAI and Azure: cached tokens, audio, images and reasoning are parts of input and output."""

from typing import Final

from tests.unit.usage.case import Case

_REFERENCE: Final = "platform.openai.com/docs/api-reference"
_NO_DETAILS: Final = {
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
    },
}  # fmt: skip

CASES: Final = (
    Case(
        "chat", f"{_REFERENCE}/chat/create", "openai", "gpt-4.1-2025-04-14", "2025-06-01T12:00:00Z",
        {"full_response": {
            "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion", "created": 1741569952,
            "model": "gpt-4.1-2025-04-14",
            "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29, **_NO_DETAILS},
            "service_tier": "default",
        }},
        {"input": 19, "output": 10}, ((19, "2.00"), (10, "8.00")), service_tier="default",
    ),
    Case(
        "chat with a cached prefix", "platform.openai.com/docs/guides/prompt-caching", "openai", "gpt-4o",
        "2025-06-01T12:00:00Z",
        {"usage": {
            "prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920},
            "completion_tokens_details": {
                "reasoning_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
            },
        }},
        {"input": 86, "cache_read": 1920, "output": 300}, ((86, "2.50"), (1920, "1.25"), (300, "10.00")),
    ),
    Case(
        "chat with reasoning", "pydantic/genai-prices tests/dataset (recorded)", "openai", "o3-mini-2025-01-31",
        "2025-06-01T12:00:00Z",
        {"usage": {
            "completion_tokens": 809,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0, "audio_tokens": 0, "reasoning_tokens": 768,
                "rejected_prediction_tokens": 0,
            },
            "prompt_tokens": 11, "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
            "total_tokens": 820,
        }},
        {"input": 11, "output": 41, "reasoning": 768}, ((11, "1.10"), (41, "4.40"), (768, "4.40")),
    ),
    Case(
        "chat with reasoning, of GPT-5", "developers.cloudflare.com/ai/models/openai/gpt-5", "openai", "gpt-5",
        "2025-10-01T12:00:00Z",
        {"usage": {
            "prompt_tokens": 15, "completion_tokens": 550, "total_tokens": 565,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 384, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }},
        {"input": 15, "output": 166, "reasoning": 384}, ((15, "1.25"), (166, "10.00"), (384, "10.00")),
    ),
    Case(
        "chat, streamed with include_usage", f"shape of {_REFERENCE}/chat-streaming", "openai", "gpt-4o-mini",
        "2025-06-01T12:00:00Z",
        {"stream": True, "full_response": [
            {"id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1694268190, "model": "gpt-4o-mini",
             "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}], "usage": None},
            {"id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1694268190, "model": "gpt-4o-mini",
             "service_tier": "default", "choices": [],
             "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29, **_NO_DETAILS}},
        ]},
        {"input": 19, "output": 10}, ((19, "0.15"), (10, "0.60")), service_tier="default",
    ),
    Case(
        "chat, streamed, as lines of the event stream", f"shape of {_REFERENCE}/chat-streaming", "openai",
        "gpt-4o-mini",
        "2025-06-01T12:00:00Z",
        {"stream": True, "full_response": [
            'data: {"id":"chatcmpl-123","choices":[{"index":0,"delta":{"content":"Hi"}}],"usage":null}',
            'data: {"id":"chatcmpl-123","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,'
            '"total_tokens":21}}',
            "data: [DONE]",
        ]},
        {"input": 9, "output": 12}, ((9, "0.15"), (12, "0.60")),
    ),
    Case(
        "predicted output, whose rejected tokens are output as well",
        "learn.microsoft.com/azure/ai-services/openai/how-to/predicted-outputs", "azure", "gpt-4o-mini",
        "2025-01-15T12:00:00Z",
        {"usage": {
            "completion_tokens": 77, "prompt_tokens": 124, "total_tokens": 201,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 6, "audio_tokens": 0, "reasoning_tokens": 0,
                "rejected_prediction_tokens": 4,
            },
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        }},
        {"input": 124, "output": 77}, ((124, "0.15"), (77, "0.60")),
    ),
    Case(
        "Azure", "pydantic/genai-prices tests/dataset (recorded)", "azure", "gpt-4o-2024-11-20",
        "2025-06-01T12:00:00Z",
        {"usage": {
            "completion_tokens": 9,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0, "audio_tokens": 0, "reasoning_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
            "prompt_tokens": 14, "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0}, "total_tokens": 23,
        }},
        {"input": 14, "output": 9}, ((14, "2.50"), (9, "10.00")),
    ),
    Case(
        "responses", f"{_REFERENCE}/responses/create", "openai", "gpt-4.1-2025-04-14", "2025-06-01T12:00:00Z",
        {"full_response": {
            "id": "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b", "object": "response", "status": "completed",
            "model": "gpt-4.1-2025-04-14",
            "usage": {
                "input_tokens": 36, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 87,
                "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 123,
            },
        }},
        {"input": 36, "output": 87}, ((36, "2.00"), (87, "8.00")),
    ),
    Case(
        "responses with reasoning", "pydantic/genai-prices tests/dataset (recorded)", "openai", "gpt-5-2025-08-07",
        "2025-10-01T12:00:00Z",
        {"usage": {
            "input_tokens": 13, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 2199,
            "output_tokens_details": {"reasoning_tokens": 1920}, "total_tokens": 2212,
        }},
        {"input": 13, "output": 279, "reasoning": 1920}, ((13, "1.25"), (279, "10.00"), (1920, "10.00")),
    ),
    Case(
        "responses of an image", "pydantic/genai-prices tests/dataset (recorded)", "openai", "gpt-4.1-nano-2025-04-14",
        "2025-06-01T12:00:00Z",
        {"usage": {
            "input_tokens": 515, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 6,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 521,
        }},
        {"input": 515, "output": 6}, ((515, "0.10"), (6, "0.40")),
    ),
    Case(
        "responses, streamed: the event response.completed", f"shape of {_REFERENCE}/responses-streaming", "openai",
        "gpt-4o-2024-08-06", "2025-06-01T12:00:00Z",
        {"stream": True, "full_response": [
            {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress", "usage": None}},
            {"type": "response.output_text.delta", "item_id": "msg_1", "delta": "Hi"},
            {"type": "response.completed", "response": {
                "id": "resp_1", "status": "completed", "model": "gpt-4o-2024-08-06",
                "usage": {"input_tokens": 67, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 11,
                          "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 78},
            }},
        ]},
        {"input": 67, "output": 11}, ((67, "2.50"), (11, "10.00")),
    ),
    Case(
        "responses of GPT-5.6, which prices writes to the cache",
        f"shape of {_REFERENCE}/responses (cache_write_tokens)",
        "openai", "gpt-5.6", "2026-07-01T12:00:00Z",
        {"usage": {
            "input_tokens": 2006, "output_tokens": 300, "total_tokens": 2306,
            "input_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 896},
            "output_tokens_details": {"reasoning_tokens": 0},
        }},
        {"input": 86, "cache_read": 1024, "cache_write_5m": 896, "output": 300},
        ((86, "5.00"), (1024, "0.50"), (896, "6.25"), (300, "30.00")),
    ),
    Case(
        "realtime, audio and text, cached text", "platform.openai.com/docs/guides/realtime-costs", "openai",
        "gpt-realtime", "2025-10-01T12:00:00Z",
        {"full_response": {"type": "response.done", "response": {"usage": {
            "total_tokens": 253, "input_tokens": 132, "output_tokens": 121,
            "input_token_details": {
                "text_tokens": 119, "audio_tokens": 13, "image_tokens": 0, "cached_tokens": 64,
                "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
        }}}},
        {"input": 55, "cache_read": 64, "audio_input": 13, "output": 30, "audio_output": 91},
        ((55, "4.00"), (64, "0.40"), (13, "32.00"), (30, "16.00"), (91, "64.00")),
    ),
    Case(
        "realtime, nothing cached", "fwaris/RTOpenAI tests (recorded response.done)", "openai", "gpt-realtime",
        "2025-10-01T12:00:00Z",
        {"usage": {
            "total_tokens": 1610, "input_tokens": 1339, "output_tokens": 271,
            "input_token_details": {
                "text_tokens": 1278, "audio_tokens": 61, "image_tokens": 0, "cached_tokens": 0,
                "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": 86, "audio_tokens": 185},
        }},
        {"input": 1278, "audio_input": 61, "output": 86, "audio_output": 185},
        ((1278, "4.00"), (61, "32.00"), (86, "16.00"), (185, "64.00")),
    ),
    Case(
        "realtime, as the reference shows it: more cached than there is; the cached part is cut to the input",
        f"{_REFERENCE}/realtime-server-events/response/done", "openai", "gpt-realtime", "2025-10-01T12:00:00Z",
        {"usage": {
            "total_tokens": 275, "input_tokens": 127, "output_tokens": 148,
            "input_token_details": {
                "cached_tokens": 384, "text_tokens": 119, "audio_tokens": 8,
                "cached_tokens_details": {"text_tokens": 128, "audio_tokens": 256},
            },
            "output_token_details": {"text_tokens": 36, "audio_tokens": 112},
        }},
        {"cache_read": 119, "audio_cache_read": 8, "output": 36, "audio_output": 112},
        ((119, "0.40"), (8, "0.40"), (36, "16.00"), (112, "64.00")), flags=("usage_parts_over_whole",),
    ),
    Case(
        "chat with audio; the data set has no price of its audio ($40 in, $80 out)",
        "shape of platform.openai.com/docs/guides/audio", "openai", "gpt-4o-audio-preview", "2025-06-01T12:00:00Z",
        {"usage": {
            "prompt_tokens": 120, "completion_tokens": 60, "total_tokens": 180,
            "prompt_tokens_details": {"audio_tokens": 100, "text_tokens": 20, "cached_tokens": 0},
            "completion_tokens_details": {"audio_tokens": 40, "text_tokens": 20, "reasoning_tokens": 0},
        }},
        {"input": 20, "audio_input": 100, "output": 20, "audio_output": 40},
        ((20, "2.50"), (100, "40.00"), (20, "10.00"), (40, "80.00")),
        ((20, "2.50"), (100, "2.50"), (20, "10.00"), (40, "10.00")),
    ),
    Case(
        "transcription by tokens", f"{_REFERENCE}/audio/json-object", "openai", "gpt-4o-transcribe",
        "2025-06-01T12:00:00Z",
        {"full_response": {"text": "Hey, my knee is hurting and I want to see the doctor tomorrow ideally.", "usage": {
            "type": "tokens", "input_tokens": 14, "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
            "output_tokens": 45, "total_tokens": 59,
        }}},
        {"audio_input": 14, "output": 45}, ((14, "6.00"), (45, "10.00")),
    ),
    Case(
        "transcription with a prompt", f"{_REFERENCE}/audio/createTranscription", "openai", "gpt-4o-transcribe",
        "2025-06-01T12:00:00Z",
        {"usage": {
            "type": "tokens", "input_tokens": 14, "input_token_details": {"text_tokens": 10, "audio_tokens": 4},
            "output_tokens": 101, "total_tokens": 115,
        }},
        {"input": 10, "audio_input": 4, "output": 101}, ((10, "2.50"), (4, "6.00"), (101, "10.00")),
    ),
    Case(
        "an image of an image and a text", f"{_REFERENCE}/images/object", "openai", "gpt-image-1",
        "2025-06-01T12:00:00Z",
        {"full_response": {"created": 1713833628, "data": [{"b64_json": "..."}], "usage": {
            "total_tokens": 100, "input_tokens": 50, "output_tokens": 50,
            "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
        }}},
        {"input": 10, "image_input": 40, "image_output": 50}, ((10, "5.00"), (40, "10.00"), (50, "40.00")),
    ),
    Case(
        "embeddings", f"{_REFERENCE}/embeddings/create", "openai", "text-embedding-ada-002", "2025-06-01T12:00:00Z",
        {"log_type": "embedding", "full_response": {
            "object": "list", "model": "text-embedding-ada-002", "usage": {"prompt_tokens": 8, "total_tokens": 8},
        }},
        {"input": 8}, ((8, "0.10"),),
    ),
    Case(
        "a line of a batch's results, at half the price", "platform.openai.com/docs/guides/batch", "openai",
        "gpt-3.5-turbo-0125", "2025-06-01T12:00:00Z",
        {"full_response": {"id": "batch_req_123", "custom_id": "request-2", "response": {
            "status_code": 200, "request_id": "req_123", "body": {
                "id": "chatcmpl-123", "object": "chat.completion", "created": 1711652795,
                "model": "gpt-3.5-turbo-0125",
                "usage": {"prompt_tokens": 22, "completion_tokens": 2, "total_tokens": 24},
                "system_fingerprint": "fp_123",
            }}, "error": None}},
        {"input": 22, "output": 2}, ((22, "0.25"), (2, "0.75")), ((22, "0.50"), (2, "1.50")), service_tier="batch",
    ),
)  # fmt: skip
