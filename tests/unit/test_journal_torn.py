"""A journal that a power cut tore: every commit that is whole is recovered, and what is not is reported."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inferlog.identities import Identities
from inferlog.journal import Journal, Torn
from tests.unit.rows import LARGE, entry, log_id, open_journal, rows, waiting

COMMITS: Final = [[entry(1, "a")], [entry(2), entry(3, "c")], [entry(4, "d"), entry(5)]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One segment of three commits."""
    directory = tmp_path_factory.mktemp("whole")
    opened = open_journal(directory)
    for commit in COMMITS:
        opened.journal.append(commit)
    opened.close()
    (path,) = (directory / "journal").iterdir()
    return path


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    """Where each commit ends in the segment."""
    opened = open_journal(tmp_path_factory.mktemp("ends"))
    sizes = [0]
    for commit in COMMITS:
        opened.journal.append(commit)
        sizes.append(opened.journal.size)
    opened.close()
    return sizes


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    """An index that all recoveries share, for it takes longer to make than they do."""
    index = Identities(tmp_path_factory.mktemp("index") / "identities.sqlite", days=30)
    yield index
    index.close()


def recovered(directory: Path, content: bytes, identities: Identities) -> tuple[list[bytes], list[Torn]]:
    """Open a journal of one segment with this content; return its rows, and what it says was torn."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / "00000000000000000001.journal").write_bytes(content)
    journal = Journal(directory, identities, bytes_max=LARGE, segment_bytes_max=LARGE)
    found = waiting(journal)
    assert journal.rows == len(found)
    torn = list(journal.torn)
    # It goes on: what is appended after a recovery is there, and so is what was recovered.
    journal.append([entry(99)])
    assert waiting(journal) == found + rows(99)
    return found, torn


def all_rows(commits: list[int]) -> list[bytes]:
    """Return the rows of these commits."""
    return [each.row for commit in commits for each in COMMITS[commit]]


def test_a_segment_cut_anywhere_gives_the_commits_before_the_cut(
    whole: Path, ends: list[int], tmp_path: Path, identities: Identities
) -> None:
    """For every length: the whole commits are recovered, the rest is reported with its place and size, no more."""
    content = whole.read_bytes()
    assert len(content) == ends[-1]
    for size in range(len(content) + 1):
        complete = max(index for index, end in enumerate(ends) if end <= size)
        found, torn = recovered(tmp_path / "cut", content[:size], identities)
        assert found == all_rows(list(range(complete))), size
        left = size - ends[complete]
        assert [(each.position, each.size) for each in torn] == ([(ends[complete], left)] if left else []), size


def test_identities_before_the_cut_are_known_and_those_after_it_are_not(
    whole: Path, ends: list[int], tmp_path: Path
) -> None:
    """What was recovered is not stored again when it is sent again; what was lost is taken when it is."""
    for size, known in ((ends[2] - 1, "a"), (ends[2], "ac"), (ends[3] - 1, "ac"), (ends[3], "acd")):
        directory = tmp_path / str(size)
        (directory / "journal").mkdir(parents=True)
        (directory / "journal" / whole.name).write_bytes(whole.read_bytes()[:size])
        opened = open_journal(directory)
        answers = opened.journal.append([entry(10, "a"), entry(11, "c"), entry(12, "d")])
        firsts = {"a": log_id(1), "c": log_id(3), "d": log_id(4)}
        assert answers == [
            firsts[name] if name in known else log_id(number) for number, name in ((10, "a"), (11, "c"), (12, "d"))
        ]
        opened.close()


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_damage_in_the_middle_costs_only_the_commits_it_touches(
    whole: Path,
    ends: list[int],
    tmp_path_factory: pytest.TempPathFactory,
    identities: Identities,
    data: st.DataObject,
) -> None:
    """Any bytes written over any stretch: the untouched commits are recovered, what is lost is reported."""
    content = whole.read_bytes()
    start = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=60))[: len(content) - start]
    damaged = content[:start] + junk + content[start + len(junk) :]
    touched = {
        index for index in range(3) if damaged[ends[index] : ends[index + 1]] != content[ends[index] : ends[index + 1]]
    }
    found, torn = recovered(tmp_path_factory.getbasetemp() / "damage", damaged, identities)
    assert found == all_rows([index for index in range(3) if index not in touched])
    assert sum(each.size for each in torn) == sum(ends[index + 1] - ends[index] for index in touched)


@pytest.mark.parametrize(
    "junk",
    [
        b"\x00" * 4096,
        b"\xff",
        b"ILJ1",
        b"ILJ1ILJ1ILJ1" * 20,
        b"ILJ1" + b"\x00" * 16,
        b"ILJ1" + b"\xff" * 16,
        b"\n" * 50,
    ],
    ids=["zeros", "a byte", "the magic", "magic often", "an empty header", "a header without end", "lines"],
)
def test_garbage_between_commits_is_passed_over(
    whole: Path, ends: list[int], tmp_path: Path, identities: Identities, junk: bytes
) -> None:
    """What a crash left between or behind the commits hides none of them."""
    content = whole.read_bytes()
    for index, end in enumerate(ends):
        found, torn = recovered(tmp_path / str(index), content[:end] + junk + content[end:], identities)
        assert found == all_rows([0, 1, 2])
        assert [(each.position, each.size) for each in torn] == [(end, len(junk))]


def test_a_segment_without_one_whole_commit_is_kept_aside(whole: Path, tmp_path: Path) -> None:
    """For whoever wants to look at it; an empty one is deleted; neither comes up again."""
    directory = tmp_path / "journal"
    directory.mkdir()
    (directory / "00000000000000000001.journal").write_bytes(b"garbage of a power cut")
    (directory / "00000000000000000002.journal").write_bytes(b"")
    shutil.copy(whole, directory / "00000000000000000003.journal")
    opened = open_journal(tmp_path)
    assert [(each.path.name, each.position, each.size) for each in opened.journal.torn] == [
        ("00000000000000000001.journal", 0, 22)
    ]
    assert waiting(opened.journal) == all_rows([0, 1, 2])
    assert sorted(path.name for path in directory.iterdir()) == [
        "00000000000000000001.torn",
        "00000000000000000003.journal",
    ]
    opened.close()
    again = open_journal(tmp_path)
    assert again.journal.torn == []
    again.close()


def test_segments_come_up_in_the_order_of_their_names(whole: Path, tmp_path: Path) -> None:
    """The oldest first, whatever order the file system lists them in."""
    directory = tmp_path / "journal"
    directory.mkdir()
    for number in (3, 1, 2):
        opened = open_journal(tmp_path / str(number))
        opened.journal.append([entry(number)])
        opened.close()
        (made,) = (tmp_path / str(number) / "journal").iterdir()
        made.rename(directory / f"{number:020d}.journal")
    opened = open_journal(tmp_path)
    assert waiting(opened.journal) == rows(1, 2, 3)
    opened.close()
