"""A real inferlog in a process of its own, for tests that speak HTTP to it, kill it and start it again."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

_Found = TypeVar("_Found")
KEY = "test-key-of-the-first-project"
_START_SECONDS_MAX = 60.0


class Server:
    """`inferlog serve` on a free port and one data directory. `start` again after `kill` is a restart."""

    def __init__(
        self, data: Path, *, key: str = KEY, environment: dict[str, str] | None = None, **settings: Any
    ) -> None:
        """Remember how to start: `settings` become flags, e.g. flush_seconds=0.05."""
        self.data = data
        self.key = key
        self.url = ""
        self.output: list[str] = []
        self._environment = environment or {}
        self._settings = {"port": 0, **settings}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, however the test ended."""
        if self._process is not None:
            self.kill()

    @property
    def pid(self) -> int:
        """Return the process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it serves; raise with its output if it ends before."""
        self.begin()
        found = wait_for(lambda: self._address() or self._process_ended(), seconds=_START_SECONDS_MAX)
        if not found.startswith("http"):
            self.kill()
            raise AssertionError(f"inferlog did not start:\n{''.join(self.output)}")
        self.url = found

    def begin(self) -> None:
        """Start, and do not wait for it."""
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in self._settings.items()]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INFERLOG_")}
        environment |= {"INFERLOG_BOOTSTRAP_KEY": self.key, "PYTHONUNBUFFERED": "1", **self._environment}
        command = [sys.executable, "-m", "inferlog", "serve", f"--data={self.data}", *flags]
        self.output = []
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def kill(self) -> None:
        """End it with SIGKILL: no handler runs, nothing is flushed."""
        self._end(signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        return self._end(number)

    def client(self, key: str | None = None) -> httpx.Client:
        """Return an HTTP client with a key (the first one by default; "" for none)."""
        chosen = self.key if key is None else key
        headers = {"Authorization": f"Bearer {chosen}"} if chosen else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)  # does nothing if it has ended by itself
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended, and return its exit code."""
        assert self._process is not None
        code = self._process.wait(60)
        if self._reader is not None:
            self._reader.join(10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output.append(line)

    def _address(self) -> str:
        found = re.search(r"inferlog is ready at (\S+)", "".join(self.output))
        return found[1].replace("localhost", "127.0.0.1") if found else ""

    def _process_ended(self) -> str:
        assert self._process is not None
        return "" if self._process.poll() is None else "ended"


def wait_for(condition: Callable[[], _Found], *, seconds: float = 20.0) -> _Found:
    """Return the first true value of `condition`, asked again and again; raise if there is none in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {seconds:g} s: {condition}")
        pause.wait(0.01)
    return found
