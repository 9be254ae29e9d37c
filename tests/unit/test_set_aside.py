"""Rows that were set aside: which texts stand there, and a customer erased from them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from inferlog.set_aside import SetAside

PROJECT = "0198c0de-0000-7000-8000-000000000000"
FOREIGN = "0198c0de-0000-7000-8000-00000000000f"
ERASED = "a" * 32


def opened(tmp_path: Path, *rows: dict[str, Any] | bytes) -> tuple[SetAside, Path]:
    """Return what was set aside: these rows in one file."""
    (tmp_path / "set-aside").mkdir()
    (tmp_path / "journal").mkdir()
    path = tmp_path / "set-aside" / "1.jsonl"
    lines = [row if isinstance(row, bytes) else msgspec.json.encode({"project_id": PROJECT} | row) for row in rows]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return SetAside(tmp_path / "set-aside", tmp_path / "journal"), path


def erase(set_aside: SetAside, customer: str = "Zoë") -> int:
    """Erase a customer of PROJECT, of whom the log ERASED was deleted from the store."""
    return set_aside.erase(PROJECT, customer, lambda log_ids: log_ids & {ERASED})


@pytest.mark.parametrize(
    ("row", "is_gone"),
    [
        ({"id": "1", "customer_identifier": "Zoë"}, True),
        ({"id": ERASED, "note": "a further piece of an erased log"}, True),
        ({"id": "1", "customer_identifier": "Zoë II"}, False),
        ({"id": "1", "customer_identifier": "Zoë", "project_id": FOREIGN}, False),
        ({"id": ERASED, "project_id": FOREIGN}, False),
        ({"id": "1", "note": "Zoë said"}, False),
        ('{"customer_identifier":"Zoë","extra":{"a":'.encode(), True),
        (b'{"customer_identifier":"Zo\\u00eb","extra":{"a":', True),
        (b'{"customer_identifier":"Zoe","extra":{"a":', False),
    ],
)
def test_a_customers_rows_are_erased_and_no_others(tmp_path: Path, row: Any, is_gone: bool) -> None:
    """By the customer, by the log, and a row that nobody can read by the identifier in it; the file keeps the rest."""
    set_aside, path = opened(tmp_path, {"id": "9", "note": "other"}, row)
    before = path.read_bytes()
    error = path.with_suffix(".error.txt")
    error.write_text("the engine's words")
    assert erase(set_aside) == int(is_gone)
    assert path.read_bytes() == (before.splitlines(keepends=True)[0] if is_gone else before)
    assert (error.read_text() == "the engine's words") is not is_gone
    assert erase(set_aside) == 0


def test_a_damaged_file_goes_as_a_whole(tmp_path: Path) -> None:
    """Its rows cannot be told apart; one without the identifier stays."""
    set_aside, path = opened(tmp_path)
    damaged = [path.with_name("2-0.damaged"), tmp_path / "journal" / "3.torn"]
    for each in damaged:
        each.write_bytes(b'\xff{"customer_identifier":"Zo\xc3\xab"')
    kept = path.with_name("3-0.damaged")
    kept.write_bytes(b'\xff{"customer_identifier":"other"')
    assert erase(set_aside) == 2
    assert [each.exists() for each in (*damaged, kept)] == [False, False, True]


def test_a_text_is_found_in_any_file(tmp_path: Path) -> None:
    """Also where there is no directory, and beside files that are empty."""
    set_aside, path = opened(tmp_path, {"id": ERASED})
    path.with_name("2.jsonl").touch()
    assert [set_aside.holds(text) for text in (ERASED, "b" * 32)] == [True, False]
    assert not SetAside(tmp_path / "none", tmp_path / "journal").holds(ERASED)
