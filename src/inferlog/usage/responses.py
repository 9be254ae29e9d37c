"""Where in a response its usage and its service tier stand. It is somebody else's object: what is odd is skipped."""

import contextlib
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from inferlog.jsontext import RawObject, dumps, kind

_USAGES: Final = ("usage", "usageMetadata", "usage_metadata", "token_usage", "amazon-bedrock-invocationMetrics")
_BARE: Final = frozenset(
    "billed_units prompt_eval_count eval_count prompt_token_count generation_token_count inputTextTokenCount "
    "x-amzn-bedrock-input-token-count x-amzn-bedrock-output-token-count x-amzn-bedrock-cache-read-input-token-count "
    "x-amzn-bedrock-cache-write-input-token-count".split()
)
"""Counts that stand in the response itself (Ollama, Bedrock's Llama and Titan), in its headers, or in Cohere's meta."""
_TITANS: Final = "results"
_HOLDERS: Final = (
    "response", "message", "x_groq", "metadata", "meta", "body", "result", "ResponseMetadata", "HTTPHeaders",
    "responseMetadata", "headers",
)  # fmt: skip
"""What may hold the response or its usage: an event of a stream, a line of a batch's results, boto3's answer."""
_DEPTH_MAX: Final = 3
_TELLS: Final = re.compile(rb"[uU]sage|billed_units|eval_count|[tT]oken_?[cC]ount|-token-count|nvocationMetrics")
TIERS: Final = ("service_tier", "serviceTier", "trafficType", "traffic_type")
_EVENT: Final = "data:"

_decode: Final = msgspec.json.Decoder(RawObject).decode
_decode_text: Final = msgspec.json.Decoder(str).decode
_decode_results: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode


def usage_in(response: RawObject, depth: int = 0) -> msgspec.Raw | None:
    """Return the usage that a response holds, as it came; None if it holds none."""
    for name in _USAGES:
        found = response.get(name)
        if found is not None and kind(found) == "object":
            return found
    if not _BARE.isdisjoint(response):
        return _bare(response)
    if depth == _DEPTH_MAX:
        return None
    for name in _HOLDERS:
        holder = response.get(name)
        if holder is not None and kind(holder) == "object" and _TELLS.search(holder):
            found = usage_in(_decode(holder), depth + 1)
            if found is not None:
                return found
    return None


def _bare(response: RawObject) -> msgspec.Raw:
    found = {name: raw for name, raw in response.items() if name in _BARE}
    results = response.get(_TITANS)
    if results is not None and kind(results) == "array":
        with contextlib.suppress(msgspec.ValidationError, LookupError):
            found["tokenCount"] = _decode_results(results)[0]["tokenCount"]
    return msgspec.Raw(dumps(found))


def usage_in_stream(chunks: Iterable[msgspec.Raw]) -> msgspec.Raw | None:
    """Return the usage of a stream's chunks: of each count what was said last, for they are running totals.

    Anthropic tells its input when the message begins and its output as it ends; others tell all at the end.
    """
    merged: RawObject = {}
    for chunk in _objects(chunks):
        found = usage_in(chunk)
        if found is not None:
            merged |= {name: raw for name, raw in _decode(found).items() if kind(raw) != "null"}
    return msgspec.Raw(dumps(merged)) if merged else None


def tier_in(response: RawObject, depth: int = 0) -> str:
    """Return the service tier in which a response, or a usage, says that it was served; nothing if it says none.

    Bedrock's is an object, `{"type": "priority"}`. A line of OpenAI's batch results is known by its `custom_id`.
    """
    if "custom_id" in response and ("response" in response or "result" in response):
        return "batch"
    for name in TIERS:
        found = response.get(name)
        if found is not None and kind(found) == "object":
            found = _decode(found).get("type")
        if found is not None and kind(found) == "string":
            return _decode_text(found).lower()
    holder = response.get("response")
    if holder is not None and depth < _DEPTH_MAX and kind(holder) == "object":
        return tier_in(_decode(holder), depth + 1)
    return ""


def tier_in_stream(chunks: Iterable[msgspec.Raw]) -> str:
    """Return the service tier that the chunks of a stream tell; the last one counts."""
    tiers = [tier for chunk in _objects(chunks) if (tier := tier_in(chunk))]
    return tiers[-1] if tiers else ""


def _objects(chunks: Iterable[msgspec.Raw]) -> Iterable[RawObject]:
    """Return the chunks that may tell of a usage or a tier; a line of an event stream is what follows `data:`."""
    for chunk in chunks:
        raw: bytes | msgspec.Raw = chunk
        if not (_TELLS.search(chunk) or b"ier" in bytes(chunk)):
            continue
        if kind(chunk) == "string":
            raw = _decode_text(chunk).strip().removeprefix(_EVENT).strip().encode()
        if raw and kind(raw) == "object":
            try:
                yield _decode(raw)
            except (msgspec.DecodeError, RecursionError):
                continue
