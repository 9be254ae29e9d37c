"""Handlers about inferlog itself: health, readiness, metrics, the API's description and the page to try it."""

import asyncio
import time
from functools import cache
from importlib.resources import files

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from inferlog import __version__, metrics
from inferlog.errors import NotFound
from inferlog.server import openapi
from inferlog.server.http import Call, Reply, json_reply

_ASSETS = {"swagger-ui-bundle.js": b"text/javascript", "swagger-ui.css": b"text/css", "docs.js": b"text/javascript"}
_PAGE_POLICY = b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"


async def index(call: Call) -> Reply:
    """Answer who this is and where to go next."""
    return json_reply({"name": "inferlog", "version": __version__, "docs": "/docs", "openapi": "/openapi.json"})


async def health(call: Call) -> Reply:
    """Answer that the process serves requests."""
    return json_reply({"status": "ok", "version": __version__})


async def ready(call: Call) -> Reply:
    """Answer whether logs are taken (else 503), and how the store does: while it is away, logs wait in the journal."""
    services = call.runtime.services
    problem = services.writer.problem
    full = services.journal.full
    state = {
        "status": "full" if full else "degraded" if problem else "ok",
        "store": problem or "ok",
        "journal_rows": services.journal.rows,
        "journal_bytes": services.journal.size,
    }
    return json_reply(state, 503 if full else 200)


async def show_metrics(call: Call) -> Reply:
    """Answer the counters in Prometheus' text format."""
    journal = call.runtime.services.journal
    oldest = journal.oldest
    metrics.journal_rows.set(journal.rows)
    metrics.journal_bytes.set(journal.size)
    metrics.journal_age_seconds.set(0 if oldest is None else max(time.time() - oldest, 0))
    metrics.inflight_bytes.set(call.runtime.inflight_bytes)
    text = await asyncio.to_thread(generate_latest, metrics.REGISTRY)
    return Reply(text, headers=((b"content-type", CONTENT_TYPE_LATEST.encode()),))


async def show_openapi(call: Call) -> Reply:
    """Answer the API's description."""
    return Reply(_openapi_text())


async def docs(call: Call) -> Reply:
    """Answer the page to read and try the API."""
    headers = ((b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", _PAGE_POLICY))
    return Reply(_asset("docs.html"), headers=headers)


async def docs_asset(call: Call) -> Reply:
    """Answer a file of that page."""
    name = call.scope["path_params"]["name"]
    if name not in _ASSETS:
        raise NotFound(f"There is no file named {name!r} here")
    content = await asyncio.to_thread(_asset, name)
    return Reply(content, headers=((b"content-type", _ASSETS[name]), (b"cache-control", b"max-age=86400")))


@cache
def _asset(name: str) -> bytes:
    return (files("inferlog.server") / "apidocs" / name).read_bytes()


@cache
def _openapi_text() -> bytes:
    return msgspec.json.encode(openapi.describe())
