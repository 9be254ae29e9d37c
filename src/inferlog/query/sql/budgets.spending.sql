-- What was spent by project, environment, key and named customers, in each of the stretches of time between the boundaries.
-- A log that is just being replaced is there twice: of ids with a recent revision only the latest counts.
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
  AND (
    id NOT IN (
        SELECT id FROM {database}.logs
        WHERE project_id IN {project_ids:Array(UUID)} AND revision >= {recent:UInt64}
          AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
    )
    OR (id, revision) IN (
        SELECT id, max(revision) FROM {database}.logs
        WHERE project_id IN {project_ids:Array(UUID)} AND revision >= {recent:UInt64}
          AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
        GROUP BY id
    )
  )
GROUP BY project_id, environment, api_key_prefix, customer, begins_us
