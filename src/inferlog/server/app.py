"""The composition root: settings and open services in, an ASGI application out."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from inferlog.server.http import Endpoint, json_reply
from inferlog.server.routes import ROUTES, normalize
from inferlog.server.runtime import Runtime
from inferlog.server.services import Services


def build(services: Services) -> ASGIApp:
    """Return the application that serves every route from these services."""
    runtime = Runtime(services)
    routes = [
        Route(row.path, Endpoint(row.name, row.handler, row.needs, runtime), methods=list(row.methods))
        for row in ROUTES
    ]
    routed = Starlette(routes=routes, exception_handlers={HTTPException: _answer_unrouted})
    routed.router.redirect_slashes = False

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            normalize(scope)
        await routed(scope, receive, send)

    return application


async def _answer_unrouted(request: Request, error: Exception) -> Response:
    """Answer what no route serves: 404 and 405, in the API's own shape."""
    assert isinstance(error, HTTPException)
    text = f"There is no {request.method} {request.scope['path_sent']} here; the routes are listed at /docs"
    reply = json_reply({"detail": text})
    return Response(reply.body, error.status_code, dict(error.headers or {}), "application/json")
