"""`inferlog export`: the logs of a running server as a file, whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import click
import msgspec
import urllib3
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from inferlog.cli.remote import Remote
from inferlog.errors import ConfigError, InferlogError, InvalidInput, StoreUnavailable

_FORMATS: Final = ("jsonl", "csv", "parquet")
_BLOCK: Final = 1 << 16
_PAUSE_SECONDS_MAX: Final = 120.0


@click.command()
@click.argument("file", default="-")
@click.option("--url", envvar="INFERLOG_URL", required=True, help="The server's address [INFERLOG_URL].")
@click.option("--key", envvar="INFERLOG_KEY", required=True, help="An API key that may read [INFERLOG_KEY].")
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the name of FILE, else jsonl.")
@click.option("--fields", help="Only these fields, with commas between them; such a file cannot be imported.")
@click.option("--sample", type=click.FloatRange(0, 1, min_open=True), help="Only this share of the logs, e.g. 0.01.")
@click.option("--from", "start_time", help="Only logs from this time on, e.g. 2026-09-01 or 2026-09-01T12:00:00Z.")
@click.option("--to", "end_time", help="Only logs up to this time, inclusive.")
@click.option("--filters", help='Further filters, as the API takes them: {"cost": {"operator": "gte", "value": [1]}}.')
@click.option(
    "--environment", type=click.Choice(["prod", "test", "all"]), default="all", show_default=True,
    help="Only logs of this environment.",
)  # fmt: skip
def export(file: str, url: str, key: str, form: str | None, **options: Any) -> None:
    """Export logs to FILE, oldest first; - is standard output.

    A file has its name only once it is whole: until then it is FILE.part. Whole logs as JSON lines are what
    `inferlog import` takes back, with ids, times, costs and all.
    """
    chosen = form or _form_of(file)
    if file == "-" and chosen == "parquet" and sys.stdout.isatty():
        raise ConfigError("--format parquet writes bytes: name a file, inferlog export FILE.parquet")
    with _answer(url, key, _asked(options) | {"format": chosen}) as answer, _target(file) as target:
        _copy(answer, target, shows_bar=file != "-" or not sys.stdout.isatty(), counts=chosen == "jsonl")


def _form_of(file: str) -> str:
    suffix = Path(file).suffix.removeprefix(".")
    return suffix if suffix in _FORMATS else "jsonl"


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    """Return the body that the API takes."""
    asked = {name: options[name] for name in ("start_time", "end_time", "sample") if options[name] is not None}
    if options["fields"]:
        asked["include_fields"] = options["fields"].split(",")
    environment = options["environment"]
    asked |= {"all_envs": True} if environment == "all" else {"environment": environment}
    try:
        asked["filters"] = msgspec.json.decode(options["filters"] or "{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ConfigError(f"--filters: expected a JSON object, received: {options['filters'][:80]} ({error})") from None
    return asked


@contextmanager
def _answer(url: str, key: str, asked: dict[str, Any]) -> Iterator[urllib3.BaseHTTPResponse]:
    """Open the export. Raises an error with the server's own text."""
    answer = Remote(url, key).request(
        "POST", "/api/request-logs/export", body=msgspec.json.encode(asked), retries=False, preload_content=False,
        timeout=urllib3.Timeout(connect=10.0, read=_PAUSE_SECONDS_MAX),
    )  # fmt: skip
    with answer:
        if answer.status != 200:
            raise _refusal(answer.status, answer.data)
        yield answer


def _refusal(status: int, data: bytes) -> InferlogError:
    try:
        detail = str(msgspec.json.decode(data)["detail"])
    except (msgspec.DecodeError, KeyError, TypeError):  # this is no inferlog, or a proxy before it speaks
        return StoreUnavailable(f"The server answered {status}, and no reason that can be read")
    return InvalidInput(detail)


@contextmanager
def _target(file: str) -> Iterator[IO[bytes]]:
    """Open what is written to; a file gets its name when all is written."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = Path(f"{file}.part")
    try:
        with part.open("wb") as target:
            yield target
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"Cannot write {file}: {error.strerror}") from None


def _copy(answer: urllib3.BaseHTTPResponse, target: IO[bytes], *, shows_bar: bool, counts: bool) -> None:
    """Write the export as it comes. Raises StoreUnavailable if it is cut short."""
    total = int(answer.headers.get("inferlog-logs-total", 0))
    logs = 0
    columns = [TextColumn("exporting"), BarColumn(), DownloadColumn()]
    if counts:
        columns[2:] = [TextColumn("{task.completed:,} of about {task.total:,} logs"), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), disable=not shows_bar) as progress:
        task = progress.add_task("export", total=total if counts else None)
        try:
            for block in answer.stream(_BLOCK):
                target.write(block)
                logs += block.count(b"\n") if counts else 0
                progress.update(task, completed=logs) if counts else progress.advance(task, len(block))
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(
                f"The export was cut short after {logs:,} of {total:,} logs; what came is not whole ({error})"
            ) from None
    click.echo(f"{logs if counts else total:,} logs exported.", err=True)
