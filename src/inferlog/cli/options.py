"""Options of commands, made from the table of settings: a setting is a flag without another word."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from inferlog.config import ENVIRONMENT_PREFIX, describe, is_secret

_Command = TypeVar("_Command", bound=Callable[..., Any])


def setting_options(*names: str) -> Callable[[_Command], _Command]:
    """Add --name options for the settings of these names, or for all of them if none are given."""

    def add(command: _Command) -> _Command:
        for name, text, default in reversed(describe()):
            if (names and name not in names) or is_secret(name):
                continue
            flag = f"--{name.replace('_', '-')}"
            shown = f"{text} [{ENVIRONMENT_PREFIX}{name.upper()}; default: {default if default != '' else 'none'}]"
            command = click.option(flag, name, default=None, help=shown)(command)
        return click.option("--config", "config_file", default=None, help="A TOML file of settings.")(command)

    return add
