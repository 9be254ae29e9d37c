-- How many logs there are, up to a limit, and up to a time, at which the engine answers with what it has counted.
SELECT count() AS count FROM (
    SELECT 1 FROM {database}.logs
    WHERE {selection}
    LIMIT {limit:UInt64}
)
SETTINGS max_execution_time = {seconds}, timeout_overflow_mode = 'break'
