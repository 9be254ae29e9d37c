"""Every operation of /openapi.json, fuzzed by schemathesis against the running server: answers are as described."""

from copy import deepcopy
from typing import Any, Final

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import negative_data_rejection

from inferlog.server.openapi import describe
from inferlog.server.routes import ROUTES, forms
from tests.api.calls import new_project_key
from tests.server import Server

_DESCRIPTION: Final[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(describe()))


def _bounded(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description with less to send: every parameter of a log is fuzzed by create, a field of each kind
    is enough, and so are the parameters of a list in the query string of one of its forms."""
    bounded = deepcopy(described)
    for name in ("batch/create/", "bulk/", ""):
        content = bounded["paths"][f"/api/request-logs/{name}"]["post"]["requestBody"]["content"]["application/json"]
        if name:
            content["schema"]["properties"]["logs"] = {"type": "array", "items": _SOME_LOG}
        else:
            content["schema"]["anyOf"] = [_SOME_LOG, {"type": "array", "items": _SOME_LOG}]
    filters = bounded["components"]["schemas"]["Filters"]["properties"]
    bounded["components"]["schemas"]["Filters"]["properties"] = {name: filters[name] for name in _SOME_FIELDS}
    del bounded["paths"]["/api/request-logs/list/"]["post"]["parameters"]  # those of get
    for path in ("/api/request-logs/summary/", "/api/metrics/query/", *_LISTS, *_DASHBOARD):
        content = bounded["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        content["schema"]["properties"]["filters"] = {"type": "object", "maxProperties": 0}  # those of the list
        del bounded["paths"][path]["post"]["parameters"]
    schemas = bounded["components"]["schemas"]
    for form in schemas["DeletionRequest"]["anyOf"]:  # those of the list
        form["properties"]["filters"] = {"type": "object", "maxProperties": 0}
    for name in ("NewPrice", "PriceFields"):  # else most of them would be refused: an end before its beginning
        del schemas[name]["properties"]["until"]
        schemas[name]["properties"]["tiers"]["maxItems"] = 1
    schemas["PublicModels"]["properties"]["models"] = {"type": "array"}  # thousands; test_models.py looks at them
    for name in (
        "NewBudget",
        "BudgetChange",
    ):  # else each example's name, host and time zone would be wrong in its own way
        properties = bounded["components"]["schemas"][name]["properties"]
        bounded["components"]["schemas"][name]["properties"] = {
            each: _BUDGET_FIELDS.get(each, schema) for each, schema in properties.items() if each not in _NO_FUZZ
        }
    request = bounded["components"]["schemas"]["SqlQuery"]["properties"]  # a text that is no SELECT is a 400
    request["query"] = {"enum": _SOME_QUERIES}
    request["parameters"] = {"type": "object", "maxProperties": 0}
    return bounded


_LISTS: Final = ("/api/request-logs/groups/", "/api/log_threads/", "/api/traces/list/", "/api/users/list/")
_DASHBOARD: Final = tuple(path for path in _DESCRIPTION["paths"] if "/dashboard/" in path and "/top-" not in path)
_SOME_QUERIES: Final = ["SELECT 1 AS one", "SELECT model, count() AS calls FROM logs GROUP BY model"]
_SOME_FIELDS: Final = (
    "model",
    "unique_id",
    "status_code",
    "cost",
    "timestamp",
    "failed",
    "flags",
    "metadata",
    "scores",
)
"""A field of each kind."""
_NO_FUZZ: Final = ("scope", "api_key_prefix")
_BUDGET_FIELDS: Final[dict[str, Any]] = {
    "name": {"type": "string", "pattern": "^[a-z]{20}$"},
    "amount": {"type": "integer", "minimum": 1_000_000, "maximum": 10**14},
    "webhook_url": {"enum": ["http://localhost:9/", None]},
    "customer_identifier": {"type": "string", "pattern": "^[a-z0-9*]{1,20}$"},
    "time_zone": {"enum": ["UTC", "Europe/Berlin", "America/New_York"]},
}
_SOME_LOG: Final = {"type": "object", "properties": {"model": {"type": "string"}}, "additionalProperties": False}
# Not POST /reprices/, which would change the costs of other tests' logs; tests/e2e/test_reprice.py has what it refuses.
# Nor the import of exported lines, which schemathesis cannot write; tests/api/test_import.py has what it refuses.
_schema = schemathesis.openapi.from_dict(_bounded(_DESCRIPTION)).exclude(
    operation_id=["start_reprice", "import_exported"]
)


@pytest.fixture(scope="module")
def own_key(server: Server) -> str:
    """A key that may do everything, to a project of its own: other tests must not be charged by the fuzzer's prices."""
    return new_project_key(server, scopes=("ingest", "read", "admin"))


@_schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_described(case: Case[Any], server: Server, own_key: str) -> None:
    """Whatever is sent to an operation, right or wrong, its answer has a described status, type and shape."""
    case.call_and_validate(
        base_url=server.url,
        headers={"Authorization": f"Bearer {own_key}"},
        # This check alone cannot hold: what breaks the description is not always refused. More forms of times and
        # numbers are read than a schema can say, the query of a list wins over its body, a batch answers for a bad
        # item within a 200. test_parameters.py, test_reading.py and test_random_json.py say what is refused, and how.
        excluded_checks=[negative_data_rejection],
    )


def test_the_description_served_is_the_one_fuzzed(api: httpx.Client) -> None:
    """/openapi.json is what the tests above go by, under each of its paths."""
    for path in forms("/openapi.json"):
        assert api.get(path).json() == _DESCRIPTION


def test_every_route_is_described() -> None:
    """No route is missing from the description, but the pages for people; each operation has its own id."""
    described = {
        (method.upper(), path.removeprefix("/api").rstrip("/"))
        for path, operations in _DESCRIPTION["paths"].items()
        for method in operations
    }
    routed = {(method, row.path) for row in ROUTES for method in row.methods}
    assert routed - described == {("GET", "/docs"), ("GET", "/docs/{name}"), ("GET", "/")}
    assert described <= routed
    ids = [each["operationId"] for operations in _DESCRIPTION["paths"].values() for each in operations.values()]
    assert len(set(ids)) == len(ids) == len(described)
