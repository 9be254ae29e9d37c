"""What people set of customers over HTTP: name, email, metadata, budgets; figures stay those of their logs."""

from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from tests.api.calls import Json, create, make_key, new_project_key, refusal
from tests.server import Server

USERS: Final = "/api/users/"


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A client that may do everything in a project of this test's own, with two logs of one customer."""
    with server.client(new_project_key(server, scopes=("ingest", "read", "admin"))) as made:
        for day in (1, 31):
            create(made, {
                "customer_identifier": "acme", "customer_name": "as logs say", "cost": 3, "latency": 2,
                "timestamp": f"2026-10-{day:02}T12:00:00Z",
            })  # fmt: skip
        yield made


def _change(client: httpx.Client, path: str = f"{USERS}acme/", **fields: Any) -> Json:
    answer = client.patch(path, json=fields)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    return changed


def test_what_is_set_is_shown_with_the_figures(client: httpx.Client) -> None:
    """A name that is set wins over the logs', null takes it back; what is not named stays; the list shows it, too."""
    before = client.get(f"{USERS}acme/").json()
    assert (before["name"], before["metadata"], before["period_budget"]) == ("as logs say", {}, None)
    fields: Json = {"name": "ACME", "email": "a@acme.example", "metadata": {"tier": 1.10}, "markup_percentage": 12.5}
    changed = _change(client, **fields)
    assert {name: changed[name] for name in fields} == fields
    assert {name: changed[name] for name in before if name not in fields} == {
        name: value for name, value in before.items() if name not in fields
    }
    assert client.get("/api/user/detail/acme").json() == changed
    [listed] = client.get(f"{USERS}list/").json()["results"]
    assert listed.items() <= changed.items()
    assert (listed["number_of_requests"], listed["total_cost"], listed["average_monthly_cost"]) == (2, 6, 6)
    again = _change(client, "/api/user/update/acme", name=None, metadata=None)
    assert (again["name"], again["email"], again["metadata"]) == ("as logs say", "a@acme.example", {})


def test_a_customer_is_made_before_its_first_log(client: httpx.Client) -> None:
    """It is shown without figures; a second time is a 409; forgotten, it is gone, and logs stay."""
    made = client.post(f"{USERS}create/", json={"customer_identifier": "new", "name": "New"})
    assert made.status_code == 201, made.text
    shown = client.get(f"{USERS}new/").json()
    assert shown == made.json()
    assert (shown["name"], shown["number_of_requests"], shown["total_cost"], shown["first_seen"]) == ("New", 0, 0, None)
    again = client.post(f"{USERS}create/", json={"customer_identifier": "new"})
    assert refusal(again, 409) == "customer_identifier: 'new' is set already; change it with PATCH"
    assert client.delete(f"{USERS}new/").status_code == 204
    missing = refusal(client.get(f"{USERS}new/"), 404)
    assert missing == "There is no log of a customer 'new' in this project and environment"
    assert refusal(client.patch(f"{USERS}new/", json={"name": "x"}), 404) == missing
    _change(client, name="ACME")
    assert client.delete(f"{USERS}acme/").status_code == 204
    assert (client.get(f"{USERS}acme/").json()["name"]) == "as logs say"
    assert refusal(client.delete(f"{USERS}acme/"), 404) == (
        "Nothing is set of a customer 'acme'; its logs are not deleted here"
    )


def test_a_period_budget_is_a_budget(client: httpx.Client) -> None:
    """Made, changed and deleted as the customer says; what is spent of it is shown; another period is another one."""
    create(client, {"customer_identifier": "acme", "cost": 1.5})
    changed = _change(client, period_budget=10, budget_duration="yearly", total_budget="99.5")
    assert (changed["period_budget"], changed["budget_duration"], changed["total_budget"]) == (10, "yearly", 99.5)
    [budget] = client.get("/api/budgets/").json()["results"]
    assert (budget["id"], budget["customer_identifier"], budget["period"]) == (changed["budget_id"], "acme", "year")
    assert budget["name"] == "period_budget of acme"
    assert changed["period_spent"] == budget["state"]["spent"] == 10 - changed["period_remaining"]
    raised = _change(client, period_budget=20.5)
    assert (raised["budget_id"], raised["period_budget"], raised["budget_duration"]) == (budget["id"], 20.5, "yearly")
    daily = _change(client, budget_duration="daily")
    assert (daily["period_budget"], daily["period_spent"]) == (20.5, 1.5)
    assert daily["budget_id"] != budget["id"]
    assert _change(client, period_budget=None)["budget_id"] is None
    assert client.get("/api/budgets/").json()["count"] == 0
    _change(client, period_budget=1)
    assert client.delete(f"{USERS}acme/").status_code == 204
    assert client.get("/api/budgets/").json()["count"] == 0


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"nam": "x"}, "nam: cannot be set of a customer (did you mean name?); can be set: name, email, metadata, "
         "period_budget, budget_duration, total_budget, markup_percentage"),
        ({"name": 1}, "name: expected a text of 1 to 1,000 characters, or null, received: 1"),
        ({"metadata": []}, "metadata: expected an object of at most 100,000 bytes, or null, received: []"),
        ({"period_budget": -1},
         "period_budget: expected USD above 0 and below 1e+15, with at most 6 decimal places, or null, received: -1"),
        ({"budget_duration": "hourly"},
         'budget_duration: expected daily, weekly, monthly, yearly, received: "hourly"'),
        ({"budget_duration": "daily"},
         "budget_duration: there is no budget to be spent in it; send period_budget, too"),
        ({"period_start": "2026-01-01"},
         "period_start: cannot be set; a budget's periods are the calendar's (budget_duration)"),
        ({"markup_percentage": 1e7}, "markup_percentage: expected a number of at most 1,000,000, or null, "
         "received: 10000000.0"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_refused(client: httpx.Client, fields: Json, expected: str) -> None:
    """A 400 that names the field, what came and what was expected; nothing of it is set."""
    assert refusal(client.patch(f"{USERS}acme/", json={"name": "ACME", **fields}), 400) == expected
    assert client.get(f"{USERS}acme/").json()["name"] == "as logs say"


def test_a_key_that_may_not_is_refused(server: Server, client: httpx.Client) -> None:
    """Budgets and forgetting need `admin`; a key that may not read sees no figures; another project sees nothing."""
    with server.client(new_project_key(server)) as writer:
        create(writer, {"customer_identifier": "acme"})
        assert _change(writer, name="Theirs")["name"] == "Theirs"
        refusal(writer.patch(f"{USERS}acme/", json={"period_budget": 1}), 403)
        refusal(writer.delete(f"{USERS}acme/"), 403)
    assert client.get(f"{USERS}acme/").json()["name"] == "as logs say"
    with server.client(make_key(server, scopes=("ingest",))) as blind:
        create(blind, {"customer_identifier": "acme"})
        answer = blind.patch(f"{USERS}acme/", json={"name": "ACME"})
        assert answer.json() == {"message": "customer set", "customer_identifier": "acme"}
