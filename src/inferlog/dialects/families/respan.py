"""Respan's own attributes, and the same under its old name Keywords AI: who called, in which thread, and why.

Names are those of respan-sdk 2.9.0 (constants/span_attributes.py, constants/otlp_constants.py) and keywordsai-sdk
0.5.2 (keywordsai_types/span_types.py), as keywordsai-tracing 0.0.59 and respan-tracing 2.24.0 write them; both write
`<prefix>.<parameter>` too, for any parameter in their context (processors/base.py). The documents also name
`respan.customer.identifier`, `respan.thread.id` and `respan.trace_group.id`. Everything about the call itself is in
the words of other families, but for a few plain names that outdo those (`model`, `prompt_tokens`, …).
"""

from typing import Any, Final

import msgspec

from inferlog.dialects.families.rules import (
    Family,
    Rule,
    body,
    extra,
    from_json,
    kind,
    metadata,
    named,
    text,
    usage,
)
from inferlog.dialects.spans import Draft
from inferlog.usage.names import COUNT_MAX

_PREFIXES: Final = ("respan", "keywordsai")
_KINDS: Final = {
    **{
        name: name
        for name in (
            "text chat completion response embedding transcription speech workflow task tool agent handoff guardrail "
            "function custom generation unknown score"
        ).split()
    },
    "trace": "workflow",
    "step": "task",
    "llm": "generation",
    "model": "generation",
}
"""`entity.log_type` → log_type: the vendor's own values, and what its LOG_TYPE_MAP makes of others."""


def _managed_prompt(draft: Draft, value: Any) -> bool:
    """Take a managed prompt: `{"prompt_id", "version", "variables", …}` as JSON, or its id alone."""
    given = from_json(value)
    if isinstance(given, str):
        return draft.set("prompt_id", given)
    if not isinstance(given, dict):
        return False
    for name, rule in _OF_A_PROMPT.items():
        if given.get(name) is not None:
            rule(draft, given[name])
    return extra("prompt")(draft, given)


_OF_A_PROMPT: Final[dict[str, Rule]] = {
    "prompt_id": text("prompt_id"),
    "prompt_name": text("prompt_name"),
    "version": extra("prompt_version_number"),
    "variables": body("variables", dict),
}


def _tools(draft: Draft, value: Any) -> bool:
    """Take definitions of tools; a list of mere names is none."""
    given = from_json(value)
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        return False
    return draft.set_body("tools", given)


def _tool_calls(draft: Draft, value: Any) -> bool:
    given = from_json(value)
    return isinstance(given, list) and draft.set_body("tool_calls", given)


def _variables(draft: Draft, value: Any) -> bool:
    given = from_json(value)
    return isinstance(given, dict) and draft.set_body("variables", given)


_NAMES: Final[dict[str, Rule]] = {
    "entity.log_type": kind(_KINDS),
    "entity.log_method": text("log_method"),
    "customer_params.customer_identifier": text("customer_identifier"),
    "customer_params.email": text("customer_email"),
    "customer_params.name": text("customer_name"),
    "customer.identifier": text("customer_identifier"),
    "customer.email": text("customer_email"),
    "customer.name": text("customer_name"),
    "customer_identifier": text("customer_identifier"),
    "customer_email": text("customer_email"),
    "customer_name": text("customer_name"),
    "span_params.custom_identifier": text("custom_identifier"),
    "custom_identifier": text("custom_identifier"),
    "evaluation_params.evaluation_identifier": text("evaluation_identifier"),
    "evaluation_identifier": text("evaluation_identifier"),
    "threads.thread_identifier": text("thread_identifier"),
    "thread.id": text("thread_identifier"),
    "thread_identifier": text("thread_identifier"),
    "sessions.session_identifier": text("session_identifier"),
    "session_identifier": text("session_identifier"),
    "trace.trace_group_identifier": text("trace_group_identifier"),
    "trace_group.id": text("trace_group_identifier"),
    "trace_group_identifier": text("trace_group_identifier"),
    "group_identifier": text("group_identifier"),
    "trace_name": text("trace_name"),
    "prompt": _managed_prompt,
    "variables": _variables,
    "environment": named("environment"),  # the key decides which one the log is in
    "metadata": metadata,
    "properties": metadata,
    "span.tools": _tools,
    "span.tool_calls": _tool_calls,
    "span.handoffs": extra("span_handoffs"),
}


def _override(rule: Rule) -> Rule:
    """Apply a rule for a plain name, if the span is the vendor's; anyone may call an attribute `model`."""

    def take(draft: Draft, value: Any) -> bool:
        return _is_the_vendors(draft) and rule(draft, value)

    return take


def _is_the_vendors(draft: Draft) -> bool:
    span = draft.span
    return span.scope_name.startswith(_PREFIXES) or any(name.startswith(_DOTTED) for name in span.attributes)


_DOTTED: Final = tuple(f"{prefix}." for prefix in _PREFIXES)
_OVERRIDES: Final[dict[str, Rule]] = {
    "model": text("model"),
    "prompt_tokens": usage("prompt_tokens"),
    "completion_tokens": usage("completion_tokens"),
    "total_request_tokens": usage("total_tokens"),
    "prompt_cache_hit_tokens": usage("prompt_tokens_details.cached_tokens"),
    "prompt_cache_creation_tokens": usage("cache_creation_input_tokens"),
}

RULES: Final[dict[str, Rule]] = {
    **{f"{prefix}.{name}": rule for prefix in _PREFIXES for name, rule in _NAMES.items()},
    **{name: _override(rule) for name, rule in _OVERRIDES.items()},
}

_ANTHROPIC_SCOPE: Final = "respan_instrumentation_anthropic"
_JAVASCRIPT_SCOPE: Final = "@keywordsai/tracing"
"""Of a package that writes each value of the metadata as JSON (1.0.44)."""
_METADATA: Final = tuple(f"{prefix}.metadata." for prefix in _PREFIXES)


def read(draft: Draft) -> None:
    """Take `metadata.<key>`; a key that has another value already is left under the name that it came with."""
    if draft.span.scope_name.startswith(_ANTHROPIC_SCOPE):
        _count_cached_inside(draft.usage)
    in_json = draft.span.scope_name == _JAVASCRIPT_SCOPE
    for name in [name for name in draft.attributes if name.startswith(_METADATA)]:
        key, value = name.partition(".metadata.")[2], draft.attributes[name]
        meant = _decoded(value) if in_json and isinstance(value, str) else value
        if key and draft.metadata.setdefault(key, meant) == meant:
            del draft.attributes[name]


def _decoded(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value


def _count_cached_inside(counts: dict[str, Any]) -> None:
    """Count the cached tokens among the prompt's, as OpenTelemetry does: this one package has Anthropic's own count."""
    cached = (counts.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    beside = cached + (counts.get("cache_creation_input_tokens") or 0)
    for name in ("prompt_tokens", "total_tokens"):
        if name in counts:
            counts[name] = min(counts[name] + beside, COUNT_MAX)


FAMILY: Final = Family("Respan", RULES, read, frozenset(_PREFIXES))
