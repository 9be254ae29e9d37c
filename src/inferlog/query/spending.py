"""What logs cost and used, by day and model: our side of an invoice; and the comparison as the API shows it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from inferlog.enrich.uncounted import CALLS
from inferlog.errors import InvalidInput
from inferlog.pricing.buckets import above_zero
from inferlog.query.logs import Rows
from inferlog.query.render import amount
from inferlog.query.statements import statement
from inferlog.reconcile.compare import Report, Row, Spent

DAYS_MAX: Final = 400
_decode: Final = msgspec.json.Decoder(Spent).decode_lines


def fetch_spending(rows: Rows, project_id: str, first: date, last: date) -> list[Spent]:
    """Return what a project's logs of these days say, the last one included. Raises InvalidInput for too many days."""
    days = (last - first).days + 1
    if days > DAYS_MAX:
        raise InvalidInput(
            f"The export spans {days:,} days, {first} to {last}; at most {DAYS_MAX} are compared at once"
        )
    parameters = {
        "project_id": project_id,
        "first": str(first),
        "after": str(last + timedelta(days=1)),
        "calls": sorted(CALLS),
    }
    found = _decode(rows.query(statement("spending.by_day"), parameters))
    for spent in found:
        spent.tokens, spent.costs = above_zero(spent.tokens), above_zero(spent.costs)
    return found


def render_report(report: Report) -> dict[str, Any]:
    """Return a comparison as it is answered and printed: amounts without the zeros that only their scale adds."""
    return {**_plain(report), "rows": [_plain(row) for row in report.rows]}


def _plain(part: Report | Row) -> dict[str, Any]:
    values = msgspec.structs.asdict(part)
    return {name: amount(value) if isinstance(value, Decimal) else value for name, value in values.items()}
