"""Fixtures that several folders of tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import settings

from tests.server import Server

# A property that fails is to fail for everybody: the same examples each time. HYPOTHESIS_PROFILE=explore draws others.
settings.register_profile("fixed", derandomize=True, database=None)
settings.register_profile("explore")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes tests/clients/results anew."""
    parser.addoption("--update-clients", action="store_true", help="write what was seen of the clients under test")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running inferlog for all tests that neither restart nor configure it; each finds its logs by their ids."""
    directory: Path = tmp_path_factory.mktemp("shared")
    with Server(directory / "data", flush_seconds=0.05) as running:
        yield running


@pytest.fixture
def api(server: Server) -> Iterator[httpx.Client]:
    """A client of the shared server with the first key."""
    with server.client() as client:
        yield client
