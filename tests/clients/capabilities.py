"""What can arrive of a client's calls: a fixed list of names, and for each how it is seen in what inferlog returns.

A capability has arrived if the very values are there that the driver sent and the provider answered. It is asked only
of clients that run its scenario.
"""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tests.clients import answers
from tests.clients.client import Client
from tests.clients.logs import CALLS, Json, Logs, get

QUESTION: Final = "What is the capital of France?"
TOOL_RESULT: Final = "Sunny, 24 degrees"
PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


KINDS: Final = "kinds of spans"
ONCE: Final = {"each call once": "gpt-", "Anthropic: each call once": "claude-"}
_CALLS_MADE: Final = {"tools": 2, "responses_tools": 2, "claude_tools": 2, "broken": 0, "embedding": 0, "manual": 3}


class Capability(NamedTuple):
    """Its name, the scenario that shows it, and whether it arrived."""

    name: str
    scenario: str
    seen: Callable[[Logs], bool]


def arrived(client: Client, logs: Logs) -> dict[str, bool]:
    """Return for each capability that a client's scenarios show whether it arrived."""
    shown = [each for each in CAPABILITIES if each.scenario in client.scenarios and each.name not in client.untried]
    found = {each.name: bool(each.seen(logs)) for each in shown}
    found[KINDS] = client.kinds <= {log["log_type"] for log in logs.trace("journey")}
    for name, model in ONCE.items():
        if name in found:
            found[name] = _once(logs, client.scenarios, model)
    return found


def _once(logs: Logs, scenarios: tuple[str, ...], model: str) -> bool:
    """Return whether no call of a provider's models is there twice: it would cost twice."""
    calls = [log for log in logs.all if log["model"].startswith(model) and log["log_type"] in CALLS]
    mine = [name for name in scenarios if name.startswith("claude") == (model == "claude-")]
    made = sum(_CALLS_MADE.get(name, 1) for name in mine)
    ids = [log.get("response_id") or log["id"] for log in calls]
    return 0 < len(calls) <= made and len(ids) == len(set(ids))


def _is(scenario: str, *path: str | int, value: Any, number: int = 0) -> Callable[[Logs], bool]:
    return lambda logs: bool(get(logs.call(scenario, number), *path) == value)


def _says(scenario: str, text: str = answers.TEXT, number: int = 0) -> Callable[[Logs], bool]:
    return lambda logs: text_of(get(logs.call(scenario, number), "completion_message", "content")).strip() == text


def _asks(scenario: str, *messages: tuple[str, str]) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        found = logs.call(scenario).get("prompt_messages") or []
        return [(each.get("role"), text_of(each.get("content"))) for each in found] == list(messages)

    return seen


def _calls_tool(scenario: str) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        log = logs.call(scenario)
        calls = get(log, "completion_message", "tool_calls") or log.get("tool_calls") or []
        known = [(each, answers.TOOL, answers.TOOL_ARGUMENTS) for each in answers.TOOL_CALL_IDS]
        return len(calls) == 1 and _call(calls[0]) in known

    return seen


def _call(call: Json) -> tuple[Any, Any, Any]:
    function = call.get("function") or call
    try:
        arguments = json.loads(function.get("arguments") or "null")
    except (TypeError, ValueError):
        arguments = None
    return call.get("call_id") or call.get("id"), function.get("name"), arguments


def _gives_result(scenario: str) -> Callable[[Logs], bool]:
    """The second call holds the tool's result, tied to the call that asked for it."""

    def seen(logs: Logs) -> bool:
        messages = logs.call(scenario, 1).get("prompt_messages") or []
        results = [each for each in messages if each.get("role") == "tool"]
        told = [(each.get("tool_call_id"), TOOL_RESULT in text_of(each.get("content"))) for each in results]
        return told == [(answers.TOOL_CALL_ID, True)] or (
            len(told) == 1 and told[0][1] and str(told[0][0]).startswith("call_")
        )

    return seen


