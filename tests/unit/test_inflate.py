"""Compressed bodies: what is read, what is refused, and that none grows past the limit."""

import gzip
import zlib
from collections.abc import Callable
from typing import Final

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from inferlog.errors import InvalidInput, TooLarge, UnsupportedMediaType
from inferlog.server.inflate import inflate

TEXT = b'{"model":"gpt-4o","input":"' + bytes(range(32, 127)) * 40 + b'"}'
LIMIT = 10_000_000
MB = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    """Return bare deflate data, as many clients send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zstd(data: bytes) -> bytes:
    """Return one zstd frame."""
    return zstandard.ZstdCompressor().compress(data)


def gzipped(data: bytes) -> bytes:
    """Return one gzip member."""
    return gzip.compress(data, mtime=0)


Pack = Callable[[bytes], bytes]
PACKERS: Final[list[tuple[str, Pack]]] = [
    ("gzip", gzipped),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("zstd", zstd),
]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzipped(TEXT)),
        ("GZip", gzipped(TEXT)),
        (" x-gzip ", gzipped(TEXT)),
        ("gzip", gzipped(TEXT[:100]) + gzipped(b"") + gzipped(TEXT[100:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("zstd", zstd(TEXT)),
        ("zstd", zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)),
        ("zstd", zstd(TEXT[:100]) + zstd(b"") + zstd(TEXT[100:])),
        ("zstd", b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + zstd(TEXT)),
    ],
    ids=[
        "gzip",
        "case",
        "x-gzip",
        "gzip members",
        "zlib",
        "raw deflate",
        "zstd",
        "no size",
        "zstd frames",
        "skippable",
    ],
)
def test_a_compressed_body_is_inflated(encoding: str, body: bytes) -> None:
    """gzip of one or several members, zlib and bare deflate, zstd of one or several frames."""
    assert inflate(body, encoding, LIMIT) == TEXT


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(PACKERS), st.binary(max_size=3000), st.integers(1, 50))
def test_any_body_comes_back_whole(packer: tuple[str, Pack], data: bytes, times: int) -> None:
    """Any bytes in any encoding come back as themselves."""
    encoding, pack = packer
    assert inflate(pack(data * times), encoding, LIMIT) == data * times


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_a_body_cut_anywhere_is_refused(encoding: str, pack: Pack) -> None:
    """No beginning of a compressed body passes for all of it."""
    body = pack(TEXT)
    for size in range(1, len(body)):
        with pytest.raises(InvalidInput):
            inflate(body[:size], encoding, LIMIT)


def test_a_large_cut_body_is_refused() -> None:
    """A body of many blocks, cut between them, is not taken for its first part."""
    noise = zlib.compress(TEXT) * 300
    for encoding, pack in PACKERS:
        body = pack(noise)
        with pytest.raises(InvalidInput, match=r"is not valid (gzip|deflate|zstd): "):
            inflate(body[: len(body) // 2], encoding, LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("body", [b'{"model":"m"}', b"\x00" * 50, b"\xff" * 50])
def test_garbage_is_refused_with_the_encodings_name(encoding: str, body: bytes) -> None:
    """A body that is not what its header says."""
    with pytest.raises(InvalidInput, match=f"^The body is not valid {encoding}: "):
        inflate(body, encoding, LIMIT)


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_data_after_the_end_is_refused(encoding: str, pack: Pack) -> None:
    """What follows must be another member or frame."""
    with pytest.raises(InvalidInput):
        inflate(pack(TEXT) + b"garbage", encoding, LIMIT)


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_the_limit_is_exact(encoding: str, pack: Pack) -> None:
    """A body of just the limit passes, one byte more does not."""
    assert len(inflate(pack(TEXT), encoding, len(TEXT))) == len(TEXT)
    with pytest.raises(TooLarge, match=f"^The body has more than {len(TEXT) - 1:,} bytes once inflated"):
        inflate(pack(TEXT), encoding, len(TEXT) - 1)


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzipped(bytes(20 * MB))),
        ("gzip", gzipped(bytes(MB)) * 20),
        ("deflate", zlib.compress(bytes(20 * MB))),
        ("deflate", raw_deflate(bytes(20 * MB))),
        ("zstd", zstd(bytes(50 * MB))),
        ("zstd", zstd(bytes(MB)) * 20),
    ],
    ids=["gzip", "gzip members", "zlib", "raw deflate", "zstd", "zstd frames"],
)
def test_a_bomb_is_refused(encoding: str, bomb: bytes) -> None:
    """A small body that would become a large one is refused with the limit, in one piece or in many."""
    with pytest.raises(TooLarge, match="the limit is 5,000,000 bytes"):
        inflate(bomb, encoding, 5 * MB)


@pytest.mark.parametrize(("encoding", "nothing"), [("gzip", gzipped(b"")), ("zstd", zstd(b""))], ids=["gzip", "zstd"])
def test_many_empty_members_take_time_in_proportion(encoding: str, nothing: bytes) -> None:
    """A hundred thousand empty members are read one after the other, without copying what follows each time."""
    assert inflate(nothing * 100_000, encoding, LIMIT) == b""


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip", "utf-8", ""])
def test_an_unknown_encoding_is_named(encoding: str) -> None:
    """What is not read here is said, with what is."""
    with pytest.raises(UnsupportedMediaType) as refused:
        inflate(b"x", encoding, LIMIT)
    assert str(refused.value) == (
        f"The content encoding {encoding!r} is not read here; use gzip, deflate, zstd or none"
    )


def test_a_window_too_large_to_hold_is_refused() -> None:
    """A zstd frame may ask for gigabytes of memory before the first byte: it does not get them."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(TEXT) + packer.flush()
    with pytest.raises(InvalidInput, match=r"^The body is not valid zstd: "):
        inflate(body, "zstd", LIMIT)
