"""`inferlog sql`: one SELECT over the logs of a running server, as a table for people or as bytes for a file."""

import sys
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.table import Table

from inferlog.cli.remote import Remote
from inferlog.errors import ConfigError, InferlogError, InvalidInput, StoreUnavailable

_FORMATS: Final = {
    "table": "JSON", "csv": "CSV", "json": "JSON", "jsonl": "JSONEachRow", "arrow": "Arrow", "parquet": "Parquet",
}  # fmt: skip
_BINARY: Final = frozenset({"arrow", "parquet"})
_NUMBERS: Final = ("Int", "UInt", "Float", "Decimal", "Nullable(Int", "Nullable(UInt", "Nullable(Float", "Nullable(Dec")
_CELL_MAX: Final = 500


@click.command()
@click.argument("query")
@click.option("--url", envvar="INFERLOG_URL", required=True, help="The server's address [INFERLOG_URL].")
@click.option("--key", envvar="INFERLOG_KEY", required=True, help="An API key that may read [INFERLOG_KEY].")
@click.option(
    "--format", "form", type=click.Choice(list(_FORMATS)), default="table", show_default=True,
    help="table to look at; the others are bytes for a file or a pipe.",
)  # fmt: skip
@click.option(
    "--param", "parameters", multiple=True, metavar="NAME=VALUE", help="A value for {NAME:Type} in the query."
)
def sql(query: str, url: str, key: str, form: str, parameters: tuple[str, ...]) -> None:
    """Run QUERY, one SELECT over the table `logs` of the key's project; - reads it from standard input.

    docs/sql.md describes the table; limits are the server's.
    """
    if form in _BINARY and sys.stdout.isatty():
        raise ConfigError(f"--format {form} writes bytes: send them to a file, inferlog sql … --format {form} > FILE")
    text = sys.stdin.read() if query == "-" else query
    answer = _ask(url, key, {"query": text, "format": _FORMATS[form], "parameters": _read(parameters)})
    if form == "table":
        _print(answer)
        return
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _read(parameters: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for each in parameters:
        name, found, value = each.partition("=")
        if not found:
            raise ConfigError(f"--param: expected NAME=VALUE, received: {each}")
        values[name] = value
    return values


def _ask(url: str, key: str, request: dict[str, Any]) -> bytes:
    """Return the answer's bytes. Raises an error with the server's own text."""
    answer = Remote(url, key).request("POST", "/api/sql", body=msgspec.json.encode(request), retries=False)
    if answer.status != 200:
        raise _refusal(answer.status, answer.data)
    return answer.data


def _refusal(status: int, data: bytes) -> InferlogError:
    try:
        detail = str(msgspec.json.decode(data)["detail"])
    except (msgspec.DecodeError, KeyError, TypeError):  # this is no inferlog, or a proxy before it speaks
        return StoreUnavailable(f"The server answered {status}, and no reason that can be read")
    return InvalidInput(detail)


class _Column(msgspec.Struct):
    name: str
    type: str


class _Result(msgspec.Struct):
    meta: list[_Column]
    data: list[dict[str, msgspec.Raw]]
    rows: int


def _print(answer: bytes) -> None:
    result = msgspec.json.decode(answer, type=_Result)
    table = Table()
    for column in result.meta:
        table.add_column(column.name, justify="right" if column.type.startswith(_NUMBERS) else "left", overflow="fold")
    for row in result.data:
        table.add_row(*(_cell(row[column.name]) for column in result.meta))
    Console(markup=False, highlight=False).print(table)
    click.echo(f"{result.rows:,} {'row' if result.rows == 1 else 'rows'}", err=True)


def _cell(raw: msgspec.Raw) -> str:
    """Return a value as text: numbers with the digits that came, texts without quotes, null as nothing."""
    text = bytes(raw).decode("utf-8")
    if text.startswith('"'):
        text = msgspec.json.decode(raw, type=str)
    elif text == "null":
        text = ""
    return text if len(text) <= _CELL_MAX else f"{text[:_CELL_MAX]}…"
