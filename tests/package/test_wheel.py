"""The wheel holds all that inferlog needs to run, and nothing of the workshop."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files in a wheel that is built from this checkout."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_every_source_file_is_in_the_wheel(names: list[str]) -> None:
    """SQL, the API page and the types marker are in the wheel like the code is: an install runs without a checkout."""
    source = ROOT / "src"
    wanted = [
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert sorted(set(wanted) - set(names)) == []
    assert {"inferlog/py.typed", "inferlog/store/migrations/0001_logs.sql"} <= set(names)


def test_the_wheel_holds_only_the_package(names: list[str]) -> None:
    """Tests, benchmarks and tools stay at home."""
    assert {name.split("/", 1)[0].split("-", 1)[0] for name in names} == {"inferlog"}
