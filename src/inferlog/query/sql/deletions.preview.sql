-- What a deletion of the selected logs would take.
SELECT count() AS logs, sum(size_bytes) AS bytes, countIf(is_pinned) AS pinned,
    toUnixTimestamp64Micro(min(timestamp)) AS first_us, toUnixTimestamp64Micro(max(timestamp)) AS last_us
FROM {database}.logs
WHERE {selection}
