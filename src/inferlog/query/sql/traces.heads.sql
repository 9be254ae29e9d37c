-- What is said of some traces; a filter must not meet an aggregate under a column's name. Narrow columns only; the root comes first, then the span that began first.
SELECT
    trace_unique_id AS its_trace_unique_id,
    any(environment) AS its_environment,
    argMin(if(trace_name != '', trace_name, span_name), (span_parent_id != '', start_time, id)) AS its_name,
    argMin(span_unique_id, (span_parent_id != '', start_time, id)) AS its_root_span_unique_id,
    argMinIf(customer_identifier, (span_parent_id != '', start_time, id), customer_identifier != '') AS its_customer_identifier,
    argMinIf(thread_identifier, (span_parent_id != '', start_time, id), thread_identifier != '') AS its_thread_identifier,
    argMinIf(session_identifier, (span_parent_id != '', start_time, id), session_identifier != '') AS its_session_identifier
FROM {database}.logs
WHERE {selection}
GROUP BY trace_unique_id
