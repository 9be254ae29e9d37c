"""A file of JSON lines as chunks with fixed boundaries, so that a chunk is the same chunk in the next run."""

import hashlib
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, Self

import zstandard

from inferlog.errors import InvalidInput

CHUNK_LINES: Final = 1_000
CHUNK_BYTES: Final = 4_000_000
_BLOCK: Final = 1 << 20
_SLICE: Final = 4096  # what is inflated in one go: zstd makes up to 128 kB of 4 bytes


class Chunk(NamedTuple):
    """Some successive lines that are not empty: their numbers (from 1), a name that says which they are, the lines."""

    numbers: list[int]
    name: str
    lines: list[bytes]

    @property
    def first_line(self) -> int:
        """Return the number of the first of them."""
        return self.numbers[0]


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
                yield from _inflate(chain((first,), rest), lambda: zlib.decompressobj(31))
            elif first.startswith(b"\x28\xb5\x2f\xfd"):
                yield from _inflate(chain((first,), rest), zstandard.ZstdDecompressor().decompressobj)
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
    numbers: list[int] = []
    size = 0
    for number, line in enumerate(_lines(source.blocks()), 1):
        if not line.strip():
            continue
        numbers.append(number)
        lines.append(line)
        size += len(line)
        if len(lines) >= CHUNK_LINES or size >= CHUNK_BYTES:
            yield _chunk(numbers, lines)
            lines, numbers, size = [], [], 0
    if lines:
        yield _chunk(numbers, lines)


def _chunk(numbers: list[int], lines: list[bytes]) -> Chunk:
    digest = hashlib.sha256()  # the fastest where the processor has instructions for it: half of BLAKE2's time
    for line in lines:
        digest.update(line)
        digest.update(b"\n")
    return Chunk(numbers, f"import-{numbers[0]}-{digest.hexdigest()[:32]}", lines)


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


def _inflate(blocks: Iterator[bytes], new_member: Callable[[], Any]) -> Iterator[bytes]:
    """Yield the content of all gzip members or zstd frames, in blocks."""
    member = None
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        view, position = memoryview(block), 0
        while position < len(view):
            member = member or new_member()
            piece = view[position : position + _SLICE]
            parts.append(member.decompress(piece))
            position += len(piece)
            size += len(parts[-1])
            if member.eof:
                position -= len(member.unused_data)
                member = None
            if size >= _BLOCK:
                yield b"".join(parts)
                parts, size = [], 0
    yield b"".join(parts)
    if member is not None:
        raise InvalidInput("The compressed data is broken: it ends too early")
