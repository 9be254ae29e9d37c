-- Delete a portion of the list.
DELETE FROM {database}.logs {on_cluster}
WHERE project_id = {project_id:UUID}
  AND timestamp > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND id IN (
      SELECT id FROM {database}.deletions
      WHERE job_id = {job_id:String}
        AND timestamp > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
        AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  )
