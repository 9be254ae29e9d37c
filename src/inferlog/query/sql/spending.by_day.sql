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
    sumMap(usage_details) AS tokens,
    sumMap(cost_details) AS costs
FROM {database}.logs AS logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= toDateTime64({first:String}, 6, 'UTC')
  AND timestamp < toDateTime64({after:String}, 6, 'UTC')
  AND model != '' AND (logs.cost IS NOT NULL OR total_request_tokens > 0 OR log_type IN {calls:Array(String)})
GROUP BY day, model, provider_id, price_provider
ORDER BY day, model, provider_id, price_provider
