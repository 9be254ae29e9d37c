-- Figures of the selected logs' scores, by evaluator. Only logs that have one are looked at.
SELECT
    evaluator,
    argMax(evaluator_slug, revision) AS slug,
    argMax(evaluator_name, revision) AS name,
    argMax(multiIf(isNotNull(flag), 'boolean', isNotNull(number), 'numerical', notEmpty(categories), 'categorical', 'string'), revision) AS kind,
    count() AS scores,
    avg(number) AS average,
    min(number) AS least,
    max(number) AS most,
    countIf(flag) AS true_count,
    countIf(NOT flag) AS false_count
FROM {database}.scores FINAL
WHERE project_id = {project_id:UUID} AND log_id IN (
    SELECT id FROM {database}.logs
    WHERE {selection} AND id IN (SELECT log_id FROM {database}.scores WHERE project_id = {project_id:UUID})
)
GROUP BY evaluator
ORDER BY scores DESC, evaluator
LIMIT {limit:UInt32}
