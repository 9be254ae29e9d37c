"""What a span of OpenTelemetry's GenAI conventions is called."""

from typing import Any

import pytest

from tests.unit.families.reading import read


@pytest.mark.parametrize(
    ("operation", "name"),
    [("invoke_agent", "guide"), ("execute_tool", "get_weather"), ("chat", "a span"), (None, "a span")],
)
def test_only_an_agent_and_a_tool_are_called_by_their_names(operation: str | None, name: str) -> None:
    """A call that an agent makes keeps its own name: it only tells whose it is (pydantic-ai 2.68)."""
    attributes: dict[str, Any] = {"gen_ai.agent.name": "guide", "gen_ai.tool.name": "get_weather"}
    if operation is not None:
        attributes["gen_ai.operation.name"] = operation
    log = read(attributes)
    assert log["span_name"] == name
    assert log["metadata"]["gen_ai.agent.name"] == "guide"
