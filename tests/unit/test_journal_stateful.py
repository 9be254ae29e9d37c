"""The journal under any order of appends, repeats, drains, kills and torn tails: nothing lost, nothing twice."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from inferlog.errors import JournalFull
from inferlog.model import Entry
from tests.unit.rows import Opened, entry, open_journal, rows_of

names = st.sampled_from(["", "", "a", "b", "c", "d"])
BYTES_MAX = 3_000


class Journaled(RuleBasedStateMachine):
    """A journal, a store, and a model of what must be in one of them: every acknowledged row, once."""

    def __init__(self) -> None:
        """Begin with an empty data directory and an empty store."""
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="journal-"))
        self.opened: Opened = self._open()
        self.number = 0
        self.acknowledged: list[bytes] = []
        self.first: dict[str, str] = {}
        self.store: dict[str, list[bytes]] = {}
        self.aside: list[bytes] = []

    def _open(self) -> Opened:
        return open_journal(self.directory, bytes_max=BYTES_MAX, segment_bytes_max=400)

    def _batch(self, wanted: list[str]) -> list[Entry]:
        made = [entry(self.number + offset, name) for offset, name in enumerate(wanted)]
        self.number += len(wanted)
        return made

    @rule(wanted=st.lists(names, min_size=1, max_size=4))
    def append(self, wanted: list[str]) -> None:
        """Rows are acknowledged with their ids, a repeat with the first one's; or none of them is."""
        batch = self._batch(wanted)
        try:
            answers = self.opened.journal.append(batch)
        except JournalFull:
            assert self.opened.journal.size + 20 > BYTES_MAX - 400
            return
        first = dict(self.first)
        for each, name, answer in zip(batch, wanted, answers, strict=True):
            if name and name in first:
                assert answer == first[name]
                continue
            assert answer == each.log_id
            self.acknowledged.append(each.row)
            if name:
                first[name] = answer
        self.first = first

    @rule()
    def seal(self) -> None:
        """Close the active segment."""
        self.opened.journal.seal()

    @rule(crash=st.booleans())
    def drain(self, crash: bool) -> None:
        """Move the oldest segment into the store, as the writer does; a crash may come before it is discarded."""
        self.opened.journal.seal()
        pending = self.opened.journal.sealed()
        if pending:
            self.opened.identities.persist()
            self.store[pending[0].token] = rows_of(pending[0])  # the store knows a token that comes again
            if crash:
                self.kill()
            else:
                self.opened.journal.discard(pending[0])

    @precondition(lambda self: any(s.token not in self.store and s.rows > 1 for s in self.opened.journal.sealed()))
    @rule()
    def split(self) -> None:
        """Halve a segment that the store refuses."""
        segment = next(s for s in self.opened.journal.sealed() if s.token not in self.store and s.rows > 1)
        self.opened.identities.persist()
        assert [row for half in self.opened.journal.split(segment) for row in rows_of(half)]

    @precondition(lambda self: any(s.token not in self.store and s.rows == 1 for s in self.opened.journal.sealed()))
    @rule()
    def set_aside(self) -> None:
        """Put a row that the store refuses for ever out of the way."""
        self.opened.journal.seal()
        segment = next(s for s in self.opened.journal.sealed() if s.token not in self.store and s.rows == 1)
        self.opened.identities.persist()
        path = self.opened.journal.set_aside(segment, self.directory / "refused", "poison")
        self.opened.journal.discard(segment)
        self.aside += path.read_bytes().splitlines()

    @rule()
    def kill(self) -> None:
        """End without closing the journal, and start again."""
        self.opened.identities.close()
        self.opened = self._open()
        assert self.opened.journal.torn == []

    @rule(junk=st.binary(min_size=1, max_size=40))
    def power_cut(self, junk: bytes) -> None:
        """End in the middle of a commit that nobody was answered: some of its bytes are at the segment's end."""
        self.append(["", ""])
        self.opened.journal.seal()
        if not list((self.directory / "journal").glob("*.journal")):
            return
        newest = max((self.directory / "journal").glob("*.journal"))
        with newest.open("ab") as file:
            file.write(junk)
        self.opened.identities.close()
        self.opened = self._open()
        assert sum(torn.size for torn in self.opened.journal.torn) == len(junk)
        self.opened.journal.seal()
        for segment in self.opened.journal.sealed():  # drained, so that the next start has nothing torn
            self.opened.identities.persist()
            self.store[segment.token] = rows_of(segment)
            self.opened.journal.discard(segment)

    @rule()
    def restart(self) -> None:
        """End cleanly and start again."""
        self.opened.close()
        self.opened = self._open()
        assert self.opened.journal.torn == []

    @invariant()
    def nothing_is_lost_and_nothing_is_there_twice(self) -> None:
        """Store, journal and refused rows together are exactly what was acknowledged."""
        journal = self.opened.journal
        sealed = [segment for segment in journal.sealed() if segment.token not in self.store]
        found = [row for some in self.store.values() for row in some] + self.aside
        found += [row for segment in sealed for row in rows_of(segment)]
        active = max((self.directory / "journal").glob("*.journal"), default=None)
        names_of_sealed = {segment.path for segment in journal.sealed()}
        in_active = journal.rows - sum(segment.rows for segment in journal.sealed())
        assert (active is not None and active not in names_of_sealed) or in_active == 0
        rest = sorted(self.acknowledged)
        for row in found:
            rest.remove(row)
        assert len(rest) == in_active
        for name, first in self.first.items():
            assert self.opened.identities.find(name.encode().ljust(16, b".")) == bytes.fromhex(first)

    def teardown(self) -> None:
        """Drain everything: then the store and the refused rows alone are all."""
        self.opened.journal.seal()
        for segment in self.opened.journal.sealed():
            self.store[segment.token] = rows_of(segment)
        everything = [row for some in self.store.values() for row in some] + self.aside
        assert sorted(everything) == sorted(self.acknowledged)
        assert len(set(everything)) == len(everything)
        self.opened.close()
        shutil.rmtree(self.directory)


TestJournaled = Journaled.TestCase
TestJournaled.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
