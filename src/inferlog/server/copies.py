"""What there is of a customer beside the store's logs, for an erasure: every file and what is held in memory."""

import logging
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec

from inferlog.budgets.register import Register
from inferlog.customers import Customers
from inferlog.deleting.jobs import Job
from inferlog.deleting.jobs import Jobs as Deletions
from inferlog.deleting.table import Table
from inferlog.errors import NotFound
from inferlog.identities import Identities
from inferlog.repricing.jobs import Jobs as Repricings
from inferlog.set_aside import SetAside
from inferlog.traces import Traces

_logger: Final = logging.getLogger("inferlog.erasure")


class Copies(NamedTuple):
    """Where a customer may stand."""

    identities: Identities
    set_aside: SetAside
    customers: Customers
    budgets: Register
    repricings: Repricings
    deletions: Deletions
    traces: Traces

    def forget(self, job: Job, table: Table) -> dict[str, int]:
        """Erase the copies of what an erasure deletes, and return how many of each there were. Again there are none."""
        project_id, customer = job.request.project_id, job.request.customer
        table.forget_repricings(job.id)

        def listed() -> Iterator[list[str]]:
            return table.listed(job.id)

        forgotten = {
            "identities": self.identities.forget(listed()),
            "set_aside_rows": self.set_aside.erase(project_id, customer, _among(listed)),
            "customer_records": self._forget_record(project_id, customer),
            "budgets": self.budgets.forget_customer(project_id, customer),
            "traces": self.traces.forget_customer(project_id, customer),
            "filters": self.repricings.forget_filters(project_id, customer)
            + self.deletions.forget_filters(project_id, customer, but=job.id),
        }
        counts = {name: job.copies.get(name, 0) + count for name, count in forgotten.items()}
        _logger.info("the erasure %s: %s", job.id, msgspec.json.encode(counts).decode())
        return counts

    def _forget_record(self, project_id: str, customer: str) -> int:
        try:
            self.customers.delete(project_id, customer)
        except NotFound:  # nothing was ever set of it
            return 0
        return 1


def _among(listed: Callable[[], Iterator[list[str]]]) -> Callable[[set[str]], set[str]]:
    """Return what tells which of some ids are on the list."""

    def among(log_ids: set[str]) -> set[str]:
        return {log_id for some in listed() for log_id in log_ids.intersection(some)} if log_ids else set()

    return among
