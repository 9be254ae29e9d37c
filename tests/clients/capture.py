"""Write down what clients send: `python -m tests.clients.capture FOLDER [NAME …]`, one file for each scenario.

For looking at what a client itself puts on the wire, before blaming it or a dialect.
"""

import json
import sys
from pathlib import Path

from tests.clients.client import Client
from tests.clients.environment import Environment
from tests.clients.provider import provider
from tests.clients.recorder import Recorder
from tests.clients.table import CLIENTS


def main(arguments: list[str]) -> int:
    """Capture the clients named, or all; return how many scenarios did not run."""
    folder = Path(arguments[0])
    failed = 0
    for name in arguments[1:] or CLIENTS:
        for scenario in CLIENTS[name].scenarios:
            try:
                capture(CLIENTS[name], scenario, folder)
            except AssertionError as error:
                failed += 1
                print(f"{name} {scenario}: {error}", file=sys.stderr)
    return failed


def capture(client: Client, scenario: str, folder: Path) -> None:
    """Run one scenario and write `FOLDER/client/scenario.json`: a list of requests, decoded."""
    with Recorder() as recorder, provider() as answers:
        variables = client.variables(recorder.url, "key-of-the-project", answers.url)
        Environment(client.environment).run(client.driver, [scenario], variables)
    path = folder / client.name / f"{scenario}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(recorder.requests, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{client.name} {scenario}: {len(recorder.requests)} requests", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
