-- What the logs of some days cost and used, by day (UTC), model, and who served and priced it. Sums of decimals are exact.
SELECT
    toDate(timestamp, 'UTC') AS day, model, provider_id, splitByChar(':', price_id)[1] AS price_provider,
    count() AS logs,
    ifNull(sum(logs.cost), 0) AS cost,
    countIf(logs.cost IS NULL AND total_request_tokens > 0) AS unpriced,
    countIf(logs.cost IS NULL AND total_request_tokens = 0 AND status != 'failed'
            AND NOT has(flags, 'counted_elsewhere')) AS uncounted,
    countIf(cost_source = 'given') AS given,
    ifNull(sumIf(logs.cost, cost_source = 'given'), 0) AS given_cost,
    countIf(notEmpty(logs.estimated)) AS estimated,
    ifNull(sumIf(logs.cost, notEmpty(logs.estimated)), 0) AS estimated_cost,
    CAST((sum(usage_details.input), sum(usage_details.cache_read), sum(usage_details.cache_write_5m), sum(usage_details.cache_write_1h), sum(usage_details.audio_input), sum(usage_details.audio_cache_read), sum(usage_details.image_input), sum(usage_details.output), sum(usage_details.reasoning), sum(usage_details.audio_output), sum(usage_details.image_output)), 'Tuple(input UInt64, cache_read UInt64, cache_write_5m UInt64, cache_write_1h UInt64, audio_input UInt64, audio_cache_read UInt64, image_input UInt64, output UInt64, reasoning UInt64, audio_output UInt64, image_output UInt64)') AS tokens,
    CAST((sum(cost_details.input), sum(cost_details.cache_read), sum(cost_details.cache_write_5m), sum(cost_details.cache_write_1h), sum(cost_details.audio_input), sum(cost_details.audio_cache_read), sum(cost_details.image_input), sum(cost_details.output), sum(cost_details.reasoning), sum(cost_details.audio_output), sum(cost_details.image_output)), 'Tuple(input Decimal(38, 12), cache_read Decimal(38, 12), cache_write_5m Decimal(38, 12), cache_write_1h Decimal(38, 12), audio_input Decimal(38, 12), audio_cache_read Decimal(38, 12), image_input Decimal(38, 12), output Decimal(38, 12), reasoning Decimal(38, 12), audio_output Decimal(38, 12), image_output Decimal(38, 12))') AS costs
FROM {database}.logs AS logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= toDateTime64({first:String}, 6, 'UTC')
  AND timestamp < toDateTime64({after:String}, 6, 'UTC')
  AND model != '' AND (logs.cost IS NOT NULL OR total_request_tokens > 0 OR log_type IN {calls:Array(String)})
GROUP BY day, model, provider_id, price_provider
ORDER BY day, model, provider_id, price_provider
