-- How many logs an export holds, for its reader's progress bar.
SELECT count() AS count FROM {database}.logs
WHERE {selection} AND cityHash64(id) % 1000000 < {sample:UInt32}
