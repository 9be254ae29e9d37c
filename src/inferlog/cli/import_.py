"""`inferlog import`: JSON lines of logs from a file or standard input, into a store or to a running server."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from inferlog.cli.chunks import Chunk, Source, chunks
from inferlog.cli.options import setting_options
from inferlog.cli.targets import DirectTarget, Outcome, ServerTarget
from inferlog.config import load
from inferlog.errors import ConfigError

_EXAMPLES_MAX = 10
_TEXT_MAX = 300
_RECEIVED = re.compile(r", received: .*")  # what differs from line to line is no part of the reason


class Target(Protocol):
    """Where imported logs go."""

    def take(self, chunk: Chunk) -> Outcome | None:
        """Store a chunk and tell how it went; None if it was imported before."""

    def close(self) -> None:
        """Wait until all that was taken is stored."""


@click.command(name="import")
@click.argument("file")
@setting_options("data", "store", "log_bytes_max")
@click.option(
    "--url", envvar="INFERLOG_URL",
    help="Send to a running server at this address, with --key, and not into --data [INFERLOG_URL].",
)  # fmt: skip
@click.option("--key", envvar="INFERLOG_KEY", help="The API key for --url [INFERLOG_KEY].")
@click.option("--project", default="default", show_default=True, help="The project to import into, without --url.")
@click.option("--environment", type=click.Choice(["prod", "test"]), default="prod", show_default=True)
@click.option("--rejects", type=click.Path(dir_okay=False, writable=True), help="Write refused lines to this file.")
def import_logs(
    file: str, url: str | None, key: str | None, project: str, environment: str, rejects: str | None,
    config_file: str | None, **flags: Any,
) -> None:  # fmt: skip
    """Import logs from FILE: a line of JSON each, as for create; gzip or zstd too; - is standard input.

    Lines of `inferlog export` come back as they were, with ids, times, costs and environment; a log that is there
    already is left alone. With --url that needs a key that may administer.

    An import that was cut short is taken up where it stopped by running it again: parts that are in are
    skipped. (So do not append to a file that you imported; import the new lines as a file of their own.)
    """
    settings = load(flags, config_file=config_file)
    with ExitStack() as stack:
        source = stack.enter_context(_open(file))
        refused_lines = stack.enter_context(_create(rejects)) if rejects else None
        target: Target
        if url:
            if not key:
                raise ConfigError("--url needs --key, or the environment variable INFERLOG_KEY")
            target = ServerTarget(url, key)
        else:
            target = direct = DirectTarget(settings, project, environment)
            if direct.first_key and not settings.bootstrap_key:
                click.echo(f"The first key, shown only now: {direct.first_key}", err=True)
        try:
            report = _run(source, target, refused_lines)
        finally:
            target.close()
    _print_report(report, rejects)


class _Report:
    """What an import did, added up."""

    def __init__(self) -> None:
        self.stored = 0
        self.skipped = 0
        self.reasons: Counter[str] = Counter()
        self.examples: list[str] = []

    def add(self, chunk: Chunk, outcome: Outcome | None, refused_lines: IO[bytes] | None) -> None:
        """Count a chunk's outcome; None means that it was in already."""
        if outcome is None:
            self.skipped += len(chunk.lines)
            return
        self.stored += outcome.stored
        self.skipped += outcome.known
        for index, problem in outcome.problems:
            text = " ".join(problem.split())
            self.reasons[_RECEIVED.sub("", text)[:_TEXT_MAX]] += 1
            if len(self.examples) < _EXAMPLES_MAX:
                self.examples.append(f"line {chunk.numbers[index]}: {text[:_TEXT_MAX]}")
            if refused_lines:
                refused_lines.write(chunk.lines[index] + b"\n")


def _run(source: Source, target: Target, refused_lines: IO[bytes] | None) -> _Report:
    report = _Report()
    columns = (
        TextColumn("importing"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[logs]:,} logs"),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("import", total=source.size, logs=0, rate="")
        for chunk in _read(source):
            report.add(chunk, target.take(chunk), refused_lines)
            done = report.stored + report.skipped
            elapsed = progress.tasks[0].elapsed or 0
            rate = f"{done / elapsed:,.0f}/s" if elapsed > 0 else ""
            progress.update(task, completed=source.position(), logs=done, rate=rate)
    return report


def _read(source: Source) -> Iterator[Chunk]:
    return chunks(source)


def _open(file: str) -> Source:
    try:
        return Source.open(file)
    except OSError as error:
        raise ConfigError(f"Cannot read {file}: {error.strerror}") from None


def _create(file: str) -> IO[bytes]:
    try:
        return Path(file).open("wb")
    except OSError as error:
        raise ConfigError(f"Cannot write {file}: {error.strerror}") from None


def _print_report(report: _Report, rejects: str | None) -> None:
    skipped = f", {report.skipped:,} were imported before" if report.skipped else ""
    refused = sum(report.reasons.values())
    click.echo(f"{report.stored:,} logs imported{skipped}, {refused:,} refused.")
    for reason, count in report.reasons.most_common(_EXAMPLES_MAX):
        click.echo(f"  {count:,} × {reason}")
    for example in report.examples:
        click.echo(f"  {example}")
    if refused and not rejects:
        click.echo("  To keep the refused lines for mending, run it again with --rejects FILE.")
    if refused and not report.stored and not report.skipped:
        raise SystemExit(1)
