"""`inferlog keys`: make, list and revoke API keys, while the server runs or not."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console
from rich.table import Table

from inferlog.access import Access
from inferlog.cli.options import setting_options
from inferlog.config import load
from inferlog.errors import ConfigError
from inferlog.model import SCOPES, Environment


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@setting_options("data")
@click.option("--project", default="default", show_default=True, help="The project that the key opens.")
@click.option("--new-project", is_flag=True, help="Make the project first.")
@click.option("--environment", type=click.Choice(["prod", "test"]), default="prod", show_default=True)
@click.option(
    "--scope", "scopes", type=click.Choice(SCOPES), multiple=True, default=("ingest", "read"), show_default=True,
    help="What the key may do; give the option once for each.",
)  # fmt: skip
@click.option("--name", default="", help="What the key is for, shown in the list.")
def create(
    project: str, new_project: bool, environment: str, scopes: tuple[Any, ...], name: str, config_file: str | None,
    **flags: Any,
) -> None:  # fmt: skip
    """Make a key and print it, this once: only its hash is kept."""
    access = _open(flags, config_file)
    if new_project:
        access.create_project(project)
    secret = access.create_key(project, name=name, environment=cast(Environment, environment), scopes=scopes)
    click.echo(secret)
    click.echo(f"The key is shown only now. Project {project!r}, {environment}, may {', '.join(scopes)}.", err=True)


@keys.command(name="list")
@setting_options("data")
def list_keys(config_file: str | None, **flags: Any) -> None:
    """List all keys by their visible prefix."""
    table = Table("prefix", "project", "environment", "may", "made", "revoked", "name")
    for key in _open(flags, config_file).list_keys():
        revoked = "" if key.revoked_at is None else _day(key.revoked_at)
        table.add_row(
            key.prefix,
            key.project_name,
            key.environment,
            ", ".join(key.scopes),
            _day(key.created_at),
            revoked,
            key.name,
        )
    Console().print(table)


@keys.command()
@setting_options("data")
@click.argument("prefix")
def revoke(prefix: str, config_file: str | None, **flags: Any) -> None:
    """Revoke the key with this PREFIX; a running server refuses it within a second."""
    key = _open(flags, config_file).revoke(prefix)
    click.echo(f"Revoked {key.prefix}… of project {key.project_name!r}.")


def _open(flags: dict[str, Any], config_file: str | None) -> Access:
    directory = Path(load(flags, config_file=config_file).data)
    if not (directory / "access.db").exists():
        raise ConfigError(f"There is no inferlog data in {directory}; start 'inferlog serve' once, or give --data")
    return Access(directory / "access.db")


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
