-- Which logs have a score for which a condition holds: a part of other statements.
SELECT log_id FROM {database}.scores FINAL
WHERE project_id = {project_id:UUID} AND {around} AND {condition}
