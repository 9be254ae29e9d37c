"""Every route on one screen. Paths are as after `normalize`: without /api in front, without a slash at the end."""

from typing import Final, NamedTuple

from starlette.types import Scope

from inferlog.server import (
    budgets,
    changes,
    customers,
    dashboard,
    deletions,
    exports,
    groups,
    imports,
    langfuse,
    langfuse_media,
    logfire,
    logs,
    measures,
    models,
    reconcile,
    reprices,
    retention,
    scores,
    span_logs,
    spans,
    sql,
    system,
    traces,
)
from inferlog.server.http import Handler, Needs


class RouteRow(NamedTuple):
    """A route: its methods, its path, what serves it, and which scope its key needs."""

    methods: tuple[str, ...]
    path: str
    handler: Handler
    needs: Needs

    @property
    def name(self) -> str:
        """Return the route's name, for metrics and as the operation's id."""
        return self.handler.__name__


GET: Final = ("GET",)
POST: Final = ("POST",)
BOTH: Final = ("GET", "POST")

# fmt: off
ROUTES: Final = (
    RouteRow(POST, "/request-logs/create", logs.create, "ingest"),
    RouteRow(POST, "/request-logs/batch/create", logs.create_batch, "ingest"),
    RouteRow(POST, "/request-logs/bulk", logs.create_bulk, "ingest"),
    RouteRow(GET, "/request-logs/list", logs.list_logs, "read"),
    RouteRow(POST, "/request-logs/list", logs.list_by_body, "read"),
    RouteRow(POST, "/request-logs", logs.create_or_list, "any"),
    RouteRow(GET, "/request-logs", logs.list_logs, "read"),
    RouteRow(GET, "/request-logs/summary", measures.show_summary, "read"),
    RouteRow(POST, "/request-logs/summary", measures.summarize_by_body, "read"),
    RouteRow(GET, "/request-logs/export", exports.export_selected, "read"),
    RouteRow(POST, "/request-logs/export", exports.export_by_body, "read"),
    RouteRow(POST, "/request-logs/import", imports.import_exported, "admin"),
    RouteRow(POST, "/metrics/query", measures.query_metrics, "read"),
    RouteRow(BOTH, "/request-logs/groups", groups.group_logs, "read"),
    RouteRow(BOTH, "/users/list", customers.list_users, "read"),
    RouteRow(GET, "/users", customers.list_users, "read"),
    RouteRow(GET, "/users/{customer_identifier}", customers.show_user, "read"),
    RouteRow(("PATCH",), "/users/{customer_identifier}", customers.change_user, "ingest"),
    RouteRow(("DELETE",), "/users/{customer_identifier}", customers.delete_user, "admin"),
    RouteRow(POST, "/users/create", customers.create_user, "ingest"),
    RouteRow(GET, "/user/detail/{customer_identifier}", customers.show_user, "read"),
    RouteRow(("PATCH",), "/user/update/{customer_identifier}", customers.change_user, "ingest"),
    RouteRow(POST, "/users/{customer_identifier}/erase", deletions.erase_user, "admin"),
    RouteRow(BOTH, "/log_threads", groups.list_threads, "read"),
    RouteRow(BOTH, "/traces/list", groups.list_traces, "read"),
    RouteRow(GET, "/traces/{trace_id}", traces.show_trace, "read"),
    RouteRow(POST, "/dashboard/llm-metrics", dashboard.show_series("llm_metrics"), "read"),
    RouteRow(POST, "/dashboard/quantiles", dashboard.show_series("quantiles"), "read"),
    RouteRow(POST, "/dashboard/cache-hit-metrics", dashboard.show_series("cache_hit_metrics"), "read"),
    RouteRow(POST, "/dashboard/time-series/breakdown", dashboard.show_breakdown, "read"),
    RouteRow(POST, "/dashboard/llm-metrics/summary", dashboard.show_total("sum_llm_metrics", dashboard.LLM), "read"),
    RouteRow(POST, "/dashboard/quantiles/summary", dashboard.show_total("sum_quantiles", dashboard.QUANTILES), "read"),
    RouteRow(POST, "/dashboard/cache-hit-metrics/summary", dashboard.show_total("sum_cache", dashboard.CACHE), "read"),
    RouteRow(POST, "/dashboard/total-users", dashboard.show_total("count_users", dashboard.USERS), "read"),
    RouteRow(GET, "/dashboard/top-models", groups.show_top("models"), "read"),
    RouteRow(GET, "/dashboard/top-users", groups.show_top("users"), "read"),
    RouteRow(GET, "/dashboard/top-keys", groups.show_top("keys"), "read"),
    RouteRow(GET, "/dashboard/top-prompts", groups.show_top("prompts"), "read"),
    RouteRow(GET, "/dashboard/top-providers", groups.show_top("providers"), "read"),
    RouteRow(GET, "/dashboard/top-deployments", groups.show_top("deployments"), "read"),
    RouteRow(POST, "/request-logs/delete", deletions.delete_logs, "admin"),
    RouteRow(("DELETE",), "/request-logs/{log_id}", deletions.delete_log, "admin"),
    RouteRow(("DELETE",), "/traces/{trace_id}", deletions.delete_trace, "admin"),
    RouteRow(POST, "/traces/bulk-delete", deletions.delete_traces, "admin"),
    RouteRow(POST, "/traces/bulk", deletions.delete_traces, "admin"),
    RouteRow(GET, "/retention", retention.show_retention, "read"),
    RouteRow(("PUT",), "/retention", retention.set_retention, "admin"),
    RouteRow(POST, "/retention/run", retention.run_retention, "admin"),
    RouteRow(GET, "/deletions", deletions.list_deletions, "read"),
    RouteRow(GET, "/deletions/{job_id}", deletions.show_deletion, "read"),
    RouteRow(("PATCH",), "/request-logs/batch-update", changes.change_logs, "ingest"),
    RouteRow(GET, "/request-logs/{log_id}", logs.show, "read"),
    RouteRow(GET, "/logs/{log_id}/scores", scores.list_scores_of_log, "read"),
    RouteRow(POST, "/logs/{log_id}/scores", scores.score_log, "ingest"),
    RouteRow(GET, "/logs/{log_id}/scores/{score_id}", scores.show_score_of_log, "read"),
    RouteRow(("PATCH",), "/logs/{log_id}/scores/{score_id}", scores.change_score_of_log, "ingest"),
    RouteRow(("PUT",), "/logs/{log_id}/scores/{score_id}", scores.replace_score_of_log, "ingest"),
    RouteRow(("DELETE",), "/logs/{log_id}/scores/{score_id}", scores.delete_score_of_log, "ingest"),
    RouteRow(GET, "/scores", scores.list_scores, "read"),
    RouteRow(POST, "/scores", scores.create_score, "ingest"),
    RouteRow(GET, "/scores/list", scores.list_scores, "read"),
    RouteRow(GET, "/v1/scores", scores.list_scores, "read"),
    RouteRow(POST, "/v1/scores", scores.create_score, "ingest"),
    RouteRow(GET, "/scores/{score_id}", scores.show_score, "read"),
    RouteRow(("PATCH",), "/scores/{score_id}", scores.change_score, "ingest"),
    RouteRow(("PUT",), "/scores/{score_id}", scores.replace_score, "ingest"),
    RouteRow(("DELETE",), "/scores/{score_id}", scores.delete_score, "ingest"),
    RouteRow(("PATCH",), "/request-logs/{log_id}", changes.change_log, "ingest"),
    RouteRow(GET, "/reprices", reprices.list_reprices, "read"),
    RouteRow(POST, "/reprices", reprices.start_reprice, "admin"),
    RouteRow(GET, "/reprices/{job_id}", reprices.show_reprice, "read"),
    RouteRow(("DELETE",), "/reprices/{job_id}", reprices.cancel_reprice, "admin"),
    RouteRow(POST, "/reprices/{job_id}/resume", reprices.resume_reprice, "admin"),
    RouteRow(POST, "/reconcile", reconcile.reconcile_invoice, "read"),
    RouteRow(POST, "/v1/traces", spans.export_traces, "ingest"),
    RouteRow(POST, "/v1/traces/ingest", span_logs.ingest_spans, "ingest"),
    RouteRow(POST, "/traces/ingest", span_logs.ingest_spans, "ingest"),
    RouteRow(POST, "/openai/v1/traces/ingest", span_logs.ingest_spans, "ingest"),
    RouteRow(POST, "/integrations/v1/traces/ingest", span_logs.ingest_spans, "ingest"),
    RouteRow(POST, "/litellm", span_logs.ingest_litellm, "ingest"),
    RouteRow(POST, "/v2/traces", spans.export_traces, "ingest"),
    RouteRow(POST, "/public/otel", spans.export_traces, "ingest"),
    RouteRow(POST, "/public/otel/v1/traces", spans.export_traces, "ingest"),
    RouteRow(POST, "/public/ingestion", langfuse.ingest_batch, "ingest"),
    RouteRow(POST, "/public/scores", langfuse.create_scores, "ingest"),
    RouteRow(GET, "/public/projects", langfuse.show_projects, "any"),
    RouteRow(POST, "/public/media", langfuse_media.announce_media, "ingest"),
    RouteRow(("PUT",), "/public/media/{media_id}/content", langfuse_media.upload_media, None),
    RouteRow(("PATCH",), "/public/media/{media_id}", langfuse_media.settle_media, "ingest"),
    RouteRow(GET, "/v1/info", logfire.show_info, "any"),
    RouteRow(POST, "/v1/logs", spans.export_logs, "ingest"),
    RouteRow(POST, "/v1/metrics", spans.export_metrics, "ingest"),
    RouteRow(GET, "/models/public", models.list_public, None),
    RouteRow(GET, "/models/resolve", models.resolve_model, "read"),
    RouteRow(GET, "/models", models.list_models, "read"),
    RouteRow(POST, "/models", models.create_model, "admin"),
    RouteRow(GET, "/models/{price_id}", models.show_model, "read"),
    RouteRow(("PATCH",), "/models/{price_id}", models.change_model, "admin"),
    RouteRow(("DELETE",), "/models/{price_id}", models.end_model, "admin"),
    RouteRow(GET, "/budgets", budgets.list_budgets, "read"),
    RouteRow(POST, "/budgets", budgets.create_budget, "admin"),
    RouteRow(GET, "/budgets/{budget_id}", budgets.show_budget, "read"),
    RouteRow(("PATCH",), "/budgets/{budget_id}", budgets.change_budget, "admin"),
    RouteRow(("DELETE",), "/budgets/{budget_id}", budgets.delete_budget, "admin"),
    RouteRow(POST, "/sql", sql.query_sql, "read"),
    RouteRow(GET, "/sql/schema", sql.show_sql_schema, "read"),
    RouteRow(GET, "/health", system.health, None),
    RouteRow(GET, "/ready", system.ready, None),
    RouteRow(GET, "/metrics", system.show_metrics, None),
    RouteRow(GET, "/openapi.json", system.show_openapi, None),
    RouteRow(GET, "/docs", system.docs, None),
    RouteRow(GET, "/docs/{name}", system.docs_asset, None),
    RouteRow(GET, "/", system.index, None),
)
# fmt: on


def forms(path: str) -> tuple[str, ...]:
    """Return the forms in which clients send a path: with and without /api, with and without the final slash."""
    if path == "/":
        return ("/", "/api", "/api/")
    return (path, f"{path}/", f"/api{path}", f"/api{path}/")


def normalize(scope: Scope) -> None:
    """Make every form of a path one.

    A redirect is no answer: httpx does not follow it, and requests turns a redirected POST into a GET.
    """
    path: str = scope["path"]
    scope["path_sent"] = path
    if path.startswith("/api/") or path == "/api":
        path = path[4:]
    if len(path) > 1 and path.endswith("/"):
        path = path.rstrip("/")
    scope["path"] = path or "/"
