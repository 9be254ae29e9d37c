-- Delete some logs by their ids.
DELETE FROM {database}.logs {on_cluster}
WHERE project_id = {project_id:UUID} AND id IN {ids:Array(UUID)}
