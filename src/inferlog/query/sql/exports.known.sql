-- Which of these logs are stored.
SELECT DISTINCT id FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND id IN {ids:Array(UUID)}
