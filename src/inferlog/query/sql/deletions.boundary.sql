-- Up to which time the next portion goes: logs of one time are in one portion.
SELECT toUnixTimestamp64Micro(max(timestamp)) AS to_us, count() AS logs FROM (
    SELECT timestamp FROM {database}.deletions
    WHERE job_id = {job_id:String} AND timestamp > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
    ORDER BY timestamp
    LIMIT {limit:UInt32} WITH TIES
)
