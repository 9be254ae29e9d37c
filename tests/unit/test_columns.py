"""The row and the table are the same thing, said twice: the struct Log and the migration's SQL."""

import re
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

import msgspec
import pytest

from inferlog.dialects.fields import BODIES, COLUMNS, RESERVED, SCALARS
from inferlog.jsontext import dumps
from inferlog.model import NO_JSON, Log
from inferlog.pricing.buckets import BUCKETS

MIGRATIONS: Final = files("inferlog.store") / "migrations"
DDL: Final = (MIGRATIONS / "0001_logs.sql").read_text("utf-8")
LATER: Final = [
    (MIGRATIONS / f"{name}.sql").read_text("utf-8") for name in ("0002_pieces", "0003_money", "0006_changes")
]
ADDED: Final = [each for text in LATER for each in re.findall(r"ADD COLUMN IF NOT EXISTS (.*?),?;?\n", text)]


def table() -> list[tuple[str, str]]:
    """Return (column, type without codec) of the table, in order."""
    body = DDL[DDL.index("\n(\n") + 3 : DDL.index("\n)\n")]
    lines = [
        line.strip() for line in body.splitlines() if line.strip() and not line.strip().startswith(("INDEX", "--"))
    ]
    lines += ADDED
    matches = [re.fullmatch(r"(\w+)\s+(.+?)(?: CODEC\(.*\))?(?:\s+DEFAULT .*)?,?", line) for line in lines]
    assert all(matches)
    return [(match[1], match[2]) for match in matches if match]


DEFAULTS: Final[dict[str, Any]] = {
    "UUID": "",  # every row has these two
    "LowCardinality(String)": "",
    "String": "",
    "DateTime64(6, 'UTC')": 0.0,
    "Float64": 0.0,
    "UInt16": 0,
    "UInt32": 0,
    "UInt64": 0,
    "Bool": False,
    "Nullable(Bool)": None,
    "Nullable(Decimal(38, 12))": None,
    "Array(LowCardinality(String))": (),
    f"Tuple({', '.join(f'{name} UInt32' for name in BUCKETS)})": {},
    f"Tuple({', '.join(f'{name} Decimal(38, 12)' for name in BUCKETS)})": {},
}


def test_the_fields_of_a_log_are_the_columns_of_the_table() -> None:
    """The same names in the same order."""
    assert [column for column, _ in table()] == list(Log.__struct_fields__)


@pytest.mark.parametrize(("column", "kind"), table())
def test_a_fields_default_is_what_the_store_fills_in(column: str, kind: str) -> None:
    """What is left out of a row is the column's default in the store, so it must be the field's default."""
    default = getattr(Log(), column)
    if default is NO_JSON:
        assert kind == "String"
    else:
        assert (default, type(default)) == (DEFAULTS[kind], type(DEFAULTS[kind]))


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("model", "m", b'{"model":"m"}'),
        ("latency", 1.5, b'{"latency":1.5}'),
        ("cost", Decimal("0E-12"), b'{"cost":"0E-12"}'),
        ("cost", Decimal("0.000420000000"), b'{"cost":"0.000420000000"}'),
        ("positive_feedback", False, b'{"positive_feedback":false}'),
        ("input", msgspec.Raw(b'""'), b'{"input":""}'),
        ("metadata", msgspec.Raw(b'{"a":1.10}'), b'{"metadata":{"a":1.10}}'),
        ("flags", ("a", "b"), b'{"flags":["a","b"]}'),
    ],
)
def test_only_what_is_not_at_its_default_is_in_the_row(column: str, value: Any, text: bytes) -> None:
    """A log encodes to what differs from a new one; a cost of nothing and an empty text are values, not defaults."""
    assert dumps(Log()) == b"{}"
    log = Log()
    setattr(log, column, value)
    assert dumps(log) == text


def test_every_column_is_a_parameter_or_inferlogs_own() -> None:
    """No column is filled by accident: it is a parameter, or a client's field of its name is kept aside."""
    assert RESERVED | SCALARS.keys() | BODIES.keys() >= COLUMNS
    assert {
        "project_id", "environment", "id", "received_at", "api_key_prefix", "cost_source", "extra", "flags",
        "size_bytes", "given", "revision", "usage_details", "cost_details", "price_id", "price_version", "estimated",
    } == RESERVED  # fmt: skip
    assert SCALARS.keys().isdisjoint(BODIES.keys())
