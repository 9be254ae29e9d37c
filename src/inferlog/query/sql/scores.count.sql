-- How many scores the pages hold in all.
SELECT count() AS count FROM {database}.scores FINAL
WHERE {chosen}
