-- Which logs are on one page. Narrow columns only; by time it is a read of the table's own order, backwards for the newest.
SELECT id, toUnixTimestamp64Micro(timestamp) AS at_us, size_bytes, {value} AS value FROM {database}.logs
{joins}
WHERE {selection}
  AND {past}
ORDER BY {order}
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
SETTINGS join_algorithm = 'partial_merge'
