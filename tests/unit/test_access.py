"""Keys and projects: what is kept of a key, what it may do, and when it stops."""

import hashlib
from pathlib import Path

import pytest

from inferlog.access import Access
from inferlog.errors import InvalidInput, NotFound
from inferlog.model import SCOPES, Key
from tests.server import wait_for


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the keys are."""
    return tmp_path / "access.sqlite"


def everything_in(directory: Path) -> bytes:
    """Return the bytes of every file of a directory."""
    return b"".join(file.read_bytes() for file in sorted(directory.iterdir()))


def test_the_first_start_makes_a_project_and_a_key_once(path: Path) -> None:
    """bootstrap returns a key on a new file, and never again."""
    access = Access(path)
    secret = access.bootstrap()
    assert secret is not None
    key = access.find(secret.encode())
    assert key is not None
    assert (key.prefix, key.name, key.project_name, key.environment) == (secret[:8], "first", "default", "prod")
    assert key.scopes == SCOPES
    assert access.bootstrap() is None
    access.close()
    again = Access(path)
    assert again.bootstrap() is None
    assert again.bootstrap("another-key-altogether") is None
    assert again.find(b"another-key-altogether") is None
    assert again.find(secret.encode()) == key
    assert [listed.prefix for listed in again.list_keys()] == [secret[:8]]
    again.close()


def test_the_first_key_can_be_given(path: Path) -> None:
    """INFERLOG_BOOTSTRAP_KEY is the first key itself."""
    access = Access(path)
    assert access.bootstrap("my-own-first-key") == "my-own-first-key"
    key = access.find(b"my-own-first-key")
    assert key is not None
    assert key.prefix == "my-own-f"
    access.close()


def test_the_secret_is_not_in_the_file(path: Path) -> None:
    """Kept is the hash and eight visible characters; neither the key nor its secret part is on the disk."""
    access = Access(path)
    secret = access.bootstrap()
    assert secret is not None
    for content in (everything_in(path.parent), str(access.list_keys()).encode()):
        assert secret.encode() not in content
        assert secret.split(".")[1].encode() not in content
        assert secret[9:20].encode() not in content
    assert hashlib.sha256(secret.encode()).hexdigest().encode() in everything_in(path.parent)
    access.close()
    assert secret[9:20].encode() not in everything_in(path.parent)


@pytest.mark.parametrize("guess", ["", "x", "PREFIX", "SECRET", "CASE", "SPACE", "HASH", "' OR 1=1 --", "é"])
def test_only_the_whole_key_is_found(path: Path, guess: str) -> None:
    """Its prefix, its hash, another case, a space too many: no key."""
    access = Access(path)
    secret = access.bootstrap("abcdefgh.ijklmnopqrstuvwxyz")
    assert secret is not None
    forms = {
        "PREFIX": secret[:8], "SECRET": secret[9:], "CASE": secret.upper(), "SPACE": f" {secret}",
        "HASH": hashlib.sha256(secret.encode()).hexdigest(),
    }  # fmt: skip
    assert access.find(forms.get(guess, guess).encode()) is None
    access.close()


def test_a_key_has_the_project_environment_and_scopes_it_was_made_with(path: Path) -> None:
    """Keys of two projects are told apart; scopes are exactly those given, in their order."""
    access = Access(path)
    access.bootstrap()
    other = access.create_project("other")
    writer = access.create_key("other", name="ci", environment="test", scopes=("ingest",))
    reader = access.create_key("default", name="board", environment="prod", scopes=("admin", "read"))
    found, second = access.find(writer.encode()), access.find(reader.encode())
    assert found is not None
    assert second is not None
    assert (found.project_id, found.project_name, found.environment) == (other.id, "other", "test")
    assert (found.scopes, found.name, found.revoked_at) == (("ingest",), "ci", None)
    assert (second.scopes, second.project_id) == (("read", "admin"), access.project("default").id)
    assert second.project_id != found.project_id
    assert [key.name for key in access.list_keys()] == ["first", "ci", "board"]
    access.close()


def test_a_revoked_key_is_gone_at_once(path: Path) -> None:
    """The process that revokes does not find the key any more; the list shows when it was revoked."""
    access = Access(path)
    secret = access.bootstrap("abcdefgh.ijklmnopqrstuvwxyz")
    assert secret is not None
    assert access.find(secret.encode()) is not None
    assert access.revoke("abcdefgh").name == "first"
    assert access.find(secret.encode()) is None
    (listed,) = access.list_keys()
    assert listed.revoked_at is not None
    assert listed.revoked_at >= listed.created_at
    with pytest.raises(NotFound, match="no key with the prefix 'abcdefgh' that is not revoked"):
        access.revoke("abcdefgh")
    access.close()


def test_a_key_made_after_it_was_asked_for_is_found(path: Path) -> None:
    """That a key was unknown is not remembered past its making, in the same process."""
    access = Access(path)
    access.bootstrap()
    assert access.find(b"made-a-little-later") is None
    access.create_key("default", name="k", environment="prod", scopes=("read",), secret="made-a-little-later")
    assert access.find(b"made-a-little-later") is not None
    access.close()


def test_another_process_sees_a_new_and_a_revoked_key(path: Path) -> None:
    """A server that is running takes up what `inferlog keys` does to the file."""
    server, command = Access(path), Access(path)
    secret = server.bootstrap()
    assert secret is not None
    assert server.find(b"created-by-the-command") is None
    command.create_key("default", name="k", environment="prod", scopes=("read",), secret="created-by-the-command")
    command.revoke(secret[:8])

    def changed() -> bool:
        return server.find(secret.encode()) is None and server.find(b"created-by-the-command") is not None

    wait_for(changed, seconds=10)
    assert command.find(b"created-by-the-command") == server.find(b"created-by-the-command")
    server.close()
    command.close()


@pytest.mark.parametrize(
    "secret", ["short", "12345678901", "with a space in it", "umlaut-in-the-kéy", "tab\tin-the-key"]
)
def test_a_key_that_a_header_cannot_carry_is_refused(path: Path, secret: str) -> None:
    """A key of one's own has at least 12 printable ASCII characters."""
    access = Access(path)
    access.create_project("p")
    with pytest.raises(InvalidInput, match="at least 12 printable ASCII characters without spaces"):
        access.create_key("p", name="k", environment="prod", scopes=SCOPES, secret=secret)
    assert access.list_keys() == []
    access.close()


