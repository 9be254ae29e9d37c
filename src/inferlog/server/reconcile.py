"""The handler that sets a provider's invoice against the logs."""

from decimal import Decimal, DecimalException
from typing import Final
from urllib.parse import parse_qsl

from inferlog.errors import InvalidInput
from inferlog.query.spending import fetch_spending, render_report
from inferlog.reconcile.compare import Report, compare
from inferlog.reconcile.invoices import Invoice, read_invoice
from inferlog.server.http import Call, Reply, json_reply
from inferlog.store.clickhouse import Store

TOLERANCE_PERCENT: Final = Decimal(1)


async def reconcile_invoice(call: Call) -> Reply:
    """Answer the comparison of a cost export, CSV or JSON, with the logs of the key's project in all environments."""
    tolerance = _tolerance(call)
    body = await call.body(call.settings.reconcile_bytes_max)
    invoice: Invoice = await call.work(len(body), read_invoice, body)
    project_id = call.key.project_id

    def run(store: Store) -> Report:
        return compare(invoice, fetch_spending(store, project_id, invoice.first, invoice.last), tolerance)

    return json_reply(render_report(await call.runtime.query(run)))


def _tolerance(call: Call) -> Decimal:
    given = dict(parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    for name in given:
        if name != "tolerance":
            raise InvalidInput(f"{name[:80]}: unknown parameter; reconcile reads tolerance")
    return read_tolerance(given.get("tolerance", str(TOLERANCE_PERCENT)))


def read_tolerance(text: str) -> Decimal:
    """Return a tolerance in per cent. Raises InvalidInput."""
    try:
        tolerance = Decimal(text)
    except DecimalException:
        tolerance = Decimal(-1)
    if not tolerance.is_finite() or not 0 <= tolerance <= 100:
        raise InvalidInput(f"tolerance: expected per cent from 0 to 100, received: {text[:80]}")
    return tolerance
