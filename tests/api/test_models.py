"""/api/models: what models cost, a project's own prices, and the logs that are charged by them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.calls import CREATE, make_key, new_project_key, read, refusal, roundtrip
from tests.server import Server, wait_for

MODELS = "/api/models/"
USED = {"prompt_tokens": 1_000_000, "completion_tokens": 100_000}


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[httpx.Client]:
    """A client with a key that may do everything, to a project of this module's: each test has models of its own."""
    with server.client(new_project_key(server, scopes=("ingest", "read", "admin"))) as client:
        yield client


def _set(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = client.post(MODELS, json=fields)
    assert answer.status_code == 201, answer.text
    price: dict[str, Any] = answer.json()
    return price


def _charged(client: httpx.Client, **log: Any) -> tuple[Any, ...]:
    found = roundtrip(client, USED | log)
    return found["cost"], found["cost_source"], found["price_id"], found["price_version"]


def test_the_next_log_is_charged_by_an_own_price(admin: httpx.Client) -> None:
    """With its id and version, whichever case the name is in; another project is not."""
    price = _set(admin, model="Acme-1", aliases=["acme-latest"], input=2.5, output="10", cache_read=0.25)
    assert (price["version"], price["price_id"], price["input"], price["output"]) == (1, "project:Acme-1", 2.5, 10)
    charged = (3.5, "project_price", "project:Acme-1", f"{price['id']}.1")
    assert _charged(admin, model="acme-1") == charged
    assert _charged(admin, model="acme-latest", provider_id="my-proxy") == charged
    assert roundtrip(admin, USED | {"model": "acme-1"})["cost_details"] == {"input": 2.5, "output": 1}


def test_an_own_price_goes_before_the_book_from_its_day_on(admin: httpx.Client) -> None:
    """The day begins at 00:00 UTC; before it the published price holds."""
    _set(admin, model="gpt-4.1", input=1, output=2, **{"from": "2026-03-01"})
    before = _charged(admin, model="gpt-4.1", timestamp="2026-02-28T23:59:59.999999Z")
    assert before[:3] == (2.8, "price_book", "openai:gpt-4.1")
    on_the_day = _charged(admin, model="gpt-4.1", timestamp="2026-03-01T00:00:00Z")
    assert on_the_day[:3] == (1.2, "project_price", "project:gpt-4.1")


def test_a_change_is_a_new_version_and_the_old_one_stays_known(admin: httpx.Client) -> None:
    """PATCH changes what it names, null takes away; the log keeps the version that charged it."""
    price = _set(admin, model="acme-2", input=1, output=1, cache_read=0.5)
    old = _charged(admin, model="acme-2")
    changed = admin.patch(f"{MODELS}{price['id']}/", json={"input": 3, "cache_read": None}).json()
    assert (changed["version"], changed["input"], changed["output"], changed["cache_read"]) == (2, 3, 1, None)
    assert _charged(admin, model="acme-2")[3] == f"{price['id']}.2"
    shown = admin.get(f"{MODELS}{price['id']}").json()
    assert [each["price_version"] for each in shown["earlier_versions"]] == [old[3]]
    assert shown["earlier_versions"][0]["cache_read"] == 0.5


def test_an_ended_price_charges_no_later_call(admin: httpx.Client) -> None:
    """DELETE ends it now: the earlier log is charged by it as before, later ones by none; it is listed still."""
    price = _set(admin, model="acme-3", input=1)
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    ended = admin.delete(f"{MODELS}{price['id']}/")
    assert (ended.status_code, ended.json()["version"]) == (200, 2)
    assert admin.delete(f"{MODELS}{price['id']}/").json()["version"] == 2
    assert _charged(admin, model="acme-3")[:2] == (None, "")
    assert _charged(admin, model="acme-3", timestamp=earlier)[0] == 1
    listed = admin.get(MODELS, params={"source": "project", "model": "acme-3"}).json()
    assert [each["until"] is not None for each in listed["results"]] == [True]


def test_a_price_for_a_tier_and_a_provider_goes_before_one_for_all(admin: httpx.Client) -> None:
    """The one that fits best; a tier without one is charged at the standard price, and marked."""
    _set(admin, model="acme-4", input=4)
    _set(admin, model="acme-4", input=2, service_tier="batch")
    _set(admin, model="acme-4", input=3, provider_id="azure")
    assert _charged(admin, model="acme-4")[0] == 4
    assert _charged(admin, model="acme-4", service_tier="batch")[0] == 2
    assert _charged(admin, model="acme-4", provider_id="azure_openai")[0] == 3
    assert roundtrip(admin, USED | {"model": "acme-4", "service_tier": "flex"})["estimated"] == [
        "cost:no_price_for_tier_flex"
    ]


def test_a_long_prompt_costs_by_its_tier(admin: httpx.Client) -> None:
    """Beyond `above` tokens the tier's prices hold for all tokens; what it does not name stays."""
    _set(admin, model="acme-5", input=1, output=10, tiers=[{"above": 999_999, "input": 2}])
    assert _charged(admin, model="acme-5")[0] == 3
    assert _charged(admin, model="acme-5", prompt_tokens=999_999)[0] == 1.999999
    assert _set(admin, model="acme-5b", input=1, tiers=[{"above": 5.0, "input": 2}])["tiers"] == [
        {"above": 5, "input": 2}
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"input": 1}, "model: expected a model's name"),
        ({"model": " ", "input": 1}, "model: expected a model's name"),
        ({"model": "m" * 201, "input": 1}, "model: expected a text of at most 200 characters"),
        ({"model": "refused"}, "input: a price needs input or output"),
        ({"model": "refused", "input": "cheap"}, "input: expected USD per million tokens from 0 to 1,000,000,000"),
        ({"model": "refused", "input": -1}, "input: expected USD"),
        ({"model": "refused", "input": True}, "input: expected USD"),
        ({"model": "refused", "input": "NaN"}, "input: expected USD"),
        ({"model": "refused", "input": "0.0000000000000000001"}, "input: expected at most 18 decimals"),
        ({"model": "refused", "input": 1, "inptu": 2}, "inptu: unknown field of a price (did you mean input?)"),
        ({"model": "refused", "input": 1, "from": "soon"}, "from: expected a time as ISO 8601"),
        (
            {"model": "refused", "input": 1, "from": "2026-02-01", "until": "2026-01-01"},
            "until: expected a time not before",
        ),
        ({"model": "refused", "input": 1, "service_tier": "gold"}, "service_tier: expected standard, batch"),
        ({"model": "refused", "input": 1, "aliases": "x"}, "aliases: expected an array"),
        (
            {"model": "refused", "input": 1, "tiers": [{"above": 0, "input": 1}]},
            "tiers[0].above: expected tokens from 1",
        ),
        ({"model": "refused", "input": 1, "tiers": [{"input": 1}]}, "tiers[0].above: expected tokens from 1"),
        ({"model": "refused", "input": 1, "tiers": [{"above": 5, "output": "x"}]}, "tiers[0].output: expected USD"),
        ([1], "Invalid request format"),
    ],
)
def test_a_wrong_price_is_refused_with_the_fields_name(admin: httpx.Client, fields: Any, said: str) -> None:
    """400 with the field, what was expected and what came; nothing is kept."""
    assert refusal(admin.post(MODELS, json=fields), 400).startswith(said)
    assert admin.get(MODELS, params={"source": "project", "model": "refused"}).json()["count"] == 0


