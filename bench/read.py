"""Reading from millions of logs: each question over HTTP beside the engine's own time for it, and while logs come in.

The engine's time is what the server itself counts of its queries (`inferlog_query_seconds` at /metrics), so that both
times are of the same requests. Every request asks for something else: no answer comes from a cache of answers.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import urllib3

from bench.generated import Generated, generated
from bench.load import KEY, free_port, inferlog, keep, resident_bytes

_API: Final = "/api/request-logs/list/?page_size=100"
_WRITES_PER_SECOND: Final = 1_000
_BATCH: Final = 50
_SUM: Final = re.compile(rb"^inferlog_query_seconds_sum (\S+)$", re.MULTILINE)
Draw = random.Random


class Question(NamedTuple):
    """What is asked; `wanted_ms` is the 95th percentile that it may take; `path` makes a request of a random source."""

    name: str
    wanted_ms: float
    path: Callable[[Draw, Generated], str]
    body: Callable[[Draw, Generated], dict[str, Any]] | None = None


def _customer(draw: Draw) -> str:
    return f"customer-{int(50_000 ** draw.random())}"


def _day(draw: Draw, store: Generated) -> float:
    return store.begins + draw.randrange(int((store.ends - store.begins) // 86_400)) * 86_400.0


def _charts(days: int, tick: str = "") -> Callable[[Draw, Generated], dict[str, Any]]:
    def body(draw: Draw, store: Generated) -> dict[str, Any]:
        begins = min(_day(draw, store), store.ends - days * 86_400)
        ends = begins + days * 86_400
        iso = [datetime.fromtimestamp(moment, UTC).isoformat() for moment in (begins, ends)]
        return {"start_time": iso[0], "end_time": iso[1]} | ({"time_tick": tick} if tick else {})

    return body


def _large_trace(draw: Draw, store: Generated) -> str:
    return f"/api/traces/trace%20large-{5 + 97 * draw.randrange(max(1, store.logs // 97_000))}/"


def _thread(draw: Draw, store: Generated) -> str:
    return f"{_API}&thread_identifier=thread%20{draw.randrange(store.logs // 1_000)}%20{draw.randrange(160)}"


QUESTIONS: Final = (
    Question("newest page", 60, lambda draw, store: _API),
    Question("page 10,000 by number", 150, lambda draw, store: f"{_API}&page={min(10_000, store.logs // 200)}"),
    Question("by customer", 150, lambda draw, store: f"{_API}&customer_identifier={_customer(draw)}"),
    Question(
        "by status and metadata", 150,
        lambda draw, store: f"{_API}&status=failed&metadata__plan=pro&metadata__feature=feature-{draw.randrange(12)}",
    ),
    Question(
        "by custom identifier", 150,
        lambda draw, store: f"{_API}&custom_identifier=order-{draw.randrange(store.logs)}",
    ),
    Question("by thread", 150, _thread),
    Question("a day's charts", 200, lambda draw, store: "/api/dashboard/llm-metrics/", _charts(1, "hour")),
    Question("a month's charts", 800, lambda draw, store: "/api/dashboard/llm-metrics/", _charts(30, "day")),
    Question("a trace of 1,000 spans", 200, _large_trace),
    Question("summary of a day", 200, lambda draw, store: "/api/request-logs/summary/", _charts(1)),
)  # fmt: skip


def run(directory: Path, *, logs: int, rounds: int) -> dict[str, Any]:
    """Return percentiles in milliseconds for each question: quiet, and while logs are written."""
    store = generated(directory, logs)
    port = free_port()
    result: dict[str, Any] = {
        "logs": store.logs, "build_seconds": store.build_seconds, "disk_bytes": store.disk_bytes,
    }  # fmt: skip
    with inferlog(store.data, port) as server, urllib3.PoolManager() as http:
        reader = Reader(http, f"http://127.0.0.1:{port}", store)
        quiet = {question.name: reader.ask(question, rounds) for question in QUESTIONS}
        quiet |= reader.by_id(rounds) | reader.by_cursor(rounds)
        with Writing(f"http://127.0.0.1:{port}") as writing:
            busy = {question.name: reader.ask(question, rounds)["p95"] for question in QUESTIONS}
        result["written_per_second"] = writing.rate
        result["resident_bytes"] = resident_bytes(server.pid)
    for name, figures in quiet.items():
        text = " ".join(f"{key}={value:g}" for key, value in figures.items())
        result[name] = text + (f" p95_while_written={busy[name]:g}" if name in busy else "")
    return keep("read", result)


class Reader:
    """Asks a server, and the server how long its store took."""

    def __init__(self, http: urllib3.PoolManager, url: str, store: Generated) -> None:
        self._http = http
        self._url = url
        self._store = store
        self._draw = random.Random(11)
        self._headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}

    def ask(self, question: Question, rounds: int) -> dict[str, float]:
        """Return percentiles of a question in milliseconds, and the ratio to the engine's own time."""
        body = question.body
        return self._measure(
            lambda: (question.path(self._draw, self._store), body(self._draw, self._store) if body else None),
            rounds, question.wanted_ms,
        )  # fmt: skip

    def by_id(self, rounds: int) -> dict[str, dict[str, float]]:
        """Return the same of logs by their ids."""
        ids = [
            log["id"]
            for _ in range(rounds)
            for log in self._get(f"{_API[:-2]}&end_time={_day(self._draw, self._store)}")["results"]
        ]
        return {"by id": self._measure(lambda: (f"/api/request-logs/{self._draw.choice(ids)}/", None), rounds, 150)}

    def by_cursor(self, rounds: int) -> dict[str, dict[str, float]]:
        """Return the same of pages by cursor, from the ten thousandth page on."""
        address = f"{_API}&page={min(10_000, self._store.logs // 200)}"
        cursors = [self._get(address)["next_cursor"]]
        for _ in range(rounds):
            cursors.append(self._get(f"{_API}&cursor={cursors[-1]}")["next_cursor"])
        deep = self._measure(lambda: (f"{_API}&cursor={self._draw.choice(cursors)}", None), rounds, 60)
        return {"past page 10,000 by cursor": deep}

    def _measure(
        self, request: Callable[[], tuple[str, dict[str, Any] | None]], rounds: int, wanted_ms: float
    ) -> dict[str, float]:
        times: list[float] = []
        engine = 0.0
        for number in range(rounds + 2):
            path, body = request()
            before = self._engine_seconds()
            begun = time.perf_counter()
            self._get(path, body)
            taken = time.perf_counter() - begun
            if number >= 2:  # the first ones open files
                times.append(taken * 1e3)
                engine += self._engine_seconds() - before
        times.sort()
        found = {f"p{percent}": round(times[min(rounds - 1, rounds * percent // 100)], 1) for percent in (50, 95, 99)}
        mean_engine = engine / rounds * 1e3
        return found | {
            "wanted_p95": wanted_ms,
            "engine": round(mean_engine, 1),
            "ratio": round((sum(times) / rounds) / mean_engine, 2),
        }

    def _get(self, path: str, body: dict[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        answer = self._http.request(
            "POST" if body else "GET", f"{self._url}{path}", body=content, headers=self._headers, retries=False
        )
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {answer.data[:300]!r}")
        return answer.json()

    def _engine_seconds(self) -> float:
        found = _SUM.search(self._http.request("GET", f"{self._url}/metrics").data)
        assert found
        return float(found[1])


class Writing:
    """Writes logs at a steady rate while it is entered."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/request-logs/batch/create/"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._written = 0
        self._begun = 0.0
        self.rate = 0

    def __enter__(self) -> "Writing":
        self._begun = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self.rate = round(self._written / (time.perf_counter() - self._begun))

    def _run(self) -> None:
        log = {"model": "gpt-4o-mini", "input": "word " * 300, "output": "word " * 60, "customer_identifier": "writer"}
        content = json.dumps({"logs": [log] * _BATCH}).encode()
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        with urllib3.PoolManager() as http:
            while not self._stopping.is_set():
                http.request("POST", self._url, body=content, headers=headers)
                self._written += _BATCH
                due = self._begun + self._written / _WRITES_PER_SECOND
                self._stopping.wait(max(0.0, due - time.perf_counter()))
