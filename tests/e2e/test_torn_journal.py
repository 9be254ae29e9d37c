"""A journal as a power cut or a failing disk leaves it: what was committed is recovered, the rest is reported."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from inferlog.journal import Frame
from tests.server import Server

_LOGS = 5


def _cut_inside_the_last_frame(content: bytes) -> tuple[bytes, list[int], int]:
    last = _starts(content)[-1]
    kept = content[: last + (len(content) - last) // 2]
    return kept, [0, 1, 2, 3], len(kept) - last


def _cut_inside_the_last_header(content: bytes) -> tuple[bytes, list[int], int]:
    kept = content[: _starts(content)[-1] + 7]
    return kept, [0, 1, 2, 3], 7


def _append_zeros(content: bytes) -> tuple[bytes, list[int], int]:
    return content + bytes(4_096), [0, 1, 2, 3, 4], 4_096


def _append_garbage(content: bytes) -> tuple[bytes, list[int], int]:
    garbage = bytes(range(256)) * 3 + b"ILJ1" + b"\xff" * 100  # with the mark of a frame in it
    return content + garbage, [0, 1, 2, 3, 4], len(garbage)


def _insert_garbage(content: bytes) -> tuple[bytes, list[int], int]:
    at = _starts(content)[2]
    return content[:at] + b"\x00garbage\xff" * 11 + content[at:], [0, 1, 2, 3, 4], 99


def _damage_a_frame(content: bytes) -> tuple[bytes, list[int], int]:
    at, end = _starts(content)[2:4]
    middle = (at + end) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :], [0, 1, 3, 4], end - at


def _damage_a_header(content: bytes) -> tuple[bytes, list[int], int]:
    at, end = _starts(content)[1:3]  # a length of 4 GB
    return content[: at + 16] + b"\xff\xff\xff\xff" + content[at + 20 :], [0, 2, 3, 4], end - at


def _append_nothing(content: bytes) -> tuple[bytes, list[int], int]:
    return content, [0, 1, 2, 3, 4], 0


DAMAGES = [
    _cut_inside_the_last_frame, _cut_inside_the_last_header, _append_zeros, _append_garbage, _insert_garbage,
    _damage_a_frame, _damage_a_header, _append_nothing,
]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A data directory with acknowledged logs in one active segment, as SIGKILL left it, and the logs' ids."""
    data = tmp_path_factory.mktemp("torn") / "data"
    with Server(data, flush_seconds=60) as server, server.client() as client:
        ids = [_create(client, number) for number in range(_LOGS)]
        server.kill()
    return data, ids


@pytest.mark.parametrize("damage", DAMAGES)
def test_whole_commits_are_recovered_and_the_rest_is_reported(
    written: tuple[Path, list[str]], tmp_path: Path, damage: Callable[[bytes], tuple[bytes, list[int], int]]
) -> None:
    """Each log whose frame is whole is there, once; the bytes that are not are in the log and in /metrics."""
    data, ids = written
    segment = _copy(data, tmp_path / "data")
    content, recovered, torn_bytes = damage(segment.read_bytes())
    segment.write_bytes(content)
    with Server(tmp_path / "data") as server, server.client() as client:
        listed = client.get("/api/request-logs/list/", params={"sort_by": "id"}).json()["results"]
        assert [log["id"] for log in listed] == [ids[number] for number in recovered]
        assert [log["metadata"] for log in listed] == [{"number": number} for number in recovered]
        assert _metric(client, "inferlog_journal_torn_bytes_total") == torn_bytes
        assert _metric(client, "inferlog_logs_stored_total") == len(recovered)
        assert _create(client, 9) not in ids
        warnings = [line for line in server.output if " WARNING " in line]
    assert len(warnings) == (1 if torn_bytes else 0)
    if torn_bytes:
        assert re.search(rf"{segment.name} .*\b{torn_bytes} bytes", warnings[0]), warnings
        within = damage in (_insert_garbage, _damage_a_frame, _damage_a_header)
        assert ("check the disk" in warnings[0]) == within
        kept = [path.stat().st_size for path in (tmp_path / "data" / "set-aside").glob("*.damaged")]
        assert kept == ([torn_bytes] if within else [])


def test_a_segment_without_one_whole_commit_is_kept_for_whoever_wants_to_look(tmp_path: Path) -> None:
    """A file of nothing but garbage stops nothing; it is moved out of the way and not deleted."""
    server = Server(tmp_path / "data")
    with server:
        server.kill()
        (tmp_path / "data" / "journal" / "00000000000000000001.journal").write_bytes(b"\x00" * 1_000)
        (tmp_path / "data" / "journal" / "00000000000000000002.journal").write_bytes(b"")
        server.start()
        with server.client() as client:
            assert _metric(client, "inferlog_journal_torn_bytes_total") == 1_000
            _create(client, 1)
            assert client.get("/api/request-logs/list/").json()["count"] == 1
        assert server.stop() == 0
    assert [path.name for path in (tmp_path / "data" / "journal").iterdir()] == ["00000000000000000001.torn"]


def test_a_segment_that_came_back_is_not_stored_again(tmp_path: Path) -> None:
    """A power cut may undo the deletion of a segment whose rows are in the store: they are there once."""
    server = Server(tmp_path / "data", flush_seconds=60)
    with server:
        with server.client() as client:
            ids = [_create(client, number) for number in range(_LOGS)]
            [segment] = (tmp_path / "data" / "journal").iterdir()
            content = segment.read_bytes()
            assert client.get("/api/request-logs/list/").json()["count"] == _LOGS  # a read moves them to the store
            assert not segment.exists()
        server.kill()
        segment.write_bytes(content)
        server.start()
        with server.client() as client:
            answer = client.get("/api/request-logs/list/", params={"sort_by": "id"}).json()
        assert [log["id"] for log in answer["results"]] == ids
        assert answer["count"] == _LOGS
    assert not segment.exists()


def test_the_frames_of_this_test_are_the_journals(written: tuple[Path, list[str]]) -> None:
    """A frame made by the journal's own encoder starts where this module finds one."""
    [segment] = (written[0] / "journal").iterdir()
    frame = b"".join(Frame(1, b"", b"{}\n").parts)
    assert _starts(segment.read_bytes() + frame)[-1] == segment.stat().st_size


def _create(client: httpx.Client, number: int) -> str:
    body = {"model": "m", "metadata": {"number": number}, "timestamp": f"2026-09-21T10:00:{number:02}Z"}
    created = client.post("/api/request-logs/create/", json=body)
    assert created.status_code == 200, created.text
    return str(created.json()["id"])


def _starts(content: bytes) -> list[int]:
    """Return where each frame begins: the logs of this test have no frame's mark in their text."""
    return [found.start() for found in re.finditer(b"ILJ1", content)]


def _copy(data: Path, to: Path) -> Path:
    """Copy a data directory of a killed server, and return its one segment."""
    shutil.copytree(data, to, symlinks=True)
    [segment] = (to / "journal").iterdir()
    return segment


def _metric(client: httpx.Client, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])
