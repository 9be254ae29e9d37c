"""What the tests of the API share: its paths, a log sent and read back, keys made at the command line."""

import os
import subprocess
import sys
from itertools import count
from typing import Any

import httpx

from tests.server import Server

CREATE = "/api/request-logs/create/"
BATCH = "/api/request-logs/batch/create/"
BULK = "/api/request-logs/bulk/"
LIST = "/api/request-logs/list/"
LOGS = "/api/request-logs/"
JSON = {"Content-Type": "application/json"}

Json = dict[str, Any]
_numbers = count(1)


def create(api: httpx.Client, log: Json, **headers: str) -> str:
    """Send one log, which must be taken, and return its id."""
    response = api.post(CREATE, json=log, headers={name.replace("_", "-"): text for name, text in headers.items()})
    assert response.status_code == 200, response.text
    log_id: str = response.json()["id"]
    return log_id


def read(api: httpx.Client, log_id: str) -> Json:
    """Read one log, which must be there."""
    response = api.get(f"{LOGS}{log_id}/")
    assert response.status_code == 200, response.text
    log: Json = response.json()
    return log


def roundtrip(api: httpx.Client, log: Json) -> Json:
    """Send one log and return it as it is read."""
    return read(api, create(api, log))


def post_text(api: httpx.Client, text: bytes, path: str = CREATE, **headers: str) -> httpx.Response:
    """Send a body as it is; `headers` win over the usual ones."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.post(path, content=text, headers=JSON | given)


def refusal(response: httpx.Response, status: int) -> str:
    """Return the text of a refusal, which must have this status and the one shape that all errors have."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    detail: str = response.json()["detail"]
    assert isinstance(detail, str)
    assert detail
    return detail


def field_refusal(name: str, expected: str, received: str) -> str:
    """Return the documented text of a 400 for one field."""
    return f"Invalid input params: \n{name}: Input should be {expected}, received: {received}\n"


def listed_ids(api: httpx.Client, **query: Any) -> list[str]:
    """Return the ids of one page of the list."""
    response = api.get(LIST, params=query)
    assert response.status_code == 200, response.text
    return [log["id"] for log in response.json()["results"]]


def run_keys(server: Server, *arguments: str) -> str:
    """Run `inferlog keys …` beside the running server and return what it prints."""
    command = [sys.executable, "-m", "inferlog", "keys", *arguments, f"--data={server.data}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INFERLOG_")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
    return done.stdout.strip()


def new_project_key(server: Server, *, environment: str = "prod", scopes: tuple[str, ...] = ("ingest", "read")) -> str:
    """Return a key to a project of its own, in which no other test writes."""
    return make_key(
        server, "--new-project", project=f"project-{next(_numbers)}", environment=environment, scopes=scopes
    )


def make_key(
    server: Server,
    *options: str,
    project: str = "default",
    environment: str = "prod",
    scopes: tuple[str, ...] = ("ingest", "read"),
) -> str:
    """Return a new key to a project."""
    given = [f"--project={project}", f"--environment={environment}", *(f"--scope={scope}" for scope in scopes)]
    return run_keys(server, "create", *options, *given)
