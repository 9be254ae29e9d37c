"""Pages of groups: logs by model, by customer, by thread, by trace, with figures of each. The metrics query, paged."""

from typing import Any, NamedTuple

import msgspec

from inferlog.query.fields import Field
from inferlog.query.filters import Condition, join
from inferlog.query.logs import Rows
from inferlog.query.metrics import Measurement, count_groups, measure
from inferlog.query.selection import Selection, select


class Groups(NamedTuple):
    """One page of groups, as `measure` has them, and in `total`, how many there are on all pages."""

    rows: list[dict[str, Any]]
    total: int


def present(selection: Selection, field: Field) -> Selection:
    """Return those of the selected logs that have a value of the field."""
    return narrowed(selection, Condition(field, "not_empty", ()))


def narrowed(selection: Selection, condition: Condition) -> Selection:
    """Return those of the selected logs for which a condition holds, too."""
    return msgspec.structs.replace(selection, filters=join(selection.filters, "AND", condition))


def fetch_groups(rows: Rows, wanted: Measurement) -> Groups:
    """Return a page of groups; past the last page it is empty."""
    return Groups(measure(rows, wanted).rows, count_groups(rows, wanted.selection, wanted.group_by))


class TraceHead(msgspec.Struct, rename="its_{}".format):
    """What is said of a trace: its name, and whose it is, by its root or the first of its spans that says it."""

    trace_unique_id: str
    environment: str
    name: str
    root_span_unique_id: str
    customer_identifier: str
    thread_identifier: str
    session_identifier: str


_heads = msgspec.json.Decoder(TraceHead)


def fetch_trace_heads(rows: Rows, selection: Selection, trace: Field, ids: list[str]) -> dict[str, TraceHead]:
    """Return what is said of these traces, by their ids."""
    if not ids:
        return {}
    sql, parameters = select("traces.heads", narrowed(selection, Condition(trace, "in", tuple(ids))))
    return {head.trace_unique_id: head for head in _heads.decode_lines(rows.query(sql, parameters))}


class CustomerHead(msgspec.Struct, rename="its_{}".format):
    """What is said of a customer: the name and the address that came with its latest log that has one."""

    customer_identifier: str
    name: str
    email: str


_customers = msgspec.json.Decoder(CustomerHead)


def fetch_customer_heads(rows: Rows, selection: Selection, customer: Field, ids: list[str]) -> dict[str, CustomerHead]:
    """Return what is said of these customers, by their identifiers."""
    if not ids:
        return {}
    sql, parameters = select("customers.heads", narrowed(selection, Condition(customer, "in", tuple(ids))))
    return {head.customer_identifier: head for head in _customers.decode_lines(rows.query(sql, parameters))}
