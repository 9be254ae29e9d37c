"""What was seen of each client, as committed: `results/NAME.json`, from which docs/clients.md is written."""

import json
import re
from pathlib import Path
from typing import Any, Final

from tests.clients.client import Client
from tests.clients.environment import HERE, Environment
from tests.clients.table import CLIENTS

RESULTS: Final = HERE / "results"
_EXAMPLE_URL: Final = "http://localhost:8321"
_EXAMPLE_KEY: Final = "your-key"


def result(client: Client, capabilities: dict[str, bool]) -> dict[str, Any]:
    """Return all that docs/clients.md says of a client."""
    return {
        "name": client.name,
        "group": client.group,
        "packages": versions(client),
        "settings": {name: _shown(value) for name, value in client.settings.items()},
        "language": "js" if client.is_npm else "python",
        "code": [_shown(line) for line in client.code],
        "capabilities": capabilities,
        "notes": list(client.notes),
    }


def _shown(text: str) -> str:
    return text.replace("{url}", _EXAMPLE_URL).replace("{key}", _EXAMPLE_KEY)


def path_of(name: str) -> Path:
    """Return the file of a client's result."""
    return RESULTS / f"{name}.json"


def write(told: dict[str, Any]) -> None:
    """Write one."""
    RESULTS.mkdir(exist_ok=True)
    path_of(told["name"]).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def committed() -> list[dict[str, Any]]:
    """Return all that are there, in the order of the table of clients."""
    return [json.loads(path_of(name).read_text(encoding="utf-8")) for name in CLIENTS if path_of(name).exists()]


def versions(client: Client) -> dict[str, str]:
    """Return the pinned versions of the packages that a client is made of, those that it asks for directly."""
    environment = Environment(client.environment)
    if environment.npm:
        lock = json.loads(environment.pins.read_text(encoding="utf-8"))["packages"]
        return {name: lock[f"node_modules/{name}"]["version"] for name in lock[""]["dependencies"]}
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", environment.pins.read_text(encoding="utf-8"), re.MULTILINE))
    asked = environment.pins.with_suffix(".in").read_text(encoding="utf-8")
    return {name: pinned[name] for name in re.findall(r"^([\w.-]+)", asked, re.MULTILINE)}
