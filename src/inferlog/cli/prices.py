"""`inferlog prices`: look prices up, set a project's own, update the published ones, while the server runs or not."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from inferlog import ids
from inferlog.access import Access
from inferlog.cli.options import setting_options
from inferlog.config import load
from inferlog.errors import ConfigError, InvalidInput, NotFound
from inferlog.kept_prices import KeptPrices, read_fields
from inferlog.model import Project
from inferlog.pricing.buckets import BUCKETS
from inferlog.pricing.dataset import BUNDLED
from inferlog.pricing.hosts import host_of
from inferlog.pricing.own import FIELDS, OwnPrice, read_moment
from inferlog.pricing.shown import shown_amounts

_SHOWN_MAX: Final = 200
_IN_COLUMNS: Final = ("input", "cache_read", "cache_write_5m", "output")


@click.group()
def prices() -> None:
    """Look up what models cost, set a project's own prices, update the published ones."""


def _project_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--project", default="default", show_default=True, help="Whose own prices.")(command)


@prices.command(name="list")
@setting_options("data")
@_project_option
@click.option("--provider", default="", help="Only this provider's.")
@click.argument("part", default="")
def list_prices(part: str, provider: str, project: str, config_file: str | None, **flags: Any) -> None:
    """List prices by PART of a model's name: the project's own, then the published ones as they hold now."""
    table = Table("model", "provider", *_IN_COLUMNS, "from", "until", "id")
    with _opened(flags, config_file) as (kept, access):
        for own in kept.own(access.project(project).id):
            if part.lower() in own.model.lower() and provider.lower() in own.provider_id.lower():
                table.add_row(own.model, own.provider_id or "any", *_own_columns(own), own.id)
        published = [
            (seller, model) for seller, model in kept.book.models()
            if part.lower() in model.id.lower() and (not provider or seller.id == (host_of(provider) or provider))
        ]  # fmt: skip
        now = ids.now()
        for seller, model in published[:_SHOWN_MAX]:
            price = kept.book.price_of(seller, model, now)
            amounts = shown_amounts(price) if price else {}
            columns = [_text(amounts.get(name)) for name in _IN_COLUMNS]
            table.add_row(model.id, seller.id, *columns, "", "", price.id if price else "not by tokens")
    Console().print(table)
    if len(published) > _SHOWN_MAX:
        click.echo(f"{len(published) - _SHOWN_MAX:,} more; name a part of the model or --provider.", err=True)


@prices.command()
@setting_options("data")
@_project_option
@click.option("--provider", default="", help="Its provider, as logs name it.")
@click.option("--at", default="", help="When the call is made: a day or a time (UTC). Default: now.")
@click.option("--tier", default="", help="Its service tier, e.g. batch.")
@click.argument("name")
def show(
    name: str, provider: str, at: str, tier: str, project: str, config_file: str | None, **flags: Any
) -> None:  # fmt: skip
    """Show by which price a call of the model NAME is charged, or the nearest names that have one."""
    moment = read_moment("--at", at) if at else ids.now()
    with _opened(flags, config_file) as (kept, access):
        price = kept.find(access.project(project).id, provider, name, moment, tier)
        if price is None:
            raise NotFound(kept.book.unpriced_because(provider, name))
    click.echo(f"{price.id}  ({price.version}, {price.source})  USD per million tokens")
    amounts = shown_amounts(price)
    steps = amounts.pop("tiers")
    table = Table("bucket", "price", *(f"above {step['above']:,} tokens" for step in steps))
    for bucket in BUCKETS:
        table.add_row(bucket, _text(amounts[bucket]), *(_text(step[bucket]) for step in steps))
    Console().print(table)
    for mark in price.estimated:
        click.echo(f"estimated: {mark}")


def _bucket_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for bucket in reversed(BUCKETS):
        flag = f"--{bucket.replace('_', '-')}"
        command = click.option(flag, bucket, default=None, help="USD per million tokens.", metavar="USD")(command)
    return command


@prices.command(name="set")
@setting_options("data", "own_prices_max")
@_project_option
@_bucket_options
@click.option("--provider", "provider_id", default=None, help="Only calls of this provider. Default: any.")
@click.option("--tier", "service_tier", default=None, help="Only calls in this service tier. Default: standard.")
@click.option("--alias", "aliases", multiple=True, help="A further name of the model; once for each.")
@click.option("--from", "from_", default=None, help="Since when it holds: a day or a time (UTC). Default: ever.")
@click.option("--until", default=None, help="Until before when it holds. Default: on.")
@click.option("--note", default=None, help="What it is from.")
@click.argument("model")
def set_price(model: str, project: str, config_file: str | None, **given: Any) -> None:
    """Set what a project pays for MODEL; a running server prices by it within a second."""
    flags = {name: given.pop(name) for name in ("data", "own_prices_max")}
    given["from"] = given.pop("from_")
    given["aliases"] = list(given["aliases"]) or None
    fields = {"model": model} | {name: value for name, value in given.items() if value is not None}
    settings = load(flags, config_file=config_file)
    with _opened(flags, config_file) as (kept, access):
        added = kept.add(access.project(project).id, fields, settings.own_prices_max)
    click.echo(added.id)


