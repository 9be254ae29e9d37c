-- What an evaluator last said of a log, also if that was taken back.
SELECT * FROM {database}.scores
WHERE project_id = {project_id:UUID} AND evaluator = {evaluator:String} AND log_id = {log_id:UUID}
ORDER BY revision DESC
LIMIT 1
