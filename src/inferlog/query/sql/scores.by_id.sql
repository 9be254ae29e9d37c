-- One score by its id; the bloom filter on `id` leaves few granules to read.
SELECT * FROM {database}.scores FINAL
WHERE project_id = {project_id:UUID} AND id = {id:UUID}
LIMIT 1
