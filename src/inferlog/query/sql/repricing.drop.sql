-- Forget a job's new values.
ALTER TABLE {database}.repricings {on_cluster} DROP PARTITION {job_id:String}
