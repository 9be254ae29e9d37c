"""Build the environments of the clients under .clients/: `python -m tests.clients.install [NAME …]`.

`python -m tests.clients.install --pin [NAME …]` writes anew what `environments/NAME.in` asks for into NAME.txt, the
exact versions of the whole closure, for every Python that inferlog runs on.
"""

import shutil
import subprocess
import sys

from tests.clients.environment import NODE, PACKAGES, PINS, Environment, every_environment

_UV = [sys.executable, "-m", "uv", "--quiet"]
_OLDEST_PYTHON = "3.11"


def main(arguments: list[str]) -> int:
    """Build (or pin) those named, or all; return the exit code."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if "--pin" in arguments:
        for path in sorted(PINS.glob("*.in")):
            if not names or path.stem in names:
                print(f"Pinning {path.stem} …", flush=True)
                pin(path.stem)
        return 0
    old = [each for each in every_environment() if (not names or each.name in names) and not each.is_built()]
    for number, environment in enumerate(old, 1):
        print(f"Building the environment of the client {environment.name} ({number} of {len(old)}) …", flush=True)
        if not build(environment):
            return 1
    return 0


def build(environment: Environment) -> bool:
    """Build one anew; return whether it went well. The tools say on stderr what did not."""
    shutil.rmtree(environment.folder, ignore_errors=True)
    environment.folder.parent.mkdir(parents=True, exist_ok=True)
    done = _build_npm(environment) if environment.npm else _build_python(environment)
    if done:
        environment.mark_built()
    return done


def pin(name: str) -> None:
    """Write the closure of one client's direct requirements."""
    command = [*_UV, "pip", "compile", "--universal", f"--python-version={_OLDEST_PYTHON}", "--no-header"]
    command += ["--no-annotate", "--no-emit-index-url", "--upgrade", f"{name}.in", f"--output-file={name}.txt"]
    subprocess.run(command, cwd=PINS, check=True, stdout=subprocess.DEVNULL)


def _build_python(environment: Environment) -> bool:
    folder = str(environment.folder)
    steps = [
        [*_UV, "venv", "--no-project", "--python", sys.executable, folder],
        [*_UV, "pip", "sync", "--python", folder, str(environment.pins)],
        [*_UV, "pip", "check", "--python", folder],
    ]
    return all(subprocess.run(step, check=False).returncode == 0 for step in steps)


def _build_npm(environment: Environment) -> bool:
    environment.folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / environment.name / name, environment.folder)
    command = [str(NODE.with_name("npm")), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    return subprocess.run(command, cwd=environment.folder, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
