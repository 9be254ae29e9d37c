"""What the benchmarks share: the corpus as a file, a server in a process of its own, wrk, and results."""

import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import urllib3
from rich.progress import track

from bench.corpus import bodies

KEY: Final = "bench-key-of-the-first-project"
HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results"
_START_SECONDS_MAX: Final = 120.0


class Run(msgspec.Struct):
    """One run of wrk: times are milliseconds."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    failed: int

    @property
    def rate(self) -> float:
        """Return requests a second."""
        return self.requests / self.seconds


def corpus_file(directory: Path, count: int, seed: int = 1) -> Path:
    """Return a file of `count` bodies as JSON lines; made once for a count and seed."""
    path = directory / f"corpus-{count}-{seed}.jsonl"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        made = track(bodies(count, seed), f"making {count:,} logs", total=count)
        with path.with_suffix(".part").open("wb") as file:
            file.writelines(msgspec.json.encode(body) + b"\n" for body in made)
        path.with_suffix(".part").replace(path)
    return path


def post_forever(port: int, bodies_file: Path, *, connections: int, seconds: float) -> Run:
    """Post the bodies with wrk, as fast as they are answered."""
    address = f"http://127.0.0.1:{port}/api/request-logs/create/"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}", "-s", str(HERE / "post.lua"), address]
    environment = {**os.environ, "BENCH_BODIES": str(bodies_file), "BENCH_KEY": KEY}
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (\{.*\})", output)
    assert found, output
    run = msgspec.json.decode(found[1], type=Run)
    if run.failed:
        raise AssertionError(f"{run.failed} requests failed: {output}")
    return run


@contextmanager
def process(*arguments: str, port: int, path: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Python module until the block ends; enter once `path` answers."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INFERLOG_")}
    environment["INFERLOG_BOOTSTRAP_KEY"] = KEY
    with subprocess.Popen(
        [sys.executable, "-m", *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            wait_until_answered(port, path)
            yield running
        finally:
            running.terminate()
            running.wait(300)


@contextmanager
def inferlog(data: Path, port: int, **settings: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `inferlog serve` on a data directory."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    with process("inferlog", "serve", f"--port={port}", f"--data={data}", *flags, port=port, path="/ready") as running:
        yield running


def wait_until_answered(port: int, path: str) -> float:
    """Return the seconds until the server answers."""
    begun = time.perf_counter()
    http = urllib3.PoolManager(retries=False)
    while time.perf_counter() - begun < _START_SECONDS_MAX:
        try:
            http.request("GET", f"http://127.0.0.1:{port}{path}", timeout=5)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.002)
        else:
            return time.perf_counter() - begun
    raise AssertionError(f"nothing answers on port {port}")


def wait_until_stored(port: int) -> None:
    """Return once the journal is empty."""
    http = urllib3.PoolManager()
    while http.request("GET", f"http://127.0.0.1:{port}/ready").json()["journal_rows"]:
        time.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_bytes(pid: int) -> int:
    """Return a process's resident memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


def disk_bytes(directory: Path) -> int:
    """Return the bytes of all files below a directory, in which files may come and go meanwhile."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(folder) / name).stat().st_blocks * 512
    return total


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "cpu": model[1] if model else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.release(),
    }


def keep(name: str, result: dict[str, Any]) -> dict[str, Any]:
    """Write a result to bench/results and return it."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"benchmark": name, "machine": machine(), **result}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n")
    return result
