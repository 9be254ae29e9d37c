"""Handler of one trace: its totals, and its spans as a tree (dossier §2.6)."""

from typing import Any, Final

import msgspec

from inferlog.errors import NotFound
from inferlog.model import NO_JSON, Log
from inferlog.query.fields import field
from inferlog.query.filters import Condition
from inferlog.query.groups import fetch_trace_heads
from inferlog.query.metrics import Measurement, measure
from inferlog.query.render import READABLE_LOG_TYPES, amount, iso_time, messages
from inferlog.query.selection import Selection
from inferlog.query.spans import Node, Span, fetch_spans, order_as_tree
from inferlog.server.groups import TRACE_FIGURES, figures
from inferlog.server.http import Call, Reply, encode
from inferlog.store.clickhouse import Store

_TRACE: Final = field("trace_unique_id", "traces")
SPAN_FIELDS: Final = (
    "environment", "model", "provider_id", "status", "status_code", "error_message", "latency", "time_to_first_token",
    "prompt_tokens", "completion_tokens", "total_request_tokens", "customer_identifier", "thread_identifier",
    "session_identifier", "trace_unique_id", "span_unique_id", "span_parent_id", "span_name", "span_workflow_name",
)  # fmt: skip


async def show_trace(call: Call) -> Reply:
    """Answer one trace with its span_tree."""
    trace_id: str = call.scope["path_params"]["trace_id"]
    selection = Selection(project_id=call.key.project_id, filters=Condition(_TRACE, "in", (trace_id,)))
    settings = call.settings
    reply = await call.runtime.query_at_rest(
        lambda store: _trace(
            store, selection, settings.trace_spans_max, settings.page_bytes_max, settings.trace_depth_max
        )
    )
    if reply is None:
        raise NotFound("Trace not found")
    return reply


# Run in a query's thread.


def _trace(store: Store, selection: Selection, spans_max: int, bytes_max: int, depth_max: int) -> Reply | None:
    spans = fetch_spans(store, selection, spans_max=spans_max, bytes_max=bytes_max)
    if not spans:
        return None
    metrics = tuple(dict.fromkeys(TRACE_FIGURES.values()))
    [row] = measure(store, Measurement(selection=selection, metrics=metrics)).rows
    trace_id = spans[0].log.trace_unique_id
    [head] = fetch_trace_heads(store, selection, _TRACE, [trace_id]).values()
    kept = spans[:spans_max]
    shown = {"id": trace_id} | msgspec.structs.asdict(head) | figures(row, TRACE_FIGURES)
    shown["truncated"] = len(spans) > spans_max
    shown["blurred"] = any(span.reduced for span in kept)
    shown["span_tree"] = span_tree(kept, depth_max)
    return Reply(encode(shown))


def span_tree(spans: list[Span], depth_max: int) -> list[dict[str, Any]]:
    """Return spans as a tree of at most `depth_max` levels; deeper ones stand at the last one, in their order.

    Readers of JSON give up at about a thousand levels, and each level of the tree is two.
    """
    nodes = order_as_tree([span.log for span in spans])
    roots: list[dict[str, Any]] = []
    lists = [roots]
    for node in nodes:
        shown = _span(spans, node)
        depth = min(node.depth, depth_max - 1)
        del lists[depth + 1 :]
        lists[depth].append(shown)
        lists.append(shown["children"])
    return roots


def _span(spans: list[Span], node: Node) -> dict[str, Any]:
    log, reduced = spans[node.place]
    shown: dict[str, Any] = {"id": log.id, "unique_id": log.id}
    shown |= {name: getattr(log, name) for name in SPAN_FIELDS}
    said = messages(log)
    return shown | {
        "log_type": log.log_type if log.log_type in READABLE_LOG_TYPES else "unknown",
        "timestamp": iso_time(log.timestamp),
        "start_time": iso_time(log.start_time),
        "end_time": iso_time(log.timestamp),
        "cost": amount(log.cost),
        "input": said["input"],
        "output": said["output"],
        "metadata": _or(log, "metadata", msgspec.Raw(b"{}")),
        "span_links": _or(log, "variables", msgspec.Raw(b"[]")),
        "blurred": reduced,
        "children": [],
    }


def _or(log: Log, name: str, otherwise: msgspec.Raw) -> msgspec.Raw:
    raw: msgspec.Raw = getattr(log, name)
    return otherwise if raw is NO_JSON else raw
