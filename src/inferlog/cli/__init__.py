"""The command line: parse, call, print. One file a command."""

import sys

import click

from inferlog import __version__
from inferlog.cli.budgets import budgets
from inferlog.cli.delete import delete
from inferlog.cli.erase import erase
from inferlog.cli.export import export
from inferlog.cli.import_ import import_logs
from inferlog.cli.keys import keys
from inferlog.cli.prices import prices
from inferlog.cli.reconcile import reconcile
from inferlog.cli.reprice import reprice
from inferlog.cli.retention import retention
from inferlog.cli.serve import serve
from inferlog.cli.sql import sql
from inferlog.errors import ConfigError, InferlogError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="inferlog")
def cli() -> None:
    """The open, self-hosted log of every LLM call."""


cli.add_command(serve)
cli.add_command(keys)
cli.add_command(budgets)
cli.add_command(delete)
cli.add_command(erase)
cli.add_command(export)
cli.add_command(import_logs)
cli.add_command(prices)
cli.add_command(reconcile)
cli.add_command(reprice)
cli.add_command(retention)
cli.add_command(sql)


def main() -> None:
    """Run the command line; an error of ours is one line that says what to do, never a traceback."""
    try:
        cli(standalone_mode=True)
    except InferlogError as error:
        click.echo(f"inferlog: {error}", err=True)
        sys.exit(2 if isinstance(error, ConfigError) else 1)
