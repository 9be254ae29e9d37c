"""A file of JSON lines in chunks that are the same in every run."""

import gzip
import io
import sys
import zlib
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from inferlog.cli.chunks import CHUNK_BYTES, CHUNK_LINES, Chunk, Source, chunks
from inferlog.errors import InvalidInput


def read(data: bytes) -> list[Chunk]:
    """Return the chunks of a file with this content."""
    with Source(io.BytesIO(data), len(data)) as source:
        return list(chunks(source))


def lines_of(data: bytes) -> list[bytes]:
    """Return the lines of a file with this content."""
    return [line for chunk in read(data) for line in chunk.lines]


def take(data: bytes, taken: list[bytes]) -> None:
    """Add the lines of a file to `taken` for as long as they come."""
    with Source(io.BytesIO(data), len(data)) as source:
        for chunk in chunks(source):
            taken += chunk.lines


Pack = Callable[[bytes], bytes]


def zstd(data: bytes) -> bytes:
    """Return one zstd frame."""
    return zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n\n", []),
        (b'{"a":1}', [b'{"a":1}']),
        (b'{"a":1}\n', [b'{"a":1}']),
        (b'{"a":1}\n{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1}\r\n{"b":2}\r\n', [b'{"a":1}\r', b'{"b":2}\r']),  # white space to JSON
        (b'\n  \n{"a":1}\n\r\n\n{"b":2}\n\n', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":"\xe2\x80\xa8"}\n', [b'{"a":"\xe2\x80\xa8"}']),  # a line separator inside a string is none
        (b'{"a":1}\x0b\x0c\n', [b'{"a":1}\x0b\x0c']),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_lines_are_what_line_feeds_separate(data: bytes, lines: list[bytes], pack: Pack) -> None:
    """Blank lines are left out, a last line needs no end; compressed files are told by their first bytes."""
    assert lines_of(pack(data)) == lines


def test_chunks_have_fixed_boundaries_and_names() -> None:
    """So many lines to a chunk, each named for where it begins and what it holds."""
    data = b"".join(b'{"n":%d}\n' % number for number in range(2 * CHUNK_LINES + 5))
    made = read(data)
    assert [len(chunk.lines) for chunk in made] == [CHUNK_LINES, CHUNK_LINES, 5]
    assert [chunk.first_line for chunk in made] == [1, 1001, 2001]
    assert made[2].name == "import-2001-348ad1ad7fb3e60cfe3e4638e6f09c38"
    assert made == read(data) == read(gzip.compress(data)) == read(zstd(data))
    assert len({chunk.name for chunk in made}) == 3


def test_a_chunks_name_is_of_its_place_and_content() -> None:
    """One changed byte is another name, and so is the same text further down; the end of the file is no matter."""
    (chunk,) = read(b'{"a":1}\n{"b":2}\n')
    assert read(b'{"a":1}\n{"b":2}')[0].name == chunk.name
    assert read(b'{"a":1}\n{"b":3}\n')[0].name != chunk.name
    (moved,) = read(b'\n{"a":1}\n{"b":2}\n')
    assert (moved.first_line, moved.lines) == (2, chunk.lines)
    assert moved.name != chunk.name


def test_long_lines_make_small_chunks() -> None:
    """A chunk ends when its bytes are enough; a line of several megabytes is one line."""
    long = b'{"a":"' + b"x" * 3_000_000 + b'"}'
    data = b"\n".join([long, b'{"b":1}', long, long, b'{"c":1}'])
    made = read(data)
    assert [[len(line) for line in chunk.lines] for chunk in made] == [
        [len(long), 7, len(long)],
        [len(long), 7],
    ]
    assert all(sum(map(len, chunk.lines[:-1])) < CHUNK_BYTES for chunk in made)
    assert lines_of(zstd(data)) == lines_of(gzip.compress(data, 1)) == data.split(b"\n")


def test_a_file_of_several_members_is_read_through() -> None:
    """Compressed files that were put one after the other, cut within a line, are one file."""
    data = b'{"a":1}\n{"b":2}\n{"c":3}\n'
    for pack in (gzip.compress, zstd):
        assert lines_of(pack(data[:11]) + pack(b"") + pack(data[11:])) == data.splitlines()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=40), st.booleans())
def test_no_line_is_lost(lines: list[bytes], ended: bool) -> None:
    """Whatever the lines hold, all but the blank ones come, in order, plain and compressed."""
    data = b"\n".join(lines) + b"\n" * ended
    expected = [line for line in lines if line.strip()]
    if not data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        assert lines_of(data) == expected
    assert lines_of(gzip.compress(data)) == lines_of(zstd(data)) == expected


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_compressed_file_that_is_cut_is_told(pack: Pack) -> None:
    """The lines that are there come, and then it is said that the file ends too early, wherever it was cut."""
    data = b"".join(b'{"noise":"%s"}\n' % zlib.crc32(b"%d" % n).to_bytes(4).hex().encode() for n in range(50_000))
    body = pack(data)
    for size in (5, 100, len(body) // 2, len(body) - 1):
        taken: list[bytes] = []
        with pytest.raises(InvalidInput, match=r"^The compressed data is broken: it ends too early$"):
            take(body[:size], taken)
        assert taken == data.splitlines()[: len(taken)]
        assert (len(taken) > 10_000) == (size > 100)


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"])
def test_a_broken_compressed_file_is_told(start: bytes) -> None:
    """Garbage behind the first bytes of a compressed file is not taken for lines."""
    with pytest.raises(InvalidInput, match=r"^The compressed data is broken: "):
        read(start + b"\xff" * 100)


def test_a_file_is_opened_by_its_path_or_as_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path has a size and a position; standard input has no size."""
    path = tmp_path / "logs.jsonl"
    path.write_bytes(b'{"a":1}\n')
    with Source.open(str(path)) as source:
        assert (source.size, source.position()) == (8, 0)
        assert [chunk.lines for chunk in chunks(source)] == [[b'{"a":1}']]
        assert source.position() == 8
    with pytest.raises(FileNotFoundError):
        Source.open(str(tmp_path / "missing"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"b":2}')))
    with Source.open("-") as source:
        assert source.size is None
        assert [chunk.lines for chunk in chunks(source)] == [[b'{"b":2}']]


def test_a_file_is_read_as_it_is_needed() -> None:
    """The first chunk comes before the last block is read."""
    data = b'{"a":"0123456789"}\n' * 400_000
    with Source(io.BytesIO(data), len(data)) as source:
        positions = [source.position() for _ in chunks(source)]
    assert positions[0] < len(data)
    assert positions == list(accumulate(positions, max))
    assert positions[-1] == len(data)
