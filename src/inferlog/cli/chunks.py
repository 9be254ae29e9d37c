"""A file of JSON lines as chunks with fixed boundaries, so that a chunk is the same chunk in the next run."""

import hashlib
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final, NamedTuple, Self, cast

import zstandard

from inferlog.errors import InvalidInput

CHUNK_LINES: Final = 1_000
CHUNK_BYTES: Final = 4_000_000
_BLOCK: Final = 1 << 20


class Chunk(NamedTuple):
    """Some successive lines: the number of the first (from 1), a name that says which they are, and the lines."""

    first_line: int
    name: str
    lines: list[bytes]


class Source:
    """An open file of JSON lines, inflated as it is read."""

    def __init__(self, raw: IO[bytes], size: int | None) -> None:
        """Wrap an open binary file; `size` is in bytes, None if it is not known."""
        self._raw = raw
        self.size = size
        self._consumed = 0

    @classmethod
    def open(cls, file: str) -> Self:
        """Open a path, or standard input for "-". Raises OSError."""
        if file == "-":
            return cls(sys.stdin.buffer, None)
        path = Path(file)
        return cls(path.open("rb"), path.stat().st_size)

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._raw.close()

    def position(self) -> int:
        """Return how many bytes of the file were read."""
        return self._consumed

    def blocks(self) -> Iterator[bytes]:
        """Yield the content in blocks. Raises InvalidInput if compressed data is broken."""
        first = self._take()
        rest = iter(self._take, b"")
        try:
            if first.startswith(b"\x1f\x8b"):
                yield from _gunzip(first, rest)
            elif first.startswith(b"\x28\xb5\x2f\xfd"):
                yield from _unzstd(first, rest)
            else:
                yield first
                yield from rest
        except (zlib.error, zstandard.ZstdError) as error:
            raise InvalidInput(f"The compressed data is broken: {error}") from None

    def _take(self) -> bytes:
        block = self._raw.read(_BLOCK)
        self._consumed += len(block)
        return block


def chunks(source: Source) -> Iterator[Chunk]:
    """Yield the non-empty lines in chunks of at most CHUNK_LINES lines or about CHUNK_BYTES bytes."""
    lines: list[bytes] = []
    size, first, number = 0, 1, 0
    for number, line in enumerate(_lines(source.blocks()), 1):
        if not line.strip():
            continue
        if not lines:
            first = number
        lines.append(line)
        size += len(line)
        if len(lines) >= CHUNK_LINES or size >= CHUNK_BYTES:
            yield _chunk(first, lines)
            lines, size = [], 0
    if lines:
        yield _chunk(first, lines)


def _chunk(first: int, lines: list[bytes]) -> Chunk:
    digest = hashlib.sha256()  # the fastest where the processor has instructions for it: half of BLAKE2's time
    for line in lines:
        digest.update(line)
        digest.update(b"\n")
    return Chunk(first, f"import-{first}-{digest.hexdigest()[:32]}", lines)


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        if b"\n" not in block:  # one long line: do not split what has grown already again and again
            rest += block
            continue
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _gunzip(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(31)
    for part in _chain(first, rest):
        block = part
        while block:
            yield member.decompress(block)
            block = member.unused_data
            if member.eof:
                member = zlib.decompressobj(31)
            if not block:
                break


def _unzstd(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    reader = zstandard.ZstdDecompressor().stream_reader(
        cast(IO[bytes], _Joined(_chain(first, rest))), read_across_frames=True
    )
    while block := reader.read(_BLOCK):
        yield block


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


class _Joined(io.RawIOBase):
    """A file of blocks that come one by one."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, size: int = -1) -> bytes:
        """Return the next block, of whatever size."""
        return next(self._blocks, b"")
