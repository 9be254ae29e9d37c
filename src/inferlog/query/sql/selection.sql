-- Which logs a caller means: a part of other statements, into which the filters are compiled.
project_id = {project_id:UUID}
  AND (environment = {environment:String} OR {environment:String} = '')
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND {filters}
