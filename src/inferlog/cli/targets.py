"""Where an import goes: straight into a data directory, or to a running server over HTTP."""

import time
from typing import Any, NamedTuple, cast

import msgspec
import urllib3

from inferlog import ids, jsontext
from inferlog.cli.chunks import Chunk
from inferlog.cli.remote import Remote, read_content
from inferlog.config import Settings
from inferlog.errors import DataDirectoryInUse, InferlogError, JournalFull, StoreUnavailable, Unauthorized
from inferlog.ingest import Prepared, prepare, prepare_exported
from inferlog.model import SCOPES, Entry, Environment, Key
from inferlog.query.exported import MARK
from inferlog.query.exports import stored_ids
from inferlog.server.services import Services

_DRAIN_SECONDS_MAX = 3_600.0
_PAUSE_SECONDS = 0.2
_BACKLOG_BYTES_MAX = 512_000_000
_content = msgspec.json.Decoder(dict[str, Any])


class Outcome(NamedTuple):
    """How a chunk went: how many logs were stored, (index, reason) of each that was refused, how many were there."""

    stored: int
    problems: list[tuple[int, str]]
    known: int = 0


class DirectTarget:
    """A data directory that no server holds: the same path as a request takes, without HTTP."""

    def __init__(self, settings: Settings, project: str, environment: str) -> None:
        """Open the directory. Raises DataDirectoryInUse (then import with --url), NotFound for the project."""
        self._settings = settings
        try:
            self._services = Services(settings)
        except DataDirectoryInUse as error:
            raise DataDirectoryInUse(
                f"{error}. If that is a server, send the logs to it: inferlog import FILE --url http://… --key …"
            ) from None
        self._is_flushed = False
        self.first_key = self._services.first_key
        found = self._services.access.project(project)
        self._key = Key(
            "import", "import", found.id, found.name, cast(Environment, environment), SCOPES, found.created_at
        )

    def take(self, chunk: Chunk) -> Outcome | None:
        """Journal a chunk in one commit, which is marked, so that a second run knows it."""
        journal = self._services.journal
        mark = ids.identity(self._key.project_id, "import", chunk.name)
        if journal.knows(mark):
            return None
        received_at = ids.now()
        entries: list[Entry] = []
        exported: list[Prepared] = []
        problems: list[tuple[int, str]] = []
        for index, line in enumerate(chunk.lines):
            try:
                if line.startswith(MARK):
                    exported.append(prepare_exported(line, self._key.project_id))
                    continue
                text = jsontext.check(line)
                entries.append(prepare(text, self._key, received_at, self._services.intake).entry)
            except InferlogError as error:
                problems.append((index, str(error)))
        new = self._not_stored(exported)
        self._append(entries + new, mark)
        return Outcome(len(entries) + len(new), problems, len(exported) - len(new))

    def close(self) -> None:
        """Wait until the store has everything."""
        self._services.close(_DRAIN_SECONDS_MAX)

    def _not_stored(self, exported: list[Prepared]) -> list[Entry]:
        """Return the exported logs that are not there yet: an export may go back to where it came from."""
        if not exported:
            return []
        if not self._is_flushed:  # nobody else writes here meanwhile, and the journal knows what came since
            self._is_flushed = self._services.writer.flush(_DRAIN_SECONDS_MAX)
        known = stored_ids(self._services.store, self._key.project_id, [each.log for each in exported])
        return [each.entry for each in exported if each.log.id not in known]

    def _append(self, entries: list[Entry], mark: bytes) -> None:
        journal = self._services.journal
        while journal.size > _BACKLOG_BYTES_MAX and not self._services.writer.problem:
            time.sleep(_PAUSE_SECONDS)  # the store is slower than the file; the disk need not hold all twice
        while True:
            try:
                journal.append(entries, mark)
            except JournalFull:
                time.sleep(_PAUSE_SECONDS)
            else:
                return


class ServerTarget:
    """A running server: chunks go to batch/create, under an Idempotency-Key that names them."""

    def __init__(self, url: str, key: str) -> None:
        """Use the server at `url` with an API key that may ingest. Raises StoreUnavailable if nothing answers there."""
        retries = urllib3.Retry(
            total=30, backoff_factor=0.2, backoff_max=10, status_forcelist=(429, 502, 503, 507),
            allowed_methods=None, respect_retry_after_header=True, raise_on_status=False,
        )  # fmt: skip
        self._remote = Remote(url, key, retries=retries)
        # A mistyped address shows at once; later failures are waited for.
        self._remote.request("GET", "", retries=False)

    def take(self, chunk: Chunk) -> Outcome | None:
        """Send a chunk; lines that are no JSON are refused here, since they would spoil the batch."""
        good: list[int] = []
        texts: list[bytes] = []
        exported = [index for index, line in enumerate(chunk.lines) if line.startswith(MARK)]
        problems: list[tuple[int, str]] = []
        for index, line in enumerate(chunk.lines):
            if line.startswith(MARK):
                continue
            try:
                text = jsontext.check(line)
                jsontext.read_object(text)
            except InferlogError as error:
                problems.append((index, str(error)))
            else:
                good.append(index)
                texts.append(text)
        if good:
            answer = self._send("batch/create", b'{"logs":[' + b",".join(texts) + b"]}", chunk.name)
            problems += [(good[error["index"]], error["error"]) for error in answer["errors"]]
        known = 0
        if exported:
            answer = self._send("import", b"\n".join(chunk.lines[index] for index in exported), chunk.name)
            problems += [(exported[error["index"]], error["error"]) for error in answer["errors"]]
            known = answer["known_count"]
        return Outcome(len(chunk.lines) - len(problems) - known, sorted(problems), known)

    def close(self) -> None:
        """Close the connections."""
        self._remote.close()

    def _send(self, route: str, body: bytes, name: str) -> dict[str, Any]:
        path = f"/api/request-logs/{route}"
        answer = self._remote.request("POST", path, body=body, headers={"Idempotency-Key": name})
        content = read_content(answer, _content)
        if "errors" in content:
            return content
        if answer.status in (401, 403):
            raise Unauthorized(str(content.get("detail")))
        raise StoreUnavailable(f"The server answered {answer.status}: {content.get('detail', 'no reason given')}")
