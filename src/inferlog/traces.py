"""What spans of one trace tell of each other: whose they all are, and which are the same call. In memory, bounded.

Langfuse's SDKs tell the user and the session of a trace once, on the trace or on whichever span is current; so do
applications that put them on the root alone. A call without them could not be found by its customer. Spans come in any
order, so that those that came before the word are completed by a further piece, and those that come after it at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from inferlog.enrich.clock import add_flag
from inferlog.ingest import Piece
from inferlog.jsontext import dumps, number
from inferlog.model import NO_JSON, ItemError, Log, Sent
from inferlog.usage import COUNTED_ELSEWHERE

FACTS: Final = (
    "customer_identifier", "customer_name", "customer_email", "session_identifier", "thread_identifier", "trace_name",
)  # fmt: skip
_COUNTS: Final = (
    "prompt_tokens", "completion_tokens", "total_request_tokens", "prompt_cache_hit_tokens",
    "prompt_cache_creation_tokens", "reasoning_tokens",
)  # fmt: skip
_TRACES_MAX: Final = 20_000
_SPANS_MAX: Final = 200_000
"""Over all traces: the oldest trace is forgotten past it. 40 MB at most."""


_RESPONSES_MAX: Final = 100_000


class _Told(NamedTuple):
    """The span that counts a response, and when it was (seconds since 1970 UTC)."""

    span_id: str
    start: float
    end: float

    def overlaps(self, log: Log) -> bool:
        return self.start <= log.timestamp and log.start_time <= self.end


class _Trace:
    """A trace: what is known of it as a whole, and which of its spans were stored without."""

    __slots__ = ("facts", "lacking")

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.lacking: dict[str, tuple[str, ...]] = {}


class Traces:
    """The traces of late, by project. Any thread may call."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._lock = threading.Lock()
        self._traces: OrderedDict[tuple[str, str], _Trace] = OrderedDict()
        self._spans = 0
        self._responses: OrderedDict[tuple[str, str, bytes], _Told] = OrderedDict()

    def complete(self, project_id: str, items: Sequence[Piece | ItemError]) -> list[Piece]:
        """Fill spans with what is known of their traces; return pieces for spans that were stored without it."""
        sents = [item[0] for item in items if not isinstance(item, ItemError) and item[0].log.trace_unique_id]
        further: list[Piece] = []
        with self._lock:
            for sent in sorted(sents, key=_says_little):
                self._count_once(project_id, sent)
            for sent in sents:
                if sent.speaks_for_trace:
                    further += self._learn(project_id, sent.log)
            for sent in sents:
                trace = self._traces.get((project_id, sent.log.trace_unique_id))
                if trace is not None:
                    _fill(sent.log, trace.facts)
        return further

    def stored(self, project_id: str, logs: Sequence[Log]) -> None:
        """Remember which spans lack what may be said of their traces later."""
        with self._lock:
            for log in logs:
                lacks = tuple([name for name in FACTS if not getattr(log, name)])
                if lacks and log.trace_unique_id and log.span_unique_id:
                    lacking = self._trace(project_id, log.trace_unique_id).lacking
                    self._spans += log.span_unique_id not in lacking
                    lacking[log.span_unique_id] = _SHARED.setdefault(lacks, lacks)
            while len(self._traces) > _TRACES_MAX or self._spans > _SPANS_MAX:
                _, oldest = self._traces.popitem(last=False)
                self._spans -= len(oldest.lacking)

    def forget_customer(self, project_id: str, customer: str) -> int:
        """Forget what spans of a customer said of their traces; return of how many."""
        with self._lock:
            named = [
                key
                for key, trace in self._traces.items()
                if key[0] == project_id and trace.facts.get("customer_identifier") == customer
            ]
            for key in named:
                self._spans -= len(self._traces.pop(key).lacking)
            return len(named)

    def _count_once(self, project_id: str, sent: Sent) -> None:
        """Let only one of the spans that tell of the same response count its tokens and its cost.

        Anthropic's own SDK (2.13) makes a span of each call beside that of any instrumentation, and litellm's
        exporter a second one: the same call would cost twice. Two spans are the same call only if they overlap in
        time: some servers (Ollama) draw the ids of their responses out of a thousand.
        """
        log, response_id = sent.log, sent.extra.get("response_id")
        counts = {name: count for name in _COUNTS if (count := getattr(log, name))}
        if response_id is None or not log.span_unique_id or (log.usage is NO_JSON and log.cost is None and not counts):
            return
        key = (project_id, log.trace_unique_id, bytes(response_id))
        told = self._responses.setdefault(key, _Told(log.span_unique_id, log.start_time, log.timestamp))
        if told.span_id == log.span_unique_id or not told.overlaps(log):
            if len(self._responses) > _RESPONSES_MAX:
                self._responses.popitem(last=False)
            return
        if log.usage is not NO_JSON:
            sent.extra.setdefault("aggregated_usage", log.usage)
            log.usage = NO_JSON
        if counts:
            sent.extra.setdefault("aggregated_usage", msgspec.Raw(dumps(counts)))
            for name in counts:
                setattr(log, name, 0)
        if log.cost is not None:
            sent.extra.setdefault("aggregated_cost", number(log.cost))
            log.cost = None
        add_flag(log, COUNTED_ELSEWHERE)

    def _learn(self, project_id: str, log: Log) -> list[Piece]:
        """Take what a span says of its trace; return pieces for the spans that lack it."""
        said = {name: value for name in FACTS if (value := getattr(log, name))}
        if not said:
            return []
        trace = self._trace(project_id, log.trace_unique_id)
        trace.facts |= said
        further: list[Piece] = []
        for span_id, lacks in list(trace.lacking.items()):
            if said.keys().isdisjoint(lacks) or span_id == log.span_unique_id:
                continue
            further.append((Sent(log=_of_span(log.trace_unique_id, span_id, trace.facts), extra={}), "fill"))
            trace.lacking[span_id] = tuple([name for name in lacks if name not in said])
        return further

    def _trace(self, project_id: str, trace_id: str) -> _Trace:
        key = (project_id, trace_id)
        trace = self._traces.get(key)
        if trace is None:
            trace = self._traces[key] = _Trace()
        else:
            self._traces.move_to_end(key)
        return trace


def _says_little(sent: Sent) -> bool:
    """Tell which of two spans of one call should not be the one that counts: the one without its messages."""
    return sent.log.prompt_messages is NO_JSON


_SHARED: Final[dict[tuple[str, ...], tuple[str, ...]]] = {}


def _fill(log: Log, facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if not getattr(log, name):
            setattr(log, name, value)


def _of_span(trace_id: str, span_id: str, facts: dict[str, str]) -> Log:
    """Return a piece of a span that says nothing but what holds for its trace."""
    log = Log(trace_unique_id=trace_id, span_unique_id=span_id, status="running")
    _fill(log, facts)
    return log
