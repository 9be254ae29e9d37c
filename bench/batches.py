"""Batches of 1,000 and `inferlog import`, against the engine's own rate for the same rows.

The floor: the rows, as inferlog stores them, in a file of JSONEachRow, loaded by the engine alone into a table of
the same definition with one INSERT … FROM INFILE a segment, each one durable, in a process of its own.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

from bench.load import KEY, corpus_file, free_port, inferlog, keep, median, wait_until_stored

_BATCH = 1_000
_CONNECTIONS = 4


def run(directory: Path, *, count: int, rounds: int) -> dict[str, Any]:
    """Return rates in logs/s, from the first byte sent until the last row is in the store; medians over rounds."""
    file = corpus_file(directory, count)
    floors, batches, imports = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=directory) as scratch:
            imports.append(count / _import(file, Path(scratch) / "import"))
            batches.append(count / post_batches(file, Path(scratch) / "post"))
            floors.append(count / _engine_alone(file, Path(scratch) / "engine"))
    return keep(
        "batches",
        {
            "logs": count,
            "engine_per_second": round(median(floors)),
            "batch_create_per_second": round(median(batches)),
            "batch_create_ratio": round(median([a / b for a, b in zip(batches, floors, strict=True)]), 3),
            "import_per_second": round(median(imports)),
            "import_ratio": round(median([a / b for a, b in zip(imports, floors, strict=True)]), 3),
            "ratio_wanted": 0.5,
        },
    )


def _import(file: Path, data: Path) -> float:
    """Return the seconds that `inferlog import` takes, less those of starting and stopping on nothing."""
    empty = file.with_name("empty.jsonl")
    empty.write_bytes(b"")
    _timed("inferlog", "import", str(empty), f"--data={data}")
    idle = _timed("inferlog", "import", str(empty), f"--data={data}")
    return _timed("inferlog", "import", str(file), f"--data={data}") - idle


def _timed(*arguments: str) -> float:
    begun = time.perf_counter()
    environment = {**os.environ, "INFERLOG_BOOTSTRAP_KEY": KEY}
    subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True, env=environment)
    return time.perf_counter() - begun


def post_batches(file: Path, data: Path) -> float:
    """Return the seconds until all logs of a file, posted in batches, are stored."""
    lines = file.read_bytes().splitlines()
    bodies = [b'{"logs":[' + b",".join(lines[at : at + _BATCH]) + b"]}" for at in range(0, len(lines), _BATCH)]
    port = free_port()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}/api/request-logs/batch/create"

    def post(body: bytes) -> None:
        answer = http.request("POST", address, body=body, headers=headers)
        if answer.status != 200 or b'"error_count":0' not in answer.data:
            raise AssertionError(answer.data[:500])

    with (
        inferlog(data, port),
        urllib3.PoolManager(maxsize=_CONNECTIONS) as http,
        ThreadPoolExecutor(_CONNECTIONS) as senders,
    ):
        begun = time.perf_counter()
        list(senders.map(post, bodies))
        wait_until_stored(port)
        return time.perf_counter() - begun


def _engine_alone(file: Path, data: Path) -> float:
    output = subprocess.run(
        [sys.executable, "-m", "bench.engine", str(file), str(data)], check=True, capture_output=True, text=True
    )
    return float(output.stdout)


if __name__ == "__main__":
    sys.stdout.write(f"{run(Path(tempfile.gettempdir()) / 'inferlog-bench', count=60_000, rounds=1)}\n")
