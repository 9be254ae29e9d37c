-- Put the new values in place, all columns of a log at once; a log that a further piece has changed meanwhile is left alone.
ALTER TABLE {database}.logs {on_cluster} UPDATE {assignments}
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND (id, revision) IN (SELECT id, revision FROM {database}.repricings WHERE job_id = {job_id:String})
