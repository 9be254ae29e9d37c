"""A million logs later: memory, the time to be ready again after a restart and after a kill, and bytes on disk."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import urllib3

from bench.load import (
    KEY,
    corpus_file,
    disk_bytes,
    free_port,
    inferlog,
    keep,
    post_forever,
    resident_bytes,
    wait_until_answered,
    wait_until_stored,
)

_SETTLE_SECONDS_MAX = 300


def run(directory: Path, *, count: int, seconds: float) -> dict[str, Any]:
    """Return sizes in bytes and times in seconds for a store of `count` logs."""
    file = corpus_file(directory, count, seed=7)
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        data = Path(scratch) / "data"
        begun = time.perf_counter()
        environment = {**os.environ, "INFERLOG_BOOTSTRAP_KEY": KEY}
        command = [sys.executable, "-m", "inferlog", "import", str(file), f"--data={data}"]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        imported = time.perf_counter() - begun
        result = {
            "logs": count,
            "raw_bytes": file.stat().st_size,
            "import_per_second": round(count / imported),
            **_restarts(data),
            "disk_bytes": _settled(data),
            **_under_load(data, directory, seconds),
        }
    result["disk_ratio"] = round(result["disk_bytes"] / result["raw_bytes"], 3)
    result["disk_ratio_wanted_below"] = 0.25
    return keep("million", result)


def _settled(data: Path) -> int:
    """Return the bytes on disk once the engine has merged what it wants to and removed what it merged."""
    port = free_port()
    with inferlog(data, port):
        sizes: list[int] = []
        while len(sizes) < _SETTLE_SECONDS_MAX and (len(sizes) < 45 or len(set(sizes[-30:])) > 1):
            sizes.append(disk_bytes(data))
            time.sleep(1)
    return sizes[-1]


def _restarts(data: Path) -> dict[str, Any]:
    """Return the seconds until it serves again, after a stop and after a kill under load."""
    port = free_port()
    begun = time.perf_counter()
    with inferlog(data, port) as server:
        stopped = time.perf_counter() - begun
        server.send_signal(signal.SIGKILL)
        server.wait()
    begun = time.perf_counter()
    with inferlog(data, port):
        killed = time.perf_counter() - begun
    return {
        "ready_after_stop_seconds": round(stopped, 2),
        "ready_after_kill_seconds": round(killed, 2),
        "ready_wanted_below_seconds": 2,
    }


def _under_load(data: Path, directory: Path, seconds: float) -> dict[str, Any]:
    """Return the memory of a server on that store while it takes logs and lists them."""
    port = free_port()
    headers = {"Authorization": f"Bearer {KEY}"}
    page = f"http://127.0.0.1:{port}/api/request-logs/list/?page_size=100"
    with inferlog(data, port) as server, urllib3.PoolManager() as http:
        wait_until_answered(port, "/ready")
        idle = resident_bytes(server.pid)
        post_forever(port, corpus_file(directory, 4_000), connections=32, seconds=seconds)
        loaded = resident_bytes(server.pid)
        listed = http.request("GET", page, headers=headers).json()
        wait_until_stored(port)
        pages = []
        for _ in range(20):
            begun = time.perf_counter()
            http.request("GET", page, headers=headers)
            pages.append(time.perf_counter() - begun)
        return {
            "resident_idle_bytes": idle,
            "resident_loaded_bytes": loaded,
            "resident_after_bytes": resident_bytes(server.pid),
            "resident_wanted_below_bytes": 1 << 30,
            "count": listed["count"],
            "newest_page_of_100_ms": round(sorted(pages)[10] * 1e3, 1),
        }
