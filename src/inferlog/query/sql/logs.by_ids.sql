-- Logs as they were before a revision, by their ids; of several revisions of one log the last comes last.
-- An id carries about the time of its log's first piece, so that months before it need not be read.
SELECT * FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND id IN {ids:Array(UUID)} AND revision < {revision:UInt64}
ORDER BY revision
