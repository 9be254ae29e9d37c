"""A ClickHouse to talk to over HTTP: the engine in a process of its own (tests/clickhouse_server.py)."""

import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx


class ClickHouse:
    """The server on one port and one directory. `start` again after `kill` is a restart on the same port."""

    def __init__(self, directory: Path) -> None:
        """Remember where its data are."""
        self.directory = directory
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, however the test ended."""
        self.kill()

    @property
    def address(self) -> str:
        """Return the host and the port that it serves."""
        return f"127.0.0.1:{self.port}"

    def url(self, database: str, options: str = "") -> str:
        """Return the address of a store in that database, as --store takes it."""
        return f"clickhouse://default:@{self.address}/{database}{options}"

    def start(self) -> None:
        """Start and wait until it serves."""
        command = [sys.executable, "-m", "tests.clickhouse_server", str(self.port), str(self.directory)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
        assert self._process.stdout is not None
        found = re.fullmatch(r"serving at \S+:(\d+)\n", self._process.stdout.readline())
        if found is None:
            raise AssertionError("the ClickHouse of this test did not start")
        self.port = int(found[1])

    def kill(self) -> None:
        """End it with SIGKILL, if it runs."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def fail(self, code: int) -> None:
        """Answer every query with that exception code from now on; 0 ends it."""
        self._control(f"code={code}")

    def hang(self) -> None:
        """Answer no query from now on."""
        self._control("hang=1")

    def go_on(self) -> None:
        """Answer what waits, and queries again."""
        self._control("hang=0")

    def waiting(self) -> int:
        """Return how many queries wait."""
        return int(self._control("")["waiting"])

    def sql(self, statement: str) -> str:
        """Run a statement and return its answer as TabSeparated."""
        answer = httpx.post(f"http://{self.address}/", content=statement.encode(), timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text.strip()

    def _control(self, query: str) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.post(f"http://{self.address}/control?{query}", timeout=10).json()
        return answer
