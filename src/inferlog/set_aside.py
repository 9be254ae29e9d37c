"""The rows that the store refused for ever, and bytes of a damaged journal: files of the directory `set-aside`."""

import mmap
from collections.abc import Iterator
from pathlib import Path


class SetAside:
    """What was set aside of one data directory. It is small, or empty: a person is to look at it."""

    def __init__(self, directory: Path) -> None:
        """Look at `directory`, which need not be there."""
        self.directory = directory

    def holds(self, text: str) -> bool:
        """Tell whether a text, such as a log's id, stands in one of the files."""
        return any(_finds(path, text.encode("utf-8")) for path in self._paths())

    def _paths(self) -> Iterator[Path]:
        if self.directory.is_dir():
            yield from sorted(self.directory.iterdir())


def _finds(path: Path, text: bytes) -> bool:
    if not path.stat().st_size:  # an empty file cannot be mapped
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return held.find(text) >= 0
