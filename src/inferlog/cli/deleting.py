"""Deletions at a running server, for the commands that begin them: what would go, whether it shall, how far it is."""

import sys
import time
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from inferlog.cli.remote import Remote, read_content
from inferlog.errors import ConfigError, InferlogError, InvalidInput, StoreUnavailable, Unauthorized

_POLL_SECONDS: Final = 0.2
_UNDER_WAY: Final = ("planned", "running")
_decoder: Final = msgspec.json.Decoder(dict[str, Any])


class Deletions:
    """The deletions of a running server."""

    def __init__(self, url: str, key: str) -> None:
        """Use the server at `url` with an API key that may administer."""
        self._remote = Remote(url, key)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what the server answers. Raises an error with its own text."""
        data = None if body is None else msgspec.json.encode(body)
        answer = self._remote.request(method, f"/api{path}", body=data, retries=False)
        content = read_content(answer, _decoder)
        if answer.status < 300 and content:
            return content
        detail = f"{content.get('detail', 'no reason given')}"
        if answer.status in (401, 403):
            raise Unauthorized(detail)
        if 400 <= answer.status < 500:
            raise InvalidInput(detail)
        raise StoreUnavailable(f"The server answered {answer.status}: {detail}")

    def watch(self, job: dict[str, Any]) -> dict[str, Any]:
        """Show how far a deletion is until it ends, and return it as it is then. Ctrl-C leaves it as it is."""
        columns = (TextColumn("deleting"), BarColumn(), MofNCompleteColumn(), TextColumn("logs"), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("deleting", total=None)
            try:
                while job["state"] in _UNDER_WAY:
                    progress.update(task, total=job["logs"] or None, completed=job["logs_deleted"])
                    time.sleep(_POLL_SECONDS)
                    job = self.call("GET", f"/deletions/{job['id']}")
            except KeyboardInterrupt:
                raise InferlogError(f"The deletion goes on at the server: GET /api/deletions/{job['id']}/") from None
            progress.update(task, total=job["logs"], completed=job["logs_deleted"])
        if job["state"] != "done":
            raise InferlogError(f"The deletion {job['id']} failed: {job['error']}")
        return job

    def close(self) -> None:
        """Close the connections; a deletion under way goes on."""
        self._remote.close()


def is_wanted(found: dict[str, Any], question: str, *, applies: bool, yes: bool) -> bool:
    """Say what would go, and ask whether it shall if it `applies`. Raises ConfigError where nobody can be asked."""
    click.echo(_preview(found), err=True)
    if not applies:
        click.echo("Nothing was deleted: it was a dry run. Delete them: --apply", err=True)
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ConfigError(
            "Nothing was deleted: there is no terminal to ask at; give --yes to delete without being asked"
        )
    return click.confirm(question, err=True)


def done(job: dict[str, Any]) -> str:
    """Return what a deletion came to, as a sentence."""
    freed = "" if job["freed_bytes"] is None else f" {job['freed_bytes']:,} bytes of the disk are free."
    return f"Deleted {job['logs_deleted']:,} logs.{freed} Deletion {job['id']}."


def _preview(found: dict[str, Any]) -> str:
    if not found["logs"]:
        return "No log is selected."
    pinned = f", {found['pinned']:,} of them pinned" if found["pinned"] else ""
    times = f"from {found['first_timestamp'][:19]} to {found['last_timestamp'][:19]} UTC"
    return f"{found['logs']:,} logs{pinned}, {found['bytes']:,} bytes as they came, {times}"
