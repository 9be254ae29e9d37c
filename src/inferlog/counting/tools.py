"""Tokens of tool definitions, by the rule that OpenAI publishes (cookbook, `num_tokens_for_tools`)."""

from typing import Any, Final

from inferlog.counting.encodings import CL100K, encoding_of

_TOOL: Final = {CL100K: 10}
_TOOL_OTHERS: Final = 7
_PROPERTIES: Final = 3
_PROPERTY: Final = 3
_ENUM: Final = -3
_ENUM_ITEM: Final = 3
_END: Final = 12


def count_tools(tools: Any, model: str) -> tuple[list[str], int]:
    """Return the texts of tool definitions, OpenAI's or Anthropic's, and the tokens beside them.

    The published rule knows properties of one level; those within others are counted by the same rule.
    """
    texts: list[str] = []
    overhead = 0
    first = _TOOL.get(encoding_of(model).name, _TOOL_OTHERS)
    for tool in tools if isinstance(tools, list) else []:
        if not isinstance(tool, dict):
            continue
        inner = tool.get("function")
        definition = inner if isinstance(inner, dict) else tool
        texts.append(f"{definition.get('name', '')}:{_described(definition)}")
        schema = definition.get("parameters") or definition.get("input_schema")
        overhead += first + _properties(schema, texts)
    return texts, overhead + _END if texts else 0


def _properties(schema: Any, texts: list[str]) -> int:
    held = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(held, dict) or not held:
        return 0
    overhead = _PROPERTIES
    for name, each in held.items():
        overhead += _PROPERTY
        if not isinstance(each, dict):
            continue
        texts.append(f"{name}:{each.get('type', '')}:{_described(each)}")
        if isinstance(each.get("enum"), list):
            overhead += _ENUM + _ENUM_ITEM * len(each["enum"])
            texts += [item for item in each["enum"] if isinstance(item, str)]
        overhead += _properties(each, texts) + _properties(each.get("items"), texts)
    return overhead


def _described(held: dict[str, Any]) -> str:
    text = held.get("description")
    return text.removesuffix(".") if isinstance(text, str) else ""
