-- Some columns of the logs at these places.
SELECT {columns} FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND id IN {ids:Array(UUID)}
