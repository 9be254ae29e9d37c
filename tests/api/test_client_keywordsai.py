"""The old official client, keywordsai 1.0.4, against the server: create, list, get through its own typed models."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from keywordsai.logs.api import LogAPI
from keywordsai.types.log_types import KeywordsAIFullLogParams, KeywordsAILogParams
from keywordsai_sdk.constants.llm_logging import LogTypeChoices

from tests.api.calls import LIST, Json, create, new_project_key, read
from tests.server import Server

_LOG_TYPES = sorted(choice.value for choice in LogTypeChoices)
_MESSAGES = [{"role": "user", "content": "Hi"}]


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key to a project of this client's own."""
    return new_project_key(server)


@pytest.fixture
def logs(server: Server, key: str) -> LogAPI:
    """The client, pointed at the server by its base_url."""
    return LogAPI(api_key=key, base_url=server.url)


@pytest.fixture
def api(server: Server, key: str) -> Iterator[httpx.Client]:
    """A plain client of the same project."""
    with server.client(key) as client:
        yield client


def test_create_get_and_list(logs: LogAPI) -> None:
    """A log created through the client's model is read back through it, by id and in the list."""
    sent = KeywordsAILogParams(
        model="gpt-4o-mini",
        prompt_messages=[{"role": "user", "content": "What is the capital of France?"}],
        completion_message={"role": "assistant", "content": "Paris."},
        prompt_tokens=8,
        completion_tokens=2,
        generation_time=1.5,
        customer_identifier="c-1",
        thread_identifier="t-1",
        metadata={"plan": "pro", "seats": 3},
    )
    answer: Any = logs.create(sent)
    assert answer["message"] == "log successful"
    log = logs.get(answer["id"])
    assert (log.id, log.unique_id, log.model) == (answer["id"], answer["unique_id"], "gpt-4o-mini")
    assert (log.prompt_tokens, log.completion_tokens, log.latency) == (8, 2, 1.5)
    assert log.prompt_messages[0].content == "What is the capital of France?"
    assert log.completion_message.content == "Paris."
    assert (log.customer_identifier, log.metadata) == ("c-1", {"plan": "pro", "seats": 3})
    page = logs.list(page=1, page_size=1)
    assert page.results[0] == log
    assert page.count >= 1


def test_a_log_with_scores_is_read(logs: LogAPI, api: httpx.Client) -> None:
    """What evaluators say of a log, of whatever kind, does not keep the client's model from reading it."""
    log_id = create(api, {"model": "scored"})
    values: list[Json] = [{"numerical_value": 1.5}, {"boolean_value": True}, {"json_value": {"a": [1]}}]
    for number, value in enumerate(values):
        body = {"evaluator_slug": f"e{number}", **value}
        assert api.post(f"/api/logs/{log_id}/scores/", json=body).status_code == 201
    assert logs.get(log_id).id == log_id
    assert log_id in [log.id for log in logs.list(page=1, page_size=10).results]


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/"])
def test_every_base_url_that_its_users_write(server: Server, key: str, suffix: str) -> None:
    """The client strips /api and the slash, and posts to paths without either."""
    client = LogAPI(api_key=key, base_url=f"{server.url}{suffix}")
    answer: Any = client.create({"model": "m", "input": "in", "output": "out"})
    assert client.get(answer["id"]).output == "out"


def test_its_environment_variables(server: Server, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """KEYWORDS_AI_BASE_URL and KEYWORDSAI_API_KEY are enough to point an application here."""
    monkeypatch.setenv("KEYWORDS_AI_BASE_URL", server.url)
    monkeypatch.setenv("KEYWORDSAI_API_KEY", key)
    answer: Any = LogAPI().create({"model": "from the environment"})
    assert LogAPI().get(answer["id"]).model == "from the environment"


def test_its_asynchronous_half(logs: LogAPI) -> None:
    """The methods with an `a` in front do the same."""

    async def journey() -> KeywordsAIFullLogParams:
        answer: Any = await logs.acreate({"model": "async"})
        page = await logs.alist(page_size=1)
        assert page.results[0].id == answer["id"]
        return await logs.aget(answer["id"])

    assert asyncio.run(journey()).model == "async"


def test_a_wrong_key_is_an_error_of_its_own_kind(server: Server) -> None:
    """A refusal reaches the caller as the client's HTTP error."""
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        LogAPI(api_key="no-such-key", base_url=server.url).create({"model": "m"})


@pytest.mark.parametrize("log_type", [*_LOG_TYPES, "span", "batch", "reranker", "other", "of my own"])
def test_logs_of_every_type_are_readable(logs: LogAPI, api: httpx.Client, log_type: str) -> None:
    """A log of any type reads through the client's model; a type that it does not know is shown as unknown."""
    log_id = create(api, {"log_type": log_type, "input": "in", "output": "out"})
    log = logs.get(log_id)
    assert (log.log_type, log.input, log.output) == (log_type if log_type in _LOG_TYPES else "unknown", "in", "out")
    assert read(api, log_id).get("original_log_type") == (None if log_type in _LOG_TYPES else log_type)


_ODD: list[Json] = [
    {},
    {"completion_message": {}},
    {"completion_message": None, "prompt_messages": None, "messages": None},
    {"prompt_messages": []},
    {"input": None, "output": None},
    {"input": {"a": 1}, "output": [1, {"b": None}]},
    {"input": 5, "output": True},
    {"input": _MESSAGES, "output": {"role": "assistant", "content": "Hello"}},
    {"input": '[{"role": "user"', "output": "{"},
    {"log_type": "embedding", "input": ["a", "b"], "output": [[0.1, 0.2]]},
    {"log_type": "workflow", "input": {"x": 1}, "output": {"y": 2}},
    {"warnings": {"a": 1}},
    {"warnings": ["a", "b"]},
    {"tool_choice": "auto"},
    {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    {"response_format": "json_object"},
    {"full_request": [], "full_response": []},
    {"full_request": {"messages": _MESSAGES, "tools": []}, "full_response": {"choices": []}},
    {"metadata": None},
    {"metadata": {"": "", "_reserved": 1, "deep": {"a": [1]}}},
    {"customer_identifier": 5, "thread_identifier": 6, "unique_id": "not a uuid"},
    {"timestamp": 1, "start_time": "2026-03-01"},
    {"model": "\0", "error_message": "\u2028", "note": "😀"},
    {"usage": {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 2}}},
    {"usage": {"prompt_tokens": "many"}},
    {"user_id": 17, "id": "mine", "status": "pending", "organization_id": 5, "is_test": True, "results": {}},
    {"prompt_messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
    {"prompt_messages": [{"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function",
      "function": {"name": "f", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "c", "content": "18"}]},
    {"keywordsai_params": {"customer_identifier": "c"}, "keywordsai_api_controls": {"block": True}},
    {"disable_log": True, "input": "x"},
]  # fmt: skip


@pytest.mark.parametrize("log", _ODD, ids=str)
def test_logs_of_odd_content_are_readable(logs: LogAPI, api: httpx.Client, log: Json) -> None:
    """Whatever a log holds that the server takes, the client's model reads it, alone and in the list."""
    log_id = create(api, log)
    assert logs.get(log_id).id == log_id
    listed = api.get(LIST, params={"page_size": 1_000}).json()["results"]
    found = next(each for each in listed if each["id"] == log_id)
    assert KeywordsAIFullLogParams(**found).unique_id == log_id
