"""Tokens of an image by OpenAI's published rule of tiles, where its size is known.

https://platform.openai.com/docs/guides/images-vision#calculating-costs (2026-11). Models that count patches of 32
pixels are left out: what is billed differs from what is published (1.20 a patch against 1.62, community.openai.com).
"""

import base64
import binascii
import struct
from math import ceil
from typing import Final

from inferlog.counting.encodings import base_name

_RULES: Final = (
    ("gpt-4o-mini", 2833, 5667), ("gpt-4o", 85, 170), ("chatgpt-4o", 85, 170), ("gpt-4.1-mini", 0, 0),
    ("gpt-4.1-nano", 0, 0), ("gpt-4.1", 85, 170), ("gpt-4.5", 85, 170), ("gpt-4-turbo", 85, 170),
    ("gpt-4-vision", 85, 170), ("o1-mini", 0, 0), ("o3-mini", 0, 0), ("o1", 75, 150), ("o3", 75, 150),
)  # fmt: skip
"""Models, the tokens of any image, and of each tile in high detail; the first that a name begins with. 0: unknown."""
_LONGEST: Final = 2048
_SHORTEST: Final = 768
_TILE: Final = 512
_HEAD_CHARACTERS: Final = 131_072
"""How much of an image is looked at for its size: a JPEG has it behind its thumbnail."""


def image_tokens(model: str, url: str, detail: str) -> int | None:
    """Return the tokens of an image, given by a URL or a data URL and OpenAI's `detail`; None if they are unknown."""
    name = base_name(model)
    base, tile = next(((base, tile) for start, base, tile in _RULES if name.startswith(start)), (0, 0))
    if not base:
        return None
    if detail == "low":
        return base
    size = _size(url)
    return None if size is None else base + tile * _tiles(*size)


def _tiles(width: int, height: int) -> int:
    """Return how many tiles cover an image once it is scaled into 2048 by 2048 and its shorter side to 768."""
    scale = min(1.0, _LONGEST / max(width, height))
    scale *= min(1.0, _SHORTEST / (min(width, height) * scale))
    return ceil(round(width * scale) / _TILE) * ceil(round(height * scale) / _TILE)


def _size(url: str) -> tuple[int, int] | None:
    """Return width and height of an image in a data URL, of its first bytes."""
    if not url.startswith("data:image/"):
        return None
    head, _, text = url[:_HEAD_CHARACTERS].partition(";base64,")
    try:
        data = base64.b64decode(text[: len(text) // 4 * 4])
        size = _size_of(data)
    except (binascii.Error, ValueError, struct.error, IndexError):
        return None
    return size if head and size and min(size) > 0 else None


def _size_of(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return struct.unpack(">II", data[16:24])
    if data.startswith((b"GIF87a", b"GIF89a")):
        return struct.unpack("<HH", data[6:10])
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while data[position] == 0xFF:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
