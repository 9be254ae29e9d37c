"""What the engine says of a SELECT that a caller wrote, as an error for that caller: its status, and no internals."""

import re
from typing import Final

from inferlog.errors import InferlogError, InvalidInput, QueryLimitExceeded, StoreUnavailable

LIMIT_CODES: Final = frozenset({158, 159, 160, 162, 241, 307, 396})
"""ClickHouse error codes of a query that was cut: too slow, too many rows or bytes, too much memory."""

_LIMIT_NAMES: Final = {
    **dict.fromkeys((159, 160), "sql_seconds_max"),
    241: "sql_bytes_max",
    **dict.fromkeys((158, 162, 307, 396), "sql_rows_max or sql_result_bytes_max"),
}
_DEFECT_CODES: Final = frozenset(
    {0, 49, 74, 76, 78, 79, 107, 108, 170, 173, 192, 193, 194, 198, 202, 209, 210, 225, 236, 240, 242, 243, 246,
     271, 279, 319, 335, 354, 425, 439, 499, 516, 571, 701, 740, 999, 1000, 1001, 1002}
)  # fmt: skip
"""ClickHouse error codes that speak of the store itself: network, disk, memory, threads, its own defects."""

_PREFIX: Final = re.compile(r"^(?:Received ClickHouse exception, .*?response: )?(?:Code: \d+\. |DB::Exception: )*")
_INTERNAL: Final = re.compile(
    r"(?:[:.,]? In scope |: [Ww]hile |[:.,]? [Ww]hile (?:executing|processing|reading)|[:.,]? \(version |\. Consider |"
    r"\.? ?\([A-Z_]{4,}\)|[:.,]? Stack trace).*",
    re.DOTALL,
)
_PATH: Final = re.compile(r"/(?:[\w.\-]+/)+[\w.\-]*")
_TEXT_MAX: Final = 400


def explain(code: int, text: str) -> InferlogError:
    """Return the error for a caller whose SELECT the engine ended with this code and text."""
    plain = _PATH.sub("…", _INTERNAL.sub("", _PREFIX.sub("", text))).replace("inferlog.logs", "logs")[:_TEXT_MAX]
    if code in LIMIT_CODES:
        return QueryLimitExceeded(f"The query was cut at a limit ({_LIMIT_NAMES[code]}): {plain}")
    if code in _DEFECT_CODES:
        return StoreUnavailable("The store does not answer as it should; try again shortly")
    return InvalidInput(f"query: {plain}")
