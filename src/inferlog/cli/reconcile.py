"""`inferlog reconcile`: a provider's cost export against the logs, by day and model."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from inferlog.cli.options import setting_options
from inferlog.cli.remote import Remote
from inferlog.config import Settings, load
from inferlog.errors import ConfigError, DataDirectoryInUse, InferlogError
from inferlog.query.spending import fetch_spending, render_report
from inferlog.reconcile.compare import Report, compare
from inferlog.reconcile.invoices import read_invoice
from inferlog.server.http import encode
from inferlog.server.reconcile import TOLERANCE_PERCENT, read_tolerance
from inferlog.server.services import Services

_SECONDS_MAX = 60.0


@click.command()
@click.argument("file")
@setting_options("data", "store", "reconcile_bytes_max")
@click.option(
    "--url", envvar="INFERLOG_URL",
    help="Ask a running server at this address, with --key, and do not open --data [INFERLOG_URL].",
)  # fmt: skip
@click.option("--key", envvar="INFERLOG_KEY", help="The API key for --url [INFERLOG_KEY].")
@click.option("--project", default="default", show_default=True, help="The project to compare, without --url.")
@click.option("--tolerance", default=str(TOLERANCE_PERCENT), show_default=True, help="What may differ, in per cent.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def reconcile(
    file: str, url: str | None, key: str | None, project: str, tolerance: str, as_json: bool, config_file: str | None,
    **flags: Any,
) -> None:  # fmt: skip
    """Compare FILE, a cost export of OpenAI or Anthropic, with the logs: by day (UTC) and model.

    Read are OpenAI's and Anthropic's CSV exports of cost and pages of their costs APIs as JSON; - is standard input.
    The exit status is 0 if every line is within the tolerance, 1 if not, 2 if they cannot be compared.
    """
    try:
        report = _report(file, url, key, project, tolerance, load(flags, config_file=config_file))
    except InferlogError as error:
        click.echo(f"inferlog: {error}", err=True)
        sys.exit(2)
    if as_json:
        click.echo(encode(render_report(report)))
    else:
        _print(report)
    sys.exit(0 if report.within else 1)


def _report(file: str, url: str | None, key: str | None, project: str, tolerance: str, settings: Settings) -> Report:
    percent = read_tolerance(tolerance)
    data = _read(file, settings.reconcile_bytes_max)
    if url:
        if not key:
            raise ConfigError("--url needs --key, or the environment variable INFERLOG_KEY")
        return _ask(url, key, data, percent)
    return _compare(settings, project, data, percent)


def _read(file: str, bytes_max: int) -> bytes:
    try:
        data = sys.stdin.buffer.read(bytes_max + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise ConfigError(f"Cannot read {file}: {error.strerror}") from None
    if len(data) > bytes_max:
        raise ConfigError(f"{file} has over {bytes_max:,} bytes (the setting reconcile_bytes_max)")
    return data


def _compare(settings: Settings, project: str, data: bytes, tolerance: Decimal) -> Report:
    invoice = read_invoice(data)
    try:
        services = Services(settings)
    except DataDirectoryInUse as error:
        raise DataDirectoryInUse(
            f"{error}. If that is a server, ask it: inferlog reconcile FILE --url http://… --key …"
        ) from None
    try:
        services.writer.flush(_SECONDS_MAX)
        project_id = services.access.project(project).id
        return compare(invoice, fetch_spending(services.store, project_id, invoice.first, invoice.last), tolerance)
    finally:
        services.close()


def _ask(url: str, key: str, data: bytes, tolerance: Decimal) -> Report:
    answer = Remote(url, key).request(
        "POST", f"/api/reconcile?tolerance={tolerance}", headers={"Content-Type": "application/octet-stream"},
        body=data, timeout=_SECONDS_MAX, retries=False,
    )  # fmt: skip
    try:
        if answer.status == 200:
            return msgspec.json.decode(answer.data, type=Report)
        detail = msgspec.json.decode(answer.data)["detail"]
    except (msgspec.DecodeError, KeyError, TypeError):
        detail = "no reason given; is this an inferlog?"
    raise InferlogError(f"The server answered {answer.status}: {detail}")


def _print(report: Report) -> None:
    table = Table("day", "model", title=f"{report.format}, {report.first_day} to {report.last_day} (UTC), in USD")
    for name in ("theirs", "ours", "difference", "%"):
        table.add_column(name, justify="right")
    table.add_column("likely reason")
    for row in report.rows:
        reasons = "\n".join(each.text for each in row.reasons)
        shown = (_usd(row.theirs), _usd(row.ours), _usd(row.difference), _percent(row.difference_percent))
        table.add_row(str(row.day), row.model, *shown, reasons, style="" if row.within else "yellow")
    table.add_section()
    shown = (_usd(report.theirs), _usd(report.ours), _usd(report.difference), _percent(report.difference_percent))
    table.add_row("", "all", *shown, "")
    Console().print(table)
    for note in report.notes:
        click.echo(note)
    outside = sum(not row.within for row in report.rows)
    click.echo(f"{outside} of {len(report.rows)} lines differ by more than {report.tolerance_percent} %.")


def _usd(amount: Decimal) -> str:
    return f"{amount:,.6f}"


def _percent(value: Decimal | None) -> str:
    return "" if value is None else f"{value:+}"