@prices.command()
@setting_options("data")
@_project_option
@click.option("--at", default="", help="From when on it holds no more: a day or a time (UTC). Default: now.")
@click.argument("price")
def end(price: str, at: str, project: str, config_file: str | None, **flags: Any) -> None:
    """End an own PRICE (its id, or the model if it has one alone). It stays known, for the logs that it priced."""
    moment = read_moment("--at", at) if at else ids.now()
    with _opened(flags, config_file) as (kept, access):
        found = access.project(project)
        ended = kept.end(found.id, _one_id(kept, found, price), moment)
    until = datetime.fromtimestamp(ended.ends or moment, UTC)
    click.echo(f"{ended.price_id} ({ended.id}) holds until {until:%Y-%m-%d %H:%M:%S} UTC.")


@prices.command(name="import")
@setting_options("data", "own_prices_max", "price_file_bytes_max")
@_project_option
@click.argument("file", type=click.Path(path_type=Path))
def import_prices(file: Path, project: str, config_file: str | None, **flags: Any) -> None:
    """Set many own prices from FILE, all or none: a JSON array of objects, or CSV with a heading.

    Fields and columns are those of the API: model, input, output, cache_read, from, until, …
    """
    settings = load(flags, config_file=config_file)
    text = _read(file, settings.price_file_bytes_max)
    many = _rows(text) if file.suffix.lower() == ".csv" else read_fields(text)
    if not isinstance(many, list) or not all(isinstance(each, dict) for each in many):
        raise InvalidInput(f"{file}: expected a JSON array of objects")
    with _opened(flags, config_file) as (kept, access):
        added = kept.add_all(access.project(project).id, many, settings.own_prices_max)
    click.echo(f"{len(added):,} prices set.")


@prices.command()
@setting_options("data", "price_file_bytes_max")
@click.argument("file", type=click.Path(path_type=Path))
def update(file: Path, config_file: str | None, **flags: Any) -> None:
    """Price by the published prices in FILE, genai-prices' data.json or data_slim.json, from now on.

    Nothing is downloaded. A running server uses it within a second; one that ships with newer prices leaves it.
    """
    settings = load(flags, config_file=config_file)
    text = _read(file, settings.price_file_bytes_max)
    with _opened(flags, config_file) as (kept, _):
        data = kept.update(text)
    models = sum(len(provider.models) for provider in data.providers)
    click.echo(f"{data.version}: {models:,} models of {len(data.providers):,} providers.")


@prices.command()
@setting_options("data")
def version(config_file: str | None, **flags: Any) -> None:
    """Print which published prices are used, and which files were given."""
    with _opened(flags, config_file) as (kept, _):
        click.echo(kept.book.data.version)
        click.echo(f"ships with {BUNDLED}", err=True)
        for each in kept.books():
            day = datetime.fromtimestamp(each.added_at, UTC)
            click.echo(f"{each.version}, given {day:%Y-%m-%d %H:%M} UTC{', in use' if each.used else ''}", err=True)


@contextmanager
def _opened(flags: dict[str, Any], config_file: str | None) -> Iterator[tuple[KeptPrices, Access]]:
    directory = Path(load(flags, config_file=config_file).data)
    if not (directory / "access.db").exists():
        raise ConfigError(f"There is no inferlog data in {directory}; start 'inferlog serve' once, or give --data")
    kept, access = KeptPrices(directory / "prices.db"), Access(directory / "access.db")
    try:
        yield kept, access
    finally:
        kept.close()
        access.close()


def _one_id(kept: KeptPrices, project: Project, given: str) -> str:
    """Return the id of the price that is meant by an id or by a model's name."""
    named = [own for own in kept.own(project.id) if own.model.lower() == given.lower()]
    if len(named) > 1:
        known = ", ".join(own.id for own in named)
        raise InvalidInput(f"{project.name!r} has {len(named)} prices for {given}: name one by its id: {known}")
    return named[0].id if named else given


def _read(file: Path, bytes_max: int) -> bytes:
    try:
        if file.stat().st_size > bytes_max:
            raise InvalidInput(
                f"{file} has {file.stat().st_size:,} bytes; the limit price_file_bytes_max is {bytes_max:,}"
            )
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"Cannot read {file}: {error.strerror}") from None


def _rows(text: bytes) -> list[dict[str, Any]]:
    """Return the rows of CSV: an empty cell is not given; aliases are parted by spaces."""
    try:
        reader = csv.DictReader(io.StringIO(text.decode("utf-8-sig")))
        rows = [{name: cell for name, cell in row.items() if cell} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"The CSV file cannot be read: {error}") from None
    if unknown := [name for name in reader.fieldnames or () if name not in FIELDS]:
        raise InvalidInput(f"The CSV file has an unknown column {unknown[0]!r}")
    for number, row in enumerate(rows, 2):
        if None in row:
            raise InvalidInput(f"Line {number} of the CSV file has more cells than the heading")
        if "aliases" in row:
            row["aliases"] = row["aliases"].split()
    return rows


def _own_columns(own: OwnPrice) -> list[str]:
    amounts = [_text(own.amounts.get(name)) for name in _IN_COLUMNS]
    return [*amounts, _day(own.begins or None), _day(own.ends)]


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _day(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
