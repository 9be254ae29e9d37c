"""`inferlog reprice`: stored logs priced by today's price book, at a running server or in a data directory."""

import sys
import time
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from inferlog.cli.options import setting_options
from inferlog.cli.repricing import DirectJobs, Jobs, ServerJobs
from inferlog.config import load
from inferlog.errors import ConfigError, InferlogError
from inferlog.query.render import amount

_POLL_SECONDS: Final = 0.2
_UNDER_WAY: Final = ("planned", "running")


@click.command()
@setting_options("data", "store")
@click.option(
    "--url", envvar="INFERLOG_URL",
    help="Re-price at a running server at this address, with --key, and not in --data [INFERLOG_URL].",
)  # fmt: skip
@click.option("--key", envvar="INFERLOG_KEY", help="An API key that may administer, for --url [INFERLOG_KEY].")
@click.option("--project", default="default", show_default=True, help="The project, without --url.")
@click.option(
    "--environment", type=click.Choice(["prod", "test", "all"]), default="all", show_default=True,
    help="Only logs of this environment.",
)  # fmt: skip
@click.option("--model", "models", multiple=True, help="Only logs of this model; give the option once for each.")
@click.option("--customer", "customers", multiple=True, help="Only logs of this customer_identifier; likewise.")
@click.option("--from", "start_time", help="Only logs from this time on, e.g. 2026-09-01 or 2026-09-01T12:00:00Z.")
@click.option("--to", "end_time", help="Only logs up to this time, inclusive.")
@click.option("--filters", help='Further filters, as the API takes them: {"cost": {"operator": "gte", "value": [1]}}.')
@click.option("--include-given", is_flag=True, help="Replace costs too that the caller gave, or unit prices made.")
@click.option("--apply", "applies", is_flag=True, help="Make the change, after it was shown and confirmed.")
@click.option("--yes", is_flag=True, help="Do not ask before the change.")
@click.option("--largest", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Largest changes shown.")
@click.option("--resume", "resumed", metavar="ID", help="Go on with this re-pricing, which was cut short.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def reprice(
    url: str | None, key: str | None, project: str, resumed: str | None, config_file: str | None, as_json: bool,
    applies: bool, yes: bool, **options: Any,
) -> None:  # fmt: skip
    """Price stored logs anew, each by the price that held when its call was made.

    Without --apply nothing is changed: it shows old and new totals by model, and the largest changes. Costs that the
    caller gave stay unless --include-given. Every run leaves an entry: GET /api/reprices lists them.
    """
    flags = {name: options.pop(name) for name in ("data", "store")}
    if url and not key:
        raise ConfigError("--url needs --key, or the environment variable INFERLOG_KEY")
    asked = _asked(options)
    jobs: Jobs = ServerJobs(url, key or "") if url else DirectJobs(load(flags, config_file=config_file), project)
    try:
        if resumed:
            job = _watch(jobs, jobs.resume(resumed))
        else:
            job = _watch(jobs, jobs.start(asked | {"dry_run": True}))
            if applies and job["state"] == "done" and _is_wanted(job, yes=yes, shows=not as_json):
                job = _watch(jobs, jobs.start(asked | {"dry_run": False}))
    finally:
        jobs.close()
    if as_json:
        click.echo(msgspec.json.Encoder(decimal_format="number").encode(job))
    else:
        _show(job)
    if job["state"] != "done":
        raise InferlogError(f"The re-pricing {job['id']} {job['state']}: {job['error'] or 'see above'}")


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    """Return the body that the API takes."""
    asked: dict[str, Any] = {name: options[name] for name in ("include_given", "largest")}
    asked |= {name: options[name] for name in ("start_time", "end_time") if options[name]}
    environment = options["environment"]
    asked |= {"all_envs": True} if environment == "all" else {"environment": environment}
    try:
        filters = msgspec.json.decode(options["filters"] or "{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ConfigError(f"--filters: expected a JSON object, received: {options['filters'][:80]} ({error})") from None
    for name, values in (("model", options["models"]), ("customer_identifier", options["customers"])):
        if values:
            filters[name] = {"operator": "", "value": list(values), "connector": "AND"}
    return asked | {"filters": filters}


def _watch(jobs: Jobs, job: dict[str, Any]) -> dict[str, Any]:
    """Show how far a job is until it ends, and return it as it is then. Ctrl-C leaves it as it is."""
    text = "reading" if job["dry_run"] else "re-pricing"
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TextColumn("logs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(text, total=None)
        try:
            while job["state"] in _UNDER_WAY:
                progress.update(task, total=job["logs_selected"] or None, completed=job["logs_seen"])
                time.sleep(_POLL_SECONDS)
                job = jobs.find(job["id"])
        except KeyboardInterrupt:
            raise InferlogError(f"Watch it, or go on with it: inferlog reprice --resume {job['id']}") from None
        progress.update(task, total=job["logs_selected"], completed=job["logs_seen"])
    return job


def _is_wanted(job: dict[str, Any], *, yes: bool, shows: bool) -> bool:
    """Show what would change, and ask whether it shall."""
    if not job["logs_changed"]:
        return False
    if yes:
        return True
    if shows:
        _show(job)
    if not sys.stdin.isatty():
        raise ConfigError(
            "Nothing was changed: there is no terminal to ask at; give --yes to change without being asked"
        )
    return click.confirm(f"Change {job['logs_changed']:,} logs?", err=True)


def _show(job: dict[str, Any]) -> None:
    console = Console()
    table = Table("model", "cost from", "logs", "changed", "USD before", "USD after", "difference")
    for column in table.columns[2:]:
        column.justify = "right"
    for total in job["models"]:
        table.add_row(
            total["model"] or "(none)", total["cost_source"] or "(no cost)", f"{total['logs']:,}",
            f"{total['changed']:,}", *_amounts(total),
        )  # fmt: skip
    table.add_section()
    table.add_row("all", "", f"{job['logs_seen']:,}", f"{job['logs_changed']:,}", *_amounts(job))
    console.print(table)
    if job["largest_changes"]:
        largest = Table("log", "time", "model", "USD before", "USD after", "price before", "price after")
        for change in job["largest_changes"]:
            largest.add_row(
                change["id"], change["timestamp"][:19], change["model"], _amount(change["cost_before"]),
                _amount(change["cost_after"]), change["price_before"], change["price_after"],
            )  # fmt: skip
        console.print(largest)
    click.echo(_sentence(job))


def _sentence(job: dict[str, Any]) -> str:
    left = f"{job['logs_given']:,} left alone (given costs), {job['logs_unpriced']:,} without a known price"
    changed = f"{job['logs_changed']:,} of {job['logs_seen']:,} logs"
    if job["dry_run"]:
        hint = " Change them: --apply" if job["logs_changed"] else ""
        return f"Nothing was changed; {changed} would be, {left}.{hint}"
    return f"Changed {changed}, {left}. Re-pricing {job['id']}."


def _amounts(row: dict[str, Any]) -> tuple[str, str, str]:
    difference = amount(row["cost_after"] - row["cost_before"]) or 0
    return _amount(row["cost_before"]), _amount(row["cost_after"]), f"{difference:+f}" if difference else "0"


def _amount(value: Any) -> str:
    return "" if value is None else f"{value:f}"
