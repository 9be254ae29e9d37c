"""Handlers of budgets: made, listed with their state, changed, deleted. A project sees its own only."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

from inferlog import ids, jsontext
from inferlog.budgets.addresses import check_reachable
from inferlog.budgets.definitions import Budget, Draft, read_change, read_draft
from inferlog.budgets.events import EXACT, described, fraction
from inferlog.budgets.periods import period_of
from inferlog.budgets.register import Told
from inferlog.budgets.spending import Spent, Watched, spending
from inferlog.dialects.times import read_time
from inferlog.errors import InvalidInput
from inferlog.query.render import amount, iso_time
from inferlog.server.http import Call, Reply, json_reply
from inferlog.store.clickhouse import Store

_BODY_BYTES_MAX: Final = 100_000
_TIME_MAX: Final = 4e9


async def create_budget(call: Call) -> Reply:
    """Make a budget. The secret that signs its webhooks is in this answer only."""
    draft = read_draft(await _fields(call))
    _check(call, draft.webhook_url)
    budget = await asyncio.to_thread(_create, call, draft)
    return json_reply(_shown(budget) | _secret(budget), 201)


async def list_budgets(call: Call) -> Reply:
    """Answer all budgets of the project with what is spent of each."""
    found = await asyncio.to_thread(call.runtime.services.budgets.budgets, call.key.project_id)
    results = await states(call, found)
    return json_reply({"results": results, "count": len(results), "next": None, "previous": None})


async def show_budget(call: Call) -> Reply:
    """Answer one budget with what is spent of it, in the current period or in the one that holds the time `at`."""
    budget = await asyncio.to_thread(call.runtime.services.budgets.find, call.key.project_id, _budget_id(call))
    [result] = await states(call, [budget])
    return json_reply(result)


async def change_budget(call: Call) -> Reply:
    """Change a budget's name, amount, thresholds or webhook; a webhook that is given has a new secret."""
    change = read_change(await _fields(call))
    _check(call, change.webhook_url)
    register = call.runtime.services.budgets
    budget = await asyncio.to_thread(register.change, call.key.project_id, _budget_id(call), change)
    return json_reply(_shown(budget) | (_secret(budget) if change.webhook_url else {}))


async def delete_budget(call: Call) -> Reply:
    """Forget a budget, its events, and webhooks that were not delivered."""
    await asyncio.to_thread(call.runtime.services.budgets.delete, call.key.project_id, _budget_id(call))
    return Reply(b"", 204, ())


def _create(call: Call, draft: Draft) -> Budget:
    services = call.runtime.services
    if draft.scope == "key":
        services.access.require_key(call.key.project_id, draft.subject)
    return services.budgets.create(call.key.project_id, draft, most=call.settings.budgets_max)


async def _fields(call: Call) -> jsontext.RawObject:
    return jsontext.read_object(jsontext.check(await call.json(_BODY_BYTES_MAX)))


def _check(call: Call, webhook_url: str | None) -> None:
    if webhook_url:
        check_reachable(webhook_url, private=call.settings.webhook_private_addresses)


def _budget_id(call: Call) -> str:
    given: str = call.scope["path_params"]["budget_id"]
    return ids.read_uuid(given) or given


def _moment(call: Call) -> float:
    """Return the time whose period is asked for: `at`, or now."""
    given = dict(parse_qsl(call.scope["query_string"].decode("latin-1"))).get("at", "")
    if not given:
        return ids.now()
    moment = read_time(given)
    if moment is None:
        raise InvalidInput(f"at: expected a time as ISO 8601 or an epoch, received: {given[:80]}")
    return min(max(moment, 0.0), _TIME_MAX)


async def states(call: Call, budgets: Iterable[Budget]) -> list[dict[str, Any]]:
    """Return budgets as they are shown, each with what is spent of it."""
    moment = _moment(call)
    watched = [Watched(each, period_of(each.period, each.zone, moment)) for each in budgets]
    if not watched:
        return []
    return await call.runtime.query(lambda store: _ask(call, store, watched))


# Run in a query's thread.


def _ask(call: Call, store: Store, watched: list[Watched]) -> list[dict[str, Any]]:
    most = call.settings.budget_customers_max
    results = []
    for each, spent in zip(watched, spending(store, watched, customers_max=most), strict=True):
        told = call.runtime.services.budgets.told(each.budget, each.period.start)
        results.append(_shown(each.budget) | _state(each, spent, told, most))
    return results


def _shown(budget: Budget) -> dict[str, Any]:
    return {
        "id": budget.id,
        "name": budget.name,
        **{name: value for name, value in described(budget, budget.subject).items() if not name.startswith("budget_")},
        "thresholds": budget.thresholds,
        "webhook_url": budget.webhook_url or None,
        "created_at": iso_time(budget.created_at),
        "changed_at": iso_time(budget.changed_at),
    }


def _secret(budget: Budget) -> dict[str, Any]:
    return {"webhook_secret": budget.webhook_secret or None}


def _state(watched: Watched, spent: Spent, told: list[Told], most: int) -> dict[str, Any]:
    """Return what was spent in a period: of the budget, or of each customer that has one like it."""
    budget, period = watched
    by_subject: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        by_subject[each.subject].append(each)
    ends = {"period_start": iso_time(period.start), "period_end": iso_time(period.end)}
    if not budget.counts_each_customer:
        [(subject, its)] = spent
        return {"state": {**ends, **_figures(budget, its, by_subject[subject])}}
    customers = [
        {"customer_identifier": subject, **_figures(budget, its, by_subject[subject])} for subject, its in spent
    ]
    return {"state": ends, "customers": customers, "truncated": len(customers) >= most}


def _figures(budget: Budget, spent: Decimal, told: list[Told]) -> dict[str, Any]:
    return {
        "spent": amount(spent),
        "remaining": amount(max(EXACT.subtract(budget.amount, spent), Decimal())),
        "fraction": amount(fraction(spent, budget.amount)),
        "thresholds_reached": [_reached(each) for each in told],
    }


def _reached(told: Told) -> dict[str, Any]:
    """Return a threshold that was reached, and what became of its webhook."""
    waits = told.delivery == "pending"
    return {
        "threshold": told.threshold,
        "reached_at": iso_time(told.crossed_at),
        "spent": amount(told.spent),
        "event_id": told.event_id,
        "webhook": {
            "status": told.delivery,
            "attempts": told.attempts,
            "last_error": told.last_error or None,
            "next_attempt_at": iso_time(told.due_at) if waits else None,
            "delivered_at": None if told.delivered_at is None else iso_time(told.delivered_at),
        },
    }
