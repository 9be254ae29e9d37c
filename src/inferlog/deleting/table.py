"""The logs of a deletion in the store: listed first, deleted a portion at a time, taken off the disk."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from inferlog.query.logs import Rows
from inferlog.query.selection import Selection, select
from inferlog.query.statements import statement

_FIRST_ID: Final = "00000000-0000-0000-0000-000000000000"
_IDS: Final = 100_000
_AT_ONCE: Final = 2_000
_WORTH: Final = 5


class Target(Rows, Protocol):
    """The store."""

    def rewrite(self, sql: str, parameters: dict[str, Any]) -> None:
        """Run one statement that takes long, and return when it is done."""

    def drop_unless_found(self, check: str, parameters: dict[str, Any], sql: str) -> bool:
        """Run a statement that drops, if `check` counts no logs; no insert comes between. Tell whether it did."""


def _month_of(us: int) -> int:
    moment = datetime.fromtimestamp(us / 1_000_000, UTC)
    return moment.year * 100 + moment.month


class Preview(msgspec.Struct):
    """What a deletion would take: how many logs, their bytes as they came, how many are pinned, from when to when."""

    logs: int
    bytes: int
    pinned: int
    first_us: int
    last_us: int


class Laid(msgspec.Struct):
    """What a list comes to, and the months (202611) that its logs are of."""

    logs: int
    bytes: int
    months: tuple[int, ...]


class Portion(NamedTuple):
    """How far the next portion goes (microseconds since 1970 UTC), and how many logs it has; none at the end."""

    to_us: int
    logs: int


class _Boundary(msgspec.Struct):
    to_us: int
    logs: int


class _Listed(msgspec.Struct):
    id: str


_preview: Final = msgspec.json.Decoder(Preview)
_laid: Final = msgspec.json.Decoder(Laid)
_boundary: Final = msgspec.json.Decoder(_Boundary)
_listed: Final = msgspec.json.Decoder(_Listed)


def preview(rows: Rows, selection: Selection) -> Preview:
    """Return what a deletion of the selected logs would take."""
    return _preview.decode(rows.query(*select("deletions.preview", selection)))


class Table:
    """The stored logs, and the lists of those that are to go."""

    def __init__(self, store: Target, database: str, *, is_cluster: bool) -> None:
        """Wire the store; `database` is the name of its database."""
        self._store = store
        self._database = database
        self._is_cluster = is_cluster

    def lay(self, job_id: str, selection: Selection) -> Laid:
        """Write down which logs go, anew if it was begun before."""
        self.forget(job_id)
        sql, parameters = select("deletions.lay", selection)
        self._store.rewrite(sql, parameters | {"job_id": job_id})
        if self._is_cluster:
            self._store.rewrite(statement("deletions.sync"), {})
        return _laid.decode(self._store.query(statement("deletions.laid"), {"job_id": job_id}))

    def boundary(self, job_id: str, after_us: int, limit: int) -> Portion:
        """Return the next portion, of about `limit` logs."""
        parameters = {"job_id": job_id, "after_us": after_us, "limit": limit}
        found = _boundary.decode(self._store.query(statement("deletions.boundary"), parameters))
        return Portion(found.to_us, found.logs)

    def delete(self, job_id: str, project_id: str, after_us: int, to_us: int) -> None:
        """Delete a portion. Again it changes nothing."""
        times = {"after_us": after_us, "to_us": to_us}
        self._store.rewrite(statement("deletions.portion"), {"job_id": job_id, "project_id": project_id, **times})

    def delete_replaced(self, job_id: str, project_id: str, since: float) -> None:
        """Delete those of the list that a merge wrote anew after `since` (seconds since 1970 UTC)."""
        revision = max(0, round(since * 1e9))
        parameters = {"job_id": job_id, "project_id": project_id, "revision": revision}
        found = self._store.query(statement("deletions.replaced"), parameters)
        self.delete_logs(project_id, [each.id for each in _listed.decode_lines(found)])

    def delete_logs(self, project_id: str, log_ids: list[str]) -> None:
        """Delete logs by their ids."""
        for at in range(0, len(log_ids), _AT_ONCE):
            parameters = {"project_id": project_id, "ids": log_ids[at : at + _AT_ONCE]}
            self._store.rewrite(statement("deletions.by_ids"), parameters)

    def listed(self, job_id: str) -> Iterator[list[str]]:
        """Yield the ids of the list (32 hex digits) in order, many at a time."""
        after = _FIRST_ID
        while True:
            parameters = {"job_id": job_id, "after_id": after, "limit": _IDS}
            found = _listed.decode_lines(self._store.query(statement("deletions.listed"), parameters))
            if found:
                yield [each.id.replace("-", "") for each in found]
            if len(found) < _IDS:
                return
            after = found[-1].id

    def digest(self, job_id: str) -> str:
        """Return the SHA-256 of the ids of the list, one a line, in order."""
        digest = hashlib.sha256()
        for log_ids in self.listed(job_id):
            digest.update("".join(f"{log_id}\n" for log_id in log_ids).encode())
        return digest.hexdigest()

    def purge(self, month: int) -> None:
        """Take what was deleted of a month off the disk."""
        self._store.rewrite(statement("deletions.purge").replace("{month}", str(month)), {})

    def forget_repricings(self, job_id: str) -> None:
        """Delete what a re-pricing laid ready of logs on the list."""
        self._store.rewrite(statement("deletions.repricings"), {"job_id": job_id})

    def drop_months(self, project_id: str, to_us: int) -> None:
        """Drop the months of which nothing stays but what is no later than `to_us` (microseconds since 1970 UTC)."""
        for month in self._months():
            if month < _month_of(to_us):
                sql = statement("deletions.drop_month").replace("{month}", str(month))
                parameters = {"month": month, "project_id": project_id, "to_us": to_us}
                self._store.drop_unless_found(statement("deletions.month_kept"), parameters, sql)

    def masked_months(self, months: Iterable[int]) -> list[int]:
        """Return those of some months of whose rows on the disk a fifth is deleted: worth to be written anew."""
        on_disk = self._months()
        masked = []
        for month in months:
            rows = on_disk.get(month, 0)
            answer = self._store.query(statement("deletions.month_logs"), {"month": month})
            if rows and (rows - msgspec.json.decode(answer)["logs"]) * _WORTH >= rows:
                masked.append(month)
        return masked

    def newest(self) -> float:
        """Return when the newest log came (seconds since 1970 UTC); 0 if there is none."""
        return float(msgspec.json.decode(self._store.query(statement("deletions.newest"), {}))["seconds"])

    def _months(self) -> dict[int, int]:
        """Return the months of which there are rows on the disk, and how many."""
        found = self._store.query(statement("deletions.months"), {"database_name": self._database})
        return {each["month"]: each["logs"] for each in map(msgspec.json.decode, found.splitlines())}

    def stored_bytes(self) -> int:
        """Return how many bytes the logs have on the disk."""
        answer = self._store.query(statement("deletions.stored_bytes"), {"database_name": self._database})
        return int(msgspec.json.decode(answer)["bytes"])

    def outdated_parts(self, until: float) -> int:
        """Return how many parts are still on the disk though something newer took their place before `until`.

        It is in seconds since 1970 UTC.
        """
        parameters = {"database_name": self._database, "until_us": round(until * 1_000_000)}
        return int(msgspec.json.decode(self._store.query(statement("deletions.outdated"), parameters))["parts"])

    def forget(self, job_id: str) -> None:
        """Drop a list, if there is one."""
        self._store.rewrite(statement("deletions.drop"), {"job_id": job_id})
