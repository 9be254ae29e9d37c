"""Rows made durable before they are acknowledged: segments of checksummed frames, appended and synced.

A commit is one frame: a header, the identities of its rows, and the rows as lines of JSONEachRow. Frames go
to the active segment; a sealed segment is never written again, and is deleted once the store has its rows.
Why files and not SQLite: docs/decisions/journal.md.
"""

import os
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

from inferlog.errors import JournalFull, StorageFull
from inferlog.identities import Identities
from inferlog.model import Entry, Merging

_MAGIC: Final = b"ILJ1"
_PROLOGUE: Final = struct.Struct("<4sI")  # magic, checksum
_NUMBERS: Final = struct.Struct("<III")  # rows, bytes of identities, bytes of rows
_HEADER: Final = struct.Struct("<4sIIII")  # both
_IDENTITY_BYTES: Final = 32  # identity (16) and log id (16)
_NO_LOG: Final = bytes(16)
_PIECES: Final = 1 << 31
"""Set in a frame's number of rows if these are pieces: further parts of logs that were journaled before."""
_SUFFIX: Final = ".journal"
_BLOCK_BYTES: Final = 1 << 20
_WRITE_AND_SYNC: Final[int | None] = getattr(os, "RWF_DSYNC", None)
_ONE_CALL_BYTES: Final = 1 << 20  # above it two calls are the faster ones: 13 ms against 2.3 for 4 MB
_sync = getattr(os, "fdatasync", os.fsync)  # the size changes with every append, so fdatasync writes it too


class Piece(NamedTuple):
    """A further part of a log: the log's id, the part as a row (of a `change`, as a `Change`), and how it is merged."""

    log_id: str
    row: bytes
    merges: Merging


class _Sorted(NamedTuple):
    fresh: list[Entry]
    ids: list[str]
    known: dict[bytes, bytes]
    pieces: list[bytes]


class Segment(NamedTuple):
    """A sealed file of the journal. Its name is unique for ever: it is the store's deduplication token."""

    path: Path
    rows: int
    size: int
    sealed_at: float

    @property
    def token(self) -> str:
        """Return the name under which the store knows this block of rows."""
        return self.path.stem

    def read(self) -> Iterator[bytes]:
        """Yield the rows as blocks of whole lines, of about a megabyte: a block is copied at the event loop's cost."""
        block: list[bytes | memoryview] = []
        size = 0
        for frame in _frames(self.path):
            if frame.pieces:
                continue
            block.append(frame.lines)
            size += len(frame.lines)
            if size >= _BLOCK_BYTES:
                yield b"".join(block)
                block, size = [], 0
        yield b"".join(block)

    def lines(self) -> list[bytes]:
        """Return the rows one by one, each with its newline."""
        return [line for block in self.read() for line in block.splitlines(keepends=True)]

    def pieces(self) -> list[Piece]:
        """Return the pieces that are to be merged into logs of this segment or of earlier ones, oldest first."""
        lines = [line for frame in _frames(self.path) if frame.pieces for line in bytes(frame.lines).splitlines()]
        return [_read_piece(line) for line in lines]


class Frame(NamedTuple):
    """One commit, or the pieces of one: how many rows, their identities, and the rows as lines."""

    rows: int
    identities: bytes
    lines: bytes | memoryview
    pieces: bool = False

    @property
    def size(self) -> int:
        """Return its bytes in the file."""
        return _HEADER.size + len(self.identities) + len(self.lines)

    @property
    def parts(self) -> tuple[bytes, bytes, bytes | memoryview]:
        """Return what is written, without copying it together. The checksum covers all that follows it."""
        numbers = _NUMBERS.pack(self.rows | self.pieces * _PIECES, len(self.identities), len(self.lines))
        checksum = zlib.crc32(self.lines, zlib.crc32(self.identities, zlib.crc32(numbers)))
        return _PROLOGUE.pack(_MAGIC, checksum) + numbers, self.identities, self.lines


class Torn(NamedTuple):
    """What could not be read of a segment: where, how many bytes, and whether commits follow that could."""

    path: Path
    position: int
    size: int
    inside: bool


