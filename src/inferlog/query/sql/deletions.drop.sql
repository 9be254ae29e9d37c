-- Forget a deletion's list.
ALTER TABLE {database}.deletions {on_cluster} DROP PARTITION {job_id:String}
