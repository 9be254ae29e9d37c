"""`inferlog erase`: a customer of a running server erased, every log and every copy, with a receipt."""

from urllib.parse import quote

import click
import msgspec

from inferlog.cli.deleting import Deletions, done, is_wanted


@click.command()
@click.argument("customer")
@click.option("--url", envvar="INFERLOG_URL", required=True, help="The server's address [INFERLOG_URL].")
@click.option("--key", envvar="INFERLOG_KEY", required=True, help="An API key that may administer [INFERLOG_KEY].")
@click.option("--apply", "applies", is_flag=True, help="Erase, after it was shown and confirmed.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipt as JSON.")
def erase(customer: str, url: str, key: str, applies: bool, yes: bool, as_json: bool) -> None:
    """Erase the CUSTOMER (a customer_identifier) of the key's project, in every environment.

    Without --apply nothing is erased: it says how many logs would go. What is erased cannot be brought back.
    """
    deletions = Deletions(url, key)
    path = f"/users/{quote(customer, safe='')}/erase"
    try:
        found = deletions.call("POST", path, {"dry_run": True})
        if not is_wanted(found, f"Erase {customer!r}?", applies=applies, yes=yes):
            return
        receipt = deletions.watch(deletions.call("POST", path, {"dry_run": False}))
    finally:
        deletions.close()
    if as_json:
        click.echo(msgspec.json.encode(receipt))
        return
    click.echo(done(receipt))
    copies = ", ".join(f"{count:,} {name}" for name, count in receipt["copies"].items() if count)
    click.echo(f"Beside them: {copies or 'nothing'}. SHA-256 of the ids: {receipt['logs_digest']}")
