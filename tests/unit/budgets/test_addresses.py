"""Where webhooks may go: addresses as they are written, and the machines behind them."""

import ipaddress

import pytest

from inferlog.budgets.addresses import Refused, Target, check_reachable, check_url, look_up, why_not
from inferlog.errors import InvalidInput


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", Target(True, "example.com", 443, "/")),
        ("http://example.com/hooks/1?a=b&c=%20", Target(False, "example.com", 80, "/hooks/1?a=b&c=%20")),
        ("HTTPS://Example.COM:8443/x", Target(True, "example.com", 8443, "/x")),
        ("http://[::1]:8080/x", Target(False, "::1", 8080, "/x")),
        ("https://xn--bcher-kva.example/", Target(True, "xn--bcher-kva.example", 443, "/")),
        ("http://localhost?x", Target(False, "localhost", 80, "/?x")),
    ],
)
def test_an_address_is_taken_apart(url: str, target: Target) -> None:
    """Scheme, host, port and path with the query; what is left out has its default."""
    assert check_url(url) == target


@pytest.mark.parametrize(
    "url",
    ["", "example.com/x", "ftp://example.com", "file:///etc/passwd", "http://", "http:///x", "https://a b.com/",
     "https://user:secret@example.com/", "https://@example.com/", "https://example.com/#part", "https://example.com:http/",
     "https://example.com:0/", "https://example.com:70000/", "https://bücher.example/", "https://example.com/\r\nX: y",
     "http://[::1", "http://[fe80::1%25eth0]/", "http://exa mple.com/", "http://a\\b/",
     "http://example.com/" + "x" * 2_000,
     "javascript:alert(1)", "http://ex{ample}.com/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    """With the field, what is expected, and the address as it came, cut short."""
    with pytest.raises(InvalidInput, match=r"^webhook_url: expected (an address|at most)") as refused:
        check_url(url)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("address", "always", "without_private"),
    [
        ("93.184.216.34", True, True), ("2606:2800:220:1:248:1893:25c8:1946", True, True),
        ("127.0.0.1", True, False), ("10.1.2.3", True, False), ("172.16.0.1", True, False),
        ("192.168.0.1", True, False), ("100.64.0.1", True, False), ("::1", True, False), ("fd00::1", True, False),
        ("::ffff:127.0.0.1", True, False), ("2002:7f00:1::", True, False),
        ("64:ff9b::7f00:1", True, False), ("64:ff9b::a9fe:a9fe", False, False),
        ("169.254.169.254", False, False), ("::ffff:169.254.169.254", False, False), ("fe80::1", False, False),
        ("0.0.0.0", False, False), ("::", False, False), ("224.0.0.1", False, False), ("ff02::1", False, False),
        ("255.255.255.255", False, False), ("240.0.0.1", False, False),
    ],
)  # fmt: skip
def test_which_machines_are_reached(address: str, always: bool, without_private: bool) -> None:
    """Never link-local, multicast or reserved ones; private ones if they are allowed, also in the form of IPv6."""
    assert (why_not(ipaddress.ip_address(address), private=True) is None) is always
    assert (why_not(ipaddress.ip_address(address), private=False) is None) is without_private


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://0.0.0.0:80/"])
def test_an_address_that_is_never_reached_is_refused_at_once(url: str) -> None:
    """A literal IP address needs no look-up."""
    with pytest.raises(InvalidInput, match="webhook_url: no webhook goes to the address"):
        check_reachable(url, private=True)


def test_a_private_address_is_refused_where_they_are_not_allowed() -> None:
    """At once if it is written as such, when it is looked up if it is a name; the reason names the setting."""
    check_reachable("http://127.0.0.1:80/", private=True)
    check_reachable("http://localhost:80/", private=False)
    with pytest.raises(InvalidInput, match="webhook_private_addresses is off"):
        check_reachable("http://127.0.0.1:80/", private=False)
    assert "127.0.0.1" in look_up(check_url("http://localhost:80/"), private=True)
    for spelled in ("localhost", "127.1", "2130706433", "0x7f000001"):
        with pytest.raises(Refused, match="webhook_private_addresses is off"):
            look_up(check_url(f"http://{spelled}:80/"), private=False)
