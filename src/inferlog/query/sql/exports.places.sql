-- The next logs of an export, oldest first, in the table's own order: narrow columns only. A sample is the same each time.
SELECT id, toUnixTimestamp64Micro(timestamp) AS at_us, size_bytes FROM {database}.logs
WHERE {selection} AND cityHash64(id) % 1000000 < {sample:UInt32}
  AND timestamp >= fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')
  AND (timestamp > fromUnixTimestamp64Micro({after_us:Int64}, 'UTC') OR id > {after_id:UUID})
ORDER BY project_id, timestamp, id
LIMIT {limit:UInt32}
