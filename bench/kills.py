"""SIGKILL at random moments under load: is a log that was acknowledged lost, or one stored twice?

`python -m bench.kills --rounds 100` shows progress and prints one line of JSON. A few clients create logs without
a pause: singles, batches and bulks, with an Idempotency-Key, with a unique_id, or with neither. What was not
acknowledged and can be told from another is sent again until it is; some of what was is sent again too. One round
in four kills the server once more while it starts. In the end every log is read back and counted.
"""

import argparse
import http.client
import json
import random
import tempfile
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tests.server import Server, wait_for

_CLIENTS: Final = 4
_PAGE: Final = 1_000
_ROUND_SECONDS_MAX: Final = 120.0


class Report(NamedTuple):
    """What came of it: logs acknowledged, of those the ones not found again, and logs found more than once."""

    rounds: int
    acknowledged: int
    lost: int
    doubled: int


class _Sending(NamedTuple):
    """One request: its logs by the token that each carries, and whether a repeat of it is known as one."""

    path: str
    body: bytes
    headers: dict[str, str]
    tokens: list[str]
    repeatable: bool


class _Client(threading.Thread):
    """Sends logs until told to end, and remembers the id under which each was acknowledged."""

    def __init__(self, number: int, seed: int, server: Server, serving: threading.Event) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.acknowledged: dict[str, str] = {}
        self.moved: list[str] = []
        self.unreadable: list[str] = []
        self.ending = threading.Event()
        self._number = number
        self._random = random.Random(f"{seed}-{number}")
        self._server = server
        self._serving = serving
        self._count = 0
        self._repeats: list[_Sending] = []
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Send; what was left unanswered goes first once the server is back."""
        try:
            self._send_all()
        finally:
            self._drop_connection()

    def _send_all(self) -> None:
        unanswered: list[_Sending] = []
        while unanswered or not self.ending.is_set():
            if not self._serving.wait(0.2):
                continue
            if unanswered:
                sending = unanswered.pop()
            elif self._repeats and self._random.random() < 0.05:
                sending = self._random.choice(self._repeats)
            else:
                sending = self._draw()
            if not self._send(sending) and sending.repeatable:
                unanswered.append(sending)
        self._drop_connection()

    def _draw(self) -> _Sending:
        """Return a new request: of some kind, with or without an identity."""
        kind = self._random.choice(("create", "create", "create", "batch", "bulk", "array"))
        identity = self._random.choice(("", "unique_id", "request"))
        logs = [self._log(identity) for _ in range(1 if kind == "create" else self._random.randint(1, 12))]
        headers = {"Authorization": f"Bearer {self._server.key}", "Content-Type": "application/json"}
        if identity == "request":
            headers["Idempotency-Key"] = f"{self._number}-{self._count}"
        content: Any = {"create": logs[0], "array": logs}.get(kind, {"logs": logs})
        path = {"batch": "batch/create", "bulk": "bulk/"}.get(kind, "create/")
        tokens = [log["custom_identifier"] for log in logs]
        return _Sending(f"/api/request-logs/{path}", json.dumps(content).encode(), headers, tokens, identity != "")

    def _log(self, identity: str) -> dict[str, Any]:
        self._count += 1
        log = {
            "custom_identifier": f"{self._number}-{self._count}",
            "model": "gpt-4o-mini",
            "prompt_messages": [{"role": "user", "content": "x" * self._random.randint(1, 4_000)}],
        }
        if identity == "unique_id":
            log["unique_id"] = uuid.UUID(int=self._random.getrandbits(128)).hex
        return log

    def _send(self, sending: _Sending) -> bool:
        """Send a request and note what it acknowledged; return False if no answer came."""
        try:
            status, answer = self._exchange("POST", sending.path, sending.body, sending.headers)
        except (OSError, http.client.HTTPException, ValueError):
            self._drop_connection()
            return False
        if status not in (200, 201):
            raise AssertionError(f"{sending.path} answered {status}: {answer}")
        if "bulk" in sending.path:  # it answers with counts only
            self.acknowledged.update((token, self.acknowledged.get(token, "")) for token in sending.tokens)
        else:
            results = answer.get("results", [answer])
            for token, result in zip(sending.tokens, results, strict=True):
                self._note(token, result["id"])
        if sending.repeatable and self._random.random() < 0.1:
            self._repeats.append(sending)
        if self._random.random() < 0.01:
            self._read_back(sending.tokens[0])
        return True

    def _note(self, token: str, log_id: str) -> None:
        if (self.acknowledged.get(token) or log_id) != log_id:
            self.moved.append(token)  # a repeat became another log
        self.acknowledged[token] = log_id

    def _read_back(self, token: str) -> None:
        """Read a log that was acknowledged a moment ago: the next request must see it."""
        log_id = self.acknowledged.get(token)
        if not log_id:
            return
        try:
            headers = {"Authorization": f"Bearer {self._server.key}"}
            status, _ = self._exchange("GET", f"/api/request-logs/{log_id}/", None, headers)
        except (OSError, http.client.HTTPException, ValueError):
            self._drop_connection()
            return
        if status != 200:
            self.unreadable.append(token)

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(urlsplit(self._server.url).netloc, timeout=60)
        self._connection.request(method, path, body, headers)
        with self._connection.getresponse() as answer:
            return answer.status, json.loads(answer.read())

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def run(rounds: int, seed: int, on_round: Callable[[int, int], None] = lambda done, acknowledged: None) -> Report:
    """Kill a server `rounds` times under load and report; `on_round` hears of each round that is done."""
    drawing = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        server = Server(Path(directory) / "data", flush_seconds=0.1, segment_bytes_max=300_000)
        serving = threading.Event()
        clients = [_Client(number, seed, server, serving) for number in range(_CLIENTS)]
        with server:
            serving.set()
            for client in clients:
                client.start()
            for number in range(rounds):
                _kill_at_random(server, serving, clients, drawing)
                on_round(number + 1, _acknowledged(clients))
            for client in clients:
                client.ending.set()
            wait_for(lambda: not any(client.is_alive() for client in clients), seconds=_ROUND_SECONDS_MAX)
            found = _read_all(server)
    return _compare(rounds, clients, found)


def _kill_at_random(server: Server, serving: threading.Event, clients: list[_Client], drawing: random.Random) -> None:
    """Kill after some more logs were acknowledged and some milliseconds, perhaps again while starting; start again."""
    enough = _acknowledged(clients) + drawing.randint(20, 400)
    wait_for(lambda: _acknowledged(clients) >= enough or _stuck(clients), seconds=_ROUND_SECONDS_MAX)
    threading.Event().wait(drawing.uniform(0, 0.05))
    server.kill()
    serving.clear()
    if drawing.random() < 0.25:
        server.begin()
        threading.Event().wait(drawing.uniform(0, 1.5))
        server.kill()
    server.start()
    serving.set()


def _acknowledged(clients: list[_Client]) -> int:
    return sum(len(client.acknowledged) for client in clients)


def _stuck(clients: list[_Client]) -> bool:
    if any(not client.is_alive() for client in clients):
        raise AssertionError("a client stopped: the server answered what it should not")
    return False


def _read_all(server: Server) -> Counter[str]:
    """Return how often each token is in the store."""
    found: Counter[str] = Counter()
    with server.client() as client:
        for page in range(1, 1_000_000):
            answer = client.get("/api/request-logs/list/", params={"page": page, "page_size": _PAGE}).json()
            if not answer["results"]:
                break
            found.update(log["custom_identifier"] for log in answer["results"])
    return found


def _compare(rounds: int, clients: list[_Client], found: Counter[str]) -> Report:
    acknowledged = {token for client in clients for token in client.acknowledged}
    moved = {token for client in clients for token in client.moved}
    unreadable = {token for client in clients for token in client.unreadable}
    lost = {token for token in acknowledged if not found[token]} | unreadable
    doubled = {token for token, times in found.items() if times > 1} | moved
    return Report(rounds, len(acknowledged), len(lost), len(doubled))


def main() -> None:
    """Run it with a bar of progress, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="How many kills.")
    parser.add_argument("--seed", type=int, default=1, help="Of all that is drawn.")
    given = parser.parse_args()
    columns = (
        TextColumn("killing"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[logs]:,} logs acknowledged"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("kills", total=given.rounds, logs=0)
        report = run(given.rounds, given.seed, lambda done, logs: progress.update(task, completed=done, logs=logs))
    print(json.dumps(report._asdict()))
    if report.lost or report.doubled:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
