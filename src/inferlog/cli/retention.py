"""`inferlog retention`: for how many days a running server keeps a project's logs."""

import click

from inferlog.cli.deleting import Deletions, done


@click.command()
@click.argument("days", required=False)
@click.option("--url", envvar="INFERLOG_URL", required=True, help="The server's address [INFERLOG_URL].")
@click.option("--key", envvar="INFERLOG_KEY", required=True, help="An API key that may read, or administer to change "
              "[INFERLOG_KEY].")  # fmt: skip
@click.option("--run", "runs", is_flag=True, help="Delete what is expired now, and wait for it.")
@click.option("--clock-is-right", is_flag=True, help="With --run: delete though the server doubts its clock.")
def retention(days: str | None, url: str, key: str, runs: bool, clock_is_right: bool) -> None:
    """Show for how long logs are kept, or keep them for DAYS: a number, 0 (for ever), or `default` (the setting).

    It says how many logs are expired; they are deleted within a day, or at once with --run. Pinned logs stay.
    """
    if days is not None and days != "default" and not days.isdigit():
        raise click.BadParameter(f"expected a number of days, 0 for ever, or default, received: {days}")
    deletions = Deletions(url, key)
    try:
        if days is not None:
            found = deletions.call("PUT", "/retention", {"days": None if days == "default" else int(days)})
        else:
            found = deletions.call("GET", "/retention")
        kept = f"for {found['days']:,} days" if found["days"] else "for ever"
        whose = "the server's setting" if found["own_days"] is None else "the project's own"
        click.echo(f"Logs are kept {kept} ({whose}); {found['expired_logs']:,} are expired and not pinned.")
        if found["clock_doubt"]:
            click.echo(f"Nothing is deleted, for the server's clock is not believed: {found['clock_doubt']}", err=True)
        if runs:
            answer = deletions.call("POST", "/retention/run", {"clock_is_right": clock_is_right})
            job = answer["deletion"]
            click.echo(done(deletions.watch(job)) if job else "There is nothing to delete.")
    finally:
        deletions.close()
