"""Where `inferlog reprice` works: at a running server over HTTP, or in a data directory that no server holds."""

import getpass
from decimal import Decimal
from typing import Any, Final, Protocol

import msgspec
import urllib3

from inferlog.cli.remote import Remote, read_content
from inferlog.config import Settings
from inferlog.dialects.times import read_time
from inferlog.errors import DataDirectoryInUse, InvalidInput, StoreUnavailable, Unauthorized
from inferlog.repricing.jobs import Request
from inferlog.repricing.shape import shown
from inferlog.server.services import Services

_CLOSE_SECONDS: Final = 60.0
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_decoder: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_AMOUNTS: Final = ("cost_before", "cost_after")


class Jobs(Protocol):
    """What begins and tells of jobs, each in the API's form with amounts as decimals."""

    def start(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin a job; `asked` is the API's body."""

    def resume(self, job_id: str) -> dict[str, Any]:
        """Go on with a job."""

    def find(self, job_id: str) -> dict[str, Any]:
        """Return a job as it is now."""

    def close(self) -> None:
        """Leave; a job under way at a server goes on."""


class DirectJobs:
    """A data directory that no server holds."""

    def __init__(self, settings: Settings, project: str) -> None:
        """Open the directory. Raises DataDirectoryInUse (then use --url), NotFound for the project."""
        try:
            self._services = Services(settings)
        except DataDirectoryInUse as error:
            raise DataDirectoryInUse(
                f"{error}. If that is a server, ask it: inferlog reprice --url http://… --key …"
            ) from None
        try:
            self._project_id = self._services.access.project(project).id
        except Exception:
            self._services.close(_CLOSE_SECONDS)
            raise
        self._services.repricer.start()

    def start(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin a job. Raises InvalidInput for a filter or a time."""
        request = Request(
            project_id=self._project_id,
            environment=asked.get("environment", ""),
            from_time=_moment(asked, "start_time"),
            to_time=_moment(asked, "end_time"),
            filters=msgspec.Raw(msgspec.json.encode(asked["filters"])),
            include_given=asked["include_given"],
            dry_run=asked["dry_run"],
            largest=asked["largest"],
        )
        return _plain(shown(self._services.repricer.submit(request, f"command line, {getpass.getuser()}")))

    def resume(self, job_id: str) -> dict[str, Any]:
        """Go on with a job. Raises NotFound, and Conflict if it is done."""
        return _plain(shown(self._services.repricer.resume(self._project_id, job_id)))

    def find(self, job_id: str) -> dict[str, Any]:
        """Return a job as it is now."""
        return _plain(shown(self._services.repricer.find(self._project_id, job_id)))

    def close(self) -> None:
        """End the work; what is left of a job is done at the next start."""
        self._services.close(_CLOSE_SECONDS)


class ServerJobs:
    """A running server."""

    def __init__(self, url: str, key: str) -> None:
        """Use the server at `url` with an API key that may administer."""
        retries = urllib3.Retry(total=5, backoff_factor=0.2, status_forcelist=(502, 503))
        self._remote = Remote(url, key, retries=retries)

    def start(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin a job."""
        return self._call("POST", "", _encode(asked))

    def resume(self, job_id: str) -> dict[str, Any]:
        """Go on with a job."""
        return self._call("POST", f"/{job_id}/resume", b"")

    def find(self, job_id: str) -> dict[str, Any]:
        """Return a job as it is now."""
        return self._call("GET", f"/{job_id}", b"")

    def close(self) -> None:
        """Close the connections."""
        self._remote.close()

    def _call(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        answer = self._remote.request(method, f"/api/reprices{path}", body=body or None)
        content = read_content(answer, _decoder)
        if answer.status < 300 and "state" in content:
            return _with_amounts(content)
        detail = f"{content.get('detail', 'no reason given')}"
        if answer.status in (401, 403):
            raise Unauthorized(detail)
        if answer.status < 500:
            raise InvalidInput(detail)
        raise StoreUnavailable(f"The server answered {answer.status}: {detail}")


def _moment(asked: dict[str, Any], name: str) -> float | None:
    given = asked.get(name)
    if given is None:
        return None
    moment = read_time(given)
    if moment is None:
        raise InvalidInput(f"{name}: expected a time as ISO 8601 or an epoch, received: {given[:80]}")
    return moment


def _plain(job: dict[str, Any]) -> dict[str, Any]:
    return _with_amounts(_decoder.decode(_encode(job)))


def _with_amounts(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job whose amounts are decimals all: a whole number of USD comes as an integer."""
    for each in (job, *job["models"], *job["largest_changes"]):
        each |= {name: None if each[name] is None else Decimal(each[name]) for name in _AMOUNTS}
    return job
