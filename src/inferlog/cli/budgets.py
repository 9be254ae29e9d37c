"""`inferlog budgets`: make, list, show and delete budgets and try their webhooks, while the server runs or not."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from rich.console import Console
from rich.table import Column, Table

from inferlog import ids
from inferlog.access import Access
from inferlog.budgets.addresses import check_reachable
from inferlog.budgets.definitions import Budget, read_draft
from inferlog.budgets.events import fraction, trial_message
from inferlog.budgets.periods import PERIODS
from inferlog.budgets.register import Register, Told
from inferlog.budgets.webhooks import Sender
from inferlog.cli.options import setting_options
from inferlog.config import Settings, load
from inferlog.errors import ConfigError, InvalidInput, NotFound, WebhookFailed

_project = click.option("--project", default="default", show_default=True, help="The project whose budgets they are.")


@click.group()
def budgets() -> None:
    """Make, list, show and delete budgets, and try their webhooks."""


@budgets.command()
@setting_options("data", "budgets_max", "webhook_private_addresses")
@_project
@click.option("--name", required=True, help="What the budget is called; each of a project has a name of its own.")
@click.option("--amount", required=True, help="How much may be spent in a period, USD.")
@click.option("--period", type=click.Choice(PERIODS), default="month", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True, help="Where a period begins, e.g. Europe/Berlin.")
@click.option("--customer", help="Count this customer only; * is each customer by itself.")
@click.option("--key-prefix", help="Count the key with this visible prefix only.")
@click.option("--environment", type=click.Choice(["prod", "test"]), help="Count this environment only.")
@click.option("--threshold", "thresholds", multiple=True, type=int, help="Percent; give it once for each.")
@click.option("--webhook-url", help="Who is told when a threshold is reached.")
def create(
    project: str, customer: str | None, key_prefix: str | None, thresholds: tuple[int, ...], config_file: str | None,
    **given: Any,
) -> None:  # fmt: skip
    """Make a budget and print its id. The secret that signs its webhooks is shown this once."""
    said = {name: given.pop(name) for name in ("name", "amount", "period", "time_zone", "environment", "webhook_url")}
    said |= {"customer_identifier": customer, "api_key_prefix": key_prefix, "thresholds": thresholds or None}
    draft = read_draft({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()})
    place = _open(project, given, config_file)
    if draft.webhook_url:
        check_reachable(draft.webhook_url, private=place.settings.webhook_private_addresses)
    if draft.scope == "key":
        place.access.require_key(place.project_id, draft.subject)
    budget = place.register.create(place.project_id, draft, most=place.settings.budgets_max)
    click.echo(budget.id)
    if budget.webhook_secret:
        click.echo(f"Its webhooks are signed with this secret, shown only now: {budget.webhook_secret}", err=True)


@budgets.command(name="list")
@setting_options("data")
@_project
def list_budgets(project: str, config_file: str | None, **flags: Any) -> None:
    """List the budgets of a project, with what the server saw spent last."""
    place = _open(project, flags, config_file)
    table = Table(Column("id", no_wrap=True), "name", "counts", "period", "time zone", "amount", "spent", "part")
    for budget in place.register.budgets(place.project_id):
        seen = place.register.seen(budget.id)
        spent = "" if seen is None else f"{seen.spent.normalize():f}"
        part = "" if seen is None else f"{fraction(seen.spent, budget.amount):.1%}"
        cells = (budget.name, _counts(budget), budget.period, budget.time_zone, f"{budget.amount:f}", spent, part)
        table.add_row(budget.id, *cells)
    Console().print(table)


@budgets.command()
@setting_options("data")
@_project
@click.argument("budget")
def show(project: str, budget: str, config_file: str | None, **flags: Any) -> None:
    """Show one BUDGET, by its id or its name: what the server saw spent last, and who was told of what."""
    place = _open(project, flags, config_file)
    found = _find(place, budget)
    seen = place.register.seen(found.id)
    click.echo(f"{found.name} ({found.id})")
    click.echo(f"  counts: {_counts(found)}")
    click.echo(f"  amount: {found.amount:f} USD a {found.period} ({found.time_zone})")
    click.echo(f"  thresholds: {', '.join(f'{each} %' for each in found.thresholds)}")
    click.echo(f"  webhook: {found.webhook_url or 'none'}")
    if seen is None:
        click.echo("  spent: not looked at yet; a running server does, about every budget_check_seconds")
        return
    whose = f" by {seen.subject}, who spent most" if found.counts_each_customer and seen.subject else ""
    part = fraction(seen.spent, found.amount)
    click.echo(f"  spent: {seen.spent.normalize():f} USD{whose}, {part:.1%}, from {_time(seen.period.start)}")
    for told in place.register.told(found, seen.period.start):
        click.echo(f"  {_told(found, told)}")


@budgets.command()
@setting_options("data")
@_project
@click.argument("budget")
def delete(project: str, budget: str, config_file: str | None, **flags: Any) -> None:
    """Delete one BUDGET, by its id or its name, with webhooks that were not delivered."""
    place = _open(project, flags, config_file)
    gone = place.register.delete(place.project_id, _find(place, budget).id)
    click.echo(f"Deleted the budget {gone.name!r} of project {project!r}.")


@budgets.command()
@setting_options("data", "webhook_seconds_max", "webhook_private_addresses")
@_project
@click.argument("budget")
def test_webhook(project: str, budget: str, config_file: str | None, **flags: Any) -> None:
    """Send a signed event of the type budget.test to the webhook of one BUDGET, once, and say how it went."""
    place = _open(project, flags, config_file)
    found = _find(place, budget)
    if not found.webhook_url:
        raise InvalidInput(f"The budget {found.name!r} has no webhook")
    settings = place.settings
    sender = Sender(seconds_max=settings.webhook_seconds_max, private=settings.webhook_private_addresses)
    event_id = f"evt_{ids.new_uuid().replace('-', '')}"
    answer = sender.send(event_id, found.webhook_url, found.webhook_secret, trial_message(found, ids.now()))
    if answer.problem:
        raise WebhookFailed(f"{found.webhook_url}: {answer.problem}")
    click.echo(f"Delivered {event_id} to {found.webhook_url}.")


class _Place(NamedTuple):
    settings: Settings
    access: Access
    register: Register
    project_id: str


def _open(project: str, flags: dict[str, Any], config_file: str | None) -> _Place:
    settings = load(flags, config_file=config_file)
    directory = Path(settings.data)
    if not (directory / "access.db").exists():
        raise ConfigError(f"There is no inferlog data in {directory}; start 'inferlog serve' once, or give --data")
    access = Access(directory / "access.db")
    return _Place(settings, access, Register(directory / "budgets.db"), access.project(project).id)


def _find(place: _Place, text: str) -> Budget:
    known = place.register.budgets(place.project_id)
    wanted = ids.read_uuid(text)
    for budget in known:
        if budget.name == text or budget.id == wanted:
            return budget
    names = ", ".join(budget.name for budget in known) or "none"
    raise NotFound(f"There is no budget {text!r} in this project; there are: {names}")


def _counts(budget: Budget) -> str:
    whose = "each customer" if budget.counts_each_customer else f"{budget.scope} {budget.subject}".strip()
    return f"{whose}, {budget.environment}" if budget.environment else whose


def _told(budget: Budget, told: Told) -> str:
    whose = f" by {told.subject}" if budget.counts_each_customer else ""
    fate = {
        "no_webhook": "nobody was told",
        "pending": f"webhook waits after {told.attempts} attempts",
        "delivered": f"webhook delivered {_time(told.delivered_at or 0)}",
        "failed": f"webhook given up after {told.attempts} attempts",
    }[told.delivery]
    problem = f": {told.last_error}" if told.last_error else ""
    return f"{told.threshold} % reached{whose} {_time(told.crossed_at)}; {fate}{problem}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
