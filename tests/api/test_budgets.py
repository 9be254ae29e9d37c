"""Budgets over HTTP: made, watched, told and read, on a real server and a real receiver of webhooks."""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from inferlog.access import Access
from inferlog.model import SCOPES, Scope
from tests.api.calls import Json, create, post_text, refusal
from tests.receiver import Receiver
from tests.server import Server, wait_for

BUDGETS = "/api/budgets/"
_MISSING = "0" * 32


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that looks at budgets all the time, and has room for ten in a project."""
    data = tmp_path_factory.mktemp("budgets") / "data"
    with Server(
        data, flush_seconds=0.05, budget_check_seconds=0.05, webhook_pause_seconds=0.02, budgets_max=10
    ) as running:
        yield running


def new_key(server: Server, scopes: Sequence[Scope] = SCOPES) -> str:
    """Return a key to a project of its own, made in the file beside the server, as `keys create` does."""
    access = Access(server.data / "access.db")
    project = access.create_project(uuid.uuid4().hex)
    key = access.create_key(project.name, name="test", environment="prod", scopes=scopes)
    access.close()
    return key


@pytest.fixture
def client(watching: Server) -> Iterator[httpx.Client]:
    """A client with every scope, to a project of the test's own."""
    with watching.client(new_key(watching)) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as running:
        yield running


def made(client: httpx.Client, **given: Any) -> Json:
    """Make a budget of one dollar."""
    response = client.post(BUDGETS, json={"name": "all", "amount": 1, **given})
    assert response.status_code == 201, response.text
    budget: Json = response.json()
    return budget


def shown(client: httpx.Client, budget: Json, **query: Any) -> Json:
    """Read a budget, its numbers as decimals."""
    response = client.get(f"{BUDGETS}{budget['id']}/", params=query)
    assert response.status_code == 200, response.text
    found: Json = json.loads(response.content, parse_float=Decimal)
    return found


def test_a_new_budget_is_shown_as_it_was_made(client: httpx.Client) -> None:
    """With what was left out; the webhook's secret in the first answer only."""
    given = {
        "name": "ACME", "amount": Decimal("12.345678"), "customer_identifier": "acme", "environment": "prod",
        "period": "week", "time_zone": "Europe/Berlin", "thresholds": [90, 10], "webhook_url": "https://example.com/x",
    }  # fmt: skip
    text = msgspec.json.Encoder(decimal_format="number").encode(given)
    budget = post_text(client, text, BUDGETS).json()
    assert budget["webhook_secret"].startswith("whsec_")
    read = shown(client, budget)
    expected = {**given, "scope": "customer", "thresholds": [10, 90], "api_key_prefix": None}
    assert {name: read[name] for name in expected} == expected
    assert "webhook_secret" not in read
    assert client.get(BUDGETS).json()["results"][0].keys() == read.keys()
    monday, sunday = (datetime.fromisoformat(read["state"][name]) for name in ("period_start", "period_end"))
    assert timedelta(days=7, hours=-1) <= sunday - monday <= timedelta(days=7, hours=1)
    assert monday <= datetime.now(UTC) < sunday
    assert read["state"]["spent"] == 0
    assert read["state"]["remaining"] == Decimal("12.345678")
    assert read["state"]["thresholds_reached"] == []


def test_the_state_is_exact_and_of_this_moment(client: httpx.Client) -> None:
    """What was acknowledged is spent in the next answer, to the last digit; more than all of it leaves nothing."""
    budget = made(client, amount=0.3)
    for cost in (b"0.1", b"0.000000000001", b"0.1"):
        post_text(client, b'{"model":"m","cost":' + cost + b"}")
    state = shown(client, budget)["state"]
    assert (state["spent"], state["remaining"], state["fraction"]) == (
        Decimal("0.200000000001"), Decimal("0.099999999999"), Decimal("0.666666"),
    )  # fmt: skip
    create(client, {"model": "m", "cost": 5})
    state = shown(client, budget)["state"]
    assert (state["spent"], state["remaining"]) == (Decimal("5.200000000001"), 0)


def test_a_webhook_is_sent_once_at_each_threshold(client: httpx.Client, receiver: Receiver) -> None:
    """Signed with the secret that was shown; in the state are when it was, and that it was delivered."""
    budget = made(client, webhook_url=receiver.url)
    create(client, {"model": "m", "cost": 0.5})
    [first] = receiver.wait(1)
    event = Webhook(budget["webhook_secret"]).verify(first.body, dict(first.headers))
    assert (event["type"], event["data"]["budget_id"], event["data"]["threshold"]) == (
        "budget.threshold_reached", budget["id"], 50,
    )  # fmt: skip
    create(client, {"model": "m", "cost": 0.5})
    assert [each.threshold for each in receiver.wait(3)] == [50, 80, 100]
    create(client, {"model": "m", "cost": 0.5})
    wait_for(lambda: _spent_metric(client, budget) == 1.5)
    wait_for(lambda: all(each["webhook"]["status"] == "delivered" for each in _told(client, budget)))
    told = _told(client, budget)
    assert [(each["threshold"], each["spent"]) for each in told] == [(50, Decimal("0.5")), (80, 1), (100, 1)]
    assert [each["event_id"] for each in told] == [each.id for each in receiver.received]
    assert all(each["webhook"]["attempts"] == 1 and each["webhook"]["delivered_at"] for each in told)
    assert len(receiver.received) == 3


