"""A small disk of a test's own: a tmpfs. Only root can mount one."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAY_MOUNT = os.geteuid() == 0 and os.uname().sysname == "Linux"


class Disk:
    """A mounted file system of a given size, which can be filled, freed, and made read-only."""

    def __init__(self, path: Path) -> None:
        """Take over a mount point."""
        self.path = path
        self._ballast: list[Path] = []

    def fill(self, leave: int = 0) -> None:
        """Use up all its space but `leave` bytes."""
        ballast = self.path / f"ballast-{uuid.uuid4().hex}"
        self._ballast.append(ballast)
        with ballast.open("wb", buffering=0) as file:
            try:
                while free(self.path) > leave:
                    file.write(bytes(min(1 << 16, max(free(self.path) - leave, 1))))
            except OSError:
                return

    def free(self) -> None:
        """Give the space back that `fill` used up."""
        while self._ballast:
            self._ballast.pop().unlink()

    def forbid_writing(self) -> None:
        """Make it read-only; no file may be open for writing."""
        subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)

    def allow_writing(self) -> None:
        """Make it writable again."""
        subprocess.run(["mount", "-o", "remount,rw", self.path], check=True)


def free(path: Path) -> int:
    """Return how many bytes are free there."""
    state = os.statvfs(path)
    return state.f_bavail * state.f_frsize


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[Disk]:
    """Mount an empty disk at `path` while the block runs."""
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "inferlog-test", path], check=True)
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
