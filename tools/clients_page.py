"""docs/clients.md, written from what the tests saw of each client (tests/clients/results)."""

from itertools import groupby
from typing import Any, Final

from tests.clients.capabilities import CAPABILITIES
from tests.clients.results import committed

_HEAD: Final = """# Clients

What people already instrument their code with, and what arrives here when they change one address. Each was installed
from its registry in the version named, run against inferlog and a provider that answers like OpenAI and Anthropic, and
what inferlog returned was compared with what was sent (`tests/clients`; this page is written from the results).

✓ arrives with the very values that were sent; – does not arrive, as the client itself does not send it (each was looked
for on the wire); empty: does not apply, or was not tried. inferlog listens on `http://localhost:8321` here; put your
own address, and a key of yours (`inferlog keys create`).
"""


def clients_page() -> str:
    """Return docs/clients.md."""
    parts = [_HEAD]
    for group, members in groupby(committed(), key=lambda told: str(told["group"])):
        clients = list(members)
        parts += [f"## {group}", "", *_table(clients), ""]
        for told in clients:
            parts += _section(told)
    return "\n".join(parts)


def _table(clients: list[dict[str, Any]]) -> list[str]:
    names = " | ".join(told["name"] for told in clients)
    lines = [f"| | {names} |", "| --- |" + " :-: |" * len(clients)]
    for capability in CAPABILITIES:
        marks = [_MARKS[told["capabilities"].get(capability.name)] for told in clients]
        if any(marks):
            lines.append(f"| {capability.name} | {' | '.join(marks)} |")
    return lines


_MARKS: Final = {True: "✓", False: "–", None: ""}


def _section(told: dict[str, Any]) -> list[str]:
    packages = ", ".join(f"{name} {version}" for name, version in told["packages"].items())
    lines = [f"### {told['name']}", "", f"Tried with {packages}.", ""]
    if told["settings"]:
        exports = [f"export {name}={_quoted(value)}" for name, value in told["settings"].items()]
        lines += ["```sh", *exports, "```", ""]
    if told["code"]:
        lines += [f"```{told['language']}", *told["code"], "```", ""]
    missing = [name for name, arrives in told["capabilities"].items() if not arrives]
    if missing:
        lines += [f"Not sent: {'; '.join(missing)}.", ""]
    if told["notes"]:
        lines += [*(f"- {note}" for note in told["notes"]), ""]
    return lines


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
