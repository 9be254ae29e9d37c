"""Every client of the table: what arrives of its calls is what the committed results say, and can be read back."""

import ast
from collections.abc import Callable

import pytest
from keywordsai.types.log_types import KeywordsAIFullLogParams
from respan.core.pydantic_utilities import parse_obj_as
from respan.spans.types.retrieve_span_response import RetrieveSpanResponse

from tests.clients.capabilities import arrived
from tests.clients.client import Client
from tests.clients.conftest import Run
from tests.clients.environment import DRIVERS
from tests.clients.results import committed, path_of, result, write
from tests.clients.table import CLIENTS


@pytest.mark.parametrize("name", CLIENTS)
def test_what_arrives_is_what_is_documented(
    name: str, run_client: Callable[[str], Run], pytestconfig: pytest.Config
) -> None:
    """Each capability arrives, or does not, as the client's committed result says."""
    logs, _ = run_client(name)
    told = result(CLIENTS[name], arrived(CLIENTS[name], logs))
    if pytestconfig.getoption("--update-clients"):
        write(told)
    documented = next((each for each in committed() if each["name"] == name), None)
    assert told == documented, f"look into {path_of(name).name}, then: pytest --update-clients"


@pytest.mark.parametrize("name", CLIENTS)
def test_the_vendors_models_read_every_log(name: str, run_client: Callable[[str], Run]) -> None:
    """The vendor's typed models, the old and the new, take every log of every client as inferlog returns it."""
    logs, _ = run_client(name)
    assert logs.all
    for log in logs.all:
        assert KeywordsAIFullLogParams(**log).id == log["id"]
        assert parse_obj_as(type_=RetrieveSpanResponse, object_=log).id == log["id"]


def test_no_result_is_of_a_client_that_is_gone() -> None:
    """Each committed result is of a client of the table."""
    names = {path.stem for path in path_of("any").parent.glob("*.json")}
    assert names == set(CLIENTS)


@pytest.mark.parametrize("client", [each for each in CLIENTS.values() if each.code and not each.is_npm], ids=str)
def test_the_documented_lines_are_what_the_driver_runs(client: Client) -> None:
    """The code that docs/clients.md shows is Python, and every name in it stands in the driver that was run."""
    shown = ast.parse("\n".join(client.code))
    names = {node.id for node in ast.walk(shown) if isinstance(node, ast.Name)}
    calls = {node.attr for node in ast.walk(shown) if isinstance(node, ast.Attribute)}
    arguments = {node.arg for node in ast.walk(shown) if isinstance(node, ast.keyword) and node.arg}
    driver = (DRIVERS / client.driver).read_text(encoding="utf-8")
    assigned = {node.id for node in ast.walk(shown) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert [name for name in sorted((names | calls | arguments) - assigned) if name not in driver] == []
