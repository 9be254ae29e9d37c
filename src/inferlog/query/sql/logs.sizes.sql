-- How large logs are, by their ids, so that no more of them are read at once than there is room for.
SELECT id, max(size_bytes) AS size_bytes FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND id IN {ids:Array(UUID)}
GROUP BY id
