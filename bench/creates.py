"""Single creates, each acknowledged after its fsync, against the floor: the same HTTP server and a fixed reply.

The rounds of the two alternate, so that a noisy minute hits both. Load, server and engine share the machine.
"""

import tempfile
from pathlib import Path
from typing import Any

from bench.load import corpus_file, free_port, inferlog, keep, median, post_forever, process

_CONNECTIONS = 32


def run(directory: Path, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Return rates (requests/s), latencies (ms) and their ratios: medians over `rounds` paired rounds."""
    file = corpus_file(directory, 4_000)
    floor_port, port = free_port(), free_port()
    floors, ours = [], []
    with (
        tempfile.TemporaryDirectory(dir=directory) as data,
        process("bench.floor", str(floor_port), port=floor_port, path="/"),
        inferlog(Path(data), port),
    ):
        for warm_port in (floor_port, port):
            post_forever(warm_port, file, connections=_CONNECTIONS, seconds=2)
        for _ in range(rounds):
            floors.append(post_forever(floor_port, file, connections=_CONNECTIONS, seconds=seconds))
            ours.append(post_forever(port, file, connections=_CONNECTIONS, seconds=seconds))
    pairs = list(zip(floors, ours, strict=True))
    return keep(
        "creates",
        {
            "connections": _CONNECTIONS,
            "floor_per_second": round(median([each.rate for each in floors])),
            "creates_per_second": round(median([each.rate for each in ours])),
            "rate_ratio": round(median([our.rate / floor.rate for floor, our in pairs]), 3),
            "rate_ratio_wanted": 0.5,
            "floor_p99_ms": median([each.p99_ms for each in floors]),
            "creates_p50_ms": median([each.p50_ms for each in ours]),
            "creates_p99_ms": median([each.p99_ms for each in ours]),
            "p99_ratio": round(median([our.p99_ms / floor.p99_ms for floor, our in pairs]), 2),
            "p99_ratio_wanted_below": 10,
        },
    )
