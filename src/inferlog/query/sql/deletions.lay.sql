-- Write down which logs a deletion takes: what comes later is not among them.
INSERT INTO {database}.deletions
SELECT {job_id:String}, id, timestamp, size_bytes FROM {database}.logs
WHERE {selection}
