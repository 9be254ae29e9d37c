"""The rows that the store refused for ever, and bytes of a damaged journal: files of the directory `set-aside`."""

import mmap
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

_ERASED: Final = b"erased with the rows that it was about\n"
_encode: Final = msgspec.json.Encoder().encode


class SetAside:
    """What was set aside of one data directory. It is small, or empty: a person is to look at it."""

    def __init__(self, directory: Path, journal: Path) -> None:
        """Look at `directory`, which need not be there; in `journal` are segments that nobody could read (.torn)."""
        self.directory = directory
        self._journal = journal

    def holds(self, text: str) -> bool:
        """Tell whether a text, such as a log's id, stands in one of the files."""
        return any(_finds(path, text.encode("utf-8")) for path in self._paths())

    def erase(self, project_id: str, customer: str, among: Callable[[set[str]], set[str]]) -> int:
        """Erase the rows of a customer and of erased logs (`among` tells which of some ids these are); return how many.

        A damaged file cannot be read row by row: one in which the customer's identifier stands goes as a whole.
        """
        count = 0
        for path in self._paths():
            if path.suffix == ".jsonl":
                count += _erase_rows(path, project_id, customer, among)
        for path in [*self._paths(), *sorted(self._journal.glob("*.torn"))]:
            if path.suffix != ".jsonl" and any(_finds(path, text) for text in _spellings(customer)):
                path.unlink()
                count += 1
        return count

    def _paths(self) -> Iterator[Path]:
        if self.directory.is_dir():
            yield from sorted(self.directory.iterdir())


def _erase_rows(path: Path, project_id: str, customer: str, among: Callable[[set[str]], set[str]]) -> int:
    lines = path.read_bytes().splitlines(keepends=True)
    rows = [_row(line) for line in lines]
    of_project = {at for at, row in enumerate(rows) if row.get("project_id", project_id) == project_id}
    erased_ids = among({str(rows[at].get("id", "")) for at in of_project})
    texts = _spellings(customer)
    gone = {
        at
        for at in of_project
        if rows[at].get("customer_identifier") == customer
        or rows[at].get("id") in erased_ids
        or (not rows[at] and any(text in lines[at] for text in texts))
    }
    if not gone:
        return 0
    _replace(path, b"".join(line for at, line in enumerate(lines) if at not in gone))
    error = path.with_suffix(".error.txt")
    if error.exists():  # the engine quotes the row that it refuses
        _replace(error, _ERASED)
    return len(gone)


def _row(line: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return {}


def _spellings(customer: str) -> set[bytes]:
    """Return how an identifier stands in JSON, quoted: as UTF-8, and by clients that escape."""
    plain = _encode(customer)
    escaped = "".join(each if ord(each) < 128 else f"\\u{ord(each):04x}" for each in plain.decode())
    return {plain, escaped.encode()}


def _replace(path: Path, data: bytes) -> None:
    """Put other bytes into a file at once, synced."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _finds(path: Path, text: bytes) -> bool:
    if not path.stat().st_size:  # an empty file cannot be mapped
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return held.find(text) >= 0
