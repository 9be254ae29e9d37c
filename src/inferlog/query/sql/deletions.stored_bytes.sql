-- How many bytes the logs have on the disk.
SELECT sum(bytes_on_disk) AS bytes FROM system.parts
WHERE database = {database_name:String} AND table = 'logs' AND active
