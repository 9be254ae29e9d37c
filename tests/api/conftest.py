"""Fixtures of the API's tests."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.calls import new_project_key
from tests.server import Server


@pytest.fixture(scope="session")
def other_key(server: Server) -> str:
    """A key that may write and read, of another project than the first key's."""
    return new_project_key(server)


@pytest.fixture
def other_api(server: Server, other_key: str) -> Iterator[httpx.Client]:
    """A client of the shared server with a key of another project."""
    with server.client(other_key) as client:
        yield client


@pytest.fixture(scope="module")
def own_api(server: Server) -> Iterator[httpx.Client]:
    """A client of the shared server with a key to a project of this module's own: a page holds all of its logs."""
    with server.client(new_project_key(server)) as client:
        yield client
