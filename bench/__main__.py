"""`python -m bench [--quick] [NAME …]`: run the benchmarks and print what was wanted beside what was measured."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench import batches, creates, kills, million, otlp, prices, profile, read, steady
from bench.load import keep, machine

Benchmark = Callable[[Path, bool], dict[str, Any]]

MODULES: Final = (creates, steady, batches, otlp, million, kills, profile, prices, read)
BENCHMARKS: Final[dict[str, Benchmark]] = {
    "creates": lambda place, quick: creates.run(place, rounds=2 if quick else 5, seconds=3 if quick else 8),
    "steady": lambda place, quick: steady.run(place, rate=500, seconds=5 if quick else 30),
    "batches": lambda place, quick: batches.run(place, count=20_000 if quick else 200_000, rounds=1 if quick else 3),
    "otlp": lambda place, quick: otlp.run(place, count=20_000 if quick else 100_000, rounds=1 if quick else 3),
    "million": lambda place, quick: million.run(
        place, count=100_000 if quick else 1_000_000, seconds=5 if quick else 20
    ),
    "kills": lambda place, quick: keep("kills", kills.run(10 if quick else 100, 1)._asdict()),
    "profile": lambda place, quick: profile.run(place),
    "prices": lambda place, quick: prices.run(place),
    "read": lambda place, quick: read.run(place, logs=1_000_000 if quick else 10_000_000, rounds=20 if quick else 60),
}


def _summary(name: str) -> str:
    module = next(module for module in MODULES if module.__name__ == f"bench.{name}")
    return (module.__doc__ or "").splitlines()[0]


def main() -> None:
    """Run what was named, or all."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure inferlog against a floor in the same run.")
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="which to run (default: all but read)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, to see that it runs")
    default = Path(tempfile.gettempdir()) / "inferlog-bench"
    parser.add_argument("--directory", type=Path, default=default, help=f"for the corpus and the stores ({default})")
    arguments = parser.parse_args()
    console = Console()
    console.print("machine: " + ", ".join(f"{name} {value}" for name, value in machine().items()))
    for name in arguments.names or [each for each in BENCHMARKS if each != "read"]:
        console.print(f"\n[bold]{name}[/bold]: {_summary(name)}")
        table = Table(show_header=False)
        for label, value in BENCHMARKS[name](arguments.directory, arguments.quick).items():
            table.add_row(label, f"{value:,}" if isinstance(value, int | float) else str(value))
        console.print(table)


if __name__ == "__main__":
    main()
