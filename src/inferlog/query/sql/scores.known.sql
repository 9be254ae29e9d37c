-- How many scores, of whatever revision, these logs have.
SELECT count() AS count FROM {database}.scores
WHERE project_id = {project_id:UUID} AND log_id IN {log_ids:Array(UUID)}
