-- Logs of the list that were replaced by a later revision while it was worked on.
SELECT id FROM {database}.deletions
WHERE job_id = {job_id:String}
  AND id IN (SELECT id FROM {database}.logs WHERE project_id = {project_id:UUID} AND revision >= {revision:UInt64})
