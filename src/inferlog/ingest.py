"""From the text of one log to the row that is journaled: decode, enrich, identify, encode. No I/O."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from inferlog import ids, metrics
from inferlog.config import Settings
from inferlog.dialects import request_logs
from inferlog.enrich import enrich
from inferlog.enrich.merge import note_given
from inferlog.errors import InferlogError, InvalidInput, TooLarge
from inferlog.jsontext import NESTED_TOO_DEEPLY
from inferlog.model import NO_JSON, Entry, ItemError, Key, Log, Merging, Sent
from inferlog.pricing.prices import Prices
from inferlog.query.imported import read_exported

_encode: Final = msgspec.json.Encoder().encode
_BODIES: Final = tuple(name for name, held in Log.__annotations__.items() if held is msgspec.Raw)


Piece = tuple[Sent, Merging]
"""A log of a dialect of spans, and how it is merged into what is known of it by then."""


class Intake(NamedTuple):
    """What holds for every log that comes in: the limits, and the prices."""

    settings: Settings
    prices: Prices


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """A log that is ready to be journaled, and whether its sender wants the log's data in the answer."""

    log: Log
    entry: Entry
    block: bool


def prepare(
    text: bytes | msgspec.Raw, key: Key, received_at: float, intake: Intake, idempotency: tuple[str, ...] = ()
) -> Prepared:
    """Return one log, read from JSON text that `jsontext.check` passed. `received_at` is in seconds since 1970 UTC.

    `idempotency` names the request (and the item in it) if its sender did. Raises InvalidInput and TooLarge.
    """
    size = memoryview(text).nbytes
    if size > intake.settings.log_bytes_max:
        raise TooLarge(f"The log has {size:,} bytes; the limit log_bytes_max is {intake.settings.log_bytes_max:,}")
    try:
        return _prepare(text, size, key, received_at, intake, idempotency)
    except RecursionError:
        raise InvalidInput(NESTED_TOO_DEEPLY) from None


def _prepare(
    text: bytes | msgspec.Raw, size: int, key: Key, received_at: float, intake: Intake, idempotency: tuple[str, ...]
) -> Prepared:
    sent = request_logs.decode(text)
    sent.log.size_bytes = size
    return _complete(sent, key, received_at, intake, idempotency)


def prepare_piece(sent: Sent, merges: Merging, key: Key, received_at: float, intake: Intake) -> Prepared:
    """Return one log of a dialect of spans. Of one that is known already it is a further piece, which `merges`.

    Raises TooLarge.
    """
    log = sent.log
    bodies = [raw for name in _BODIES if (raw := getattr(log, name)) is not NO_JSON]
    log.size_bytes = sum([memoryview(raw).nbytes for raw in [*bodies, *sent.extra.values()]])
    if log.size_bytes > intake.settings.log_bytes_max:
        raise TooLarge(
            f"The span {log.span_name!r} has {log.size_bytes:,} bytes; the limit log_bytes_max is "
            f"{intake.settings.log_bytes_max:,}"
        )
    note_given(log)
    return _complete(sent, key, received_at, intake, (), merges)


def prepare_pieces(
    items: Iterable[Piece | ItemError], key: Key, received_at: float, intake: Intake
) -> list[Prepared | ItemError]:
    """Return each log of many, ready to be journaled, or why it is refused, in order."""
    prepared: list[Prepared | ItemError] = []
    for index, item in enumerate(items):
        if isinstance(item, ItemError):
            prepared.append(item)
            metrics.refused.labels(InvalidInput.reason).inc()
            continue
        try:
            prepared.append(prepare_piece(*item, key, received_at, intake))
        except RecursionError:
            prepared.append(ItemError(index, NESTED_TOO_DEEPLY))
            metrics.refused.labels(InvalidInput.reason).inc()
        except InferlogError as error:
            prepared.append(ItemError(index, str(error)))
            metrics.refused.labels(error.reason).inc()
    return prepared


def _complete(
    sent: Sent, key: Key, received_at: float, intake: Intake, idempotency: tuple[str, ...], merges: Merging = ""
) -> Prepared:
    log = sent.log
    log.project_id = key.project_id
    log.environment = key.environment
    log.api_key_prefix = key.prefix
    log.received_at = received_at
    enrich(sent, intake.prices)
    identity = _identity(log, idempotency)
    if not log.id:
        log.id = ids.derived_log_id(log.timestamp, identity) if merges and identity else ids.log_id(log.timestamp)
    return Prepared(log, Entry(_encode(log), log.id, identity, merges), sent.block)


def prepare_exported(line: bytes, project_id: str) -> Prepared:
    """Return the log of an exported line, as it was but for its project. Raises InvalidInput."""
    log = read_exported(line)
    log.project_id = project_id
    return Prepared(log, Entry(_encode(log), log.id, ids.identity(project_id, "unique_id", log.id)), block=True)


def prepare_many(
    texts: Sequence[msgspec.Raw], key: Key, received_at: float, intake: Intake, idempotency: tuple[str, ...] = ()
) -> tuple[list[Prepared | None], list[ItemError]]:
    """Return each log of a batch (None where it was refused), and why those were refused, by index."""
    prepared: list[Prepared | None] = []
    errors: list[ItemError] = []
    for index, text in enumerate(texts):
        try:
            names = (*idempotency, str(index)) if idempotency else ()
            prepared.append(prepare(text, key, received_at, intake, names))
        except InferlogError as error:
            prepared.append(None)
            errors.append(ItemError(index, str(error)))
            metrics.refused.labels(error.reason).inc()
    return prepared, errors


def _identity(log: Log, idempotency: tuple[str, ...]) -> bytes:
    """Return what makes a repeat of this log the same log: its own id, its request's key, or its span."""
    if log.id:
        return ids.identity(log.project_id, "unique_id", log.id)
    if idempotency:
        return ids.identity(log.project_id, "request", *idempotency)
    if log.trace_unique_id and log.span_unique_id:
        return ids.identity(log.project_id, "span", log.trace_unique_id, log.span_unique_id)
    return b""
