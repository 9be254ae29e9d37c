-- The scores of some logs.
SELECT * FROM {database}.scores FINAL
WHERE project_id = {project_id:UUID} AND log_id IN {log_ids:Array(UUID)}
ORDER BY log_id, evaluator
