"""The journal: what was appended is there after a restart, a repeat is the same log, limits hold."""

from pathlib import Path
from typing import Final

import msgspec
import pytest

from inferlog.errors import JournalFull, StorageFull
from inferlog.journal import Piece
from inferlog.model import Merging
from tests.unit.rows import entry, log_id, open_journal, rows, rows_of, waiting

MARK = b"import-chunk-one"


def test_what_was_appended_is_there_after_a_restart(tmp_path: Path) -> None:
    """Rows come back in their order, whether the journal was closed or not."""
    first = open_journal(tmp_path)
    assert first.journal.append([entry(1), entry(2)]) == [log_id(1), log_id(2)]
    first.journal.seal()
    assert first.journal.append([entry(3)]) == [log_id(3)]
    second = open_journal(tmp_path)  # as after a kill: nothing was closed
    assert (second.journal.rows, second.journal.torn) == (3, [])
    assert waiting(second.journal) == rows(1, 2, 3)
    assert second.journal.append([entry(4)]) == [log_id(4)]
    second.close()
    third = open_journal(tmp_path)
    assert waiting(third.journal) == rows(1, 2, 3, 4)
    third.close()
    first.identities.close()


def test_a_segment_is_discarded_once_and_never_comes_back(tmp_path: Path) -> None:
    """What the store has taken is gone, also after a restart; the rest stays in order."""
    opened = open_journal(tmp_path)
    for number in (1, 2, 3):
        opened.journal.append([entry(number)])
        opened.journal.seal()
    first, second, third = opened.journal.sealed()
    assert len({first.token, second.token, third.token}) == 3
    opened.journal.discard(second)
    opened.journal.discard(second)
    assert waiting(opened.journal) == rows(1, 3)
    opened.close()
    again = open_journal(tmp_path)
    assert [segment.token for segment in again.journal.sealed()] == [first.token, third.token]
    assert waiting(again.journal) == rows(1, 3)
    again.close()


