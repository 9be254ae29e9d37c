-- What each customer of some projects spent in one stretch of time: of each project those who spent most.
SELECT project_id, customer_identifier AS customer, sum(cost) AS spent
FROM {database}.logs
WHERE project_id IN {project_ids:Array(UUID)}
  AND (environment = {environment:String} OR {environment:String} = '')
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND cost IS NOT NULL AND customer_identifier != ''
  AND {latest}
GROUP BY project_id, customer
ORDER BY spent DESC, customer
LIMIT {most:UInt32} BY project_id
