"""Every error that a user can meet: the class carries the HTTP status, its docstring says when it is raised."""

from collections.abc import Sequence
from difflib import get_close_matches


class InferlogError(Exception):
    """The root of what inferlog raises on purpose; its text is written for the user."""

    status = 500
    reason = "error"
    retry_after: int | None = None  # seconds, sent as Retry-After
    title: str | None = None  # what the API also says beside the detail, under "error"


class InvalidInput(InferlogError):
    """The request cannot be read as what it claims to be; the text names the field, what came and what was expected."""

    status = 400
    reason = "invalid"


class ImmutableField(InvalidInput):
    """A change names a field of a log that cannot be changed."""

    title = "Cannot update immutable field"


class Unauthorized(InferlogError):
    """The request carries no key that inferlog knows."""

    status = 401
    reason = "unauthorized"


class Forbidden(InferlogError):
    """The key is known but lacks the scope that this call needs."""

    status = 403
    reason = "forbidden"


class NotFound(InferlogError):
    """Nothing of that name is in this key's project."""

    status = 404
    reason = "not_found"


class RequestTimeout(InferlogError):
    """The client sent its body too slowly."""

    status = 408
    reason = "timeout"


class Conflict(InferlogError):
    """What is asked for cannot be beside what is there: a name is taken, there are too many, or another job runs."""

    status = 409
    reason = "conflict"


class TooLarge(InferlogError):
    """The body, or one log in it, is over a stated limit."""

    status = 413
    reason = "too_large"


class UnsupportedMediaType(InferlogError):
    """The body's content type or content encoding is one that inferlog does not read."""

    status = 415
    reason = "media_type"


class QueryLimitExceeded(InferlogError):
    """The query was cut at a stated limit (time, memory, rows); the same query on less data succeeds."""

    status = 422
    reason = "query_limit"


class TooMany(InferlogError):
    """A list in the request has more members than a stated limit."""

    status = 422
    reason = "too_many"


class Overloaded(InferlogError):
    """More is under way than the configured bounds allow; the same request succeeds a little later."""

    status = 429
    reason = "overloaded"
    retry_after = 1


class StoreUnavailable(InferlogError):
    """The store does not answer, or refuses for a reason that is not the rows' fault (down, full, out of memory)."""

    status = 503
    reason = "store_unavailable"
    retry_after = 5


class JournalFull(InferlogError):
    """The store has been away for so long that the journal has reached its limit."""

    status = 503
    reason = "journal_full"
    retry_after = 10


class StorageFull(InferlogError):
    """The journal cannot be written: the disk is full or read-only. Nothing was acknowledged."""

    status = 507
    reason = "storage_full"
    retry_after = 10


class RowsRefused(InferlogError):
    """The store will never take these rows as they are: a poison row is among them."""

    reason = "rows_refused"


class WebhookFailed(InferlogError):
    """A webhook was tried, and its receiver did not take it."""

    reason = "webhook"


class DataDirectoryInUse(InferlogError):
    """Another process holds the data directory."""

    reason = "in_use"


class ConfigError(InferlogError):
    """A setting is unknown or has a value that cannot be read."""

    reason = "config"


def hint(name: str, names: Sequence[str], nearness: float = 0.6) -> str:
    """Return the nearest of the valid names as part of an error, or nothing if none is near enough (0 to 1)."""
    near = get_close_matches(name[:80], names, 1, nearness)
    return f" (did you mean {near[0]}?)" if near else ""
