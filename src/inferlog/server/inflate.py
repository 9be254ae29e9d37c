"""Compressed bodies, inflated no further than the limit: a small body must not become a large one unasked."""

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import zstandard

from inferlog.errors import InvalidInput, TooLarge, UnsupportedMediaType

_WINDOW_BYTES_MAX: Final = 32 * 1024 * 1024
_GZIP_OR_ZLIB: Final = 47
_RAW_DEFLATE: Final = -15
_SLICE_BYTES: Final = 512
"""What is inflated in one go. zstd makes up to 128 kB of 4 bytes, so 512 of them pass the limit by at most 16 MB."""


class _Member(Protocol):
    """One gzip member or zstd frame as it is inflated."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: memoryview, /) -> bytes: ...


def inflate(body: bytes, encoding: str, bytes_max: int) -> bytes:
    """Return the content of a body compressed with gzip, deflate or zstd. Raises TooLarge past `bytes_max` bytes."""
    name = encoding.strip().lower()
    try:
        if name in ("gzip", "x-gzip"):
            return _members(body, bytes_max, lambda: zlib.decompressobj(_GZIP_OR_ZLIB))
        if name == "deflate":
            try:
                return _members(body, bytes_max, lambda: zlib.decompressobj(_GZIP_OR_ZLIB))
            except zlib.error:  # many clients send bare deflate data under this name (RFC 9110 §8.4.1.2)
                return _members(body, bytes_max, lambda: zlib.decompressobj(_RAW_DEFLATE))
        if name == "zstd":
            return _members(
                body, bytes_max, zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES_MAX).decompressobj
            )
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise InvalidInput(f"The body is not valid {name}: {error}") from None
    raise UnsupportedMediaType(f"The content encoding {encoding!r} is not read here; use gzip, deflate, zstd or none")


def _members(body: bytes, bytes_max: int, new_member: Callable[[], _Member]) -> bytes:
    """Return the content of all members (gzip) or frames (zstd), one after the other.

    In slices, for what follows a member is copied when it ends: a million empty members took hours otherwise.
    """
    parts: list[bytes] = []
    room, position, view = bytes_max, 0, memoryview(body)
    while position < len(view):
        member = new_member()
        while not member.eof:
            if position == len(view):
                raise EOFError("the compressed data ends too early")
            piece = view[position : position + _SLICE_BYTES]
            position += len(piece)
            part = member.decompress(piece)
            room -= len(part)
            if room < 0:
                raise _bomb(bytes_max)
            if part:
                parts.append(part)
        position -= len(member.unused_data)
    return b"".join(parts)


def _bomb(bytes_max: int) -> TooLarge:
    return TooLarge(f"The body has more than {bytes_max:,} bytes once inflated; the limit is {bytes_max:,} bytes")
