"""`inferlog delete`: logs of a running server deleted by filter or by id, after a dry run."""

from typing import Any

import click
import msgspec

from inferlog.cli.deleting import Deletions, done, is_wanted
from inferlog.errors import ConfigError


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--url", envvar="INFERLOG_URL", required=True, help="The server's address [INFERLOG_URL].")
@click.option("--key", envvar="INFERLOG_KEY", required=True, help="An API key that may administer [INFERLOG_KEY].")
@click.option("--from", "start_time", help="Only logs from this time on, e.g. 2026-09-01 or 2026-09-01T12:00:00Z.")
@click.option("--to", "end_time", help="Only logs up to this time, inclusive.")
@click.option("--filters", help='Further filters, as the API takes them: {"cost": {"operator": "gte", "value": [1]}}.')
@click.option(
    "--environment", type=click.Choice(["prod", "test", "all"]), default="all", show_default=True,
    help="Only logs of this environment.",
)  # fmt: skip
@click.option("--all", "is_all", is_flag=True, help="Select every log of the project, if nothing else selects.")
@click.option("--apply", "applies", is_flag=True, help="Delete, after it was shown and confirmed.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
def delete(ids: tuple[str, ...], url: str, key: str, is_all: bool, applies: bool, yes: bool, **options: Any) -> None:
    """Delete the logs with these IDS, or those that the options select.

    Without --apply nothing is deleted: it says how many logs would go. Ctrl-C leaves the server to go on.
    """
    asked = _asked(ids, options)
    if not (ids or asked["filters"] or options["start_time"] or options["end_time"] or is_all):
        raise ConfigError("Nothing selects: give ids, --filters, --from or --to, or --all for every log of the project")
    deletions = Deletions(url, key)
    try:
        found = deletions.call("POST", "/request-logs/delete", asked)
        if is_wanted(found, f"Delete {found['logs']:,} logs?", applies=applies, yes=yes) and found["logs"]:
            body = asked | {"dry_run": False, "confirm": found["confirm"]}
            click.echo(done(deletions.watch(deletions.call("POST", "/request-logs/delete", body))))
    finally:
        deletions.close()


def _asked(ids: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Return the body that the API takes."""
    asked: dict[str, Any] = {name: options[name] for name in ("start_time", "end_time") if options[name]}
    environment = options["environment"]
    asked |= {"all_envs": True} if environment == "all" else {"environment": environment}
    if ids:
        asked["ids"] = list(ids)
    try:
        asked["filters"] = msgspec.json.decode(options["filters"] or "{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ConfigError(f"--filters: expected a JSON object, received: {options['filters'][:80]} ({error})") from None
    return asked
