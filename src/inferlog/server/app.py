"""The composition root: settings and open services in, an ASGI application out."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from inferlog.server.http import Endpoint, json_reply, sent_path
from inferlog.server.routes import ROUTES, RouteRow, forms, normalize
from inferlog.server.runtime import Runtime
from inferlog.server.services import Services


def build(services: Services) -> ASGIApp:
    """Return the application that serves every route from these services."""
    runtime = Runtime(services)
    endpoints = [(row, Endpoint(row.name, row.handler, row.needs, runtime)) for row in ROUTES]
    fixed = {
        (method, form): end
        for row, end in endpoints if "{" not in row.path
        for method in row.methods for form in forms(row.path)
    }  # fmt: skip
    methods = _methods()
    routes = [Route(path, ends, methods=list(ends.by_method)) for path, ends in _resources(endpoints).items()]
    routed = Starlette(routes=routes, exception_handlers={HTTPException: _answer_unrouted})
    routed.router.redirect_slashes = False

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await routed(scope, receive, send)
            return
        # A path without parameters goes straight to its endpoint: Starlette's way there costs 25 µs of the 70
        # that a create may take. What is not found here (parameters, HEAD, 404, 405) is Starlette's.
        endpoint = fixed.get((scope["method"], scope["path"]))
        if endpoint is not None:
            await endpoint(scope, receive, send)
            return
        normalize(scope)
        allowed = methods.get(scope["path"], ())
        if allowed and scope["method"] not in allowed:  # else /request-logs/create would be the log named "create"
            await _unrouted(scope, 405, {"allow": ", ".join(allowed)})(scope, receive, send)
        else:
            await routed(scope, receive, send)

    return application


class _Resource:
    """The endpoints of one path, by method: together they know which methods a 405 must name."""

    def __init__(self) -> None:
        self.by_method: dict[str, Endpoint] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the endpoint of its method; HEAD goes with GET."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self.by_method[method](scope, receive, send)


def _resources(endpoints: list[tuple[RouteRow, Endpoint]]) -> dict[str, _Resource]:
    """Return what is at each path, in the order of the routes."""
    resources: dict[str, _Resource] = {}
    for row, endpoint in endpoints:
        resource = resources.setdefault(row.path, _Resource())
        resource.by_method.update(dict.fromkeys(row.methods, endpoint))
    return resources


async def _answer_unrouted(request: Request, error: Exception) -> Response:
    """Answer what no route serves: 404 and 405, in the API's own shape."""
    assert isinstance(error, HTTPException)
    return _unrouted(request.scope, error.status_code, dict(error.headers or {}))


def _unrouted(scope: Scope, status: int, headers: dict[str, str]) -> Response:
    text = f"There is no {scope['method']} {sent_path(scope)} here; the routes are listed at /docs"
    return Response(json_reply({"detail": text}).body, status, headers, "application/json")


def _methods() -> dict[str, tuple[str, ...]]:
    """Return the methods of each path without parameters, over all of its routes; HEAD goes with GET."""
    methods: dict[str, tuple[str, ...]] = {}
    for row in ROUTES:
        if "{" not in row.path:
            given = (*row.methods, "HEAD") if "GET" in row.methods else row.methods
            methods[row.path] = (*methods.get(row.path, ()), *given)
    return methods
