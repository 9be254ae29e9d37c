"""Webhooks: signed so that the reference library takes them, and sent once within a bounded time."""

import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import trustme
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from inferlog import ids
from inferlog.budgets.webhooks import Answer, Sender, signed_headers
from tests.receiver import Receiver
from tests.server import wait_for
from tests.unit.budgets.samples import SECRET

BODY = b'{"type": "budget.test", "data": {"name": "\xc3\xbc"}}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as running:
        yield running


def send(url: str, *, seconds_max: float = 5.0, private: bool = True) -> Answer:
    """Send the body once."""
    return Sender(seconds_max=seconds_max, private=private).send("evt_1", url, SECRET, BODY)


def test_the_signature_is_the_specifications() -> None:
    """The worked example of Standard Webhooks' libraries."""
    body = b'{"test": 2432232314}'
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", body, SECRET, 1614265330.9)
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_library_takes_a_webhook_and_refuses_a_changed_one(receiver: Receiver) -> None:
    """As it came over HTTP; body, id and time are all signed, and another secret's signature is none."""
    assert send(receiver.url) == Answer()
    [got] = receiver.received
    assert (got.path, got.body, got.id) == ("/hooks?of=budgets", BODY, "evt_1")
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    Webhook(SECRET).verify(got.body, dict(got.headers))
    for body, headers, secret in (
        (got.body + b" ", {}, SECRET),
        (got.body, {"webhook-id": "evt_2"}, SECRET),
        (got.body, {"webhook-timestamp": str(int(ids.now()) + 9)}, SECRET),
        (got.body, {}, ids.new_webhook_secret()),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, {**got.headers, **headers})


def test_the_vendors_signature_is_of_the_body_keyed_with_the_secret_as_it_is_shown(receiver: Receiver) -> None:
    """Hexadecimal, under both of its names."""
    send(receiver.url)
    [got] = receiver.received
    expected = hmac.new(SECRET.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-keywordsai-signature"] == got.headers["x-respan-signature"] == expected


def test_a_new_secret_has_the_specified_form() -> None:
    """At least 24 random bytes, and each another one."""
    first, second = ids.new_webhook_secret(), ids.new_webhook_secret()
    assert first != second
    assert len(Webhook(first)._whsecret) == 32


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Answer()),
        (204, {}, Answer()),
        (299, {}, Answer()),
        (302, {"Location": "/elsewhere"},
         Answer("answered 302 (redirects are not followed: give the address itself)")),
        (400, {}, Answer("answered 400")),
        (410, {}, Answer("answered 410", gone=True)),
        (429, {"Retry-After": "120"}, Answer("answered 429", retry_after=120.0)),
        (503, {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}, Answer("answered 503", retry_after=0.0)),
        (503, {"Retry-After": "soon"}, Answer("answered 503")),
        (503, {"Retry-After": "1" * 400}, Answer("answered 503")),
    ],
)  # fmt: skip
def test_only_a_2xx_is_taken_for_delivered(
    receiver: Receiver, status: int, headers: dict[str, str], expected: Answer
) -> None:
    """Every other status says what it was; a redirect is not followed; Retry-After is read in both its forms."""
    receiver.status, receiver.headers = status, headers
    assert send(receiver.url) == expected
    assert len(receiver.received) == 1


def test_where_nobody_listens_the_reason_is_said() -> None:
    """A refused connection, and a host that no name server knows."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        answer = send(f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert answer.problem == "cannot be reached within 5 s: [Errno 111] Connection refused"
    assert send(f"http://{'x' * 64}.example/").problem.startswith("cannot be reached within 5 s: ")


def test_a_private_address_is_not_connected_to_where_they_are_not_allowed(receiver: Receiver) -> None:
    """Also by its name."""
    for host in ("127.0.0.1", "localhost"):
        answer = send(f"http://{host}:{receiver.port}/", private=False)
        assert "(the setting webhook_private_addresses is off)" in answer.problem
    assert receiver.received == []


@pytest.mark.parametrize(
    ("scheme", "drip"),
    [("http", b""), ("http", b"HTTP/1.1 2"), ("http", b"no http at all"), ("https", b""),
     ("https", b"\x16\x03\x03\x40\x00")],
)  # fmt: skip
def test_a_receiver_that_does_not_answer_is_left(scheme: str, drip: bytes) -> None:
    """Silent or with a byte now and then, also within TLS's handshake: the attempt ends when its time is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener, drip), daemon=True).start()
        answer = send(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/", seconds_max=0.3)
    assert answer.problem.startswith("cannot be reached within 0.3 s: ")


def _drip(listener: socket.socket, first: bytes) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(first)
        while not first:
            if connection.recv(65_536) == b"":
                return
        pause = threading.Event()
        while not pause.wait(0.02):
            connection.sendall(b"x")


def test_an_attempt_under_way_can_be_broken_off(receiver: Receiver) -> None:
    """Then it is a failure, at once."""
    receiver.hold()
    sender = Sender(seconds_max=60, private=True)
    answers: list[Answer] = []
    sending = threading.Thread(target=lambda: answers.append(sender.send("evt_1", receiver.url, SECRET, BODY)))
    sending.start()
    receiver.wait(1)
    sender.abort()
    wait_for(lambda: answers)
    sending.join()
    assert answers[0].problem


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority whose certificates nobody trusts unless told to."""
    return trustme.CA()


def _receiver_of(authority: trustme.CA, host: str) -> Receiver:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return Receiver(tls=context)


def test_a_certificate_is_verified(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of an unknown authority or of another host is refused; one of a trusted authority for this host is taken."""
    with _receiver_of(authority, "localhost") as good, _receiver_of(authority, "example.com") as other:
        assert "CERTIFICATE_VERIFY_FAILED" in send(good.url).problem
        bundle = tmp_path_factory.mktemp("authority") / "authority.pem"
        authority.cert_pem.write_to_path(bundle)
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        assert send(good.url) == Answer()
        assert good.received[0].headers["host"] == f"localhost:{good.port}"
        assert "Hostname mismatch" in send(other.url).problem or "doesn't match" in send(other.url).problem
        assert other.received == []
