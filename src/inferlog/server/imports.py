"""Handler of /request-logs/import: exported logs taken back as they were."""

import asyncio
from typing import Final

from inferlog import metrics
from inferlog.errors import InvalidInput, TooLarge
from inferlog.identities import Identities
from inferlog.ingest import Prepared, prepare_exported
from inferlog.model import Entry, ItemError, Key
from inferlog.query.exports import stored_ids
from inferlog.query.logs import fetch_held
from inferlog.server.commits import Append
from inferlog.server.http import Call, Reply, json_reply

_NO_LINES: Final = "The body is empty; expected the lines of an export, one log each"


async def import_exported(call: Call) -> Reply:
    """Store the logs of exported lines that are not stored yet, with their ids, times, costs and all."""
    body = await call.body(call.settings.batch_bytes_max)
    lines = [line for line in body.split(b"\n") if line.strip()]
    most = call.settings.batch_logs_max
    if not lines:
        raise InvalidInput(_NO_LINES)
    if len(lines) > most:
        raise TooLarge(
            f"The request has {len(lines):,} lines; the limit batch_logs_max is {most:,}: send them in parts"
        )
    prepared, errors = await call.work(len(body), _prepare, lines, call.key)
    known = set()
    if prepared:
        logs = [each.log for each in prepared]
        known = await call.runtime.query(lambda store: stored_ids(store, call.key.project_id, logs))
    new = [each.entry for each in prepared if each.log.id not in known]
    if new:
        gone = await asyncio.to_thread(_known_once, call.runtime.services.identities, new)
        if gone:
            await _restore(call, gone)
        restored = {entry.log_id for entry in gone}
        rest = [entry for entry in new if entry.log_id not in restored]
        if rest:
            await call.runtime.commits.submit(Append(rest))
    repeats = len(prepared) - len(new)
    metrics.received.inc(repeats + len(errors))
    metrics.acknowledged.inc(repeats)
    metrics.repeated.inc(repeats)
    metrics.refused.labels(InvalidInput.reason).inc(len(errors))
    counts = {"success_count": len(new), "known_count": repeats, "error_count": len(errors)}
    return json_reply(counts | {"errors": errors})


async def _restore(call: Call, entries: list[Entry]) -> None:
    """Store logs again that were stored once and deleted: an import is no late repeat.

    One import after the other, so that none releases what another one has just stored.
    """
    runtime, project_id = call.runtime, call.key.project_id
    log_ids = [entry.log_id for entry in entries]
    async with runtime.releasing:
        held = await runtime.query_settled(lambda store: fetch_held(store, project_id, log_ids))
        missing = [entry for entry in entries if entry.log_id not in held]
        if missing:
            identities = [entry.identity for entry in missing]
            await asyncio.to_thread(runtime.services.identities.release, identities)
            await runtime.commits.submit(Append(missing))


def _known_once(identities: Identities, entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.identity and identities.find(entry.identity) is not None]


def _prepare(lines: list[bytes], key: Key) -> tuple[list[Prepared], list[ItemError]]:
    prepared: list[Prepared] = []
    errors: list[ItemError] = []
    for index, line in enumerate(lines):
        try:
            prepared.append(prepare_exported(line, key.project_id))
        except InvalidInput as error:
            errors.append(ItemError(index, str(error)))
    return prepared, errors
