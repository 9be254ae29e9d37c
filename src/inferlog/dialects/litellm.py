"""LiteLLM's generic HTTP callback: its StandardLoggingPayload, one for each call → logs. Pure.

`litellm.integrations.generic_api` posts them to whatever address it is given, as an array, as lines of JSON, or one
alone (its `log_format`); fields are those of litellm 1.110 (types/utils.py). What has no column is kept under
`litellm`.
"""

from typing import Any, Final

import msgspec

from inferlog.dialects.families import UNKNOWN_FAILURE, status_in
from inferlog.dialects.families.exchanges import take_request, take_response, take_usage
from inferlog.dialects.families.rules import as_number, money
from inferlog.dialects.spans import Draft, Span
from inferlog.errors import InvalidInput
from inferlog.jsontext import check, explain, kind, read_array
from inferlog.model import Sent

Payload = dict[str, Any]

_KINDS: Final = (
    ("embedding", "embedding"), ("transcription", "transcription"), ("speech", "speech"), ("rerank", "reranker"),
    ("text_completion", "completion"), ("responses", "response"), ("mcp_tool", "tool"), ("completion", "chat"),
    ("message", "chat"), ("generate_content", "chat"),
)  # fmt: skip
"""Part of a call_type → log_type; the first that fits."""
_OWN_METADATA: Final = ("spend_logs_metadata", "requester_metadata")
"""Where LiteLLM keeps what its user says of a call."""
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
_FAILED: Final = "failure"


