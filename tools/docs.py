"""Write the generated documents: `python -m tools.docs`. A test fails when they are stale."""

from pathlib import Path
from typing import Final

import click

from inferlog.cli import cli
from inferlog.config import ENVIRONMENT_PREFIX, describe, is_secret
from tools.clients_page import clients_page

DOCS: Final = Path(__file__).parent.parent / "docs"


def settings_page() -> str:
    """Return docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "A flag beats the environment, which beats the file (`--config settings.toml`, a line `name = value` each).",
        "An unknown name or a value that cannot be read stops the start with one line that says so. A secret has no",
        "flag; its value may also come from a file that the variable with `_FILE` at its end names.",
        "",
        "| Setting | Default | What it is |",
        "| --- | --- | --- |",
    ]
    for name, text, default in describe():
        shown = f"{default:,}" if isinstance(default, int) and name != "port" else default
        names = f"`{name}`, `{ENVIRONMENT_PREFIX}{name.upper()}`"
        if is_secret(name):
            names += f", `{ENVIRONMENT_PREFIX}{name.upper()}_FILE`"
        lines.append(f"| {names} | {shown if shown != '' else 'none'} | {text} |")
    return "\n".join([*lines, ""])


def commands_page() -> str:
    """Return docs/commands.md: the help of every command, as it is printed."""
    parts = ["# Commands", "", "`inferlog COMMAND --help` prints these.", ""]
    for path, command in _commands(cli, ("inferlog",)):
        context = click.Context(command, info_name=" ".join(path), terminal_width=110, **cli.context_settings)
        parts += [f"## {' '.join(path)}", "", "```", command.get_help(context), "```", ""]
    return "\n".join(parts)


def _commands(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            found += _commands(inner, (*path, name))
    return found


PAGES: Final = {"settings.md": settings_page, "commands.md": commands_page, "clients.md": clients_page}


def main() -> None:
    """Write them."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
