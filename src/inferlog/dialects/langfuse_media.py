"""Langfuse's media: a file that its SDKs take out of a message and upload apart → a piece of the span it belongs to.

In the message stays a reference, `@@@langfuseMedia:type=image/png|id=…|source=base64_data_uri@@@`. The id is made of
the file's SHA-256, by the SDK (langfuse/media.py, 2.60 and 5.0) and here alike.
"""

import base64
import hashlib
import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from inferlog.errors import InvalidInput
from inferlog.jsontext import dumps
from inferlog.model import Log, Sent

MEDIA: Final = "langfuse_media"
"""Where a log keeps its files, by media id: {"content_type", "field", "data"}, data in base64."""
REFERENCE: Final = re.compile(r"@@@langfuseMedia:type=([^|@\"\\]{1,100})\|id=([A-Za-z0-9_-]{1,64})\|source=\w{1,40}@@@")

_Name = Annotated[str, Meta(min_length=1, max_length=1_000)]


class File(msgspec.Struct, frozen=True):
    """A file as a log keeps it: its media type, its bytes in base64, and in which field of the log it was."""

    content_type: str
    data: str
    field: str = ""


class Upload(msgspec.Struct, frozen=True, rename="camel"):
    """What an SDK says of a file before it uploads it."""

    trace_id: _Name
    content_type: Annotated[str, Meta(pattern=r"^[\w.+-]{1,50}/[\w.+-]{1,80}$")]
    sha256_hash: Annotated[str, Meta(min_length=43, max_length=44)]
    content_length: Annotated[float, Meta(ge=0)]
    observation_id: _Name | None = None
    field: str = ""

    @property
    def media_id(self) -> str:
        """Return the file's id, as the SDK has it."""
        return self.sha256_hash.replace("+", "-").replace("/", "_")[:22]


def decode(text: bytes) -> Upload:
    """Return what an SDK wants to upload. Raises InvalidInput naming the field."""
    try:
        return msgspec.json.decode(text, type=Upload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(f"Invalid media request: {error}") from None


def to_sent(upload: Upload, content: bytes) -> Sent:
    """Return the piece of a span that a file is. Raises InvalidInput if it is not the file that was announced."""
    found = base64.b64encode(hashlib.sha256(content).digest()).decode()
    if found.rstrip("=") != upload.sha256_hash.rstrip("="):
        raise InvalidInput(f"The upload's SHA-256 is {found}; expected {upload.sha256_hash}, as was announced")
    file = File(upload.content_type, base64.b64encode(content).decode(), upload.field)
    span_id = upload.observation_id or upload.trace_id  # a trace is the log whose span has its id
    log = Log(trace_unique_id=upload.trace_id, span_unique_id=span_id, status="running")
    return Sent(log=log, extra={MEDIA: msgspec.Raw(dumps({upload.media_id: file}))})


def read_media(raw: msgspec.Raw) -> dict[str, File]:
    """Return the files that a log keeps, by media id; none if a client's own field of that name is something else."""
    try:
        return msgspec.json.decode(raw, type=dict[str, File])
    except msgspec.DecodeError:
        return {}


def embed(text: str, media: dict[str, File]) -> str:
    """Return text with each reference to one of these files replaced by the file, as a data URL."""

    def url(found: re.Match[str]) -> str:
        file = media.get(found[2])
        return found[0] if file is None else f"data:{file.content_type};base64,{file.data}"

    return REFERENCE.sub(url, text)
