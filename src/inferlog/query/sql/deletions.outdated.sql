-- How many parts are on the disk that something newer has taken the place of.
SELECT count() AS parts FROM system.parts
WHERE database = {database_name:String} AND table IN ('logs', 'deletions', 'repricings') AND NOT active