def _offers_tool(scenario: str) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        tools = logs.call(scenario).get("tools") or []
        function = get(tools, 0, "function") or get(tools, 0) or {}
        schema = function.get("parameters") or function.get("input_schema") or {}
        return function.get("name") == answers.TOOL and "city" in schema.get("properties", {})

    return seen


def _shows_image(scenario: str) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        messages = logs.call(scenario).get("prompt_messages") or []
        parts = [part for each in messages if isinstance(each.get("content"), list) for part in each["content"]]
        return any(part.get("type") == "image_url" and PIXEL in str(part) for part in parts)

    return seen


def _thinks(scenario: str) -> Callable[[Logs], bool]:
    return _is(scenario, "completion_message", "reasoning_content", value=answers.THOUGHT)


def _fails(scenario: str, text: str) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        failed = [log for log in logs.calls(scenario) or logs.all if log["status"] == "failed"]
        return any(text in log["error_message"] for log in failed)

    return seen


def text_of(content: Any) -> str:
    """Return the text of a message's content, whether it is one or a list of parts."""
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def _whole(logs: Logs) -> bool:
    """One trace, one root, every parent is there, and the model's call is below the root."""
    trace = logs.trace("journey")
    ids = {log["span_unique_id"] for log in trace}
    roots = [log for log in trace if not log["span_parent_id"]]
    hung = all(log["span_parent_id"] in ids for log in trace if log["span_parent_id"])
    return len(trace) > 1 and len(ids) == len(trace) and len(roots) == 1 and hung


def _somewhere(name: str, value: Any) -> Callable[[Logs], bool]:
    return lambda logs: any(log.get(name) == value for log in logs.trace("journey"))


def _metadata(logs: Logs) -> bool:
    found = [log.get("metadata") or {} for log in logs.trace("journey")]
    return any(each.get("plan") == "pro" and str(each.get("seats")) == "3" for each in found)


def _names(logs: Logs) -> bool:
    names = {log["span_name"] for log in logs.trace("journey")}
    return any("travel" in name for name in names) and any("guide" in name for name in names)


def _bodies(logs: Logs) -> bool:
    """What the tool was asked and what it answered."""
    return any("Paris" in log["input"] and "24" in log["output"] for log in logs.trace("journey"))


def _thread(logs: Logs) -> bool:
    names = ("thread_identifier", "session_identifier")
    return any(log[name] in ("thread-1", "session-1") for log in logs.trace("journey") for name in names)


def _broken(logs: Logs) -> bool:
    return any(log["status"] == "failed" and "fell" in log["error_message"] for log in logs.all)


def _priced(logs: Logs) -> bool:
    return float(logs.call("plain").get("cost") or 0) > 0


def _waited(logs: Logs) -> bool:
    return 0 < float(logs.call("streaming").get("time_to_first_token") or 0) < 5


def _embedding(logs: Logs) -> Json:
    return next((log for log in logs.all if log["model"].startswith("text-embedding")), {})


def _asked_embeddings(logs: Logs) -> bool:
    return "one" in str(_embedding(logs).get("input")) and "two" in str(_embedding(logs).get("input"))


def _gave_embeddings(logs: Logs) -> bool:
    return "0.125" in str(_embedding(logs).get("output"))


def _answered_by(scenario: str, model: str) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        log = logs.call(scenario)
        return model in (log.get("response_model"), log.get("model"))

    return seen


def _tokens(scenario: str, prompt: int, completion: int) -> Callable[[Logs], bool]:
    def seen(logs: Logs) -> bool:
        log = logs.call(scenario)
        return (log.get("prompt_tokens"), log.get("completion_tokens")) == (prompt, completion)

    return seen


