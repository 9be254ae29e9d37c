-- A page of scores, the newest first.
SELECT * FROM {database}.scores FINAL
WHERE {chosen}
ORDER BY created_at DESC, id DESC
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
