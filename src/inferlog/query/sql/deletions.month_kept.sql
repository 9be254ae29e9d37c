-- How many logs of a month a retention does not take: pinned ones, later ones, other projects'.
SELECT count() AS logs FROM {database}.logs
WHERE toYYYYMM(timestamp) = {month:UInt32}
  AND (project_id != {project_id:UUID} OR is_pinned OR timestamp > fromUnixTimestamp64Micro({to_us:Int64}, 'UTC'))
