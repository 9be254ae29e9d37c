"""Compressed bodies, inflated no further than the limit: a small body must not become a large one unasked."""

import io
import zlib
from typing import Final

import zstandard

from inferlog.errors import InvalidInput, TooLarge, UnsupportedMediaType

_WINDOW_BYTES_MAX: Final = 32 * 1024 * 1024
_GZIP_OR_ZLIB: Final = 47
_RAW_DEFLATE: Final = -15


def inflate(body: bytes, encoding: str, bytes_max: int) -> bytes:
    """Return the content of a body compressed with gzip, deflate or zstd. Raises TooLarge past `bytes_max` bytes."""
    name = encoding.strip().lower()
    try:
        if name in ("gzip", "x-gzip"):
            return _unzip(body, bytes_max, _GZIP_OR_ZLIB)
        if name == "deflate":
            try:
                return _unzip(body, bytes_max, _GZIP_OR_ZLIB)
            except zlib.error:  # many clients send bare deflate data under this name (RFC 9110 §8.4.1.2)
                return _unzip(body, bytes_max, _RAW_DEFLATE)
        if name == "zstd":
            return _unzstd(body, bytes_max)
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise InvalidInput(f"The body is not valid {name}: {error}") from None
    raise UnsupportedMediaType(f"The content encoding {encoding!r} is not read here; use gzip, deflate, zstd or none")


def _unzip(body: bytes, bytes_max: int, window_bits: int) -> bytes:
    parts: list[bytes] = []
    room = bytes_max + 1
    rest = body
    while rest:  # gzip allows several members one after the other
        member = zlib.decompressobj(window_bits)
        part = member.decompress(rest, room)
        room -= len(part)
        if room <= 0:
            raise _bomb(bytes_max)
        if not member.eof:
            raise EOFError("the compressed data ends too early")
        parts.append(part)
        rest = member.unused_data
        if window_bits != _GZIP_OR_ZLIB and rest:
            raise EOFError("there is data after the end")
    return b"".join(parts)


def _unzstd(body: bytes, bytes_max: int) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES_MAX).stream_reader(
        io.BytesIO(body), read_across_frames=True
    )
    content = reader.read(bytes_max + 1)
    if len(content) > bytes_max:
        raise _bomb(bytes_max)
    if body and not content:
        raise EOFError("the compressed data ends too early")
    return bytes(content)


def _bomb(bytes_max: int) -> TooLarge:
    return TooLarge(f"The body has more than {bytes_max:,} bytes once inflated; the limit is {bytes_max:,} bytes")
