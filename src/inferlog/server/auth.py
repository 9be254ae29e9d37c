"""Who calls: `Authorization: Bearer <key>` or `Api-Key <key>`. The key alone decides project and environment."""

from collections.abc import Mapping
from typing import Final

from inferlog.access import Access
from inferlog.errors import Forbidden, Unauthorized
from inferlog.model import Key
from inferlog.model import Scope as KeyScope

_SCHEMES: Final = frozenset({b"bearer", b"api-key"})
_HINT: Final = "send the header 'Authorization: Bearer <key>'; make a key with 'inferlog keys create'"


def authenticate(headers: Mapping[bytes, bytes], access: Access) -> Key:
    """Return the caller's key. Raises Unauthorized without one that is known."""
    header = headers.get(b"authorization", b"")
    scheme, _, secret = header.partition(b" ")
    if not header:
        raise Unauthorized(f"No API key came with the request: {_HINT}")
    if scheme.lower() not in _SCHEMES or not secret.strip():
        raise Unauthorized(f"The Authorization header is neither 'Bearer <key>' nor 'Api-Key <key>': {_HINT}")
    key = access.find(secret.strip())
    if key is None:
        raise Unauthorized(f"Your API key is invalid or revoked: {_HINT}")
    return key


def require_scope(key: Key, needs: KeyScope) -> None:
    """Raise Forbidden if the key lacks the scope `needs`."""
    if needs not in key.scopes:
        raise Forbidden(
            f"The key {key.prefix}… has the scopes {', '.join(key.scopes) or 'none'}; this call needs {needs!r}"
        )
