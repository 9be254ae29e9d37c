"""`inferlog serve`: run the server until Ctrl-C or SIGTERM, then drain and leave with 0."""

import contextlib
import logging
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Any

import click
import uvicorn

from inferlog.cli.options import setting_options
from inferlog.config import Settings, load
from inferlog.errors import ConfigError
from inferlog.server.app import build
from inferlog.server.services import Services
from inferlog.server.wire import speaking

_GRACE_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections (5 s in httpx, 60 s in most load balancers): who closes first must be they,
or a request sent in that very moment fails."""


class _Server(uvicorn.Server):
    """uvicorn dies of the signal once it has shut down; here a drained stop is a success."""

    def __init__(self, config: uvicorn.Config, banner: str) -> None:
        """Show `banner` once requests are served and signals are heeded: a stop may follow in the same moment."""
        super().__init__(config)
        self._banner = banner

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets)
        click.echo(self._banner)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and put the former handlers back."""
        former = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


@click.command()
@setting_options()
def serve(config_file: str | None, **flags: Any) -> None:
    """Run inferlog: take logs, keep them, answer for them."""
    settings = load(flags, config_file=config_file)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stderr)
    _allow_many_connections()
    listener = _listen(settings)
    services = Services(settings)
    services.watch()
    address = _address(settings, listener)
    try:
        config = uvicorn.Config(
            build(services),
            loop="uvloop",
            http=speaking(settings),
            lifespan="off",
            access_log=False,
            proxy_headers=False,
            log_level="warning",
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            server_header=False,
        )
        _Server(config, _banner(settings, address, services)).run(sockets=[listener])
    finally:
        click.echo("inferlog: draining the journal …", err=True)
        drained = services.close()
        left = (
            "all logs are in the store" if drained else "the logs still in the journal are taken up at the next start"
        )
        click.echo(f"inferlog: stopped; {left}", err=True)


def _allow_many_connections() -> None:
    """Take as many open files as the system gives: with the usual 1,024 a thousand idle clients shut out all others."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses "unlimited"
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another with --host and --port"
        ) from None
    listener.listen(2048)
    return listener


def _address(settings: Settings, listener: socket.socket) -> str:
    if settings.public_url:
        return settings.public_url.rstrip("/")
    port = listener.getsockname()[1]
    host = "localhost" if settings.host in ("0.0.0.0", "127.0.0.1", "::") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _banner(settings: Settings, address: str, services: Services) -> str:
    store = settings.store or f"embedded, in {services.directory}"
    lines = ["", f"  inferlog is ready at {address}", f"  store: {store}", f"  try the API at {address}/docs", ""]
    if services.first_key is None:
        lines += ["  The key was shown at the first start. Make another: inferlog keys create", ""]
        return "\n".join(lines)
    key = "$INFERLOG_BOOTSTRAP_KEY" if settings.bootstrap_key else services.first_key
    lines += [
        f"  key: {key}   (shown only now; it may write, read and administer the project 'default')",
        "",
        "  Log a first call:",
        "",
        f"    curl -s {address}/api/request-logs/create/ \\",
        f'      -H "Authorization: Bearer {key}" -H "Content-Type: application/json" \\',
        """      -d '{"model": "gpt-4o-mini", "prompt_messages": [{"role": "user", "content": "Hi"}],""",
        """           "completion_message": {"role": "assistant", "content": "Hi, how can I help?"},""",
        """           "prompt_tokens": 8, "completion_tokens": 9, "generation_time": 0.8,""",
        """           "customer_identifier": "customer-1"}'""",
        "",
        "  and see it:",
        "",
        f'    curl -s "{address}/api/request-logs/list/?page_size=1" -H "Authorization: Bearer {key}"',
        "",
    ]
    return "\n".join(lines)