def test_prices_are_changed_only_by_an_admin_and_only_of_the_own_project(server: Server, admin: httpx.Client) -> None:
    """403 without the scope; another project's price is not there."""
    price = _set(admin, model="acme-6", input=1)
    with server.client(make_key(server)) as reader:
        assert "needs 'admin'" in refusal(reader.post(MODELS, json={"model": "refused", "input": 1}), 403)
        assert "no price of its own" in refusal(reader.get(f"{MODELS}{price['id']}/"), 404)
    with server.client(new_project_key(server, scopes=("read", "admin"))) as other:
        for answer in (
            other.get(f"{MODELS}{price['id']}/"),
            other.patch(f"{MODELS}{price['id']}/", json={"input": 2}),
            other.delete(f"{MODELS}{price['id']}/"),
        ):
            assert "no price of its own" in refusal(answer, 404)


def test_the_list_has_own_prices_first_then_the_book(admin: httpx.Client) -> None:
    """Filtered by a part of the name and by provider, page after page."""
    _set(admin, model="gpt-4o-ours", input=1)
    page = admin.get(MODELS, params={"model": "gpt-4o", "page_size": 2}).json()
    assert [each["source"] for each in page["results"]] == ["project", "price_book"]
    following = admin.get(page["next"]).json()
    assert len(following["results"]) == 2
    assert following["previous"]
    openai = admin.get(MODELS, params={"provider_id": "openai", "model": "gpt-4o-mini", "source": "price_book"}).json()
    mini = next(each for each in openai["results"] if each["price_id"] == "openai:gpt-4o-mini")
    assert (mini["input"], mini["output"]) == (0.15, 0.6)
    assert "did you mean model?" in refusal(admin.get(MODELS, params={"modle": "x"}), 400)
    assert "source: expected" in refusal(admin.get(MODELS, params={"source": "x"}), 400)


