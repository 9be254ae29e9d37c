-- Each log once, as a part of other statements: one that is just being replaced is there twice, so that of ids with a recent
-- revision only the latest counts.
(
  id NOT IN (
      SELECT id FROM {database}.logs
      WHERE project_id IN {project_ids:Array(UUID)} AND revision >= {recent:UInt64}
        AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  )
  OR (id, revision) IN (
      SELECT id, max(revision) FROM {database}.logs
      WHERE project_id IN {project_ids:Array(UUID)} AND revision >= {recent:UInt64}
        AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
      GROUP BY id
  )
)