def _told(client: httpx.Client, budget: Json) -> list[Json]:
    told: list[Json] = shown(client, budget)["state"]["thresholds_reached"]
    return told


def _spent_metric(client: httpx.Client, budget: Json) -> float | None:
    for line in client.get("/metrics").text.splitlines():
        if line.startswith(f'inferlog_budget_spent_usd{{budget="{budget["id"]}"'):
            return float(line.rsplit(" ", 1)[1])
    return None


def test_a_webhook_that_fails_is_tried_again_and_says_why(client: httpx.Client, receiver: Receiver) -> None:
    """Its attempts, the last error and when it is tried next; once it is taken there is no error."""
    receiver.status, receiver.headers = 503, {"Retry-After": "1"}
    budget = made(client, webhook_url=receiver.url, thresholds=[100])
    create(client, {"model": "m", "cost": 2})
    wait_for(lambda: _told(client, budget) and _told(client, budget)[0]["webhook"]["attempts"] == 1)
    webhook = _told(client, budget)[0]["webhook"]
    assert (webhook["status"], webhook["last_error"]) == ("pending", "answered 503")
    assert webhook["next_attempt_at"] > _told(client, budget)[0]["reached_at"]
    receiver.status = 200
    receiver.wait(2)
    wait_for(lambda: _told(client, budget)[0]["webhook"]["status"] == "delivered")
    assert _told(client, budget)[0]["webhook"]["last_error"] is None
    assert len({each.id for each in receiver.received}) == 1


def test_each_customer_has_a_budget_of_its_own(client: httpx.Client, receiver: Receiver) -> None:
    """The state lists those who spent most, first; an event names its customer."""
    budget = made(client, customer_identifier="*", webhook_url=receiver.url, thresholds=[100])
    for customer, cost in (("a", 0.4), ("b", 3), ("c", 1), ("", 9)):
        create(client, {"model": "m", "cost": cost, "customer_identifier": customer})
    assert {each.event["data"]["customer_identifier"] for each in receiver.wait(2)} == {"b", "c"}
    read = shown(client, budget)
    assert [(each["customer_identifier"], each["spent"]) for each in read["customers"]] == [
        ("b", 3), ("c", 1), ("a", Decimal("0.4")),
    ]  # fmt: skip
    assert [len(each["thresholds_reached"]) for each in read["customers"]] == [1, 1, 0]
    assert read["truncated"] is False
    assert read["state"].keys() == {"period_start", "period_end"}


def test_a_key_has_a_budget(watching: Server, client: httpx.Client) -> None:
    """By its visible prefix, which must be one of a key of the project."""
    prefix = client.headers["authorization"].removeprefix("Bearer ")[:8]
    budget = made(client, api_key_prefix=prefix)
    create(client, {"model": "m", "cost": 0.25})
    assert shown(client, budget)["state"]["spent"] == Decimal("0.25")
    other = new_key(watching)[:8]
    said = refusal(client.post(BUDGETS, json={"name": "x", "amount": 1, "api_key_prefix": other}), 400)
    assert said == f"api_key_prefix: this project has no key with the prefix '{other}'; see: inferlog keys list"


def test_the_state_of_an_earlier_period_counts_late_logs_and_nobody_is_told(
    client: httpx.Client, receiver: Receiver
) -> None:
    """`at` chooses the period; a log counts where its timestamp is, and reaches no threshold of what is over."""
    budget = made(client, period="day", webhook_url=receiver.url)
    today = datetime.now(UTC)
    earlier = today - timedelta(days=2)
    create(client, {"model": "m", "cost": 0.9, "timestamp": earlier.isoformat()})
    create(client, {"model": "m", "cost": 0.6, "timestamp": today.isoformat()})
    assert [each.threshold for each in receiver.wait(1)] == [50]
    state = shown(client, budget, at=earlier.isoformat())["state"]
    assert (state["spent"], state["thresholds_reached"]) == (Decimal("0.9"), [])
    assert state["period_start"] == earlier.strftime("%Y-%m-%dT00:00:00.000000Z")
    assert shown(client, budget, at=today.isoformat())["state"]["spent"] == Decimal("0.6")
    assert client.get(BUDGETS, params={"at": earlier.isoformat()}).json()["results"][0]["state"]["spent"] == 0.9
    said = refusal(client.get(BUDGETS, params={"at": "soon"}), 400)
    assert said == "at: expected a time as ISO 8601 or an epoch, received: soon"


