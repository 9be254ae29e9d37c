-- What a deletion's list comes to.
SELECT count() AS logs, sum(size_bytes) AS bytes, arraySort(groupUniqArray(toYYYYMM(timestamp))) AS months
FROM {database}.deletions
WHERE job_id = {job_id:String}
