"""The spans of one trace, and the tree that they make."""

from collections import defaultdict
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from inferlog.model import Log
from inferlog.query.logs import Rows, read_rows
from inferlog.query.selection import Selection, select


class Span(NamedTuple):
    """A span of a trace. `reduced` means that its bodies were left out, for want of room."""

    log: Log
    reduced: bool


class Node(NamedTuple):
    """A place in a tree: which of the spans (by its position), and how deep it stands, from 0."""

    place: int
    depth: int


def fetch_spans(rows: Rows, selection: Selection, *, spans_max: int, bytes_max: int) -> list[Span]:
    """Return the selected spans in the order of their ends, at most `spans_max` + 1, so that a cut is seen.

    Of those past `bytes_max` bytes the bodies are not read.
    """
    sql, parameters = select("traces.spans", selection)
    logs = read_rows(rows.query(sql, parameters | {"limit": spans_max + 1}))
    sizes = accumulate(log.size_bytes for log in logs)
    whole = sum(1 for size in sizes if size <= bytes_max)
    if not logs or not whole:
        return [Span(log, reduced=True) for log in logs]
    last = logs[whole - 1]
    sql, parameters = select("traces.bodies", selection)
    parameters |= {"last_us": round(last.timestamp * 1_000_000), "last_id": str(UUID(last.id))}
    bodies = {log.id: log for log in read_rows(rows.query(sql, parameters))}
    spans = []
    for log in logs:
        body = bodies.get(log.id)
        if body is not None:
            log.input, log.output, log.metadata = body.input, body.output, body.metadata
            log.prompt_messages, log.completion_message = body.prompt_messages, body.completion_message
            log.variables = body.variables
        spans.append(Span(log, reduced=body is None))
    return spans


def order_as_tree(logs: list[Log]) -> list[Node]:
    """Return every span once, parents before their children, siblings by the time they began. Linear and iterative.

    A span whose parent is not there is a root. Of a ring of spans, each the parent of the next, the one that began
    first is.
    """
    order = sorted(range(len(logs)), key=lambda index: (logs[index].start_time, logs[index].timestamp, index))
    by_id: dict[str, int] = {}
    for index in order:
        if logs[index].span_unique_id:
            by_id.setdefault(logs[index].span_unique_id, index)
    children: dict[int, list[int]] = defaultdict(list)
    roots = []
    for index in order:
        parent = by_id.get(logs[index].span_parent_id)
        if parent is None or parent == index:
            roots.append(index)
        else:
            children[parent].append(index)
    seen = [False] * len(logs)
    nodes: list[Node] = []
    for root in [*roots, *order]:  # what no root leads to hangs on a ring
        if not seen[root]:
            _descend(root, children, seen, nodes)
    return nodes


def _descend(root: int, children: dict[int, list[int]], seen: list[bool], nodes: list[Node]) -> None:
    stack = [Node(root, 0)]
    seen[root] = True
    while stack:
        node = stack.pop()
        nodes.append(node)
        for child in reversed(children.get(node.place, ())):
            if not seen[child]:
                seen[child] = True
                stack.append(Node(child, node.depth + 1))