def test_a_change(client: httpx.Client, receiver: Receiver) -> None:
    """The amount begins thresholds anew; a given webhook has a new secret, null takes it away."""
    budget = made(client, webhook_url=receiver.url, thresholds=[100])
    create(client, {"model": "m", "cost": 2})
    receiver.wait(1)
    path = f"{BUDGETS}{budget['id']}/"
    changed = client.patch(path, json={"name": "renamed", "amount": 2}).json()
    assert (changed["name"], changed["amount"]) == ("renamed", 2)
    assert "webhook_secret" not in changed
    second = receiver.wait(2)[1]
    assert second.event["data"]["amount"] == 2
    Webhook(budget["webhook_secret"]).verify(second.body, dict(second.headers))
    changed = client.patch(path, json={"webhook_url": receiver.url, "amount": 1.5}).json()
    third = receiver.wait(3)[2]
    assert changed["webhook_secret"] != budget["webhook_secret"]
    Webhook(changed["webhook_secret"]).verify(third.body, dict(third.headers))
    assert client.patch(path, json={"webhook_url": None}).json()["webhook_url"] is None
    said = refusal(client.patch(path, json={"period": "day"}), 400)
    assert said.startswith("period: cannot be changed, for what was spent would be another sum; make another budget.")


def test_a_deleted_budget_is_gone(client: httpx.Client) -> None:
    """204 and nothing; then it is not found, to read, change or delete; its name is free."""
    budget = made(client)
    path = f"{BUDGETS}{budget['id']}/"
    response = client.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    for answer in (client.get(path), client.patch(path, json={"amount": 2}), client.delete(path)):
        assert refusal(answer, 404) == "Budget not found"
    assert made(client)["id"] != budget["id"]


def test_names_and_numbers_are_bounded(client: httpx.Client) -> None:
    """A name is taken once; past budgets_max it is a 409 that says so."""
    for number in range(10):
        made(client, name=str(number))
    said = refusal(client.post(BUDGETS, json={"name": "more", "amount": 1}), 409)
    assert said == "This project has 10 budgets; the limit budgets_max is 10"
    [first, second] = client.get(BUDGETS).json()["results"][:2]
    said = refusal(client.patch(f"{BUDGETS}{second['id']}/", json={"name": first["name"]}), 409)
    assert said == "name: this project has a budget named '0' already"


def test_scopes_and_projects(watching: Server, client: httpx.Client) -> None:
    """Changes need `admin`, the state `read`; another project's budget is not found."""
    budget = made(client)
    path = f"{BUDGETS}{budget['id']}/"
    with watching.client(new_key(watching, ("ingest", "read"))) as other:
        assert refusal(other.get(path), 404) == "Budget not found"
        assert other.get(BUDGETS).json()["count"] == 0
        changes = (other.post(BUDGETS, json={}), other.patch(path, json={}), other.delete(path))
        assert all("needs 'admin'" in refusal(answer, 403) for answer in changes)
    with watching.client(new_key(watching, ("ingest", "admin"))) as other:
        assert "needs 'read'" in refusal(other.get(BUDGETS), 403)
        assert refusal(other.delete(path), 404) == "Budget not found"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "The body is empty; expected JSON"),
        (b"[]", 400, "Invalid request format: expected `object`, got `array`"),
        (b'{"name":"n","amount":"much"}', 400, "amount: expected USD above 0"),
        (b'{"name":"n","amount":1,"webhook_url":"ftp://x"}', 400, "webhook_url: expected an address that begins with"),
        (b'{"name":"n","amount":1,"webhook_url":"http://169.254.169.254/"}', 400,
         "webhook_url: no webhook goes to the address 169.254.169.254 (link-local, multicast or reserved)"),
        (b'{"name":"n","amount":1,"limit":1}', 400, "limit: unknown field of a budget"),
        (b'{"name":"n","name":"m","amount":1}', 400, "The key 'name' stands twice in one object; send it once"),
        (b'{"name":"' + b"n" * 200_000 + b'"}', 413, "The body has 200,011 bytes or more; the limit is 100,000 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_clear_4xx(client: httpx.Client, body: bytes, status: int, said: str) -> None:
    """Nothing is made of it."""
    assert refusal(post_text(client, body, BUDGETS), status).startswith(said)
    assert client.get(BUDGETS).json()["count"] == 0


@pytest.mark.parametrize("budget_id", [_MISSING, "x", "%00", "x/y", "é"])
def test_what_is_no_budget_is_not_found(client: httpx.Client, budget_id: str) -> None:
    """Whatever it looks like."""
    assert client.get(f"{BUDGETS}{budget_id}/").status_code == 404


def test_metrics_show_each_budget_and_name_no_customer(watching: Server, client: httpx.Client) -> None:
    """Limit, spent and part by id and name; of one for each customer, what the one spent who spent most."""
    budget = made(client, name='with "quotes"', customer_identifier="*", amount=4)
    create(client, {"model": "m", "cost": 1, "customer_identifier": "secret-customer"})
    wait_for(lambda: _spent_metric(client, budget) == 1)
    text = client.get("/metrics").text
    labels = f'{{budget="{budget["id"]}",name="with \\"quotes\\""}}'
    assert f"inferlog_budget_limit_usd{labels} 4.0\n" in text
    assert f"inferlog_budget_fraction{labels} 0.25\n" in text
    assert "inferlog_budget_series_left_out 0.0\n" in text
    assert "secret-customer" not in text
    client.delete(f"{BUDGETS}{budget['id']}/")
    wait_for(lambda: _spent_metric(client, budget) is None)
