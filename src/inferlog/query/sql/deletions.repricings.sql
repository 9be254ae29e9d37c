-- New values that lie ready of logs that are erased.
DELETE FROM {database}.repricings {on_cluster}
WHERE id IN (SELECT id FROM {database}.deletions WHERE job_id = {job_id:String})
