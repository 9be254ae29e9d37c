-- One page, newest first: a backwards read of the table's own order.
SELECT * FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND (environment = {environment:String} OR {environment:String} = '')
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
ORDER BY project_id DESC, timestamp DESC, id DESC
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
