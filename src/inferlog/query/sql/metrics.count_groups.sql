-- How many groups the selected logs make.
SELECT count() AS count FROM (
    SELECT 1 FROM {database}.logs
    {joins}
    WHERE {selection}
    GROUP BY {keys}
)
SETTINGS join_algorithm = 'partial_merge'
