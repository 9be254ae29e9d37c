"""A job as the API and the command line show it."""

from typing import Any

import msgspec

from inferlog.query.render import amount, iso_time
from inferlog.repricing.jobs import Job


def shown(job: Job) -> dict[str, Any]:
    """Return a job's plain values: times in ISO 8601, amounts as decimals in USD."""
    request, report = job.request, job.report
    return {
        "id": job.id,
        "state": job.state,
        "dry_run": request.dry_run,
        "include_given": request.include_given,
        "made_by": job.made_by,
        "created_at": iso_time(job.created_at),
        "finished_at": None if job.finished_at is None else iso_time(job.finished_at),
        "error": job.error,
        "filters": request.filters,
        "environment": request.environment,
        "start_time": None if request.from_time is None else iso_time(request.from_time),
        "end_time": None if request.to_time is None else iso_time(request.to_time),
        "logs_selected": job.total,
        "logs_seen": report.seen,
        "logs_changed": report.changed,
        "logs_unpriced": report.unpriced,
        "logs_given": report.given,
        "cost_before": amount(report.cost_before),
        "cost_after": amount(report.cost_after),
        "price_versions": report.price_versions,
        "models": [
            {
                **msgspec.structs.asdict(total),
                "cost_before": amount(total.cost_before),
                "cost_after": amount(total.cost_after),
            }
            for total in sorted(report.models.values(), key=lambda each: (each.model, each.cost_source))
        ],
        "largest_changes": [
            {
                **msgspec.structs.asdict(change),
                "timestamp": iso_time(change.timestamp),
                "cost_before": amount(change.cost_before),
                "cost_after": amount(change.cost_after),
            }
            for change in report.largest
        ],
    }
