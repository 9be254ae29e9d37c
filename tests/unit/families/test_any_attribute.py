"""Properties of all families at once: no attribute is refused for its value, and nothing that was said is lost."""

import re
from typing import Any, Final

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inferlog.dialects.families import EVENTS, FAMILIES, interpret
from inferlog.dialects.families.rules import from_json
from inferlog.dialects.spans import Event, Span
from inferlog.enrich import enrich
from inferlog.jsontext import dumps
from inferlog.model import NO_JSON
from tests.unit.journey import PRICES

SPREAD: Final = """
gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.prompt gen_ai.completion
gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.tool.name gen_ai.agent.name gen_ai.user llm.user
gen_ai.retrieval.documents anthropic.thinking.budget_tokens anthropic.thinking.type anthropic.message.stop_reason
gen_ai.prompt.N gen_ai.prompt.N.role gen_ai.prompt.N.content gen_ai.prompt.N.tool_call_id gen_ai.prompt.N.reasoning
gen_ai.prompt.N.tool_calls.N gen_ai.prompt.N.tool_calls.N.id gen_ai.prompt.N.tool_calls.N.name
gen_ai.prompt.N.tool_calls.N.arguments gen_ai.prompt.prompt_filter_results gen_ai.completion.N.finish_reason
gen_ai.completion.N.content gen_ai.completion.N.function_call.name gen_ai.completion.N.function_call.arguments
gen_ai.completion.N.unheard.of llm.request.functions.N.name llm.request.functions.N.parameters
llm.request.functions.N llm.prompts.N.content llm.completions.N.content traceloop.entity.name traceloop.entity.input
llm.input_messages.N.message.role llm.input_messages.N.message.content llm.input_messages.N.message.tool_call_id
llm.input_messages.N.message.contents.N.message_content.type
llm.input_messages.N.message.contents.N.message_content.text
llm.input_messages.N.message.contents.N.message_content.image.image.url llm.input_messages.N
llm.input_messages.N.message.contents.N.message_content.signature llm.input_messages.N.message.function_call_name
llm.output_messages.N.message.content llm.output_messages.N.message.tool_calls.N.tool_call.id
llm.output_messages.N.message.tool_calls.N.tool_call.function.name llm.output_messages.N.message.tool_calls.N
llm.output_messages.N.message.tool_calls.N.tool_call.function.arguments llm.tools.N.tool.json_schema llm.tools.N
llm.prompts.N.prompt.text llm.choices.N.completion.text embedding.embeddings.N.embedding.text tool.name
embedding.embeddings.N.embedding.vector retrieval.documents.N.document.content retrieval.documents.N.document.metadata
reranker.input_documents.N.document.id reranker.output_documents.N.document.id llm.invocation_parameters
embedding.invocation_parameters llm.model_name llm.request.model_name llm.response.model_name embedding.model_name
llm.finish_reason input.value input.mime_type output.value output.mime_type
ai.prompt ai.prompt.messages ai.prompt.tools ai.prompt.toolChoice ai.response.text ai.response.object ai.response.files
ai.response.toolCalls ai.response.reasoning ai.toolCall.name ai.toolCall.args ai.toolCall.result ai.value ai.values
ai.embedding ai.embeddings ai.usage.promptTokens ai.usage.inputTokens ai.usage.cachedInputTokens ai.settings.maxRetries
ai.telemetry.metadata.userId ai.telemetry.metadata.plan ai.settings.context.userId ai.request.headers.x ai.schema
ai.response.providerMetadata ai.documents ai.ranking ai.stream.msToFirstChunk
traceloop.entity.output traceloop.association.properties.user_id traceloop.association.properties.session_id
traceloop.association.properties.plan traceloop.prompt.template_variables.city
""".split()
"""Attributes that are read together, not by a rule of their own; N stands for a number."""

MARK: Final = "mark0x"
_MARK: Final = re.compile(r"mark[0-9]+x")

markers = st.integers(0, 10**6).map(lambda number: f"mark{number}x")
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "text", "true", "1e400", "9" * 400, "[", "{}", "[]", "user", "chat", "None"]),
    markers,
)
keys = st.one_of(
    st.sampled_from(
        "role content parts type text tool_calls id name arguments function image_url url source data input result "
        "response output value reasoning toolName toolCallId args mime_type modality uri summary messages model tools "
        "stream choices message usage finish_reason body".split()
    ),
    markers,
)
types = st.sampled_from(
    "text tool_call tool_use tool-call tool_result tool-result tool_call_response reasoning thinking blob uri file "
    "image image_url input_image refusal function_call function_call_output".split()
)
json_values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=4),
        st.tuples(types, st.dictionaries(keys, inner, max_size=3)).map(lambda pair: {**pair[1], "type": pair[0]}),
    ),
    max_leaves=12,
)
values = st.one_of(json_values, json_values.map(lambda value: dumps(value).decode()))
names = st.one_of(
    st.sampled_from(sorted({name for family in FAMILIES for name in family.rules})),
    st.tuples(
        st.sampled_from(SPREAD), st.lists(st.sampled_from(["0", "1", "7", "007", "x", ""]), min_size=2, max_size=2)
    ).map(lambda pair: pair[0].replace("N", pair[1][0], 1).replace("N", pair[1][1], 1)),
)
kinds = st.sampled_from(["", "internal", "client"])
events = st.builds(
    Event,
    name=st.sampled_from([*sorted(EVENTS), "exception", "gen_ai.content.completion.chunk", "First Token Stream Event"]),
    time=st.sampled_from([0.0, 1.0, 3.5]),
    attributes=st.dictionaries(
        st.one_of(keys, st.sampled_from(["gen_ai.prompt", "gen_ai.event.content"])), values, max_size=3
    ),
)


