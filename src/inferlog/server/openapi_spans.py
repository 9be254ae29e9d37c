"""The description of the routes that take spans: OTLP's, the vendor's JSON span logs, Langfuse's."""

from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_OBJECT: Final[Schema] = {"type": "object"}
_JSON: Final = "application/json"
_PROTOBUF: Final = "application/x-protobuf"
_OTLP: Final = "The specification is https://opentelemetry.io/docs/specs/otlp/"
_INGEST: Final = "Store spans as JSON: an array of logs with trace and span ids, or {data: […]}"
_TRACES: Final = "Store the spans of an OTLP request"
_ERRORS: Final = ("400", "401", "403", "408", "413", "415", "429", "503")

TRACE_PATHS: Final = ("/api/v1/traces", "/api/v2/traces", "/api/public/otel", "/api/public/otel/v1/traces")
SPAN_LOG_PATHS: Final = (
    "/api/v1/traces/ingest", "/api/openai/v1/traces/ingest", "/api/integrations/v1/traces/ingest",
    "/api/traces/ingest",
)  # fmt: skip


def schemas() -> Schema:
    """Return the schemas that these routes refer to."""
    counted = {"rejectedSpans": _TEXT, "rejectedLogRecords": _TEXT, "errorMessage": _TEXT}
    partial = {"type": "object", "properties": counted, "description": "Empty if everything was taken"}
    event = {"id": _TEXT, "status": _WHOLE}
    return {
        "OtlpTraces": _otlp("resourceSpans", "scopeSpans", "spans"),
        "OtlpLogs": _otlp("resourceLogs", "scopeLogs", "logRecords"),
        "OtlpMetrics": {"type": "object", "description": _OTLP},
        "Exported": {"type": "object", "properties": {"partialSuccess": partial}, "required": ["partialSuccess"]},
        "Ingested": {
            "type": "object",
            "properties": {
                "message": _TEXT,
                "success": {"type": "boolean"},
                "ingested_count": _WHOLE,
                "ids": {"type": "array", "items": _TEXT},
                "trace_ids": {"type": "array", "items": _TEXT},
                "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ItemError"}},
            },
            "required": ["message", "success", "ingested_count", "ids", "trace_ids", "errors"],
        },
        "LangfuseBatch": {
            "type": "object",
            "properties": {"batch": {"type": "array", "items": _OBJECT}, "metadata": {}},
            "required": ["batch"],
            "description": "Events as the SDKs of Langfuse before version 3 send them",
        },
        "LangfuseResults": {
            "type": "object",
            "properties": {
                "successes": {"type": "array", "items": {"type": "object", "properties": event}},
                "errors": {
                    "type": "array",
                    "items": {"type": "object", "properties": {**event, "message": _TEXT, "error": _TEXT}},
                },
            },
            "required": ["successes", "errors"],
        },
    }


def _otlp(by_resource: str, by_scope: str, items: str) -> Schema:
    """Return OTLP's nesting; what an item holds is the specification's to say."""
    held = {"type": "array", "items": _OBJECT}
    scopes = {"type": "array", "items": {"type": "object", "properties": {"scope": _OBJECT, items: held}}}
    resources = {"type": "array", "items": {"type": "object", "properties": {"resource": _OBJECT, by_scope: scopes}}}
    return {"type": "object", "properties": {by_resource: resources}, "description": _OTLP}


def paths(error_texts: dict[str, str]) -> Schema:
    """Return the operations."""
    described: Schema = {}
    for path in TRACE_PATHS:
        described[path] = {"post": _export(_name(path), _TRACES, "OtlpTraces", error_texts)}
    described["/api/v1/logs"] = {
        "post": _export("export_logs", "Store the messages of LLM calls that come as OTLP log records", "OtlpLogs",
                        error_texts),
    }  # fmt: skip
    described["/api/v1/metrics"] = {
        "post": _export("export_metrics", "Take OTLP metrics, which are not kept", "OtlpMetrics", error_texts)
    }
    items = {"type": "array", "items": _OBJECT}
    span_logs = {"anyOf": [items, {"type": "object", "properties": {"data": items}, "required": ["data"]}]}
    for path in SPAN_LOG_PATHS:
        described[path] = {"post": _operation(_name(path), _INGEST, span_logs, "Ingested", error_texts)}
    batch = {"$ref": "#/components/schemas/LangfuseBatch"}
    described["/api/public/ingestion"] = {
        "post": _operation(
            "langfuse_ingestion", "Store a batch of Langfuse's SDKs before version 3", batch, "LangfuseResults",
            error_texts, "207",
        )
    }  # fmt: skip
    return described


def _name(path: str) -> str:
    return path.removeprefix("/api/").replace("/", "_").replace(".", "_")


def _export(name: str, summary: str, schema: str, error_texts: dict[str, str]) -> Schema:
    body = {"$ref": f"#/components/schemas/{schema}"}
    operation = _operation(name, summary, body, "Exported", error_texts)
    operation["description"] = f"{_OTLP}: as {_JSON} or {_PROTOBUF}, answered in kind; gzip, deflate and zstd are read."
    return operation


def _operation(
    name: str, summary: str, body: Schema, answer: str, error_texts: dict[str, str], status: str = "200"
) -> Schema:
    answered = {"$ref": f"#/components/schemas/{answer}"}
    failed = {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["spans"],
        "requestBody": {"required": True, "content": {_JSON: {"schema": body}}},
        "responses": {
            status: {"description": "Done", "content": {_JSON: {"schema": answered}}},
            **{code: {"description": error_texts[code], "content": failed} for code in _ERRORS},
        },
    }
