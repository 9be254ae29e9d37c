-- The spans of a trace, in narrow columns.
SELECT
    project_id, environment, id, timestamp, start_time, log_type, model, provider_id, status, status_code, error_message,
    latency, time_to_first_token, prompt_tokens, completion_tokens, total_request_tokens, cost, customer_identifier,
    thread_identifier, session_identifier, trace_unique_id, trace_name, span_unique_id, span_parent_id, span_name,
    span_workflow_name, size_bytes
FROM {database}.logs
WHERE {selection}
ORDER BY timestamp, id
LIMIT {limit:UInt32}
