"""New ids, derived ids and the clock: the only randomness and the only `now` of the program."""

import base64
import hashlib
import random
import re
import secrets
import time
import uuid
from typing import Final

_HEX_ID: Final = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def now() -> float:
    """Return the time now, in seconds since 1970 UTC, with microseconds."""
    return round(time.time(), 6)


def log_id(timestamp: float) -> str:
    """Return a new UUIDv7 as 32 hex digits, carrying `timestamp` (seconds; RFC 9562 §5.7).

    An id carries the log's own time, not the time of arrival, so that ids sort as logs do.
    """
    tail = (_draw(80) & 0x0FFF_3FFF_FFFF_FFFF_FFFF) | 0x7000_8000_0000_0000_0000
    return f"{int(timestamp * 1000) & 0xFFFF_FFFF_FFFF:012x}{tail:020x}"


def derived_log_id(timestamp: float, identity: bytes) -> str:
    """Return the UUIDv7 of a log that is known by its identity (16 bytes): the same one each time it is sent."""
    tail = (int.from_bytes(identity[:10]) & 0x0FFF_3FFF_FFFF_FFFF_FFFF) | 0x7000_8000_0000_0000_0000
    return f"{int(timestamp * 1000) & 0xFFFF_FFFF_FFFF:012x}{tail:020x}"


def time_of(log_id: str) -> int:
    """Return the time that a log's id carries, in microseconds since 1970 UTC; 0 for an id that is no UUIDv7."""
    return int(log_id[:12], 16) * 1000 if log_id[12] == "7" else 0


# Seeded by the system. A log's id has to be unique, it guards nothing; and a system call a log cost 9 µs.
_draw: Final = random.Random().getrandbits


def read_uuid(text: str) -> str | None:
    """Return a UUID or 32 hex digits as 32 lower-case hex digits, or None if `text` is neither."""
    return text.replace("-", "").lower() if _HEX_ID.fullmatch(text) else None


def identity(project_id: str, kind: str, *parts: str) -> bytes:
    """Return the 16 bytes that stand for one log of one project, however often it is sent.

    The parts are length-prefixed so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in (project_id, kind, *parts):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4))
        digest.update(encoded)
    return digest.digest()


def new_uuid() -> str:
    """Return a random UUID in its dashed form, for what is no log: projects."""
    return str(uuid.uuid4())


def new_key() -> str:
    """Return a new API key, `prefix(8).secret(32)`, the shape that the vendor's clients know (dossier §1.11)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    draw = "".join(secrets.choice(alphabet) for _ in range(40))
    return f"{draw[:8]}.{draw[8:]}"


def new_webhook_secret() -> str:
    """Return a new secret that signs webhooks: 32 random bytes in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
