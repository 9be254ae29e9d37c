"""Fixtures of the tests of clients, and the option that writes their results anew."""

from collections.abc import Callable, Iterator

import pytest

from tests.api.calls import new_project_key
from tests.clients.environment import Environment
from tests.clients.logs import Logs, fetch
from tests.clients.provider import provider
from tests.clients.serving import LocalServer
from tests.clients.table import CLIENTS
from tests.server import Server

Run = tuple[Logs, str]


@pytest.fixture(scope="session")
def model_provider() -> Iterator[LocalServer]:
    """The provider of models that the clients' users would call."""
    with provider() as running:
        yield running


@pytest.fixture(scope="session")
def run_client(server: Server, model_provider: LocalServer) -> Callable[[str], Run]:
    """Run a client's driver with all its scenarios, once for all tests; return its logs and what it printed."""
    done: dict[str, Run] = {}

    def run(name: str) -> Run:
        if name not in done:
            client, key = CLIENTS[name], new_project_key(server)
            variables = client.variables(server.url, key, model_provider.url)
            printed = Environment(client.environment).run(client.driver, list(client.scenarios), variables)
            with server.client(key) as api:
                done[name] = Logs(fetch(api)), printed
        return done[name]

    return run
