-- About how many scores the selected logs may have, earlier revisions among them.
SELECT count() AS count FROM {database}.scores
WHERE project_id = {project_id:UUID} AND {around}