def all_that_is_kept(span: Span) -> str:
    """Return the text of the whole log, every column and what has none."""
    sent = interpret(span)
    before = _text_of(sent.log) + dumps(sent.extra).decode()
    enrich(sent, PRICES)
    msgspec.json.decode(msgspec.json.encode(sent.log))
    return before


def _text_of(log: Any) -> str:
    columns = [getattr(log, name) for name in log.__struct_fields__]
    return " ".join(
        bytes(each).decode() if isinstance(each, msgspec.Raw) else str(each) for each in columns if each is not NO_JSON
    )


def marks(value: Any) -> set[str]:
    """Return the markers in a value that say something: a name without content does not."""
    if isinstance(value, dict):
        return {
            mark for name, each in value.items() if each not in (None, [], {}) for mark in marks(name) | marks(each)
        }
    if isinstance(value, list):
        return {mark for each in value for mark in marks(each)}
    if not isinstance(value, str):
        return set()
    held = from_json(value)
    return set(_MARK.findall(value)) if held is value else marks(held)


SAID: Final = [
    MARK,
    [MARK],
    {MARK: 1},
    {"type": MARK},
    [{MARK: "a"}],
    [{"role": "user", "content": MARK}],
    dumps([{"role": MARK, "content": "a", "parts": [{"type": "text", "content": "b", "more": MARK}]}]).decode(),
    dumps({"messages": [{"role": "user", "content": MARK}], "model": "m", "tools": [{"name": "a"}]}).decode(),
]
"""Values of every form, each with a word that must not be lost."""
KINDS: Final = [
    {},
    *({"openinference.span.kind": kind} for kind in ("LLM", "CHAIN", "EMBEDDING", "TOOL", "AGENT")),
    *({"ai.operationId": name} for name in ("ai.streamText", "ai.streamText.doStream", "ai.toolCall", "ai.embed")),
    *({"gen_ai.operation.name": name} for name in ("chat", "embeddings", "execute_tool", "invoke_agent")),
    *({"mlflow.spanType": f'"{name}"'} for name in ("LLM", "TOOL", "CHAT_MODEL", "EMBEDDING")),
    *({"langfuse.observation.type": name} for name in ("generation", "span")),
    *({"traceloop.span.kind": name} for name in ("workflow", "tool")),
]


@pytest.mark.parametrize("said", KINDS, ids=str)
def test_each_attribute_alone_is_kept(said: dict[str, Any]) -> None:
    """What one attribute says is in the log, whatever kind of span it stands on and whatever form it has."""
    numbered = [name.replace("N", "0") for name in SPREAD]
    lost = [
        (name, value)
        for name in sorted({*(name for family in FAMILIES for name in family.rules), *numbered} - said.keys())
        for value in SAID
        if MARK not in all_that_is_kept(Span(name="a.chat", start=1.0, end=2.0, attributes={name: value} | said))
    ]
    assert lost == []


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(names, values, max_size=6),
    st.lists(events, max_size=2),
    kinds,
    st.sampled_from([0, 1, 2]),
    st.sampled_from(KINDS),
)
@example({"gen_ai.input.messages": "[" * 880 + "]" * 880, "traceloop.span.kind": "tool"}, [], "", 0, {})
@example({"gen_ai.input.messages": '[{"role":"user","content":' + "[" * 850 + "]" * 850 + "}]"}, [], "", 0, {})
def test_any_value_of_any_attribute_is_kept(
    attributes: dict[str, Any], happened: list[Event], kind: str, status: int, said: dict[str, Any]
) -> None:
    """Whatever type a value has, the span becomes a log, and every word of it is somewhere in that log."""
    span = Span(
        trace_id="a" * 32, span_id="b" * 16, name="a.chat", kind=kind, start=1.0, end=2.0, status=status,
        attributes=attributes, events=happened,
    )  # fmt: skip
    attributes = span.attributes = attributes | said
    kept = all_that_is_kept(span).lower()
    for name, value in attributes.items():
        for mark in marks(value):
            assert mark in kept, (name, value)
    for event in happened:
        for mark in marks(event.attributes):
            assert mark in kept, event
