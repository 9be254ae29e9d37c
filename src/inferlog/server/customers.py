"""Handlers of customers, the API's users (dossier §2.4): figures of their logs, and what people set of them."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec

from inferlog.budgets.definitions import Budget
from inferlog.customers import DURATIONS, Change, Customer, read_change, read_identifier
from inferlog.errors import NotFound
from inferlog.jsontext import RawObject, check, read_object
from inferlog.query.fields import field
from inferlog.query.filters import Condition
from inferlog.query.groups import Groups, fetch_customer_heads, fetch_groups, narrowed, present
from inferlog.query.metrics import METRICS, Measurement
from inferlog.query.render import amount
from inferlog.query.selection import Selection
from inferlog.server.budgets import states
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
    known = await _known(call, [result["customer_identifier"] for result in results])
    return page_reply(call, asked, found.total, [known.complete(result) for result in results])


async def show_user(call: Call) -> Reply:
    """Answer one customer with the figures of its logs, what is set of it, and what is spent of its budget."""
    asked = await read_request(call, ())
    return await _show(call, asked.selection, call.scope["path_params"]["customer_identifier"])


async def create_user(call: Call) -> Reply:
    """Set what is known of a customer, with logs or without; answer it as it is shown."""
    fields = await _fields(call)
    identifier = read_identifier(fields.pop("customer_identifier", None))
    change = _change(call, fields)
    await asyncio.to_thread(call.runtime.services.customers.create, call.key.project_id, identifier, change)
    return await _set(call, identifier, 201)


async def change_user(call: Call) -> Reply:
    """Set some of what is known of a customer; answer it as it is shown."""
    identifier: str = call.scope["path_params"]["customer_identifier"]
    change = _change(call, await _fields(call))
    await _show(call, Selection(project_id=call.key.project_id), identifier)  # which raises if nobody heard of it
    await asyncio.to_thread(call.runtime.services.customers.change, call.key.project_id, identifier, change)
    return await _set(call, identifier, 200)


async def delete_user(call: Call) -> Reply:
    """Forget what is set of a customer, and its budget; its logs stay."""
    identifier: str = call.scope["path_params"]["customer_identifier"]
    await asyncio.to_thread(call.runtime.services.customers.delete, call.key.project_id, identifier)
    return Reply(b"", 204, ())


async def _fields(call: Call) -> RawObject:
    return read_object(check(await call.json(call.settings.log_bytes_max)))


def _change(call: Call, fields: RawObject) -> Change:
    """Return what is to be set; budgets need the scope that they need elsewhere, too."""
    change = read_change(fields)
    if change.sets_budget:
        call.require("admin")
    return change


async def _set(call: Call, identifier: str, status: int) -> Reply:
    """Answer a customer as it is shown, if the key may read."""
    if "read" not in call.key.scopes:
        return json_reply({"message": "customer set", "customer_identifier": identifier}, status)
    own = Selection(project_id=call.key.project_id, environment=call.key.environment)
    return msgspec.structs.replace(await _show(call, own, identifier), status=status)


async def _show(call: Call, selection: Selection, identifier: str) -> Reply:
    selection = narrowed(selection, Condition(_CUSTOMER, "in", (identifier,)))
    wanted = Measurement(
        selection=selection, metrics=tuple(dict.fromkeys(CUSTOMER_FIGURES.values())), group_by=(_CUSTOMER,)
    )
    _, results = await call.runtime.query_at_rest(lambda store: _customers(store, wanted))
    known = await _known(call, [identifier])
    if not results:
        if identifier not in known.records and identifier not in known.budgets:
            raise NotFound(f"There is no log of a customer {identifier[:80]!r} in this project and environment")
        results = [_head(selection, identifier) | {"name": "", "email": ""} | _NO_FIGURES]
    budget = known.budgets.get(identifier)
    [shown] = await states(call, [budget]) if budget else [None]
    period: dict[str, Any] = {} if shown is None else shown["state"]
    return json_reply(
        known.complete(results[0])
        | {
            "period_start": period.get("period_start"),
            "period_end": period.get("period_end"),
            "period_spent": period.get("spent"),
            "period_remaining": period.get("remaining"),
            "budget_id": budget.id if budget else None,
        }
    )


class _Known(NamedTuple):
    """What is set of some customers, and their budgets, by their identifiers."""

    records: dict[str, Customer]
    budgets: dict[str, Budget]

    def complete(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Return a customer with what is set of it: a name and an email that are set win over what logs say."""
        identifier = shown["customer_identifier"]
        record, budget = self.records.get(identifier), self.budgets.get(identifier)
        return shown | {
            "name": (record and record.name) or shown["name"],
            "email": (record and record.email) or shown["email"],
            "metadata": msgspec.Raw(((record and record.metadata) or "{}").encode()),
            "period_budget": budget and amount(budget.amount),
            "budget_duration": budget and _DURATIONS[budget.period],
            "total_budget": record and amount(record.total_budget),
            "markup_percentage": record and record.markup_percentage,
        }


async def _known(call: Call, identifiers: list[str]) -> _Known:
    customers, project_id = call.runtime.services.customers, call.key.project_id
    return await asyncio.to_thread(
        lambda: _Known(customers.find(project_id, identifiers), customers.budgets(project_id, identifiers))
    )


_DURATIONS: Final = {period: duration for duration, period in DURATIONS.items()}
_NO_FIGURES: Final = {
    name: None if METRICS[metric].unit in ("time", "seconds") else 0 for name, metric in CUSTOMER_FIGURES.items()
} | {"average_monthly_cost": 0}
_MONTH: Final = timedelta(days=30)


def _customers(store: Store, wanted: Measurement) -> tuple[Groups, list[dict[str, Any]]]:
    """Return customers as the API shows them; runs in a query's thread."""
    found = fetch_groups(store, wanted)
    selection = wanted.selection
    identifiers = [row["group"]["customer_identifier"] for row in found.rows]
    heads = fetch_customer_heads(store, selection, _CUSTOMER, identifiers)
    return found, [
        _head(selection, identifier)
        | msgspec.structs.asdict(heads[identifier])
        | figures(row, CUSTOMER_FIGURES)
        | {"average_monthly_cost": _monthly(row)}
        for identifier, row in zip(identifiers, found.rows, strict=True)
    ]


def _head(selection: Selection, identifier: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "customer_identifier": identifier,
        "unique_organization_id": selection.project_id,
        "environment": selection.environment,
    }


def _monthly(row: dict[str, Any]) -> Decimal | None:
    """Return the cost of thirty days, from the first log to the last; within a month it is all of it."""
    if not row["total_cost"]:
        return Decimal(0)
    span = datetime.fromisoformat(row["last_seen"]) - datetime.fromisoformat(row["first_seen"])
    return amount((Decimal(row["total_cost"]) * _MONTH.days / max(span, _MONTH).days).quantize(_LAST_DIGIT))


_LAST_DIGIT: Final = Decimal("1e-12")
