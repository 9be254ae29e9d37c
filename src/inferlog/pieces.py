"""Logs that came in pieces, made whole in the store: read what is there, merge, insert the whole, drop the parts.

A crash anywhere between is mended by doing it again: what is there is read as of before this revision, the insert
has a token, and only earlier revisions are dropped. docs/decisions/pieces.md says why so.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import msgspec

from inferlog import ids
from inferlog.enrich.merge import change, merge
from inferlog.journal import Piece
from inferlog.jsontext import dumps, kind
from inferlog.model import NO_JSON, Change, Log
from inferlog.pricing.prices import Prices
from inferlog.query.logs import JSON_COLUMNS, read_rows
from inferlog.query.statements import statement
from inferlog.uncounted import Uncounted

_LOGS_MAX: Final = 2_000
"""How many logs are merged at once: each time costs a delete, and 200 at once made 560 pieces a second. Over HTTP their
ids are a form's field, of which ClickHouse reads 128 kB (http_max_field_value_size)."""
_BYTES_MAX: Final = 64_000_000
"""How many bytes of them: 2,000 logs of 20 MB each would fill the memory."""
_PAUSE_SECONDS: Final = 1.0
"""About how often logs are replaced: a read that takes longer would be disturbed each time, and is done once."""
_READS_MAX: Final = 4
_EARLIER_US: Final = 86_400_000_000
_logger: Final = logging.getLogger("inferlog.pieces")
_Result = TypeVar("_Result")
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Log, strict=False).decode
_decode_change: Final = msgspec.json.Decoder(Change).decode


class _Part(NamedTuple):
    """What one piece says of its log, whether it outdoes what was said before, and how many bytes it has."""

    said: Log | Change
    overrides: bool
    size: int


_Parts = dict[str, list[_Part]]
"""A log's id → its pieces, oldest first."""


class Target(Protocol):
    """The store."""

    def insert(self, lines: Iterable[bytes], token: str) -> None:
        """Insert rows once, however often it is called with this token."""

    def query(self, sql: str, parameters: dict[str, Any]) -> bytes:
        """Return the rows of one SELECT as lines of JSON."""

    def execute(self, sql: str, parameters: dict[str, Any]) -> None:
        """Run one statement that changes rows."""


