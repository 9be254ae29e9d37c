"""Handlers of Langfuse's media: an address to upload to, the upload, and the SDK's word that it is done.

The SDKs upload without a key, to a signed address as object storage gives it; the signature carries whose it is.
"""

import secrets
from typing import Any, Final

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from inferlog import jsontext
from inferlog.dialects import langfuse_media
from inferlog.dialects.langfuse_media import Upload
from inferlog.errors import Forbidden, TooLarge
from inferlog.ingest import Piece
from inferlog.model import ItemError, Key
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.paging import origin
from inferlog.server.pieces import refused, store_pieces

_UPLOAD_SECONDS_MAX: Final = 3_600
_signer: Final = URLSafeTimedSerializer(secrets.token_bytes(32), salt="langfuse-media")
"""Signed by this process alone: an upload follows its announcement within seconds, and is announced again otherwise."""


async def announce_media(call: Call) -> Reply:
    """Answer where a file may be uploaded."""
    body = await call.json(call.settings.log_bytes_max)
    upload = langfuse_media.decode(jsontext.check(body))
    if upload.content_length > call.settings.log_bytes_max:
        raise TooLarge(
            f"contentLength: the file has {upload.content_length:,.0f} bytes; the limit log_bytes_max is "
            f"{call.settings.log_bytes_max:,}"
        )
    token = _signer.dumps([msgspec.to_builtins(call.key), msgspec.to_builtins(upload)])
    address = f"{origin(call)}/api/public/media/{upload.media_id}/content?token={token}"
    return json_reply({"mediaId": upload.media_id, "uploadUrl": address}, 201)


async def upload_media(call: Call) -> Reply:
    """Store a file with the log that it belongs to."""
    key, upload = _read_token(call.scope["query_string"].decode("latin-1").partition("token=")[2])
    call.key = key
    body = await call.body(call.settings.log_bytes_max)

    def decode(content: bytes) -> list[Piece | ItemError]:
        return [(langfuse_media.to_sent(upload, content), "fill")]

    errors = refused(await store_pieces(call, body, decode))
    if errors:
        raise TooLarge(errors[0].error)
    return json_reply({"mediaId": upload.media_id})


async def settle_media(call: Call) -> Reply:
    """Take the SDK's word that an upload is done; it says nothing new."""
    await call.body(call.settings.log_bytes_max)
    return json_reply({})


def _read_token(token: str) -> tuple[Key, Upload]:
    try:
        held: list[Any] = _signer.loads(token, max_age=_UPLOAD_SECONDS_MAX)
        return msgspec.convert(held[0], Key), msgspec.convert(held[1], Upload)
    except (BadSignature, UnicodeError) as error:
        raise Forbidden(f"The upload's address is not one that was given out, or is too old: {error}") from None
