"""Handlers of /reprices: begin, watch, resume and cancel jobs that price stored logs anew."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from inferlog import jsontext
from inferlog.errors import InvalidInput
from inferlog.jsontext import RawObject, kind
from inferlog.query.filters import read_connector
from inferlog.repricing.jobs import LARGEST_MAX, Job, Request
from inferlog.repricing.shape import shown
from inferlog.server.asking import read_asked
from inferlog.server.http import Call, Reply, json_reply

_OWN: Final = ("dry_run", "include_given", "largest")
_NOTHING: Final = msgspec.Raw(b"{}")


async def list_reprices(call: Call) -> Reply:
    """Answer the project's jobs, the newest first."""
    return await call.runtime.work(_listed, call)


async def start_reprice(call: Call) -> Reply:
    """Begin a job: a dry run, unless the body says that it is none."""
    body = await call.json(call.settings.log_bytes_max)
    request = _request(call, jsontext.read_object(jsontext.check(body)) if body.strip() else {})
    repricer = call.runtime.services.repricer
    job = await call.runtime.work(repricer.submit, request, f"key {call.key.prefix}")
    return json_reply(shown(job), 202)


async def show_reprice(call: Call) -> Reply:
    """Answer one job, as far as it is."""
    return await _of_one(call, call.runtime.services.repricer.find, 200)


async def resume_reprice(call: Call) -> Reply:
    """Go on with a job that failed or was cancelled."""
    return await _of_one(call, call.runtime.services.repricer.resume, 202)


async def cancel_reprice(call: Call) -> Reply:
    """End a job after the portion of logs under way."""
    return await _of_one(call, call.runtime.services.repricer.cancel, 202)


# The file of jobs is read and written in a thread: it is synced, and a hundred reports are megabytes.


async def _of_one(call: Call, function: Callable[[str, str], Job], status: int) -> Reply:
    job = await call.runtime.work(function, call.key.project_id, call.scope["path_params"]["job_id"])
    return json_reply(shown(job), status)


def _listed(call: Call) -> Reply:
    jobs = call.runtime.services.repricer.latest(call.key.project_id)
    return json_reply({"results": [shown(job) for job in jobs], "count": len(jobs)})


def _request(call: Call, body: RawObject) -> Request:
    """Return what a body asks for. Raises InvalidInput naming the field."""
    if call.scope["query_string"]:
        raise InvalidInput("A re-pricing is asked for in the body: send the parameters of the query string there")
    asked = read_asked(call, body, _OWN)
    given, wanted = asked.given, asked.selection
    filters = body.get("filters", _NOTHING)
    return Request(
        project_id=wanted.project_id,
        environment=wanted.environment,
        from_time=wanted.from_time,
        to_time=wanted.to_time,
        filters=filters if kind(filters) == "object" else _NOTHING,
        connector=read_connector(str(given.get("operator") or "AND"), "operator"),
        include_given=_boolean(given, "include_given", otherwise=False),
        dry_run=_boolean(given, "dry_run", otherwise=True),
        largest=_count(given, "largest", 10),
    )


def _boolean(given: dict[str, Any], name: str, *, otherwise: bool) -> bool:
    value = given.get(name, otherwise)
    if not isinstance(value, bool):
        raise InvalidInput(f"{name}: expected true or false, received: {str(value)[:80]}")
    return value


def _count(given: dict[str, Any], name: str, otherwise: int) -> int:
    value = given.get(name, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_MAX:
        raise InvalidInput(f"{name}: expected a whole number from 0 to {LARGEST_MAX:,}, received: {str(value)[:80]}")
    return value
