-- The months (202611) of which there are logs on the disk, and how many rows, deleted ones among them.
SELECT toUInt32(partition) AS month, sum(rows) AS logs FROM system.parts
WHERE database = {database_name:String} AND table = 'logs' AND active
GROUP BY partition
ORDER BY month
