-- What a deletion's list comes to; a log that was just being replaced stands in it twice.
SELECT uniqExact(id) AS logs, sum(size_bytes) AS bytes, arraySort(groupUniqArray(toYYYYMM(timestamp))) AS months
FROM {database}.deletions
WHERE job_id = {job_id:String}
