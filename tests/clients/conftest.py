"""Fixtures of the tests of clients, and the option that writes their results anew."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.calls import new_project_key
from tests.clients.environment import Environment
from tests.clients.logs import Logs, fetch
from tests.clients.provider import provider
from tests.clients.serving import LocalServer
from tests.clients.table import CLIENTS
from tests.server import Server

Run = tuple[Logs, str]
_RUNS_AT_ONCE = 3


@pytest.fixture(scope="session")
def model_provider() -> Iterator[LocalServer]:
    """The provider of models that the clients' users would call."""
    with provider() as running:
        yield running


@pytest.fixture(scope="session")
def run_client(
    request: pytest.FixtureRequest, server: Server, model_provider: LocalServer
) -> Iterator[Callable[[str], Run]]:
    """Run a client's driver with all its scenarios, once for all tests; return its logs and what it printed.

    All clients that the session will ask for are run beside the tests, a few at a time, as most of that is waiting.
    """

    def run(name: str) -> Run:
        client, key = CLIENTS[name], new_project_key(server)
        variables = client.variables(server.url, key, model_provider.url)
        printed = Environment(client.environment).run(client.driver, list(client.scenarios), variables)
        with server.client(key) as api:
            return Logs(fetch(api)), printed

    with ThreadPoolExecutor(_RUNS_AT_ONCE) as pool:
        runs = {name: pool.submit(run, name) for name in _asked_for(request.session)}
        yield lambda name: runs[name].result()


def _asked_for(session: pytest.Session) -> list[str]:
    """Return the clients that tests of this session are about, in the order in which they will ask."""
    params = [item.callspec.params for item in session.items if isinstance(item, pytest.Function) and _varies(item)]
    return list(dict.fromkeys(str(each["name"]) for each in params if each.get("name") in CLIENTS))


def _varies(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and "run_client" in item.fixturenames