def split(text: bytes) -> list[bytes | msgspec.Raw]:
    """Return the payloads of a body: an array of them, one, or one a line. Raises InvalidInput if it is not JSON."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for line in lines):
        return [check(line) for line in lines]
    whole = check(text)
    return [*read_array(whole)] if kind(whole) == "array" else [whole]


def decode(item: bytes | msgspec.Raw) -> Sent:
    """Return the log that a payload is. Raises InvalidInput if it is not an object."""
    try:
        payload = msgspec.json.decode(item)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(explain(bytes(item), error)) from None
    if not isinstance(payload, dict):
        raise InvalidInput(f"Invalid request format: expected a JSON object for one call, received {kind(item)}")
    return _Reading(payload).sent()


class _Reading:
    """One payload on its way: what is taken leaves `left`."""

    def __init__(self, payload: Payload) -> None:
        self.left = {name: value for name, value in payload.items() if value not in _EMPTY}
        self.failed = payload.get("status") == _FAILED
        began, ended = (self._moment(name) for name in ("startTime", "endTime"))
        self.draft = Draft(Span(start=began, end=ended))
        log = self.draft.log
        log.start_time, log.timestamp, log.log_method = began, ended, "tracing_integration"
        self._identify()

    def sent(self) -> Sent:
        """Return the log."""
        draft, log = self.draft, self.draft.log
        log.log_type = _kind(self.left.get("call_type"))
        self._take_text("model", "model")
        self._take_text("provider_id", "custom_llm_provider")
        if isinstance(self.left.get("stream"), bool):
            log.stream = self.left.pop("stream")
        self._take_exchange()
        self._take_first_token()
        self._take_usage()
        self._take_outcome()
        self._take_people()
        draft.metadata |= self._metadata()
        if self.left.get("id") == draft.extra.get("response_id"):
            self.left.pop("id", None)
        if self.left:
            draft.extra["litellm"] = self.left
        return draft.sent()

    def _moment(self, name: str) -> float:
        number = as_number(self.left.get(name))
        if number is not None and number > 0:
            del self.left[name]
            return number
        return 0.0

    def _identify(self) -> None:
        """Take the ids. A router tries again under the same call id, so that a failure is told apart by its time."""
        log = self.draft.log
        own = self.left.pop("litellm_call_id", None) or self.left.get("id")
        if isinstance(own, str):
            log.span_unique_id = f"{own}-{log.start_time}" if self.failed else own
        self._take_text("trace_unique_id", "trace_id")
        log.trace_unique_id = log.trace_unique_id or log.span_unique_id
        self._take_text("session_identifier", "session_id")
        if self.left.get("id") == own:
            self.left.pop("id", None)

    def _take_text(self, column: str, name: str) -> None:
        if isinstance(self.left.get(name), str) and self.draft.set(column, self.left[name]):
            del self.left[name]

    def _take_exchange(self) -> None:
        """Take what was asked and answered; of what is no message, the input and the output."""
        draft = self.draft
        asked, given = self.left.pop("messages", None), self.left.pop("model_parameters", None)
        parameters = dict(given) if isinstance(given, dict) else {}
        user = parameters.get("user")
        if isinstance(user, str) and draft.set("customer_identifier", user):
            del parameters["user"]
        rest = take_request(draft, parameters | {"messages": asked})
        if rest.get("stream") == draft.log.stream:
            rest.pop("stream", None)
        unread = rest.pop("messages", None)
        if draft.log.log_type == "embedding" and draft.prompt:  # LiteLLM writes each text as a user's message
            draft.input, draft.prompt = [message.get("content") for message in draft.prompt], []
        if unread is not None:
            draft.input = unread
        if rest or (given and not isinstance(given, dict)):
            self.left["model_parameters"] = rest or given
        answer = self.left.pop("response", None)
        if isinstance(answer, dict):
            over = take_response(draft, answer)
            if draft.completions:
                self.left |= {"response": over} if over else {}
            else:
                draft.output = over or None
        else:
            draft.output = answer

    def _take_first_token(self) -> None:
        """Take the moment at which the answer began; without a stream it is that of its end."""
        moment, log = self._moment("completionStartTime"), self.draft.log
        if log.stream and log.start_time and log.start_time <= moment < log.timestamp:
            log.time_to_first_token = round(moment - log.start_time, 6)

    def _take_usage(self) -> None:
        """Take the counts and the cost. A failure without any has zeros, which say nothing."""
        holder = self.left.get("metadata")
        detailed = holder.pop("usage_object", None) if isinstance(holder, dict) else None
        counts = {name: self.left.pop(name, None) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
        if isinstance(detailed, dict):
            over = take_usage(self.draft, {name: value for name, value in detailed.items() if value not in _EMPTY})
            if over:
                self.left["usage_object"] = over
        if any(counts.values()):
            take_usage(self.draft, counts)
        # Zero is also what it says of a model whose price it does not know; of an answer from its cache it is true.
        known = as_number(self.left.get("response_cost")) or self.left.get("cache_hit") is True
        if known and money("cost")(self.draft, self.left["response_cost"]):
            del self.left["response_cost"]

    def _take_outcome(self) -> None:
        log, told = self.draft.log, self.left.get("error_information")
        information = told if isinstance(told, dict) else {}
        if not self.failed:
            if not any(information.values()):
                self.left.pop("error_information", None)
            return
        del self.left["status"]
        log.status = "failed"
        message = self.left.get("error_str") or information.get("error_message")
        log.error_message = str(message or _FAILED)
        log.error_code = str(information.get("error_class") or "")
        code = str(information.get("error_code") or "")
        log.status_code = int(code) if code.isdigit() and 400 <= int(code) <= 599 else 0
        log.status_code = log.status_code or status_in(log.error_message) or UNKNOWN_FAILURE
        if self.left.get("error_str") == log.error_message:
            del self.left["error_str"]

    def _take_people(self) -> None:
        holder = self.left.get("metadata")
        known = holder.get("user_api_key_end_user_id") if isinstance(holder, dict) else None
        end_user = self.left.get("end_user") or known
        if isinstance(end_user, str) and self.draft.set("customer_identifier", end_user):
            self.left.pop("end_user", None)
        tags = self.left.pop("request_tags", None)
        if tags:
            self.draft.keep("tags", tags)

    def _metadata(self) -> dict[str, Any]:
        """Return what the user says of the call, and then what LiteLLM does."""
        told = self.left.pop("metadata", None)
        if not isinstance(told, dict):
            return {} if told is None else {"metadata": told}
        said = {name: value for name, value in told.items() if value not in _EMPTY}
        own: dict[str, Any] = {}
        for name in _OWN_METADATA:
            if isinstance(said.get(name), dict):
                own |= {key: value for key, value in said.pop(name).items() if key not in own}
        return said | own


def _kind(call_type: Any) -> str:
    named = call_type.lower() if isinstance(call_type, str) else ""
    return next((log_type for part, log_type in _KINDS if part in named), "unknown" if named else "chat")
