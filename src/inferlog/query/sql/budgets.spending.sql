-- What was spent by project, environment, key and named customers, in each of the stretches of time between the boundaries.
SELECT
    project_id, environment, api_key_prefix,
    if(has({customers:Array(String)}, customer_identifier), customer_identifier, '') AS customer,
    roundDown(toUnixTimestamp64Micro(timestamp), {boundaries:Array(Int64)}) AS begins_us,
    sum(cost) AS spent
FROM {database}.logs
WHERE project_id IN {project_ids:Array(UUID)}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND cost IS NOT NULL
  AND {latest}
GROUP BY project_id, environment, api_key_prefix, customer, begins_us
