-- The next ids of the list.
SELECT id FROM {database}.deletions
WHERE job_id = {job_id:String} AND id > {after_id:UUID}
ORDER BY id
LIMIT {limit:UInt32}