def _bounded(logs: Logs) -> bool:
    log = logs.call("plain")
    return any(log.get(name) == 100 for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"))


def _is_of_user(logs: Logs) -> bool:
    """OpenAI's parameter `user` is either shown as such or is the customer, where the client names none."""
    log = logs.call("plain")
    return "user-of-openai" in (log.get("user"), log.get("customer_identifier"))


def _audio(logs: Logs) -> bool:
    usage = logs.call("plain").get("usage")
    asked = get(usage, "prompt_tokens_details", "audio_tokens")
    return (asked, get(usage, "completion_tokens_details", "audio_tokens")) == (5, 3)


def _two_answers(logs: Logs) -> bool:
    found = logs.call("choices").get("completion_messages") or []
    return [text_of(each.get("content")) for each in found] == [answers.TEXT] * 2


def _partial(logs: Logs) -> bool:
    said = text_of(get(logs.call("aborted"), "completion_message", "content"))
    return said != "" and answers.TEXT.startswith(said)


_SYSTEM: Final = ("system", "You are terse.")

CAPABILITIES: Final = (
    Capability("model asked for", "plain", _is("plain", "model", value="gpt-4o-mini")),
    Capability("model that answered", "plain", _answered_by("plain", "gpt-4o-mini-2024-07-18")),
    Capability("provider", "plain", _is("plain", "provider_id", value="openai")),
    Capability("messages in", "plain", _asks("plain", _SYSTEM, ("user", f"[plain] {QUESTION}"))),
    Capability("message out", "plain", _says("plain")),
    Capability("several answers", "choices", _two_answers),
    Capability("tools offered", "tools", _offers_tool("tools")),
    Capability("tool calls", "tools", _calls_tool("tools")),
    Capability("tool results", "tools", _gives_result("tools")),
    Capability("reasoning", "reasoning", _thinks("reasoning")),
    Capability("images", "image", _shows_image("image")),
    Capability("temperature", "plain", _is("plain", "temperature", value=0.2)),
    Capability("top_p", "plain", _is("plain", "top_p", value=0.9)),
    Capability("max_tokens", "plain", _bounded),
    Capability("frequency_penalty", "plain", _is("plain", "frequency_penalty", value=0.1)),
    Capability("presence_penalty", "plain", _is("plain", "presence_penalty", value=0.3)),
    Capability("stop", "plain", _is("plain", "stop", value=["END"])),
    Capability("seed", "plain", _is("plain", "seed", value=7)),
    Capability("reasoning_effort", "reasoning", _is("reasoning", "reasoning_effort", value="low")),
    Capability("user", "plain", _is_of_user),
    Capability("tokens", "plain", _tokens("plain", 120, 50)),
    Capability("each call once", "plain", bool),
    Capability("cached tokens", "plain", _is("plain", "prompt_cache_hit_tokens", value=40)),
    Capability("reasoning tokens", "plain", _is("plain", "reasoning_tokens", value=20)),
    Capability("audio tokens", "plain", _audio),
    Capability("cost", "plain", _priced),
    Capability("stream", "streaming", _is("streaming", "stream", value=True)),
    Capability("message out of a stream", "streaming", _says("streaming")),
    Capability("tokens of a stream", "streaming", _tokens("streaming", 120, 50)),
    Capability("time to first token", "streaming", _waited),
    Capability("tool calls of a stream", "streaming_tools", _calls_tool("streaming_tools")),
    Capability("error", "error", _fails("error", answers.ERROR_TEXT)),
    Capability("status code of an error", "error", _is("error", "status_code", value=429)),
    Capability("stream that broke off", "aborted", lambda logs: bool(logs.call("aborted"))),
    Capability("what had come of a stream that broke off", "aborted", _partial),
    Capability("that a stream that broke off failed", "aborted", _is("aborted", "status", value="failed")),
    Capability("stream that was left", "abandoned", lambda logs: bool(logs.call("abandoned"))),
    Capability("embeddings: texts", "embedding", _asked_embeddings),
    Capability("embeddings: vectors", "embedding", _gave_embeddings),
    Capability("embeddings: kind", "embedding", lambda logs: _embedding(logs).get("log_type") == "embedding"),
    Capability("embeddings: tokens", "embedding", lambda logs: _embedding(logs).get("prompt_tokens") == 8),
    Capability("responses API: messages in", "responses", _asks(
        "responses", _SYSTEM, ("user", f"[reasoning] [responses] {QUESTION}"))),
    Capability("responses API: message out", "responses", _says("responses")),
    Capability("responses API: reasoning", "responses", _thinks("responses")),
    Capability("responses API: tokens", "responses", _tokens("responses", 120, 50)),
    Capability("responses API: tools offered", "responses_tools", _offers_tool("responses_tools")),
    Capability("responses API: tool calls", "responses_tools", _calls_tool("responses_tools")),
    Capability("responses API: tool results", "responses_tools", _gives_result("responses_tools")),
    Capability("responses API: message out of a stream", "responses_streaming", _says("responses_streaming")),
    Capability("Anthropic: model asked for", "claude_plain", _is("claude_plain", "model", value="claude-sonnet-4-5")),
    Capability("Anthropic: model that answered", "claude_plain", _answered_by(
        "claude_plain", "claude-sonnet-4-5-20250929")),
    Capability("Anthropic: provider", "claude_plain", _is("claude_plain", "provider_id", value="anthropic")),
    Capability("Anthropic: messages in", "claude_plain", _asks(
        "claude_plain", _SYSTEM, ("user", f"[claude_plain] {QUESTION}"))),
    Capability("Anthropic: message out", "claude_plain", _says("claude_plain")),
    Capability("Anthropic: max_tokens", "claude_plain", _is("claude_plain", "max_tokens", value=100)),
    Capability("Anthropic: tokens, cached ones among them", "claude_plain", _tokens("claude_plain", 130, 50)),
    Capability("Anthropic: each call once", "claude_plain", bool),
    Capability("Anthropic: tokens read from the cache", "claude_plain", _is(
        "claude_plain", "prompt_cache_hit_tokens", value=40)),
    Capability("Anthropic: tokens written to the cache", "claude_plain", _is(
        "claude_plain", "prompt_cache_creation_tokens", value=10)),
    Capability("Anthropic: tools offered", "claude_tools", _offers_tool("claude_tools")),
    Capability("Anthropic: tool calls", "claude_tools", _calls_tool("claude_tools")),
    Capability("Anthropic: tool results", "claude_tools", _gives_result("claude_tools")),
    Capability("Anthropic: reasoning", "claude_reasoning", _thinks("claude_reasoning")),
    Capability("Anthropic: images", "claude_image", _shows_image("claude_image")),
    Capability("Anthropic: stream", "claude_raw_streaming", _is("claude_raw_streaming", "stream", value=True)),
    Capability("Anthropic: message out of a stream", "claude_raw_streaming", _says("claude_raw_streaming")),
    Capability("Anthropic: tokens of a stream", "claude_raw_streaming", _tokens("claude_raw_streaming", 130, 50)),
    Capability("Anthropic: message out of the stream helper", "claude_streaming", _says("claude_streaming")),
    Capability("Anthropic: error", "claude_error", _fails("claude_error", answers.ERROR_TEXT)),
    Capability("Anthropic: stream that broke off", "claude_aborted", lambda logs: bool(logs.call("claude_aborted"))),
    Capability("one tree: one root, all parents", "journey", _whole),
    Capability(KINDS, "journey", bool),
    Capability("names of spans", "journey", _names),
    Capability("input and output of spans", "journey", _bodies),
    Capability("errors of spans", "broken", _broken),
    Capability("customer", "journey", _somewhere("customer_identifier", "customer-1")),
    Capability("customer on the model's call", "journey", _is("journey", "customer_identifier", value="customer-1")),
    Capability("customer's name", "journey", _somewhere("customer_name", "Customer One")),
    Capability("customer's e-mail", "journey", _somewhere("customer_email", "one@example.org")),
    Capability("thread or session", "journey", _thread),
    Capability("custom identifier", "journey", _somewhere("custom_identifier", "custom-1")),
    Capability("metadata", "journey", _metadata),
)  # fmt: skip
