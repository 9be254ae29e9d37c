"""Rows and journals to test with."""

from pathlib import Path
from typing import Final, NamedTuple

from inferlog.identities import Identities
from inferlog.journal import Journal, Segment
from inferlog.model import Entry

LARGE: Final = 1_000_000_000


def entry(number: int, identity: str = "", size: int = 0) -> Entry:
    """Return row `number`, which stands for itself, with an identity if it has one."""
    filler = f',"x":"{"x" * size}"' if size else ""
    row = f'{{"n":{number}{filler}}}'.encode()
    return Entry(row, log_id(number), identity.encode().ljust(16, b".") if identity else b"")


def log_id(number: int) -> str:
    """Return the id of row `number`."""
    return f"{number:032x}"


class Opened(NamedTuple):
    """A journal and its identities."""

    journal: Journal
    identities: Identities

    def close(self) -> None:
        """Close both, as a clean end does."""
        self.journal.close()
        self.identities.close()


def open_journal(directory: Path, *, bytes_max: int = LARGE, segment_bytes_max: int = LARGE, days: int = 30) -> Opened:
    """Open the journal of a data directory."""
    directory.mkdir(parents=True, exist_ok=True)
    identities = Identities(directory / "identities.sqlite", days=days)
    journal = Journal(directory / "journal", identities, bytes_max=bytes_max, segment_bytes_max=segment_bytes_max)
    return Opened(journal, identities)


def rows_of(segment: Segment) -> list[bytes]:
    """Return a segment's rows."""
    return b"".join(segment.read()).splitlines()


def waiting(journal: Journal) -> list[bytes]:
    """Return all rows that wait for the store, in order, after sealing what is open."""
    journal.seal()
    return [row for segment in journal.sealed() for row in rows_of(segment)]


def rows(*numbers: int) -> list[bytes]:
    """Return the rows of these numbers."""
    return [entry(number).row for number in numbers]
