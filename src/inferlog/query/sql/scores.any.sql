-- Whether a project has a score at all.
SELECT 1 AS found FROM {database}.scores WHERE project_id = {project_id:UUID} LIMIT 1