def test_the_public_list_is_in_the_shape_that_clients_read(server: Server) -> None:
    """Without a key; costs are USD a token, as LlamaIndex's client takes them a million times."""
    with server.client("") as anybody:
        models = {each["model_name"]: each for each in anybody.get("/api/models/public").json()["models"]}
        flat = anybody.get("/api/models/public", params={"unnest": "true"}).json()["models"]
        assert "unnest: expected" in refusal(anybody.get("/api/models/public", params={"unnest": "x"}), 400)
    mini = models["gpt-4o-mini"]
    assert (mini["input_cost"], mini["output_cost"], mini["max_context_window"]) == (1.5e-7, 6e-7, 128_000)
    assert mini["provider"]["provider_id"] == "openai"
    assert next(each for each in flat if each["model_name"] == "gpt-4o-mini")["provider_id"] == "openai"


def test_resolving_tells_the_price_or_the_nearest_names(admin: httpx.Client) -> None:
    """What a log would be charged by: name, provider, time and tier; own prices included."""
    asked = {"model": "openai/o3", "timestamp": "2025-06-09T23:59:59Z"}
    found = admin.get("/api/models/resolve", params=asked).json()
    assert (found["found"], found["price_id"], found["input"], found["output"]) == (True, "openai:o3", 10, 40)
    batch = admin.get("/api/models/resolve", params={"model": "gpt-4o", "service_tier": "batch"}).json()
    assert (batch["input"], batch["output"]) == (1.25, 5)
    unknown = admin.get("/api/models/resolve", params={"model": "gpt-5o"}).json()
    assert unknown["found"] is False
    assert unknown["detail"].startswith("no price is known for 'gpt-5o'; nearest: gpt-5")
    _set(admin, model="gpt-5p", input=1)
    assert admin.get("/api/models/resolve", params={"model": "gpt-5p"}).json()["source"] == "project_price"
    assert "model: expected" in refusal(admin.get("/api/models/resolve"), 400)
    assert "timestamp: expected" in refusal(
        admin.get("/api/models/resolve", params={"model": "m", "timestamp": "x"}), 400
    )


def test_an_unknown_model_is_flagged_and_its_log_says_what_is_near(admin: httpx.Client) -> None:
    """No cost, not zero; the note is worked out when the log is read."""
    log = roundtrip(admin, {"model": "gpt-5o", "prompt_tokens": 5})
    assert (log["cost"], log["flags"]) == (None, ["model_unpriced"])
    assert log["price_note"].startswith("no price is known for 'gpt-5o'; nearest: gpt-5")
    assert "price_note" not in roundtrip(admin, {"model": "gpt-5o"})


def test_prices_survive_a_kill(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A price that was answered for is there after SIGKILL and a new start."""
    with Server(tmp_path_factory.mktemp("prices") / "data", flush_seconds=0.05) as server:
        with server.client() as client:
            price = _set(client, model="acme-7", input=7)
        server.kill()
        server.start()
        with server.client() as client:
            found = client.post(CREATE, json=USED | {"model": "acme-7"}).json()
            assert found["cost"] == 7
            assert read(client, found["id"])["price_version"] == price["price_version"]
            wait_for(lambda: client.get(f"{MODELS}{price['id']}/").status_code == 200)
