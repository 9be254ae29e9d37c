"""Who calls: the key alone decides project and environment.

`Authorization: Bearer <key>` or `Api-Key <key>` is the API's own. Exporters of spans have others: `Basic` with the key
as password (Langfuse, with its secret key), the bare key (Logfire), or a header of their own.
"""

import base64
from collections.abc import Mapping
from typing import Final

from inferlog.access import Access
from inferlog.errors import Forbidden, Unauthorized
from inferlog.model import Key
from inferlog.model import Scope as KeyScope

_SCHEMES: Final = frozenset({b"bearer", b"api-key"})
_KEY_HEADERS: Final = (b"x-api-key", b"api_key", b"api-key")
"""Where a key is when there is no Authorization header: as Anthropic's clients, Phoenix's older ones and Azure's do."""
_HINT: Final = "send the header 'Authorization: Bearer <key>'; make a key with 'inferlog keys create'"


def authenticate(headers: Mapping[bytes, bytes], access: Access) -> Key:
    """Return the caller's key. Raises Unauthorized without one that is known."""
    for secret in _secrets(headers):
        key = access.find(secret)
        if key is not None:
            return key
    raise Unauthorized(f"Your API key is invalid or revoked: {_HINT}")


def _secrets(headers: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """Return what may be the key. Raises Unauthorized if there is nothing."""
    header = headers.get(b"authorization", b"").strip()
    if not header:
        given = next((headers[name] for name in _KEY_HEADERS if headers.get(name)), None)
        if given is None:
            raise Unauthorized(f"No API key came with the request: {_HINT}")
        return (given.strip(),)
    scheme, _, secret = header.partition(b" ")
    name = scheme.lower()
    if name in _SCHEMES and secret.strip():
        return (secret.strip(),)
    if name == b"basic" and secret.strip():
        return _basic(secret.strip())
    if name in _SCHEMES or name == b"basic" or secret:
        raise Unauthorized(f"The Authorization header is neither 'Bearer <key>' nor 'Api-Key <key>': {_HINT}")
    return (header,)


def _basic(encoded: bytes) -> tuple[bytes, ...]:
    """Return the password and the user name of HTTP's Basic scheme (RFC 7617): either may be the key."""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).partition(b":")
    except ValueError:
        raise Unauthorized(f"The Authorization header is no valid Basic scheme: {_HINT}") from None
    return tuple(each for each in (password, user) if each)


def require_scope(key: Key, needs: KeyScope) -> None:
    """Raise Forbidden if the key lacks the scope `needs`."""
    if needs not in key.scopes:
        raise Forbidden(
            f"The key {key.prefix}… has the scopes {', '.join(key.scopes) or 'none'}; this call needs {needs!r}"
        )
