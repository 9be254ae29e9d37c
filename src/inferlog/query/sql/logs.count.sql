-- How many logs the pages hold in all.
SELECT count() AS count FROM {database}.logs
WHERE {selection}