class Journal:
    """The journal of one data directory; one process holds it, any thread may append."""

    def __init__(self, directory: Path, identities: Identities, *, bytes_max: int, segment_bytes_max: int) -> None:
        """Open the journal, taking up the segments that an earlier process left; `torn` says what it lost."""
        self.directory = directory
        self.repeated = 0  # entries that were known already, since the start
        self.torn: list[Torn] = []
        self.full = False  # the last commit was refused for want of room, and none was made since
        self.on_sealed: Callable[[], None] = _do_nothing
        self._identities = identities
        self._bytes_max = bytes_max
        self._segment_bytes_max = segment_bytes_max
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._path = directory
        self._written = 0
        self._rows = 0
        self._opened_at = 0.0
        self._number = 0
        self._serial = 0
        self._sealed: list[Segment] = []
        directory.mkdir(parents=True, exist_ok=True)
        self._recover()

    # What is in it

    @property
    def rows(self) -> int:
        """Return how many rows wait for the store."""
        return self._rows + sum(segment.rows for segment in self._sealed)

    @property
    def size(self) -> int:
        """Return how many bytes wait for the store."""
        return self._written + sum(segment.size for segment in self._sealed)

    @property
    def oldest(self) -> float | None:
        """Return when the oldest waiting row was appended (seconds since 1970), or None if nothing waits."""
        if self._sealed:
            return self._sealed[0].sealed_at
        return self._opened_at if self._rows else None

    @property
    def serial(self) -> int:
        """Return a number that grows with every commit: what a reader waits for."""
        return self._serial

    def sealed(self) -> list[Segment]:
        """Return the segments that are ready for the store, oldest first."""
        with self._lock:
            return list(self._sealed)

    # Writing

    def append(self, entries: Sequence[Entry], mark: bytes = b"") -> list[str]:
        """Make rows durable in one commit and return each one's log id; a repeat gets the first one's and no row.

        A repeat that `merges` is kept as a piece of the first one.

        `mark` is an identity (16 bytes) for the commit as a whole; `knows` tells whether it was made.
        When this returns, the rows survive a kill and a power cut. Raises StorageFull (disk full or read-only)
        and JournalFull (the store was away for too long); then no row of these was acknowledged or is counted.
        """
        with self._lock:
            fresh, ids, known, pieces = self._without_repeats(entries)
            if mark:
                known[mark] = _NO_LOG
            if fresh or mark or pieces:
                frames = _encode(fresh, known, pieces)
                if self.size + sum(frame.size for frame in frames) > self._bytes_max:
                    self.full = True
                    raise JournalFull(
                        f"The store is away and the journal is full: {self.size:,} bytes wait, the limit "
                        f"journal_bytes_max is {self._bytes_max:,}. Send this again when the store is back."
                    )
                self._write(frames)
                self.full = False
                self._rows += len(fresh) + len(pieces)
                self._identities.remember(known)
                self._serial += 1
                if self._written >= self._segment_bytes_max:
                    self._seal()
                    self.on_sealed()
            self.repeated += len(entries) - len(fresh) - len(pieces)
            return ids

    def knows(self, mark: bytes) -> bool:
        """Tell whether the commit with this mark was made, before or after a restart."""
        return self._identities.find(mark) is not None

    def seal(self) -> int:
        """Close the active segment, so that what was appended so far can go to the store; return its serial."""
        with self._lock:
            self._seal()
            return self._serial

    def split(self, segment: Segment) -> list[Segment]:
        """Replace a segment whose rows the store refuses by two with half of its rows each.

        The halves are complete and synced before the whole is deleted; a crash between leaves the whole,
        and `_recover` then drops the halves, of which no row can have reached the store.
        """
        lines = segment.lines()
        middle = len(lines) // 2
        halves = []
        for mark, part in (("a", lines[:middle]), ("b", lines[middle:])):
            path = segment.path.with_name(f"{segment.path.stem}{mark}{_SUFFIX}")
            frames = [Frame(len(part), b"", b"".join(part))]
            if mark == "b":  # a piece comes after the row that it belongs to
                frames += [frame for frame in _frames(segment.path) if frame.pieces]
            _write_file(path, b"".join(part for frame in frames for part in frame.parts))
            rows, size = sum(frame.rows for frame in frames), sum(frame.size for frame in frames)
            halves.append(Segment(path, rows, size, segment.sealed_at))
        with self._lock:
            self._unlink(segment)
            self._sealed = sorted([*(s for s in self._sealed if s.path != segment.path), *halves])
        return halves

    def set_aside(self, segment: Segment, directory: Path, problem: str) -> Path:
        """Copy rows that the store will never take out of the journal: as JSON lines, and the reason."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{segment.path.stem}.jsonl"
        _write_file(path, b"".join(segment.read()))
        _write_file(path.with_suffix(".error.txt"), problem.encode())
        return path

    def keep_pieces(self, segment: Segment, pieces: Sequence[Piece], directory: Path, problem: str) -> Path:
        """Copy pieces that the store will never take out of the journal: as JSON lines, and the reason."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{segment.path.stem}-pieces.jsonl"
        _write_file(path, b"".join(piece.row + b"\n" for piece in pieces))
        _write_file(path.with_suffix(".error.txt"), problem.encode())
        return path

    def salvage(self, torn: Torn, directory: Path) -> Path:
        """Copy what could not be read out of the journal, before its segment goes to the store and is deleted."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{torn.path.stem}-{torn.position}.damaged"
        _write_file(path, torn.path.read_bytes()[torn.position : torn.position + torn.size])
        return path

    def discard(self, segment: Segment) -> None:
        """Delete a segment whose rows are in the store."""
        with self._lock:
            self._unlink(segment)
            self.full = False
            self._sealed = [other for other in self._sealed if other.path != segment.path]

    def close(self) -> None:
        """Seal what is open; a closed journal can be opened again with nothing lost."""
        self.seal()

    # Inside

    def _without_repeats(self, entries: Sequence[Entry]) -> "_Sorted":
        """Return which entries are new, the log id of each, the identities that are new, and pieces of known logs."""
        if not any(entry.identity or entry.merges for entry in entries):
            return _Sorted(list(entries), [entry.log_id for entry in entries], {}, [])
        fresh: list[Entry] = []
        pieces: list[bytes] = []
        ids: list[str] = []
        known: dict[bytes, bytes] = {}
        for entry in entries:
            if entry.merges == "change":
                ids.append(entry.log_id)
                pieces.append(_write_piece(entry, entry.log_id))
                continue
            if entry.identity:
                first = known.get(entry.identity) or self._identities.find(entry.identity)
                if first:
                    ids.append(first.hex())
                    if entry.merges:
                        pieces.append(_write_piece(entry, first.hex()))
                    continue
                known[entry.identity] = bytes.fromhex(entry.log_id)
            fresh.append(entry)
            ids.append(entry.log_id)
        return _Sorted(fresh, ids, known, pieces)

    def _write(self, frames: Sequence[Frame]) -> None:
        """Append the frames of one commit and sync them, or leave the segment as it was."""
        try:
            fd = self._fd if self._fd is not None else self._open()
            _write_durably(fd, self._written, frames)
        except OSError as error:
            self._undo()
            raise StorageFull(
                f"The log was not stored: the journal in {self.directory} cannot be written "
                f"({os.strerror(error.errno or 0)}). Make space there, then send it again."
            ) from error
        self._written += sum(frame.size for frame in frames)

    def _undo(self) -> None:
        """Cut a half-written frame off. If even that fails, leave the file: its checksum tells it from a whole one."""
        if self._fd is None:
            return
        try:
            os.ftruncate(self._fd, self._written)
        except OSError:
            self._seal()

    def _open(self) -> int:
        self._number = max(time.time_ns(), self._number + 1)  # also while the clock is set back: later ones replace
        self._path = self.directory / f"{self._number:020d}{_SUFFIX}"
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._written = self._rows = 0
        self._opened_at = time.time()
        _sync_directory(self.directory)
        return self._fd

    def _seal(self) -> None:
        if self._fd is None:
            return
        if self._rows:
            self._sealed.append(Segment(self._path, self._rows, self._written, self._opened_at))
        elif not self._written:
            self._path.unlink(missing_ok=True)  # one of marks alone stays, for the next start to learn
        os.close(self._fd)
        self._fd = None
        self._written = self._rows = 0

    def _unlink(self, segment: Segment) -> None:
        segment.path.unlink(missing_ok=True)

    def _recover(self) -> None:
        """Take up the segments on disk, learn their identities, and note what of them is torn."""
        paths = sorted(self.directory.glob(f"*{_SUFFIX}"))
        stems = {path.stem for path in paths}
        learned: list[Path] = []
        for path in paths:
            if path.stem[-1] in "ab" and path.stem[:-1] in stems:
                path.unlink()
                continue
            rows = frames = 0
            torn_before = len(self.torn)
            for frame in _frames(path, self.torn):
                rows += frame.rows
                frames += 1
                pairs = frame.identities
                self._identities.remember(
                    {pairs[at : at + 16]: pairs[at + 16 : at + 32] for at in range(0, len(pairs), _IDENTITY_BYTES)}
                )
            if rows:
                self._sealed.append(Segment(path, rows, path.stat().st_size, path.stat().st_mtime))
            elif frames and len(self.torn) == torn_before:
                learned.append(path)
            else:
                _retire(path)
        if learned:
            self._identities.persist()
        for path in learned:
            path.unlink()


def _write_durably(fd: int, position: int, frames: Sequence[Frame]) -> None:
    """Write frames at a position and return when they are on the disk.

    One system call where the platform has it: each one gives up the GIL, and under load getting it back takes
    longer than the call does.
    """
    parts = [part for frame in frames for part in frame.parts]
    size = sum(frame.size for frame in frames)
    if _WRITE_AND_SYNC is not None and size <= _ONE_CALL_BYTES:
        if os.pwritev(fd, parts, position, _WRITE_AND_SYNC) == size:
            return
    elif os.pwritev(fd, parts, position) == size:
        _sync(fd)
        return
    data = memoryview(b"".join(parts))  # the disk took a part only: once more, until it says why
    done = 0
    while done < size:
        done += os.pwrite(fd, data[done:], position + done)
    _sync(fd)


def _do_nothing() -> None:
    """Until somebody wants to know."""


def _encode(entries: Sequence[Entry], known: dict[bytes, bytes], pieces: Sequence[bytes]) -> list[Frame]:
    identities = b"".join(identity + log_id for identity, log_id in known.items())
    frames = []
    if entries or identities:
        frames.append(Frame(len(entries), identities, b"\n".join([*(entry.row for entry in entries), b""])))
    if pieces:
        frames.append(Frame(len(pieces), b"", b"\n".join([*pieces, b""]), pieces=True))
    return frames


def _write_piece(entry: Entry, log_id: str) -> bytes:
    return b"%b %b %b" % (entry.merges.encode(), log_id.encode(), entry.row)


def _read_piece(line: bytes) -> Piece:
    merges, log_id, row = line.split(b" ", 2)
    return Piece(log_id.decode(), row, cast(Merging, merges.decode()))


def _frames(path: Path, torn: list[Torn] | None = None) -> Iterator[Frame]:
    """Yield the whole frames of a file. What lies between or after them was cut by a crash, and is noted in `torn`."""
    data = path.read_bytes()
    position = 0
    while position < len(data):
        frame, end = _frame_at(data, position)
        if frame is not None:
            yield frame
            position = end
            continue
        following = data.find(_MAGIC, position + 1)
        while following >= 0 and _frame_at(data, following)[0] is None:
            following = data.find(_MAGIC, following + 1)
        stop = following if following >= 0 else len(data)
        if torn is not None:
            torn.append(Torn(path, position, stop - position, inside=following >= 0))
        position = stop


def _frame_at(data: bytes, position: int) -> tuple[Frame | None, int]:
    if position + _HEADER.size > len(data):
        return None, position
    magic, checksum, rows, identities_size, lines_size = _HEADER.unpack_from(data, position)
    start = position + _HEADER.size
    middle, end = start + identities_size, start + identities_size + lines_size
    if magic != _MAGIC or end > len(data):
        return None, position
    view = memoryview(data)
    if zlib.crc32(view[position + _PROLOGUE.size : end]) != checksum:
        return None, position
    return Frame(rows & ~_PIECES, data[start:middle], view[middle:end], pieces=bool(rows & _PIECES)), end


def _retire(path: Path) -> None:
    """Move a segment without one whole frame out of the way, for whoever wants to look at it; delete an empty one."""
    if path.stat().st_size:
        path.replace(path.with_suffix(".torn"))
    else:
        path.unlink()


def _write_file(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
