"""Where the environments of the clients are, what is pinned for each, and how a program is run in one."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
BUILT: Final = HERE.parent.parent / ".clients"
PINS: Final = HERE / "environments"
PACKAGES: Final = HERE / "npm"
DRIVERS: Final = HERE / "drivers"
_SECONDS_MAX: Final = 180
NODE: Final = Path(sys.executable).with_name("node")
"""Node comes as a package of PyPI, in the version that the newest client asks for."""


class NotBuiltError(AssertionError):
    """The environment of a client is missing or older than its pins."""


class Environment:
    """One client's environment: a virtual one of Python, or a folder of npm packages. Pinned by one file."""

    def __init__(self, name: str) -> None:
        """Name one; whether it is of Python or of npm is told by where its pins are."""
        self.name = name
        self.npm = (PACKAGES / name).is_dir()
        self.pins = PACKAGES / name / "package-lock.json" if self.npm else PINS / f"{name}.txt"
        self.folder = BUILT / "npm" / name if self.npm else BUILT / name
        self.program = NODE if self.npm else self.folder / "bin" / "python"
        self._stamp = self.folder / "pins.sha256"

    def is_built(self) -> bool:
        """Return whether it was built from the pins as they are now."""
        return self._stamp.exists() and self._stamp.read_text() == self._digest()

    def mark_built(self) -> None:
        """Remember from which pins it was built."""
        self._stamp.write_text(self._digest())

    def run(self, driver: str, arguments: list[str], variables: dict[str, str]) -> str:
        """Run a driver (a file of `drivers/`) to its end and return what it printed.

        It sees `variables`, and of this process's environment only what no client reads. Raises NotBuiltError, and
        AssertionError with the driver's output if it fails.
        """
        if not self.is_built():
            raise NotBuiltError(f"The environment of the client {self.name} is not there or is old: run `make clients`")
        done = subprocess.run(
            [str(self.program), str(self._script(driver)), *arguments],
            env=plain_environment() | variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS_MAX,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"{driver} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        return done.stdout

    def _script(self, driver: str) -> Path:
        if not self.npm:
            return DRIVERS / driver
        # Node looks for packages beside a script, so the scripts go to them.
        for script in DRIVERS.glob("*.mjs"):
            shutil.copy(script, self.folder)
        return self.folder / driver

    def _digest(self) -> str:
        return hashlib.sha256(self.pins.read_bytes()).hexdigest()


def every_environment() -> list[Environment]:
    """Return them all, in the order of their names."""
    names = {path.stem for path in PINS.glob("*.txt")} | {path.parent.name for path in PACKAGES.glob("*/package.json")}
    return [Environment(name) for name in sorted(names)]


def plain_environment() -> dict[str, str]:
    """Return this process's environment without what would send a client elsewhere."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"NO_PROXY": "*", "PYTHONUNBUFFERED": "1"}
