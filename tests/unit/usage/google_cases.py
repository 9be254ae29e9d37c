"""Gemini, and what else Bedrock serves. Gemini's thoughts and tools' results come beside candidates and prompt."""

from typing import Any, Final

from tests.unit.usage.case import Case


def _parts(**tokens: int) -> list[dict[str, Any]]:
    return [{"modality": name.upper(), "tokenCount": count} for name, count in tokens.items()]


CASES: Final = (
    Case(
        "Gemini thinks", "pydantic/genai-prices tests/dataset (recorded; the gateway says $0.0001546)", "google",
        "gemini-2.5-flash", "2025-11-15T12:00:00Z",
        {"full_response": {"modelVersion": "gemini-2.5-flash", "usageMetadata": {
            "candidatesTokenCount": 8, "candidatesTokensDetails": _parts(text=8), "promptTokenCount": 7,
            "promptTokensDetails": _parts(text=7), "thoughtsTokenCount": 53, "totalTokenCount": 68,
            "trafficType": "ON_DEMAND",
        }}},
        {"input": 7, "output": 8, "reasoning": 53}, ((7, "0.30"), (8, "2.50"), (53, "2.50")), service_tier="on_demand",
    ),
    Case(
        "a cached image", "recorded (generateContent, gemini-2.5-flash, 2025-10-20)", "google", "gemini-2.5-flash",
        "2025-10-20T12:00:00Z",
        {"full_response": {"modelVersion": "gemini-2.5-flash", "usageMetadata": {
            "promptTokenCount": 326, "candidatesTokenCount": 63, "totalTokenCount": 543,
            "cachedContentTokenCount": 173, "promptTokensDetails": _parts(text=68, image=258),
            "cacheTokensDetails": _parts(image=137, text=36), "thoughtsTokenCount": 154,
        }}},
        {"input": 32, "cache_read": 173, "image_input": 121, "output": 63, "reasoning": 154},
        ((32, "0.30"), (173, "0.03"), (121, "0.30"), (63, "2.50"), (154, "2.50")),
    ),
    Case(
        "a cached prefix", "recorded (generateContent, gemini-2.5-flash, 2025-11)", "google", "gemini-2.5-flash",
        "2025-11-15T12:00:00Z",
        {"full_response": {"modelVersion": "gemini-2.5-flash", "usageMetadata": {
            "promptTokenCount": 855, "candidatesTokenCount": 216, "totalTokenCount": 1679,
            "cachedContentTokenCount": 568, "promptTokensDetails": _parts(text=855),
            "cacheTokensDetails": _parts(text=568), "thoughtsTokenCount": 608,
        }}},
        {"input": 287, "cache_read": 568, "output": 216, "reasoning": 608},
        ((287, "0.30"), (568, "0.03"), (216, "2.50"), (608, "2.50")),
    ),
    Case(
        "Gemini 3", "firebase.google.com/docs/ai-logic/server-prompt-templates", "google", "gemini-3-flash-preview",
        "2026-02-15T12:00:00Z",
        {"usage": {
            "promptTokenCount": 34, "candidatesTokenCount": 418, "totalTokenCount": 890,
            "promptTokensDetails": _parts(text=34), "thoughtsTokenCount": 438,
        }},
        {"input": 34, "output": 418, "reasoning": 438}, ((34, "0.50"), (418, "3.00"), (438, "3.00")),
    ),
    Case(
        "an image is drawn", "google.github.io/adk-docs (Gemini 2.5 Flash Image)", "google", "gemini-2.5-flash-image",
        "2025-11-15T12:00:00Z",
        {"usage": {
            "candidatesTokenCount": 1290, "candidatesTokensDetails": _parts(image=1290), "promptTokenCount": 615,
            "promptTokensDetails": _parts(image=516, text=99), "totalTokenCount": 1905, "trafficType": "ON_DEMAND",
        }},
        {"input": 99, "image_input": 516, "image_output": 1290}, ((99, "0.30"), (516, "0.30"), (1290, "30.00")),
        service_tier="on_demand",
    ),
    Case(
        "audio is heard", "SDK's test (audio at its own price)", "google", "gemini-2.5-flash", "2025-11-15T12:00:00Z",
        {"usage": {
            "promptTokenCount": 1_000, "candidatesTokenCount": 0, "totalTokenCount": 1_000,
            "promptTokensDetails": _parts(audio=1_000), "serviceTier": "standard",
        }},
        {"audio_input": 1_000}, ((1_000, "1.00"),), service_tier="standard",
    ),
    Case(
        "audio, part of it cached", "SDK's test (cacheTokensDetails of audio)", "google", "gemini-2.5-flash",
        "2025-11-15T12:00:00Z",
        {"usage": {
            "promptTokenCount": 1_000_000, "cachedContentTokenCount": 200_000, "candidatesTokenCount": 1_000_000,
            "promptTokensDetails": _parts(audio=600_000), "cacheTokensDetails": _parts(audio=200_000),
        }},
        {"input": 400_000, "audio_input": 400_000, "audio_cache_read": 200_000, "output": 1_000_000},
        ((400_000, "0.30"), (400_000, "1.00"), (200_000, "0.10"), (1_000_000, "2.50")),
    ),
    Case(
        "beyond 200,000 tokens all cost more", "ai.google.dev/gemini-api/docs/pricing (SDK's test: $0.64)", "google",
        "gemini-2.5-pro", "2025-11-15T12:00:00Z",
        {"usage": {
            "promptTokenCount": 250_000, "candidatesTokenCount": 1_000, "totalTokenCount": 251_000,
            "promptTokensDetails": _parts(text=250_000), "candidatesTokensDetails": _parts(text=1_000),
            "serviceTier": "standard",
        }},
        {"input": 250_000, "output": 1_000}, ((250_000, "2.50"), (1_000, "15.00")), service_tier="standard",
    ),
    Case(
        "as the SDK for Python has it", "googleapis/python-genai GenerateContentResponseUsageMetadata", "google",
        "gemini-2.5-pro", "2025-11-15T12:00:00Z",
        {"full_response": {"usage_metadata": {
            "prompt_token_count": 1000, "cached_content_token_count": 800, "candidates_token_count": 200,
            "thoughts_token_count": 150, "tool_use_prompt_token_count": 0, "total_token_count": 1350,
            "prompt_tokens_details": [{"modality": "TEXT", "token_count": 1000}],
        }}},
        {"input": 200, "cache_read": 800, "output": 200, "reasoning": 150},
        ((200, "1.25"), (800, "0.125"), (200, "10.00"), (150, "10.00")),
    ),
    Case(
        "a tool's result is read", "ai.google.dev/api/generate-content#UsageMetadata (SDK's test)", "google",
        "gemini-2.5-pro", "2025-11-15T12:00:00Z",
        {"usage": {"promptTokenCount": 1000, "candidatesTokenCount": 800, "thoughtsTokenCount": 300,
                   "toolUsePromptTokenCount": 200, "totalTokenCount": 2300}},
        {"input": 1200, "output": 800, "reasoning": 300}, ((1200, "1.25"), (800, "10.00"), (300, "10.00")),
    ),
    Case(
        "streamed: running totals, the last of which counts", "recorded (streamGenerateContent, 2026-01-10)",
        "google-vertex", "gemini-2.5-flash", "2026-01-10T12:00:00Z",
        {"stream": True, "full_response": [
            {"candidates": [], "usageMetadata": {"trafficType": "PROVISIONED_THROUGHPUT"}},
            {"candidates": [], "usageMetadata": {
                "promptTokenCount": 10, "candidatesTokenCount": 17, "totalTokenCount": 51,
                "trafficType": "PROVISIONED_THROUGHPUT", "thoughtsTokenCount": 24,
            }},
        ]},
        {"input": 10, "output": 17, "reasoning": 24}, ((10, "0.30"), (17, "2.50"), (24, "2.50")),
        service_tier="provisioned_throughput",
    ),
    Case(
        "Gemini in OpenAI's shape: thoughts are in the total alone", "shape of ai.google.dev/gemini-api/docs/openai",
        "google", "gemini-2.5-flash", "2025-11-15T12:00:00Z",
        {"usage": {"prompt_tokens": 7, "completion_tokens": 8, "total_tokens": 68}},
        {"input": 7, "output": 8, "reasoning": 53}, ((7, "0.30"), (8, "2.50"), (53, "2.50")),
    ),
    Case(
        "Gemini 1.5", "pydantic/genai-prices tests/dataset (recorded)", "google", "gemini-1.5-flash",
        "2025-06-15T12:00:00Z",
        {"usage": {
            "candidatesTokenCount": 8, "candidatesTokensDetails": _parts(text=8), "promptTokenCount": 25,
            "promptTokensDetails": _parts(text=25), "totalTokenCount": 33,
        }},
        {"input": 25, "output": 8}, ((25, "0.075"), (8, "0.30")),
    ),
    Case(
        "Nova", "pydantic/genai-prices tests/dataset (recorded; the gateway says $0.000011165)", "aws",
        "amazon.nova-micro-v1:0", "2025-11-15T12:00:00Z",
        {"usage": {"inputTokens": 7, "outputTokens": 78, "serverToolUsage": {}, "totalTokens": 85}},
        {"input": 7, "output": 78}, ((7, "0.035"), (78, "0.14")),
    ),
    Case(
        "Titan, InvokeModel", "docs.aws.amazon.com/bedrock model-parameters-titan-text", "aws",
        "amazon.titan-text-express-v1", "2025-06-15T12:00:00Z",
        {"full_response": {"inputTextTokenCount": 10, "results": [
            {"tokenCount": 35, "outputText": "Black holes are massive objects", "completionReason": "FINISH"}]}},
        {"input": 10, "output": 35}, ((10, "0.20"), (35, "0.60")),
    ),
    Case(
        "Titan's embeddings", "docs.aws.amazon.com/bedrock model-parameters-titan-embed-text", "aws",
        "amazon.titan-embed-text-v2:0", "2025-06-15T12:00:00Z",
        {"log_type": "embedding", "full_response": {"embedding": [0.1, 0.2], "inputTextTokenCount": 5}},
        {"input": 5}, ((5, "0.02"),),
    ),
    Case(
        "Llama, InvokeModel", "docs.aws.amazon.com/bedrock model-parameters-meta", "aws",
        "meta.llama3-8b-instruct-v1:0", "2025-06-15T12:00:00Z",
        {"full_response": {"generation": "...", "prompt_token_count": 10, "generation_token_count": 10,
                           "stop_reason": "stop"}},
        {"input": 10, "output": 10}, ((10, "0.30"), (10, "0.60")),
    ),
    Case(
        "InvokeModel's headers, as boto3 has them", "shape of docs.aws.amazon.com/bedrock API_runtime_InvokeModel",
        "aws",
        "mistral.mistral-7b-instruct-v0:2", "2025-06-15T12:00:00Z",
        {"full_response": {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {
            "content-type": "application/json", "x-amzn-bedrock-input-token-count": "20",
            "x-amzn-bedrock-output-token-count": "14"}}}},
        {"input": 20, "output": 14}, ((20, "0.15"), (14, "0.20")),
    ),
)  # fmt: skip
