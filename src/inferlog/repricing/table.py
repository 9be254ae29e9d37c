"""The logs of a re-pricing in the store: read in order, in narrow columns, and changed many at a time."""

from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import msgspec

from inferlog import ids
from inferlog.model import Log
from inferlog.query.logs import Rows, count_logs, read_rows
from inferlog.query.selection import Selection, bind
from inferlog.query.statements import statement
from inferlog.repricing.jobs import Cursor, Portion

TABLE: Final = "repricings"


class Target(Rows, Protocol):
    """The store."""

    def insert(self, lines: Iterable[bytes], token: str, table: str) -> None:
        """Insert rows once, however often it is called with this token."""

    def rewrite(self, sql: str, parameters: dict[str, Any]) -> None:
        """Run one statement that takes long, and return when it is done."""


class Read(msgspec.Struct):
    """Where a log stands in the table."""

    at_us: int
    id: str


_place: Final = msgspec.json.Decoder(Read)
_encode: Final = msgspec.json.Encoder().encode
AtRest = Callable[[Callable[[], bytes]], bytes]
"""Runs a read while no log is being replaced."""


class Table:
    """The stored logs and the new values that wait for their update."""

    def __init__(self, store: Target, at_rest: AtRest, *, is_cluster: bool) -> None:
        """Wire the store; `at_rest` runs a read while no log is being replaced by its later revision."""
        self._store = store
        self._at_rest = at_rest
        self._is_cluster = is_cluster

    def count(self, selection: Selection) -> int:
        """Return how many logs are selected."""
        return count_logs(self._store, selection)

    def read(self, selection: Selection, after: Cursor, most: int) -> tuple[list[Log], Cursor]:
        """Return the next logs, `most` at most, with what pricing reads, and where the last of them stands."""
        where, parameters = bind(selection)
        sql = statement("repricing.read").replace("{selection}", where)
        values = {**parameters.values, "after_us": after.at_us, "after_id": after.id, "limit": most}
        found = self._at_rest(lambda: self._store.query(sql, values))
        if not found:
            return [], after
        last = _place.decode(found.splitlines()[-1])
        return read_rows(found), Cursor(last.at_us, last.id)

    def put(self, job_id: str, logs: Iterable[Log], columns: Iterable[str]) -> None:
        """Lay new values of logs ready for the update."""
        names = ("id", "revision", *columns)
        lines = [_encode({"job_id": job_id} | {name: getattr(log, name) for name in names}) + b"\n" for log in logs]
        self._store.insert(lines, ids.new_uuid(), TABLE)

    def update(self, job_id: str, project_id: str, portion: Portion) -> None:
        """Put the values that lie ready in place. Again it changes nothing."""
        if self._is_cluster:
            self._store.rewrite(statement("repricing.sync"), {})
        value = statement("repricing.value")
        assignments = ", ".join(f"{name} = {value.replace('{column}', name)}" for name in portion.columns)
        sql = statement("repricing.update").replace("{assignments}", assignments)
        times = {"from_us": portion.from_us, "to_us": portion.to_us}
        self._store.rewrite(sql, {"job_id": job_id, "project_id": project_id, **times})

    def forget(self, job_id: str) -> None:
        """Drop the values that lie ready, if any do."""
        self._store.rewrite(statement("repricing.drop"), {"job_id": job_id})
