-- What pricing reads of the logs after one of them, in the table's own order. Usage is looked into only where there are no buckets.
SELECT project_id, id, toUnixTimestamp64Micro(timestamp) AS at_us, timestamp, model, provider_id, deployment_name, service_tier,
    log_type, prompt_tokens, completion_tokens, total_request_tokens, prompt_cache_hit_tokens, prompt_cache_creation_tokens,
    reasoning_tokens, usage_details, if(empty(usage_details), usage, '') AS usage, cost, cost_source, cost_details,
    price_id, price_version, estimated, flags, given, prompt_unit_price, completion_unit_price, revision
FROM {database}.logs
WHERE {selection}
  AND timestamp >= fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
  AND (timestamp > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC') OR id > {after_id:UUID})
ORDER BY project_id, timestamp, id
LIMIT {limit:UInt32}