def test_names_are_unique_and_unknown_ones_are_told(path: Path) -> None:
    """A taken or empty project name, the same key twice, an unknown project: each says so."""
    access = Access(path)
    access.bootstrap("abcdefgh.ijklmnopqrstuvwxyz")
    with pytest.raises(InvalidInput, match="There is a project named 'default' already"):
        access.create_project(" default ")
    with pytest.raises(InvalidInput, match="The project's name is empty"):
        access.create_project("  ")
    with pytest.raises(NotFound, match="There is no project named 'nobody'; there are: default"):
        access.create_key("nobody", name="k", environment="prod", scopes=SCOPES)
    with pytest.raises(InvalidInput, match="This very key exists already"):
        access.create_key("default", name="k", environment="prod", scopes=SCOPES, secret="abcdefgh.ijklmnopqrstuvwxyz")
    access.close()


def test_a_prefix_that_several_keys_share_revokes_none(path: Path) -> None:
    """Rather none than the wrong one."""
    access = Access(path)
    access.bootstrap("abcdefgh.first-key")
    access.create_key("default", name="k", environment="prod", scopes=("read",), secret="abcdefgh.second-key")
    with pytest.raises(InvalidInput, match="2 keys share the prefix 'abcdefgh'; none was revoked"):
        access.revoke("abcdefgh")
    keys: list[Key | None] = [access.find(b"abcdefgh.first-key"), access.find(b"abcdefgh.second-key")]
    assert None not in keys
    access.close()
