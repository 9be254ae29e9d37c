-- Remove every revision of the scores of some logs from the disk.
ALTER TABLE {database}.scores {on_cluster}
DELETE WHERE project_id = {project_id:UUID} AND log_id IN {log_ids:Array(UUID)}
