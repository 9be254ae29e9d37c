"""The time to an acknowledgement at a steady 500 requests/s: what an application sees that is not a load test.

Requests leave on schedule whether or not the ones before were answered, and a latency counts from the moment
that the request was due, so that a stall is charged to everything that it delayed.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load import KEY, corpus_file, free_port, inferlog, keep

_CONNECTIONS = 32


async def _client(port: int, due: "asyncio.Queue[tuple[float, bytes] | None]", latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (item := await due.get()) is not None:
        moment, request = item
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(head)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - moment)
    writer.close()


async def _drive(port: int, bodies: list[bytes], *, rate: float, seconds: float) -> list[float]:
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    latencies: list[float] = []
    clients = [asyncio.create_task(_client(port, due, latencies)) for _ in range(_CONNECTIONS)]
    begun = time.perf_counter()
    for number in range(int(rate * seconds)):
        moment = begun + number / rate
        await asyncio.sleep(max(moment - time.perf_counter(), 0))
        due.put_nowait((moment, bodies[number % len(bodies)]))
    for _ in clients:
        due.put_nowait(None)
    await asyncio.gather(*clients)
    return latencies


def _request(body: bytes) -> bytes:
    head = (
        "POST /api/request-logs/create/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(directory: Path, *, rate: float, seconds: float) -> dict[str, Any]:
    """Return the latencies in ms at `rate` requests/s."""
    bodies = [_request(line) for line in corpus_file(directory, 4_000).read_bytes().splitlines()]
    port = free_port()
    with tempfile.TemporaryDirectory(dir=directory) as data, inferlog(Path(data), port):
        asyncio.run(_drive(port, bodies, rate=rate, seconds=3))
        latencies = sorted(asyncio.run(_drive(port, bodies, rate=rate, seconds=seconds)))
    count = len(latencies)
    return keep(
        "steady",
        {
            "requests_per_second": rate,
            "seconds": seconds,
            "p50_ms": round(latencies[count // 2] * 1e3, 2),
            "p50_ms_wanted_below": 5,
            "p99_ms": round(latencies[int(count * 0.99)] * 1e3, 2),
            "p99_ms_wanted_below": 25,
            "max_ms": round(latencies[-1] * 1e3, 2),
        },
    )
