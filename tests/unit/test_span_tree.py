"""The tree of a trace's spans: every span once, whatever the spans say of their parents."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inferlog.model import Log
from inferlog.query.spans import Span, order_as_tree
from inferlog.server.traces import span_tree


def _log(number: int, parent: str = "", span_id: str | None = None) -> Log:
    name = f"s{number}" if span_id is None else span_id
    return Log(
        id=f"{number:032x}",
        start_time=float(number),
        timestamp=number + 1.0,
        span_unique_id=name,
        span_parent_id=parent,
    )


def _shape(tree: list[dict[str, Any]]) -> list[Any]:
    return [(node["span_unique_id"], _shape(node["children"])) for node in tree]


def _tree(logs: list[Log], depth_max: int = 200) -> list[Any]:
    return _shape(span_tree([Span(log, reduced=False) for log in logs], depth_max))


def test_children_stand_under_their_parents_in_the_order_of_their_beginning() -> None:
    """Whichever span comes first; an orphan is a root."""
    logs = [_log(3, "s1"), _log(2, "s1"), _log(1), _log(4, "s2"), _log(5, "gone")]
    assert _tree(logs) == [("s1", [("s2", [("s4", [])]), ("s3", [])]), ("s5", [])]


def test_a_ring_is_cut_at_its_first_span() -> None:
    """Also a span that is its own parent, and what hangs on the ring."""
    logs = [_log(1, "s3"), _log(2, "s1"), _log(3, "s2"), _log(4, "s2"), _log(5, "s5")]
    assert _tree(logs) == [("s5", []), ("s1", [("s2", [("s3", []), ("s4", [])])])]


def test_spans_past_the_deepest_level_stand_at_it() -> None:
    """A chain of thirty thousand spans is a tree that a reader of JSON can read."""
    logs = [_log(number, f"s{number - 1}") for number in range(30_000)]
    [root] = span_tree([Span(log, reduced=False) for log in logs], 200)
    path = [root]
    while path[-1]["children"]:
        path.append(path[-1]["children"][0])
    assert len(path) == 200
    assert [each["span_unique_id"] for each in path[-2]["children"]] == [f"s{number}" for number in range(199, 30_000)]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_every_span_is_there_once(pairs: list[tuple[int, int]]) -> None:
    """Any ids and parents, doubled and in rings; a child stands one level below the parent that it names."""
    logs = [_log(number, f"s{parent}", f"s{own}") for number, (own, parent) in enumerate(pairs)]
    nodes = order_as_tree(logs)
    assert sorted(node.place for node in nodes) == list(range(len(logs)))
    path: list[int] = []
    for node in nodes:
        del path[node.depth :]
        if node.depth:
            assert logs[path[-1]].span_unique_id == logs[node.place].span_parent_id
        path.append(node.place)
