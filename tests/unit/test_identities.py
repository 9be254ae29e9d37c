"""The index of identities: known in memory, known once persisted, for at least so many days."""

import sqlite3
import threading
from pathlib import Path

import pytest

from inferlog.identities import Identities

A, B, C = (letter * 16 for letter in (b"a", b"b", b"c"))
ONE, TWO, THREE = (bytes([number]) * 16 for number in (1, 2, 3))


def reopened(path: Path, identities: Identities, *, days: int = 30) -> Identities:
    """Close an index and open it again."""
    identities.close()
    return Identities(path, days=days)


def test_an_identity_is_known_once_remembered(tmp_path: Path) -> None:
    """In memory at once; nothing else is known."""
    identities = Identities(tmp_path / "i.sqlite", days=30)
    assert identities.find(A) is None
    identities.remember({A: ONE, B: TWO})
    identities.remember({})
    assert (identities.find(A), identities.find(B), identities.find(C)) == (ONE, TWO, None)
    identities.close()


def test_what_was_persisted_is_known_after_a_restart(tmp_path: Path) -> None:
    """And what was not, is not: the journal still has it."""
    path = tmp_path / "i.sqlite"
    identities = Identities(path, days=30)
    identities.remember({A: ONE})
    identities.persist()
    identities.remember({B: TWO})
    assert (identities.find(A), identities.find(B)) == (ONE, TWO)
    identities = reopened(path, identities)
    assert (identities.find(A), identities.find(B)) == (ONE, None)
    identities.close()


def test_the_first_id_stays(tmp_path: Path) -> None:
    """Persisting again, as after a crash between persisting and draining, changes nothing."""
    path = tmp_path / "i.sqlite"
    identities = Identities(path, days=30)
    for log_id in (ONE, TWO):
        identities.remember({A: log_id})
        identities.persist()
    identities.persist()
    assert identities.find(A) == ONE
    identities.close()


def test_an_identity_outlives_one_generation_and_not_two(tmp_path: Path) -> None:
    """With generations of no length: the one before is still known, the one before that is gone."""
    path = tmp_path / "i.sqlite"
    identities = Identities(path, days=0)
    known = []
    for identity, log_id in ((A, ONE), (B, TWO), (C, THREE)):
        identities.remember({identity: log_id})
        identities.persist()
        identities = reopened(path, identities, days=0)
        known.append([identities.find(each) is not None for each in (A, B, C)])
    assert known == [[True, False, False], [True, True, False], [False, True, True]]
    identities.close()


def test_within_its_days_a_generation_is_not_dropped(tmp_path: Path) -> None:
    """However often it persists, nothing goes before its time."""
    identities = Identities(tmp_path / "i.sqlite", days=1)
    for number in range(20):
        identities.remember({bytes([number]) * 16: ONE})
        identities.persist()
    assert all(identities.find(bytes([number]) * 16) == ONE for number in range(20))
    identities.close()


def test_a_failed_persist_forgets_nothing(tmp_path: Path) -> None:
    """While another holds the file, persisting raises and what was remembered stays; later it goes through."""
    path = tmp_path / "i.sqlite"
    identities = Identities(path, days=30)
    identities.remember({A: ONE})
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("DROP TABLE current")
    with pytest.raises(sqlite3.OperationalError):
        identities.persist()
    other.execute("CREATE TABLE current (identity BLOB PRIMARY KEY, log_id BLOB NOT NULL) WITHOUT ROWID")
    other.close()
    assert identities.find(A) == ONE
    identities.persist()
    identities = reopened(path, identities)
    assert identities.find(A) == ONE
    identities.close()


def test_threads_find_and_persist_at_the_same_time(tmp_path: Path) -> None:
    """An identity is known at every moment from when it was remembered, also while it moves to the disk."""
    identities = Identities(tmp_path / "i.sqlite", days=30)
    made = [number.to_bytes(16) for number in range(300)]
    missing: list[bytes] = []
    done = threading.Event()

    def persist() -> None:
        while not done.is_set():
            identities.persist()

    thread = threading.Thread(target=persist)
    thread.start()
    for count, identity in enumerate(made, 1):
        identities.remember({identity: identity})
        missing += [each for each in made[max(0, count - 5) : count] if identities.find(each) != each]
    done.set()
    thread.join()
    assert missing == []
    identities.close()


def test_identities_of_logs_are_forgotten(tmp_path: Path) -> None:
    """Those in memory, in both generations and at both ends of their range; others stay, across a restart, too."""
    index = Identities(tmp_path / "identities.db", days=30)
    known = {bytes([first]) + bytes(15): bytes([first]) * 16 for first in (0, 1, 127, 254, 255)}
    index.remember(known)
    index.persist()
    late, kept = b"l" * 16, b"k" * 16
    index.remember({late: b"L" * 16, kept: b"K" * 16})
    gone = [bytes([first]) * 16 for first in (0, 127, 255)]
    assert index.forget([[log_id.hex() for log_id in gone], [(b"L" * 16).hex()]]) == 3
    found = {identity: index.find(identity) for identity in (*known, late, kept)}
    assert [identity[0] for identity, log_id in found.items() if log_id is None] == [0, 127, 255, late[0]]
    index.release([kept, bytes([1]) + bytes(15)])
    assert (index.find(kept), index.find(bytes([1]) + bytes(15))) == (None, None)
    index.close()
    again = Identities(tmp_path / "identities.db", days=30)
    assert again.find(bytes([254]) + bytes(15)) == bytes([254]) * 16
    assert again.find(bytes(16)) is None
    again.close()
