"""The description of the routes that take spans: OTLP's, the vendor's JSON span logs, LiteLLM's, Langfuse's."""

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
        "LangfuseMedia": {
            "type": "object",
            "properties": {
                "traceId": {**_TEXT, "minLength": 1},
                "observationId": {"anyOf": [{**_TEXT, "minLength": 1}, {"type": "null"}]},
                "contentType": {**_TEXT, "pattern": "^[a-z]{1,50}/[a-z]{1,80}$"},
                "contentLength": {**_WHOLE, "minimum": 0, "maximum": 20_000_000},
                "sha256Hash": {**_TEXT, "pattern": "^[a-zA-Z0-9+/]{43}=$"},
                "field": _TEXT,
            },
            "required": ["traceId", "contentType", "contentLength", "sha256Hash"],
        },
        "LangfuseUpload": {
            "type": "object",
            "properties": {"mediaId": _TEXT, "uploadUrl": _TEXT},
            "required": ["mediaId"],
        },
        "LangfuseScore": {"type": "object", "properties": {"id": _TEXT}, "required": ["id"]},
        "Nothing": {"type": "object", "maxProperties": 0},
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
    calls = {"anyOf": [_OBJECT, items]}
    described["/api/litellm"] = {
        "post": _operation("litellm", "Store calls as LiteLLM's generic HTTP callback sends them", calls, "Ingested",
                           error_texts)
    }  # fmt: skip
    batch = {"$ref": "#/components/schemas/LangfuseBatch"}
    described["/api/public/ingestion"] = {
        "post": _operation(
            "langfuse_ingestion", "Store a batch of Langfuse's SDKs before version 3", batch, "LangfuseResults",
            error_texts, "207",
        )
    }  # fmt: skip
    named = {**_TEXT, "minLength": 1}
    texts = {"id": named, "traceId": named, "name": _TEXT}
    score = {"type": "object", "properties": texts, "required": list(texts)}
    scores = {"anyOf": [score, {"type": "array", "items": score}]}
    described["/api/public/scores"] = {
        "post": _operation("langfuse_scores", "Store a score of Langfuse's SDKs", scores, "LangfuseScore", error_texts)
    }
    for path, name, sdk in (("/api/public/projects", "langfuse_projects", "Langfuse's SDKs do to check a key"),
                            ("/api/v1/info", "logfire_info", "Logfire's SDK does to check a token")):  # fmt: skip
        described[path] = {"get": _project(name, f"Read the key's project, as {sdk}", error_texts)}
    return described | _media(error_texts)


def _project(name: str, summary: str, error_texts: dict[str, str]) -> Schema:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["spans"],
        "responses": {
            "200": {"description": "Done", "content": {_JSON: {"schema": _OBJECT}}},
            "401": _failure("401", error_texts),
            "429": _failure("429", error_texts),
        },
    }


def _failure(code: str, error_texts: dict[str, str]) -> Schema:
    failed = {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": error_texts[code], "content": failed}


def _media(error_texts: dict[str, str]) -> Schema:
    """Return the operations with which Langfuse's SDKs upload the files of a message."""
    said = {"$ref": "#/components/schemas/LangfuseMedia"}
    announce = _operation(
        "langfuse_media", "Announce a file of a span; the answer says where to upload it", said, "LangfuseUpload",
        error_texts, "201",
    )  # fmt: skip
    upload = _operation("langfuse_upload", "Upload an announced file", {}, "LangfuseUpload", error_texts)
    upload["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": _TEXT}}}
    upload["security"] = []
    settle = _operation("langfuse_uploaded", "Say that an upload is done", _OBJECT, "Nothing", error_texts)
    media_id = {
        "name": "media_id",
        "in": "path",
        "required": True,
        "schema": {**_TEXT, "pattern": "^[0-9a-zA-Z_-]{22}$"},
    }
    token = {"name": "token", "in": "query", "required": True, "schema": {**_TEXT, "pattern": "^[a-z.]{1,9}$"}}
    upload["parameters"], settle["parameters"] = [media_id, token], [media_id]
    return {
        "/api/public/media": {"post": announce},
        "/api/public/media/{media_id}/content": {"put": upload},
        "/api/public/media/{media_id}": {"patch": settle},
    }


def _name(path: str) -> str:
    return path.removeprefix("/api/").replace("/", "_").replace(".", "_")


def _export(name: str, summary: str, schema: str, error_texts: dict[str, str]) -> Schema:
    body = {"$ref": f"#/components/schemas/{schema}"}
    operation = _operation(name, summary, body, "Exported", error_texts)
    operation["description"] = f"{_OTLP}: as {_JSON} or {_PROTOBUF}, answered in kind; gzip, deflate and zstd are read."
    operation["responses"]["200"]["content"][_PROTOBUF] = {"schema": {**_TEXT, "format": "binary"}}
    return operation


def _operation(
    name: str, summary: str, body: Schema, answer: str, error_texts: dict[str, str], status: str = "200"
) -> Schema:
    answered = {"$ref": f"#/components/schemas/{answer}"}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["spans"],
        "requestBody": {"required": True, "content": {_JSON: {"schema": body}}},
        "responses": {
            status: {"description": "Done", "content": {_JSON: {"schema": answered}}},
            **{code: _failure(code, error_texts) for code in _ERRORS},
        },
    }
