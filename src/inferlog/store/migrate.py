"""Brings a store's tables to the version of this code: numbered SQL files, applied once each, in order."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Final, NamedTuple

Command = Callable[[str], object]
Column = Callable[[str], list[str]]


class Placement(NamedTuple):
    """Where tables are made: the database, and the cluster whose replicas hold them (empty for a single node)."""

    database: str
    cluster: str = ""

    def render(self, statement: str) -> str:
        """Return a statement of a migration with its placeholders filled in."""
        on_cluster = f"ON CLUSTER `{self.cluster}`" if self.cluster else ""
        replicated = "Replicated" if self.cluster else ""
        return (
            statement.replace("{database}", f"`{self.database}`")
            .replace("{on_cluster}", on_cluster)
            .replace("{engine}", f"{replicated}MergeTree")
            .replace("{replacing_engine}", f"{replicated}ReplacingMergeTree")
        )


_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS {database}.migrations {on_cluster} (name String, applied_at DateTime DEFAULT now())
ENGINE = {engine} ORDER BY name
"""


def migrations() -> Iterator[tuple[str, list[str]]]:
    """Yield (name, statements) of every migration, in order. New ones are added at the end and never changed."""
    folder = files("inferlog.store") / "migrations"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            statements = [part.strip() for part in file.read_text("utf-8").split(";\n")]
            yield file.name.removesuffix(".sql"), [part.rstrip(";") for part in statements if part]


def migrate(command: Command, column: Column, placement: Placement) -> list[str]:
    """Apply what is missing and return the names applied. A step that was cut short is safe to run again."""
    database = placement.render("CREATE DATABASE IF NOT EXISTS {database} {on_cluster}")
    command(database)
    command(placement.render(_LEDGER))
    done = set(column(placement.render("SELECT name FROM {database}.migrations")))
    applied = []
    for name, statements in migrations():
        if name in done:
            continue
        for statement in statements:
            command(placement.render(statement))
        command(placement.render(f"INSERT INTO {{database}}.migrations (name) VALUES ('{name}')"))  # noqa: S608 - a file of ours
        applied.append(name)
    return applied