class Pieces:
    """Completes logs in one store. Called by the writer alone, so that no two merges meet."""

    def __init__(
        self,
        store: Target,
        prices: Prices,
        uncounted: Uncounted,
        was_set_aside: Callable[[str], bool] = lambda log_id: False,
    ) -> None:
        """Wire the store, what prices and counts a log anew when it is whole, and what tells of logs that it refused.

        The first piece of a log that `was_set_aside` takes its place. Of any other log that is not there, somebody
        deleted it, and it stays so.
        """
        self._store = store
        self._prices = prices
        self._uncounted = uncounted
        self._was_set_aside = was_set_aside
        self._merging = threading.Lock()
        self._replacing = threading.Lock()
        self._replacements = 0

    def read_at_rest(self, read: Callable[[], _Result]) -> _Result:
        """Return what `read` returns, read while no log is being replaced: half-way it would count twice.

        A read in which a replacement began is done again, a few times: a query that runs longer than the pauses between
        them is taken as it is. Readers never hold up the writer.
        """
        for _ in range(_READS_MAX - 1):
            with self._replacing:
                before = self._replacements
            begun = time.monotonic()
            result = read()
            if self._replacements == before or time.monotonic() - begun > _PAUSE_SECONDS:
                return result
        return read()

    def between_merges(self, function: Callable[[], _Result]) -> _Result:
        """Return what `function` returns, called while no log is read to be replaced: what it deletes stays deleted."""
        with self._merging:
            return function()

    def merge(self, pieces: Sequence[Piece], token: str) -> list[Piece]:
        """Merge pieces into the logs that they belong to; `token` names the segment that they come from.

        Returns the pieces that cannot be merged, whatever the reason: one of them must not hold up all that comes
        after it. Raises RowsRefused and StoreUnavailable, as the store does.
        """
        revision = int(token.rstrip("ab"))
        by_project: dict[str, _Parts] = defaultdict(lambda: defaultdict(list))
        unmerged: set[str] = set()
        unreadable: list[Piece] = []
        for piece in pieces:
            try:
                part = _read_piece(piece)
            except Exception:
                _logger.exception("a piece of the log %s cannot be read", piece.log_id)
                unreadable.append(piece)
                continue
            by_project[part.said.project_id][piece.log_id].append(part)
        number = 0
        for project_id, by_log in by_project.items():
            for some in _portions(by_log, self._sizes(project_id, by_log)):
                with self._merging:
                    unmerged |= self._merge_some(project_id, some, revision, f"{token}-{number}")
                number += 1
        return [piece for piece in pieces if piece.log_id in unmerged or piece in unreadable]

    def _sizes(self, project_id: str, by_log: _Parts) -> dict[str, int]:
        """Return how many bytes each of these logs has in the store."""
        sizes: dict[str, int] = {}
        log_ids = [*by_log]
        for at in range(0, len(log_ids), _LOGS_MAX):
            some = log_ids[at : at + _LOGS_MAX]
            parameters = {
                "project_id": project_id,
                "ids": some,
                "from_us": _earliest({log_id: by_log[log_id] for log_id in some}),
            }
            for line in self._store.query(statement("logs.sizes"), parameters).splitlines():
                found = msgspec.json.decode(line)
                sizes[found["id"].replace("-", "")] = found["size_bytes"]
        return sizes

    def _merge_some(self, project_id: str, pieces: _Parts, revision: int, token: str) -> set[str]:
        """Merge the pieces of some logs; return the ids of the logs whose pieces cannot be merged."""
        parameters: dict[str, Any] = {
            "project_id": project_id,
            "ids": list(pieces),
            "revision": revision,
            "from_us": _earliest(pieces),
        }
        rows = self._store.query(statement("logs.by_ids"), parameters)
        stored = {log.id: _as_row(log) for log in read_rows(rows)}
        changed: dict[str, bytes] = {}
        unmerged: set[str] = set()
        for log_id, parts in pieces.items():
            try:
                row = self._whole_row(stored.get(log_id), log_id, parts, revision)
            except Exception:
                _logger.exception("the pieces of the log %s cannot be merged", log_id)
                unmerged.add(log_id)
                continue
            if row:
                changed[log_id] = row
        if changed:
            with self._replacing:
                self._replacements += 1
                self._store.insert(changed.values(), token)
                self._store.execute(statement("logs.drop_older"), {**parameters, "ids": list(changed)})
        return unmerged

    def _whole_row(self, stored: Log | None, log_id: str, parts: list[_Part], revision: int) -> bytes:
        """Return the row of a log made of its parts, or nothing if it is stored as it is, or deleted."""
        whole, further = (stored, parts) if stored is not None else self._begin(log_id, parts)
        if whole is None:
            return b""
        for part in further:
            if isinstance(part.said, Change):
                whole = change(whole, part.said)
            else:
                whole = merge(whole, part.said, self._prices, overrides=part.overrides)
        self._uncounted.complete_log(whole)
        if stored is not None and whole == stored:
            return b""
        whole.revision = revision
        return _encode(whole) + b"\n"

    def _begin(self, log_id: str, parts: list[_Part]) -> tuple[Log | None, list[_Part]]:
        """Return the first part of a log that is not in the store as the log, and the rest; None if it was deleted."""
        for number, part in enumerate(parts):
            if isinstance(part.said, Log) and self._was_set_aside(log_id):
                part.said.id = log_id
                return part.said, parts[number + 1 :]
        return None, []


def _read_piece(piece: Piece) -> _Part:
    if piece.merges == "change":
        return _Part(_decode_change(piece.row), overrides=True, size=len(piece.row))
    log = _decode(piece.row)
    for name in JSON_COLUMNS:
        raw = getattr(log, name)
        if kind(raw) == "string" and raw is not NO_JSON:
            setattr(log, name, msgspec.Raw(msgspec.json.decode(raw).encode("utf-8")))
    return _Part(_as_row(log), piece.merges == "override", log.size_bytes)


def _as_row(log: Log) -> Log:
    """Return a log whose bodies are text, as the store has them, as a row again: text that is no JSON is quoted."""
    for name in JSON_COLUMNS:
        raw = getattr(log, name)
        if raw is NO_JSON:
            continue
        text = bytes(raw)
        if text[:1] not in (b"{", b"[") or not _is_json(text):
            setattr(log, name, msgspec.Raw(dumps(text.decode("utf-8"))))
    return log


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _earliest(by_log: Mapping[str, Iterable[_Part]]) -> int:
    """Return the time before which none of these logs can be (microseconds since 1970 UTC).

    A change says where its log is; the id of one that came in pieces carries the time of the first of them.
    """
    moments = [
        round(part.said.timestamp * 1_000_000) if isinstance(part.said, Change) else ids.time_of(log_id)
        for log_id, parts in by_log.items()
        for part in parts
    ]
    return max(min(moments) - _EARLIER_US, 0)


def _portions(by_log: _Parts, stored: dict[str, int]) -> Iterator[_Parts]:
    """Yield the pieces of some logs at a time, within the bounds of number and of bytes, those stored among them."""
    some: _Parts = {}
    size = 0
    for log_id, pieces in by_log.items():
        added = stored.get(log_id, 0) + sum(part.size for part in pieces)
        if some and (len(some) == _LOGS_MAX or size + added > _BYTES_MAX):
            yield some
            some, size = {}, 0
        some[log_id] = pieces
        size += added
    if some:
        yield some
