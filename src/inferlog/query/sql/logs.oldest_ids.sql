-- Which logs are on one page, oldest first: a read of the table's own order. Narrow columns only.
SELECT id, toUnixTimestamp64Micro(timestamp) AS at_us, size_bytes FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND (environment = {environment:String} OR {environment:String} = '')
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
ORDER BY project_id, timestamp, id
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
