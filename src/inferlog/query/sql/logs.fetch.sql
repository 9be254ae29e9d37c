-- One log by its id. The bloom filter on `id` leaves one or two granules to read.
SELECT * FROM {database}.logs
WHERE project_id = {project_id:UUID} AND id = {id:UUID}
LIMIT 1
