"""A store of many realistic logs, made in the engine from a seed, and kept for the next run."""

import json
import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.progress import track

from bench.load import disk_bytes, free_port, inferlog
from inferlog.store.clickhouse import Store

_SEED: Final = 5
_DAYS: Final = 180
_ENDS: Final = 1_795_564_800.0
"""2026-11-25: the same logs whenever they are made."""
_PORTION: Final = 200_000
_HERE: Final = Path(__file__).parent
_SYLLABLES: Final = "ba ce di fo gu ka le mi no pu ra se ti vo xa ye zi sho tre lan ser min tor".split()
_COMMON: Final = (
    "the and of to in for order is that with please model answer can we on not your this account invoice error it"
).split()


class Generated(NamedTuple):
    """A data directory of so many logs between two moments, seconds since 1970 UTC; how long it took, and its bytes."""

    data: Path
    logs: int
    begins: float
    ends: float
    build_seconds: float
    disk_bytes: int


def vocabulary(seed: int) -> tuple[list[str], list[str]]:
    """Return words by their frequency, each with its space, and signs of a script that has no spaces."""
    draw = random.Random(seed)
    made = {"".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) for _ in range(8_000)}
    words = sorted(made)
    draw.shuffle(words)
    return [f"{word} " for word in (*_COMMON, *words[:5_000])], [
        chr(number) for number in range(0x4E00, 0x4E00 + 3_000)
    ]


def generated(directory: Path, count: int) -> Generated:
    """Return the store of `count` logs below `directory`; one that was made before serves again."""
    data = directory / f"read-{count}"
    told = data / "generated.json"
    if not told.exists():
        told.write_text(json.dumps(_build(data, count)))
    return Generated(data, **json.loads(told.read_text()))


def _build(data: Path, count: int) -> dict[str, Any]:
    shutil.rmtree(data, ignore_errors=True)  # what a build that was broken off has left
    begun = time.perf_counter()
    port = free_port()
    with inferlog(data, port):  # makes the project and its key
        pass
    step_us = _DAYS * 86_400_000_000 // count
    words, signs = vocabulary(_SEED)
    sql = (_HERE / "generated.sql").read_text()
    store = Store(f"chdb://{data / 'store'}", scratch=data / "scratch")
    parameters = {
        "seed": _SEED, "words": words, "signs": signs, "project_id": project_id(data), "step_us": step_us,
        "begin_us": int(_ENDS * 1e6) - step_us * count,
    }  # fmt: skip
    for first in track(range(0, count, _PORTION), f"making {count:,} logs"):
        store.execute(sql, parameters | {"first": first, "count": min(_PORTION, count - first)})
    store.close()
    return {
        "logs": count, "begins": _ENDS - _DAYS * 86_400, "ends": _ENDS,
        "build_seconds": round(time.perf_counter() - begun), "disk_bytes": disk_bytes(data),
    }  # fmt: skip


def project_id(data: Path) -> str:
    """Return the project of the key that the benchmarks use."""
    with closing(sqlite3.connect(data / "access.db")) as access:
        found: str = access.execute("SELECT project_id FROM keys LIMIT 1").fetchone()[0]
    return found
