-- How many parts are on the disk whose place others took before a moment.
SELECT count() AS parts FROM system.parts
WHERE database = {database_name:String} AND table = 'logs' AND NOT active
  AND remove_time <= fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')
