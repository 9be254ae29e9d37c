"""One SELECT of a caller, from its text to the bytes of its answer."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from inferlog.errors import InvalidInput, QueryLimitExceeded
from inferlog.query.select.confine import Reader, confine
from inferlog.query.select.tables import LOGS
from inferlog.query.select.verify import verify

FORMATS: Final[Mapping[str, tuple[str, str]]] = {
    "JSON": ("JSON", "application/json"),
    "JSONEachRow": ("JSONEachRow", "application/x-ndjson"),
    "CSV": ("CSVWithNames", "text/csv; charset=utf-8"),
    "Arrow": ("Arrow", "application/vnd.apache.arrow.file"),
    "Parquet": ("Parquet", "application/vnd.apache.parquet"),
}
"""A format's name here → the engine's name and the answer's content type."""

_RANGE_ELEMENTS_MAX: Final = 10_000_000


class Limits(NamedTuple):
    """What one SELECT may take: seconds, bytes of memory, and rows and bytes of its result."""

    seconds_max: float
    bytes_max: int
    rows_max: int
    result_bytes_max: int


class Engine(Protocol):
    """What runs it: the store."""

    def select(self, sql: str, parameters: Mapping[str, Any], settings: Mapping[str, Any], fmt: str) -> bytes:
        """Run one statement under these settings, and return its result in this format of the engine."""


def run(
    engine: Engine, text: str, parameters: Mapping[str, Any], format_name: str, reader: Reader, limits: Limits
) -> bytes:
    """Return the result of a caller's SELECT. Raises InvalidInput, QueryLimitExceeded, StoreUnavailable."""
    confined = confine(text, parameters, reader)
    chosen = settings(reader, limits)
    explained = engine.select(f"EXPLAIN AST {confined.sql}", confined.parameters, chosen, "JSONEachRow")
    verify(explained, confined, reader.database)
    answer = engine.select(confined.sql, confined.parameters, chosen, FORMATS[format_name][0])
    if len(answer) > limits.result_bytes_max:
        raise QueryLimitExceeded(
            f"The result has {len(answer):,} bytes; the limit sql_result_bytes_max is {limits.result_bytes_max:,}: "
            "select fewer columns or rows"
        )
    return answer


def read_format(name: str) -> str:
    """Return the format of this name, in any case. Raises InvalidInput."""
    for known in FORMATS:
        if known.lower() == name.lower():
            return known
    raise InvalidInput(f"format: expected one of {', '.join(FORMATS)}, received {name!r}")


def settings(reader: Reader, limits: Limits) -> dict[str, Any]:
    """Return the engine's settings for a caller's SELECT: the limits, the form of values, and the boundary once more.

    `readonly` must come last: after it no setting can be changed. It forbids to write, and the table functions that
    read files and addresses. The filter holds for the stored table wherever it is read, in a view as well.
    """
    filtered = f"project_id = toUUID(\\'{UUID(reader.project_id)}\\')"
    return {
        "max_execution_time": limits.seconds_max,
        "timeout_overflow_mode": "throw",
        "max_memory_usage": limits.bytes_max,
        "max_bytes_ratio_before_external_group_by": 0,  # more memory is refused, not taken from the disk
        "max_bytes_ratio_before_external_sort": 0,
        "max_result_rows": limits.rows_max,
        "max_result_bytes": limits.result_bytes_max,
        "result_overflow_mode": "throw",
        "function_range_max_elements_in_block": _RANGE_ELEMENTS_MAX,
        "allow_introspection_functions": 0,
        "date_time_output_format": "iso",
        "output_format_json_quote_decimals": 0,
        "output_format_json_quote_64bit_integers": 0,
        "output_format_json_quote_denormals": 0,
        "output_format_csv_serialize_tuple_into_separate_columns": 0,  # else the buckets are eleven columns each
        "output_format_write_statistics": 0,  # rows read count other projects' beside one's own
        "additional_table_filters": f"{{'{reader.database}.{LOGS.name}': '{filtered}'}}",
        "readonly": 1,
    }
