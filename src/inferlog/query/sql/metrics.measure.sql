-- Figures of the selected logs, by group and by stretch of time.
SELECT {columns} FROM {database}.logs
{joins}
WHERE {selection}
{grouping}
ORDER BY {order}
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
SETTINGS join_algorithm = 'partial_merge'
