"""Handlers of customers, which the API calls users: a page of them, and one, with figures (dossier §2.4)."""

from typing import Any, Final

import msgspec

from inferlog.errors import NotFound
from inferlog.query.fields import field
from inferlog.query.filters import Condition
from inferlog.query.groups import Groups, fetch_customer_heads, fetch_groups, narrowed, present
from inferlog.query.metrics import Measurement
from inferlog.server.groups import Listing, figures, measurement, page_reply, read_request
from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.paging import PARAMETERS
from inferlog.store.clickhouse import Store

CUSTOMER_FIGURES: Final = {
    "first_seen": "first_seen",
    "last_active_timeframe": "last_seen",
    "active_days": "active_days",
    "number_of_requests": "number_of_requests",
    "total_requests": "number_of_requests",
    "total_tokens": "total_tokens",
    "tokens": "total_tokens",
    "total_prompt_tokens": "total_prompt_tokens",
    "total_completion_tokens": "total_completion_tokens",
    "total_cost": "total_cost",
    "cost": "total_cost",
    "error_count": "error_count",
    "average_latency": "avg_latency",
    "average_ttft": "avg_ttft",
}
_CUSTOMER: Final = field("customer_identifier", "users")
_CUSTOMERS: Final = Listing((_CUSTOMER,), CUSTOMER_FIGURES, "-first_seen")


async def list_users(call: Call) -> Reply:
    """Answer a page of customers with the figures of those of their logs that are selected."""
    asked = await read_request(call, PARAMETERS)
    wanted = measurement(call, asked, present(asked.selection, _CUSTOMER), _CUSTOMERS)
    found, results = await call.runtime.query_at_rest(lambda store: _customers(store, wanted))
    return page_reply(call, asked, found.total, results)


async def show_user(call: Call) -> Reply:
    """Answer one customer with the figures of its logs."""
    asked = await read_request(call, ())
    identifier: str = call.scope["path_params"]["customer_identifier"]
    selection = narrowed(asked.selection, Condition(_CUSTOMER, "in", (identifier,)))
    wanted = measurement(call, asked, selection, _CUSTOMERS)
    _, results = await call.runtime.query_at_rest(lambda store: _customers(store, wanted))
    if not results:
        raise NotFound(f"There is no log of a customer {identifier[:80]!r} in this project and environment")
    return json_reply(results[0])


def _customers(store: Store, wanted: Measurement) -> tuple[Groups, list[dict[str, Any]]]:
    """Return customers as the API shows them; runs in a query's thread."""
    found = fetch_groups(store, wanted)
    selection = wanted.selection
    ids = [row["group"]["customer_identifier"] for row in found.rows]
    heads = fetch_customer_heads(store, selection, _CUSTOMER, ids)
    return found, [
        {"id": identifier, "unique_organization_id": selection.project_id, "environment": selection.environment}
        | msgspec.structs.asdict(heads[identifier])
        | figures(row, CUSTOMER_FIGURES)
        for identifier, row in zip(ids, found.rows, strict=True)
    ]
