"""Langfuse's ingestion batch, which its SDKs before version 3 send, and its scores → pieces of logs. Pure.

`POST /api/public/ingestion` with `{"batch": [{id, type, timestamp, body}, …]}`, as langfuse 2.60.10 writes it
(api/resources/ingestion/types), and `POST /api/public/scores` of version 5. A trace becomes the root of its
observations, under its own id. Events of one object within a batch make one piece; those of a later batch make
another, of the same trace and span ids. What a piece does not know it leaves out.
"""

import re
from typing import Any, Final, NamedTuple

import msgspec

from inferlog.dialects.families import UNKNOWN_FAILURE, status_in
from inferlog.dialects.families.exchanges import take_parameters
from inferlog.dialects.families.langfuse import (
    kind_of,
    prompt_version,
    take_content,
    take_cost_details,
    take_first_token,
    take_level,
    take_usage_details,
)
from inferlog.dialects.families.rules import Rule, named, text
from inferlog.dialects.spans import Draft, Span
from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.jsontext import dumps, explain
from inferlog.model import Merging, Sent

Body = dict[str, Any]

TRACE, SCORE, LOG = "trace", "score", "sdk-log"
EVENT_TYPES: Final = {
    "trace-create": TRACE, "score-create": SCORE, "event-create": "event",
    "span-create": "span", "span-update": "span", "generation-create": "generation",
    "generation-update": "generation", "observation-create": "", "observation-update": "", "sdk-log": LOG,
}  # fmt: skip
"""What an event's type is about; an observation says itself what it is."""
_UPSERTS: Final = frozenset({"trace-create", "score-create"})
"""Creates that are sent again to update."""
_OF_OPENTELEMETRY: Final = re.compile("[0-9a-f]{32}")
_COSTS_OF_USAGE: Final = {"inputCost": "input", "outputCost": "output", "totalCost": "total"}


class Item(NamedTuple):
    """What became of one event: the piece that it and others make (at the first of them), or why it was refused."""

    event_id: str
    sent: Sent | None = None
    error: str | None = None
    mode: Merging = "fill"


class _Object(msgspec.Struct):
    """All that a batch says of one trace, observation or score."""

    kind: str
    identity: str
    trace_id: str
    first: int
    events: list[tuple[float, bool, Body]] = []
    created: bool = False
    updated: bool = False

    def merged(self) -> Body:
        """Return what the events say together: in their order, creates fill and updates override."""
        body: Body = {}
        for _, overrides, said in sorted(self.events, key=lambda event: event[0]):
            given = {name: value for name, value in said.items() if value is not None}
            both = {name: {**body[name], **value} if overrides else {**value, **body[name]}
                    for name, value in given.items()
                    if isinstance(value, dict) and isinstance(body.get(name), dict) and name == "metadata"}  # fmt: skip
            body = (body | given if overrides else given | body) | both
        return body


def decode(text: bytes | msgspec.Raw) -> list[Item]:
    """Return what each event of a batch came to. Raises InvalidInput if the body is no batch."""
    batch = _decoded(text)
    events = batch.get("batch") if isinstance(batch, dict) else None
    if not isinstance(events, list):
        raise InvalidInput("batch: expected an array of events")
    return _items(events)


def decode_scores(text: bytes | msgspec.Raw) -> list[Item]:
    """Return what each score of a body came to: an array of them, or one alone. Raises InvalidInput for any other."""
    given = _decoded(text)
    scores = given if isinstance(given, list) else [given]
    if not all(isinstance(score, dict) for score in scores):
        raise InvalidInput("Invalid request format: expected an array of scores")
    return _items(
        [
            {"id": score.get("id") or f"score-{index}", "type": "score-create", "timestamp": score.get("timestamp"),
             "body": {name: value for name, value in score.items() if name != "timestamp"}}
            for index, score in enumerate(scores)
        ]
    )  # fmt: skip


