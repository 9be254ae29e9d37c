-- Whether there is a log of this id, and in which environment.
SELECT environment FROM {database}.logs
WHERE project_id = {project_id:UUID} AND id = {id:UUID}
ORDER BY revision DESC
LIMIT 1
