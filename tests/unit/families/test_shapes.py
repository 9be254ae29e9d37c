"""Prompts and answers of each provider and framework, in OpenAI's chat shape."""

from typing import Any

import pytest

from inferlog.dialects.families.exchanges import take_request, take_response
from inferlog.dialects.families.shapes import answers_of, messages_of
from inferlog.dialects.spans import Draft, Span

CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "Sunny"}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
ASKED = {"role": "user", "content": "Weather?"}

PROMPTS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "chat completions": (
        [ASKED, {"role": "assistant", "content": None, "refusal": None, "tool_calls": [CALL]}, RESULT],
        [ASKED, {"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT],
    ),
    "Responses API": (
        [
            {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "get_weather",
             "arguments": '{"city":"Paris"}', "status": "completed"},
            {"type": "function_call_output", "call_id": "c1", "output": "Sunny"},
        ],
        [
            ASKED,
            {"role": "assistant", "content": None, "reasoning_content": "Look.", "tool_calls": [CALL]},
            RESULT,
        ],
    ),
    "Anthropic": (
        [
            {"role": "user", "content": [
                {"type": "text", "text": "Weather?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Look."},
                {"type": "tool_use", "id": "c1", "name": "get_weather", "input": {"city": "Paris"}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "Sunny"}]}]},
        ],
        [
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}, PICTURE]},
            {"role": "assistant", "content": None, "reasoning_content": "Look.", "tool_calls": [CALL]},
            RESULT,
        ],
    ),
    "Gemini": (
        [
            {"role": "user", "parts": [{"text": "Weather?"},
                                       {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]},
            {"role": "model", "parts": [{"functionCall": {"id": "c1", "name": "get_weather",
                                                          "args": {"city": "Paris"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"id": "c1", "response": "Sunny"}}]},
        ],
        [
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}, PICTURE]},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            RESULT,
        ],
    ),
    "Bedrock": (
        [
            {"role": "user", "content": [{"text": "Weather?"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c1", "name": "get_weather",
                                                           "input": {"city": "Paris"}}}]},
            {"role": "user", "content": [{"toolResult": {"toolUseId": "c1", "content": "Sunny"}}]},
        ],
        [ASKED, {"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT],
    ),
    "LangChain": (
        [[
            {"type": "human", "content": "Weather?", "additional_kwargs": {}},
            {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessage"],
             "kwargs": {"content": "", "tool_calls": [{"id": "c1", "name": "get_weather", "args": {"city": "Paris"},
                                                       "type": "tool_call"}]}},
            {"type": "tool", "content": "Sunny", "tool_call_id": "c1"},
        ]],
        [ASKED, {"role": "assistant", "content": "", "tool_calls": [CALL]},
         {"role": "tool", "content": "Sunny", "tool_call_id": "c1"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("provider", PROMPTS)
def test_prompts(provider: str) -> None:
    """Messages of any provider become OpenAI's: text, images, reasoning, calls of tools and their results."""
    given, messages = PROMPTS[provider]
    assert messages_of(given) == messages


@pytest.mark.parametrize("value", [None, 7, "text", "[1]", [], [ASKED, "text"], {"a": 1}, [["a"]], {"role": "user"}])
def test_what_is_no_messages(value: Any) -> None:
    """Anything else is none."""
    assert messages_of(value) == []


ANSWER = {"role": "assistant", "content": "Paris."}
RESPONSES: dict[str, tuple[Any, list[dict[str, Any]], dict[str, Any]]] = {
    "chat completions": (
        {"choices": [{"index": 0, "message": ANSWER, "finish_reason": "stop"}], "object": "chat.completion"},
        [ANSWER | {"finish_reason": "stop"}],
        {"object": "chat.completion"},
    ),
    "several choices": (
        {"choices": [{"message": ANSWER}, {"message": ANSWER, "logprobs": {"a": 1}}]},
        [ANSWER, ANSWER | {"logprobs": {"a": 1}}],
        {},
    ),
    "completion": ({"choices": [{"text": "Paris."}]}, [ANSWER], {}),
    "Responses API": (
        {"output": [{"type": "message", "role": "assistant", "id": "m",
                     "content": [{"type": "output_text", "text": "Paris.", "annotations": []}]}],
         "status": "completed"},
        [ANSWER],
        {"status": "completed"},
    ),
    "Anthropic": (
        {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Paris."}], "stop_reason": "e"},
        [ANSWER],
        {"stop_reason": "e"},
    ),
    "Gemini": (
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Paris."}]}, "finishReason": "STOP"}]},
        [ANSWER | {"finish_reason": "STOP"}],
        {},
    ),
    "Bedrock": ({"output": {"message": {"role": "assistant", "content": [{"text": "Paris."}]}}}, [ANSWER], {}),
    "LangChain": (
        {"generations": [[{"text": "Paris.", "message": {"type": "ai", "content": "Paris."}}]], "llm_output": {"a": 1}},
        [ANSWER],
        {"llm_output": {"a": 1}},
    ),
    "Ollama": ({"message": ANSWER, "done": True}, [ANSWER], {"done": True}),
    "a message alone": (ANSWER, [ANSWER], {}),
}  # fmt: skip


@pytest.mark.parametrize("provider", RESPONSES)
def test_responses(provider: str) -> None:
    """A response of any provider has its answers, and what else it says."""
    given, answers, left = RESPONSES[provider]
    assert answers_of(given) == (answers, left)


def test_a_web_search_stays_in_the_models_turn() -> None:
    """An item of the Responses API that has no form in OpenAI's chat shape is a part of what the model says."""
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Paris."}]}
    answers, _ = answers_of([search, said])
    assert answers == [{"role": "assistant", "content": [search, {"type": "text", "text": "Paris."}]}]


def test_what_is_left_of_a_request_and_a_response() -> None:
    """A whole exchange fills a draft, and what it does not fill is given back."""
    draft = Draft(Span())
    request = {"model": "m", "messages": [ASKED], "temperature": "0.2", "max_tokens": "inf", "top_p": None,
               "system": "Be terse.", "greeting": "hello", "tool_choice": "auto", "stream": True}  # fmt: skip
    assert take_request(draft, request) == {"max_tokens": "inf", "greeting": "hello"}
    assert draft.prompt == [{"role": "system", "content": "Be terse."}, ASKED]
    assert (draft.parameters, draft.log.model, draft.log.stream) == ({"temperature": 0.2}, "m", True)
    response = {"model": "m-1", "id": "r-1", "choices": [{"message": ANSWER}],
                "usage": {"promptTokenCount": 7, "candidatesTokenCount": 3, "cost": 0.5}}  # fmt: skip
    assert take_response(draft, response) == {"usage": {"cost": 0.5}}
    assert (draft.completions, draft.extra) == ([ANSWER], {"response_model": "m-1", "response_id": "r-1"})
    assert draft.usage == {"prompt_tokens": 7, "completion_tokens": 3}


@pytest.mark.parametrize(
    "part", [{"content": "a", "more": "b"}, {"text": "a", "more": "b"}, {"type": "text", "x": "b"}]
)
def test_a_part_keeps_what_it_says_besides(part: dict[str, Any]) -> None:
    """What stands beside a part's text stays beside it."""
    (message,) = messages_of([{"role": "user", "content": [part]}])
    assert "b" in str(message["content"])
