-- How many logs of a month are not deleted.
SELECT count() AS logs FROM {database}.logs
WHERE toYYYYMM(timestamp) = {month:UInt32}
