-- Which logs are on one page, oldest first: a read of the table's own order. Narrow columns only.
SELECT id, toUnixTimestamp64Micro(timestamp) AS at_us, size_bytes FROM {database}.logs
WHERE {selection}
ORDER BY project_id, timestamp, id
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
