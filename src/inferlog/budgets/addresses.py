"""Where webhooks may go: which addresses are written well, and which machines are reached.

A budget's owner need not own the machine that inferlog runs on. So a webhook never goes to link-local addresses (where
clouds keep their machines' credentials), and with `webhook_private_addresses` off to no private one. A name is looked
up once, and the connection is made to what was found and checked: a second look-up could find another machine.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from inferlog.errors import InvalidInput

_PORTS: Final = {"http": 80, "https": 443}
_URL_MAX: Final = 2_000
_SHOWN_MAX: Final = 80
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_UNREACHABLE: Final = tuple(
    ipaddress.ip_network(text) for text in ("0.0.0.0/8", "240.0.0.0/4", "169.254.0.0/16", "fe80::/10", "::/128")
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """An address to which no webhook goes; the text says why."""


class Target(NamedTuple):
    """Where a webhook goes: over TLS or not, the host as it was written, its port, and the path with the query."""

    secure: bool
    host: str
    port: int
    path: str


def check_url(url: str) -> Target:
    """Return where a URL leads. Raises InvalidInput if it is none for a webhook, whatever its host turns out to be."""
    problem = None
    parts = _split(url)
    if len(url) > _URL_MAX:
        problem = f"at most {_URL_MAX:,} characters"
    elif parts is None or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        problem = "an address in ASCII without spaces (write other characters as %XX, a host as xn--…)"
    elif parts.scheme not in _PORTS:
        problem = "an address that begins with https:// or http://"
    elif parts.username is not None or parts.password is not None:
        problem = "an address without user and password: the signature says who sends"
    elif parts.port == 0:
        problem = "an address with a port from 1 to 65535"
    elif "#" in url:
        problem = "an address without # and what follows it"
    elif not _HOST.fullmatch(parts.netloc.rpartition(":")[0] if _has_port(parts.netloc) else parts.netloc):
        problem = "an address with a host, e.g. https://example.com/budgets"
    if problem or parts is None or parts.hostname is None:
        shown = url if len(url) <= _SHOWN_MAX else f"{url[: _SHOWN_MAX - 3]}..."
        raise InvalidInput(f"webhook_url: expected {problem}, received: {shown}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, parts.port or _PORTS[parts.scheme], path)


def check_reachable(url: str, *, private: bool) -> None:
    """Raise InvalidInput if a URL names an IP address to which no webhook goes; a name is looked up at each sending."""
    host = check_url(url).host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    reason = why_not(address, private=private)
    if reason:
        raise InvalidInput(f"webhook_url: {reason}, received: {url[:_SHOWN_MAX]}")


def look_up(target: Target, *, private: bool) -> list[str]:
    """Return the IP addresses of a target's host to which a webhook may go. Raises Refused with the reason, OSError."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    texts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return _allowed(texts, private=private)


def _allowed(texts: Iterable[str], *, private: bool) -> list[str]:
    reasons = {text: why_not(ipaddress.ip_address(text), private=private) for text in texts}
    allowed = [text for text, reason in reasons.items() if reason is None]
    if not allowed:
        raise Refused("; ".join(reason for reason in reasons.values() if reason))
    return allowed


def why_not(address: Address, *, private: bool) -> str | None:
    """Return why no webhook goes to an address, or None if one may; `private` allows addresses that are not public."""
    if isinstance(address, ipaddress.IPv6Address):  # an IPv4 address in the clothes of IPv6 is that IPv4 address
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
        address = address.ipv4_mapped or address.sixtofour or inner or address
    if address.is_multicast or any(address in network for network in _UNREACHABLE):
        return f"no webhook goes to the address {address} (link-local, multicast or reserved)"
    if not private and not address.is_global:
        return f"no webhook goes to the private address {address} (the setting webhook_private_addresses is off)"
    return None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts


def _has_port(netloc: str) -> bool:
    return re.search(r":\d*$", netloc) is not None and not netloc.endswith("]")
