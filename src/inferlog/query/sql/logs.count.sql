-- How many logs the pages hold in all.
SELECT count() AS count FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND (environment = {environment:String} OR {environment:String} = '')
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
