-- Earlier revisions of logs whose later ones are stored.
DELETE FROM {database}.logs {on_cluster}
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND id IN {ids:Array(UUID)} AND revision < {revision:UInt64}
