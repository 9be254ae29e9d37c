"""The engine alone: `python -m bench.engine CORPUS DIRECTORY` prints the seconds to load the corpus's rows.

The rows are made first, untimed, by inferlog's own preparation, into files as large as a journal segment.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from inferlog import ids
from inferlog.config import Settings
from inferlog.ingest import Intake, prepare
from inferlog.model import SCOPES, Key
from inferlog.pricing.book import PriceBook
from inferlog.store.clickhouse import Store

_PROJECT = "01890000-0000-7000-8000-000000000000"


def write_rows(corpus: Path, directory: Path, bytes_max: int) -> list[Path]:
    """Return files of rows, each of about `bytes_max` bytes."""
    key = Key("bench", "bench", _PROJECT, "bench", "prod", SCOPES, 0.0)
    intake = Intake(Settings(), PriceBook())
    files: list[Path] = []
    rows: list[bytes] = []
    size = 0
    with corpus.open("rb") as lines:
        for line in lines:
            rows.append(prepare(line.strip(), key, ids.now(), intake).entry.row)
            size += len(rows[-1])
            if size > bytes_max:
                files.append(_write(directory / f"{len(files)}.jsonl", rows))
                rows, size = [], 0
    if rows:
        files.append(_write(directory / f"{len(files)}.jsonl", rows))
    return files


def _write(path: Path, rows: list[bytes]) -> Path:
    path.write_bytes(b"\n".join([*rows, b""]))
    return path


def load(corpus: Path, directory: Path) -> float:
    """Return the seconds that the engine takes for all rows."""
    directory.mkdir(parents=True)
    files = write_rows(corpus, directory, Settings().segment_bytes_max)
    store = Store(f"chdb://{directory / 'store'}", scratch=directory / "scratch")
    begun = time.perf_counter()
    for number, file in enumerate(files):
        store.insert(_whole(file), f"bench-{number}")
    seconds = time.perf_counter() - begun
    store.close()
    return seconds


def _whole(file: Path) -> Iterator[bytes]:
    yield file.read_bytes()


if __name__ == "__main__":
    sys.stdout.write(f"{load(Path(sys.argv[1]), Path(sys.argv[2]))}\n")
