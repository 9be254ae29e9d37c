"""A repricer on a real store, and logs for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from inferlog.ingest import Prepared, prepare
from inferlog.pricing.prices import Prices
from inferlog.repricing.jobs import Job, Jobs, Request
from inferlog.repricing.table import Table, Target
from inferlog.repricing.worker import Repricer
from inferlog.store.clickhouse import Store
from tests.server import wait_for
from tests.unit.books import GONE, GUESSED, LATER, NEW
from tests.unit.journey import INTAKE, KEY, PRICES, PROJECT, RECEIVED_AT

Row = dict[str, Any]
MODELS: Final = (GUESSED, GONE, NEW, "claude-3-5-sonnet-20241022", "no such model")


def body(number: int) -> dict[str, Any]:
    """Return log `number` of a mixture: models with and without a price, given costs, unit prices, no usage at all."""
    told: dict[str, Any] = {
        "unique_id": f"{number:032x}", "model": MODELS[number % len(MODELS)], "timestamp": RECEIVED_AT - number * 7_919,
        "prompt_tokens": 1_000 + number, "completion_tokens": number, "prompt_cache_hit_tokens": number % 90,
        "customer_identifier": f"customer-{number % 3}", "input": f"what was asked {number}", "metadata": {"n": number},
    }  # fmt: skip
    if number % 11 == 3:
        told |= {"cost": 0.25}
    elif number % 11 == 4:
        told |= {"prompt_unit_price": 1.25, "completion_unit_price": 10}
    elif number % 11 == 5:
        told |= {"prompt_tokens": 0, "completion_tokens": 0, "prompt_cache_hit_tokens": 0}
    elif number % 11 == 6:
        told |= {"usage": {"prompt_tokens": 500 + number, "completion_tokens": 7}, "prompt_tokens": 0}
    return told


def prepared(number: int, prices: Prices = PRICES) -> Prepared:
    """Return log `number` as it comes under a price book."""
    return prepare(msgspec.json.encode(body(number)), KEY, RECEIVED_AT, INTAKE._replace(prices=prices))


def fill(store: Store, count: int) -> None:
    """Store that many logs, priced by today's book."""
    store.insert([prepared(number).entry.row + b"\n" for number in range(count)], f"fill-{count}")


def stored(store: Store) -> dict[str, Row]:
    """Return every column of every log, as the engine writes it, by the last digits of its id."""
    lines = store.query("SELECT * FROM {database}.logs ORDER BY id").splitlines()
    rows = [msgspec.json.decode(line) for line in lines]
    found = {row["id"].replace("-", ""): row for row in rows}
    assert len(found) == len(rows)
    return found


def expected(store: Store, count: int) -> dict[str, Row]:
    """Return the same of logs that come under the later book, from a project of their own."""
    other = PROJECT[:-1] + "e"
    lines = [prepared(number, LATER).entry.row.replace(PROJECT.encode(), other.encode()) for number in range(count)]
    store.insert([line + b"\n" for line in lines], f"expected-{count}")
    found = store.query("SELECT * FROM {database}.logs WHERE project_id = {project:UUID}", {"project": other})
    rows = [msgspec.json.decode(line) for line in found.splitlines()]
    return {row["id"].replace("-", ""): row | {"project_id": PROJECT} for row in rows}


def total(store: Store) -> Decimal:
    """Return what all logs of the project cost, as the store adds it up."""
    answer = store.query("SELECT sum(cost) AS usd FROM {database}.logs WHERE project_id = {p:UUID}", {"p": PROJECT})
    return Decimal(msgspec.json.decode(answer)["usd"] or 0)


class Shop:
    """A repricer by the later book, and what it does with a request."""

    def __init__(self, repricer: Repricer) -> None:
        self.repricer = repricer

    def do(self, **asked: Any) -> Job:
        """Do a job to its end."""
        return self.wait(self.repricer.submit(Request(project_id=PROJECT, **asked), "a test"))

    def resume(self, job: Job) -> Job:
        """Go on with a job, to its end."""
        return self.wait(self.repricer.resume(PROJECT, job.id))

    def wait(self, job: Job) -> Job:
        """Return a job once it has ended."""

        def ended() -> Job | None:
            found = self.repricer.find(PROJECT, job.id)
            return None if found.state in ("planned", "running") else found

        found = wait_for(ended, seconds=60)
        assert found is not None
        return found


@contextmanager
def shop(store: Target, path: Path, prices: Prices = LATER) -> Iterator[Shop]:
    """Open a repricer on a store; its jobs are in `path`."""
    read: Callable[[Callable[[], bytes]], bytes] = lambda run: run()  # noqa: E731 - typed
    table = Table(store, read, is_cluster=False)
    repricer = Repricer(
        Jobs(path / "repricings.db"), table, prices, flush=lambda: None, conditions_max=50, portion_logs=40
    )
    repricer.start()
    try:
        yield Shop(repricer)
    finally:
        repricer.stop(30)