def _decoded(text: bytes | msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(explain(bytes(text), error)) from None


def _items(events: list[Any]) -> list[Item]:
    items: list[Item] = []
    objects: dict[tuple[str, str, str], _Object] = {}
    for index, event in enumerate(events):
        identity = event.get("id") if isinstance(event, dict) else None
        items.append(Item(identity if isinstance(identity, str) else ""))
        try:
            _sort_in(objects, index, event)
        except InvalidInput as error:
            items[index] = items[index]._replace(error=str(error))
    traces = {each.trace_id: each.merged() for each in objects.values() if each.kind == TRACE}
    for each in objects.values():
        sent = _piece(each, traces)
        mode: Merging = "override" if each.updated else "fill"
        items[each.first] = items[each.first]._replace(sent=sent, mode=mode)
    return items


def _sort_in(objects: dict[tuple[str, str, str], _Object], index: int, event: Any) -> None:
    """Put an event to the others of its object. Raises InvalidInput naming what it lacks."""
    if not isinstance(event, dict):
        raise InvalidInput(f"expected an event as a JSON object, received {_shown(event)}")
    _required(event, "id")
    kind_of_event = _required(event, "type")
    body = event.get("body")
    if kind_of_event not in EVENT_TYPES:
        raise InvalidInput(f"type: expected one of {', '.join(EVENT_TYPES)}, received {_shown(kind_of_event)}")
    if not isinstance(body, dict):
        raise InvalidInput(f"body: expected a JSON object, received {_shown(body)}")
    kind = EVENT_TYPES[kind_of_event] or _kind_of_observation(body)
    if kind == LOG:
        return
    names_itself = kind == TRACE or kind_of_event.endswith("-update") or body.get("id") is not None
    identity = _required(body, "id", "body.") if names_itself else event["id"]
    trace_id = identity if kind == TRACE else _required(body, "traceId", "body.")
    group = kind if kind in (TRACE, SCORE) else "observation"
    held = objects.setdefault((group, trace_id, identity), _Object(kind, identity, trace_id, index, []))
    overrides = kind_of_event in _UPSERTS or kind_of_event.endswith("-update")
    held.events.append((_time(event.get("timestamp")), overrides, body))
    held.created = held.created or kind_of_event.endswith("-create")
    held.updated = held.updated or overrides
    if kind != held.kind and held.kind == "span":  # an update may know better what it is
        held.kind = kind


def _kind_of_observation(body: Body) -> str:
    named_here = body.get("type")
    return named_here.lower() if isinstance(named_here, str) and named_here else "span"


def _required(holder: Body, name: str, within: str = "") -> str:
    value = holder.get(name)
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and within:
        return str(value)
    raise InvalidInput(f"{within}{name}: expected a string that is not empty, received {_shown(value)}")


def _shown(value: Any) -> str:
    shown = dumps(value).decode()
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def _piece(each: _Object, traces: dict[str, Body]) -> Sent:
    body = each.merged()
    at = min((time for time, _, _ in each.events if time), default=0.0)
    if each.kind == TRACE:
        return _trace(each, body)
    if each.kind == SCORE:
        return _score(each, body, at)
    return _observation(each, body, traces.get(each.trace_id, {}), at)


def _draft(each: _Object, span_id: str, start: float) -> Draft:
    draft = Draft(Span(trace_id=each.trace_id, span_id=span_id, start=start))
    log = draft.log
    log.trace_unique_id, log.span_unique_id, log.start_time = each.trace_id, span_id, start
    log.log_method = "tracing_integration"
    return draft


def _trace(each: _Object, body: Body) -> Sent:
    """Make the root. Only version 2's decorators say when it ended; else its timestamp is when it began."""
    began, ended = _time(body.pop("timestamp", None)), _time(body.get("end_time"))
    if ended:
        began = _time(body.pop("start_time", None)) or began
        del body["end_time"]
    draft = _draft(each, each.trace_id, began)
    draft.log.log_type = "workflow"
    draft.log.timestamp = max(ended, began)
    if isinstance(body.get("name"), str):
        draft.log.span_name = body["name"]
    _apply(draft, body, _OF_A_TRACE)
    draft.input, draft.output = body.pop("input", None), body.pop("output", None)
    return _finished(draft, body)


def _score(each: _Object, body: Body, at: float) -> Sent:
    draft = _draft(each, each.identity, at)
    draft.log.log_type = "score"
    draft.log.timestamp = at
    target = body.pop("observationId", None)
    if isinstance(target, str) and target:
        draft.log.span_parent_id = target
    elif not _OF_OPENTELEMETRY.fullmatch(each.trace_id):  # whose traces have no root of their own id
        draft.log.span_parent_id = each.trace_id
    if isinstance(body.get("name"), str):
        draft.log.span_name = body["name"]
    body.pop("parent_observation_id", None)  # version 2 writes the observation's id twice
    for name in ("name", "value", "dataType", "comment"):
        if name in body:
            draft.metadata[name] = body.pop(name)
    return _finished(draft, body)


def _observation(each: _Object, body: Body, trace: Body, at: float) -> Sent:
    began, ended = _time(body.pop("startTime", None)), _time(body.pop("endTime", None))
    has_end = each.kind != "event"
    if not has_end:
        began = ended = began or at
    draft = _draft(each, each.identity, began)
    log = draft.log
    log.timestamp = ended
    log.log_type = kind_of(each.kind, root=False)
    if each.kind not in ("span", "generation"):
        draft.metadata["type"] = each.kind
    body.pop("type", None)
    parent = body.pop("parentObservationId", None)
    if isinstance(parent, str) and parent:
        log.span_parent_id = parent
    elif each.created:
        log.span_parent_id = each.trace_id
    _apply(draft, body, _OF_AN_OBSERVATION)
    for name, rule in _FROM_THE_TRACE.items():
        if name in trace:
            rule(draft, trace[name])
    _take_call(draft, body, is_call=each.kind == "generation")
    if take_level(draft, body.get("level"), body.get("statusMessage")):
        del body["statusMessage"]
    if log.error_message:
        log.status, log.status_code = "failed", status_in(log.error_message) or UNKNOWN_FAILURE
    elif has_end and not ended:
        log.status = "running"
    return _finished(draft, body)


def _take_call(draft: Draft, body: Body, *, is_call: bool) -> None:
    """Take what went in and out of an observation, its parameters, its usage and its cost."""
    answer = body.pop("output", None)
    if is_call and "input" not in body and isinstance(answer, str) and answer:
        draft.set_messages([], [{"role": "assistant", "content": answer}])  # its messages are in another piece
        answer = None
    take_content(draft, body.pop("input", None), answer, is_call=is_call)
    for name, take in (
        ("modelParameters", take_parameters),
        ("usageDetails", take_usage_details),
        ("usage", _take_usage),
    ):
        if isinstance(body.get(name), dict):
            rest = take(draft, body.pop(name))
            if rest:
                draft.keep(name, rest)
    if isinstance(body.get("costDetails"), dict):
        take_cost_details(draft, body["costDetails"])
        if draft.log.cost is not None:
            del body["costDetails"]
    began = body.get("completionStartTime")
    if began is not None and not take_first_token(draft, began):
        draft.extra["completion_start_time"] = body.pop("completionStartTime")  # the start is in another piece
    elif began is not None:
        del body["completionStartTime"]


def _take_usage(draft: Draft, usage: Body) -> Body:
    """Take `usage`, which is older than usageDetails and holds costs too; counts of another unit are no tokens."""
    if usage.get("unit") not in (None, "TOKENS"):
        return usage
    costs = {_COSTS_OF_USAGE[name]: value for name, value in usage.items() if name in _COSTS_OF_USAGE}
    if costs and draft.log.cost is None:
        take_cost_details(draft, {name: value for name, value in costs.items() if value is not None})
    rest = {name: value for name, value in usage.items() if name not in _COSTS_OF_USAGE and name != "unit"}
    return take_usage_details(draft, rest)


_FROM_THE_TRACE: Final[dict[str, Rule]] = {
    "name": text("trace_name"),
    "userId": text("customer_identifier"),
    "sessionId": text("session_identifier"),
}
_NAMED: Final[dict[str, Rule]] = {name: named(name) for name in ("release", "version", "environment", "tags", "public")}
_OF_A_TRACE: Final[dict[str, Rule]] = {**_FROM_THE_TRACE, **_NAMED}
_OF_AN_OBSERVATION: Final[dict[str, Rule]] = {
    "name": text("span_name"),
    "model": text("model"),
    "promptName": text("prompt_name"),
    "promptVersion": prompt_version,
    **_NAMED,
}


def _apply(draft: Draft, body: Body, rules: dict[str, Rule]) -> None:
    """Let each field go where it belongs; metadata first, whose keys are the user's own."""
    own = body.get("metadata")
    if isinstance(own, dict):
        draft.metadata |= body.pop("metadata")
    for name, rule in rules.items():
        if name in body and rule(draft, body[name]):
            del body[name]


def _finished(draft: Draft, left: Body) -> Sent:
    """Return the piece, what is left of its fields as metadata."""
    own = left.pop("metadata", None)
    for name, value in (own if isinstance(own, dict) else {"metadata": own} if own is not None else {}).items():
        draft.keep(name, value)
    for name, value in left.items():
        if name not in _IDENTITIES:
            draft.keep(name, value)
    return draft.sent()


_IDENTITIES: Final = frozenset({"id", "traceId"})


def _time(value: Any) -> float:
    """Return a point in time; 0 for what is none."""
    return (read_time(value) or 0.0) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 0.0
