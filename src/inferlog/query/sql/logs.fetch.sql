-- One log by its id, while it is being replaced the later revision. The bloom filter on `id` leaves one or two granules to read.
SELECT * FROM {database}.logs
WHERE project_id = {project_id:UUID} AND id = {id:UUID}
ORDER BY revision DESC
LIMIT 1
