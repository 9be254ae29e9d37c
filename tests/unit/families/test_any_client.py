"""The same properties for what is read only of certain clients' spans: Respan, Langfuse, Logfire, MLflow."""

from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from inferlog.dialects.spans import Event, Span
from tests.unit.families.test_any_attribute import all_that_is_kept, events, json_values, marks, values

NAMES: Final = """
respan.metadata.plan keywordsai.metadata.plan respan.metadata respan.properties respan.prompt respan.environment
respan.span.tools respan.span.tool_calls respan.variables respan.customer_params.name respan.entity.log_type model
prompt_tokens langfuse.observation.type langfuse.observation.input langfuse.observation.output
langfuse.observation.level langfuse.observation.status_message langfuse.observation.metadata.plan
langfuse.observation.metadata langfuse.trace.metadata.plan langfuse.trace.input langfuse.trace.output
langfuse.trace.tags langfuse.observation.model.name langfuse.observation.model.parameters
langfuse.observation.usage_details langfuse.observation.cost_details langfuse.observation.completion_start_time
langfuse.observation.prompt.version mlflow.spanType mlflow.spanInputs mlflow.spanOutputs mlflow.chat.tokenUsage
mlflow.chat.tools mlflow.llm.model mlflow.llm.cost mlflow.traceTag.plan mlflow.linkedPrompts logfire.msg
logfire.span_type logfire.level_num logfire.tags logfire.json_schema logfire.pending_parent_id request_data
response_data events all_messages_events pydantic_ai.all_messages final_result model_name agent_name tool_arguments
tool_response duration gen_ai.usage.raw gen_ai.system_instructions gen_ai.input.messages gen_ai.output.messages
""".split()
KINDS: Final = [
    ("langfuse.observation.type", "generation"), ("mlflow.spanType", '"CHAT_MODEL"'), ("logfire.span_type", "log"),
    ("respan.entity.log_type", "chat"), ("agent_name", "guide"), ("logfire.span_type", "pending_span"),
]  # fmt: skip
SCOPES: Final = ["", "langfuse-sdk", "logfire.openai", "pydantic-ai", "mlflow.tracing.provider", "respan.tracer"]
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "tool"]), "content": json_values},
    optional={"tool_calls": json_values, "tool_call_id": json_values, "additional_kwargs": json_values},
)
conversations = st.lists(messages, min_size=1, max_size=2)
exchanges = st.fixed_dictionaries(
    {"messages": conversations}, optional={"tools": json_values, "system": json_values, "choices": json_values}
)
answers = st.fixed_dictionaries(
    {}, optional={"choices": st.lists(st.fixed_dictionaries({"message": messages}, optional={"text": json_values})),
                  "usage": json_values, "output": json_values, "message": messages, "content": json_values,
                  "role": json_values, "type": json_values}
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.one_of(values, conversations, exchanges, answers), max_size=5),
    st.sampled_from(KINDS),
    st.sampled_from(SCOPES),
    st.sampled_from(["3.0.0", "5.0.4"]),
    st.lists(events, max_size=1),
)
def test_any_value_of_any_clients_attribute_is_kept(
    attributes: dict[str, Any], kind: tuple[str, str], scope: str, version: str, happened: list[Event]
) -> None:
    """Whatever type a value has, the span becomes a log, and every word of it is somewhere in that log."""
    span = Span(
        trace_id="a" * 32, span_id="b" * 16, parent_id="c" * 16, name="streaming response from", start=1.0, end=2.0,
        attributes={kind[0]: kind[1]} | attributes, events=happened, scope_name=scope, scope_version=version,
    )  # fmt: skip
    kept = all_that_is_kept(span).lower()
    for name, value in attributes.items():
        for mark in marks(value):
            assert mark in kept, (name, value)