def test_a_repeat_within_one_commit_is_the_first_ones_log(tmp_path: Path) -> None:
    """Of two rows with one identity one is stored, and both have its id; rows without are never the same."""
    opened = open_journal(tmp_path)
    batch = [entry(1, "a"), entry(2), entry(3, "a"), entry(2), entry(4, "b")]
    assert opened.journal.append(batch) == [log_id(1), log_id(2), log_id(1), log_id(2), log_id(4)]
    assert waiting(opened.journal) == rows(1, 2, 2, 4)
    opened.close()


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("drained", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_repeat_is_known_whatever_happened_since(
    tmp_path: Path, persisted: bool, drained: bool, restarted: bool
) -> None:
    """In the active segment, after a restart, after its row went to the store: the first one's id, and no row."""
    if drained and not persisted:  # the writer persists identities before it hands rows to the store
        persisted = True
    opened = open_journal(tmp_path)
    opened.journal.append([entry(1, "a")])
    if persisted:
        opened.identities.persist()
    if drained:
        opened.journal.seal()
        for segment in opened.journal.sealed():
            opened.journal.discard(segment)
    if restarted:
        opened.identities.close()
        opened = open_journal(tmp_path)
    assert opened.journal.append([entry(2, "a"), entry(3, "b")]) == [log_id(1), log_id(3)]
    assert waiting(opened.journal) == ([] if drained else rows(1)) + rows(3)
    opened.close()


def test_only_repeats_write_nothing(tmp_path: Path) -> None:
    """A commit of repeats alone costs no byte and moves no serial."""
    opened = open_journal(tmp_path)
    opened.journal.append([entry(1, "a")])
    before = (opened.journal.size, opened.journal.serial, opened.journal.rows)
    assert opened.journal.append([entry(2, "a")]) == [log_id(1)]
    assert opened.journal.append([]) == []
    assert (opened.journal.size, opened.journal.serial, opened.journal.rows) == before
    opened.close()


def test_a_mark_tells_that_a_commit_was_made(tmp_path: Path) -> None:
    """The mark of a commit is known after it and after a restart, with rows and without."""
    opened = open_journal(tmp_path)
    assert not opened.journal.knows(MARK)
    opened.journal.append([entry(1)], MARK)
    opened.journal.append([], b"import-chunk-two")
    assert opened.journal.knows(MARK)
    opened.identities.close()
    again = open_journal(tmp_path)
    assert again.journal.knows(MARK)
    assert again.journal.knows(b"import-chunk-two")
    assert not again.journal.knows(b"import-chunk-ten")
    assert waiting(again.journal) == rows(1)
    again.close()


@pytest.mark.parametrize("closed", [False, True])
def test_the_mark_of_a_commit_without_rows_lasts(tmp_path: Path, closed: bool) -> None:
    """A chunk of which every line is refused is known after a flush, a clean end or a kill, and later ones."""
    opened = open_journal(tmp_path)
    opened.journal.append([], MARK)
    opened.journal.seal()
    opened.journal.append([], b"import-chunk-two")
    opened.close() if closed else opened.identities.close()
    for _ in range(3):
        again = open_journal(tmp_path)
        assert again.journal.knows(MARK)
        assert again.journal.knows(b"import-chunk-two")
        assert (again.journal.rows, again.journal.torn) == (0, [])
        assert list((tmp_path / "journal").iterdir()) == []
        again.identities.close()


def test_a_full_journal_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    """At its limit nothing of a commit is taken or remembered; when rows have gone, it takes the same again."""
    opened = open_journal(tmp_path, bytes_max=200)
    assert opened.journal.append([entry(1, size=100)]) == [log_id(1)]
    before = (opened.journal.size, opened.journal.serial, opened.journal.rows)
    with pytest.raises(JournalFull, match=r"the journal is full: 1\d\d bytes wait, the limit journal_bytes_max is 200"):
        opened.journal.append([entry(2, "a", size=100)])
    assert (opened.journal.size, opened.journal.serial, opened.journal.rows) == before
    opened.journal.seal()
    (segment,) = opened.journal.sealed()
    opened.journal.discard(segment)
    assert opened.journal.append([entry(3, "a")]) == [log_id(3)]
    assert waiting(opened.journal) == rows(3)
    opened.close()


def test_sizes_and_rows_are_those_of_the_files(tmp_path: Path) -> None:
    """What the journal says waits is what is on the disk, before and after a restart."""
    opened = open_journal(tmp_path)
    assert (opened.journal.rows, opened.journal.size, opened.journal.oldest) == (0, 0, None)
    for number in range(5):
        opened.journal.append([entry(number), entry(number + 100)])
        if number % 2:
            opened.journal.seal()
    on_disk = sum(path.stat().st_size for path in (tmp_path / "journal").iterdir())
    assert (opened.journal.rows, opened.journal.size) == (10, on_disk)
    assert opened.journal.oldest is not None
    opened.close()
    again = open_journal(tmp_path)
    assert (again.journal.rows, again.journal.size) == (10, on_disk)
    again.close()


def test_a_segment_is_sealed_at_its_size_and_says_so(tmp_path: Path) -> None:
    """Past segment_bytes_max the segment is closed and whoever listens is told."""
    opened = open_journal(tmp_path, segment_bytes_max=300)
    told: list[int] = []
    opened.journal.on_sealed = lambda: told.append(opened.journal.serial)
    for number in range(6):
        opened.journal.append([entry(number, size=100)])
    assert told == [3, 6]
    assert [segment.rows for segment in opened.journal.sealed()] == [3, 3]
    assert [row for segment in opened.journal.sealed() for row in rows_of(segment)] == [
        entry(number, size=100).row for number in range(6)
    ]
    opened.close()


def test_a_segment_is_read_in_blocks_of_whole_lines(tmp_path: Path) -> None:
    """Large segments come in parts, each of which ends with a line's end."""
    opened = open_journal(tmp_path)
    for number in range(30):
        opened.journal.append([entry(number, size=100_000)])
    opened.journal.seal()
    (segment,) = opened.journal.sealed()
    blocks = list(segment.read())
    assert len(blocks) > 2
    assert all(block.endswith(b"\n") for block in blocks if block)
    assert b"".join(blocks).splitlines() == [entry(number, size=100_000).row for number in range(30)]
    opened.close()


def test_a_commit_larger_than_one_call_is_whole(tmp_path: Path) -> None:
    """A commit of several megabytes, which takes the other way to the disk, is there after a restart."""
    opened = open_journal(tmp_path)
    large = [entry(number, size=500_000) for number in range(8)]
    opened.journal.append([entry(100)])
    opened.journal.append(large)
    opened.journal.append([entry(101)])
    opened.identities.close()
    again = open_journal(tmp_path)
    assert waiting(again.journal) == [entry(100).row, *(each.row for each in large), entry(101).row]
    again.close()


def test_refused_rows_are_split_until_the_poison_is_alone(tmp_path: Path) -> None:
    """Halving a segment keeps every row once and in order, gives each half a name of its own, across restarts."""
    opened = open_journal(tmp_path)
    opened.journal.append([entry(number) for number in (1, 2, 3)])
    opened.journal.append([entry(4), entry(5)])
    opened.journal.seal()
    (whole,) = opened.journal.sealed()
    first, second = opened.journal.split(whole)
    assert (rows_of(first), rows_of(second)) == (rows(1, 2), rows(3, 4, 5))
    assert len({whole.token, first.token, second.token}) == 3
    assert opened.journal.rows == 5
    third, fourth = opened.journal.split(second)
    assert (rows_of(third), rows_of(fourth)) == (rows(3), rows(4, 5))
    assert waiting(opened.journal) == rows(1, 2, 3, 4, 5)
    opened.close()
    again = open_journal(tmp_path)
    assert [segment.rows for segment in again.journal.sealed()] == [2, 1, 2]
    assert waiting(again.journal) == rows(1, 2, 3, 4, 5)
    assert again.journal.torn == []
    again.close()


@pytest.mark.parametrize("halves", ["a", "b", "ab"])
def test_a_crash_while_splitting_leaves_the_whole(tmp_path: Path, halves: str) -> None:
    """With the whole still there, halves are dropped: no row of them can have reached the store."""
    opened = open_journal(tmp_path)
    opened.journal.append([entry(number) for number in (1, 2, 3)])
    opened.journal.seal()
    (whole,) = opened.journal.sealed()
    content = whole.path.read_bytes()
    for segment, letter in zip(opened.journal.split(whole), "ab", strict=True):
        if letter not in halves:
            segment.path.unlink()
    whole.path.write_bytes(content)
    opened.identities.close()
    again = open_journal(tmp_path)
    assert [segment.token for segment in again.journal.sealed()] == [whole.token]
    assert waiting(again.journal) == rows(1, 2, 3)
    assert sorted(path.name for path in (tmp_path / "journal").iterdir()) == [whole.path.name]
    again.close()


def test_a_poison_row_is_set_aside_with_its_error(tmp_path: Path) -> None:
    """It is there as a line of JSON with the reason beside it before it leaves the journal."""
    opened = open_journal(tmp_path)
    opened.journal.append([entry(1)])
    opened.journal.seal()
    (segment,) = opened.journal.sealed()
    path = opened.journal.set_aside(segment, tmp_path / "refused", "it does not fit")
    assert path.read_bytes() == entry(1).row + b"\n"
    assert path.with_suffix(".error.txt").read_text() == "it does not fit"
    opened.journal.discard(segment)
    assert (opened.journal.rows, waiting(opened.journal)) == (0, [])
    opened.close()


def test_a_journal_that_cannot_be_written_says_so_and_recovers(tmp_path: Path) -> None:
    """When the directory is gone nothing is acknowledged; when it is back, the same rows are taken."""
    opened = open_journal(tmp_path)
    directory = tmp_path / "journal"
    directory.rename(tmp_path / "away")
    with pytest.raises(StorageFull, match=r"^The log was not stored: the journal in .* cannot be written"):
        opened.journal.append([entry(1, "a")])
    assert (opened.journal.rows, opened.journal.serial) == (0, 0)
    (tmp_path / "away").rename(directory)
    assert opened.journal.append([entry(2, "a")]) == [log_id(2)]
    assert waiting(opened.journal) == rows(2)
    opened.close()


def test_a_piece_of_a_known_log_is_kept_apart_from_the_rows(tmp_path: Path) -> None:
    """A repeat that merges gets the first one's id and is a piece, whether it comes in the same commit or later."""
    opened = open_journal(tmp_path)
    entries = zip((entry(1, "a"), entry(2, "a"), entry(3, "a")), _HOW, strict=True)
    first, more, last = (msgspec.structs.replace(each, merges=how) for each, how in entries)
    assert opened.journal.append([first, entry(9), more]) == [log_id(1), log_id(9), log_id(1)]
    assert opened.journal.append([last]) == [log_id(1)]
    assert (opened.journal.rows, opened.journal.repeated) == (4, 0)
    opened.close()
    again = open_journal(tmp_path)
    assert (again.journal.rows, waiting(again.journal)) == (4, rows(1, 9))
    [segment] = again.journal.sealed()
    assert segment.pieces() == [
        Piece(log_id(1), entry(2).row, "fill"),
        Piece(log_id(1), entry(3).row, "override"),
    ]
    halves = again.journal.split(segment)
    assert [(half.rows, len(half.lines()), len(half.pieces())) for half in halves] == [(1, 1, 0), (3, 1, 2)]
    again.close()


_HOW: Final[tuple[Merging, ...]] = ("fill", "fill", "override")
