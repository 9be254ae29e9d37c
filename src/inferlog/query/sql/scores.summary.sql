-- Figures of the selected logs' scores, by evaluator: of one part of the logs, so that their ids have room. Only logs that
-- have a score are looked at.
SELECT
    evaluator,
    max((revision, evaluator_slug, evaluator_name, multiIf(isNotNull(flag), 'boolean', isNotNull(number), 'numerical', notEmpty(categories), 'categorical', 'string'))) AS latest,
    count() AS scores,
    count(number) AS numbers,
    sum(number) AS total,
    min(number) AS least,
    max(number) AS most,
    countIf(flag) AS true_count,
    countIf(NOT flag) AS false_count
FROM {database}.scores FINAL
WHERE project_id = {project_id:UUID} AND {around} AND cityHash64(log_id) % {parts:UInt32} = {part:UInt32} AND log_id IN (
    SELECT id FROM {database}.logs
    WHERE {selection} AND id IN (
        SELECT log_id FROM {database}.scores
        WHERE project_id = {project_id:UUID} AND {around} AND cityHash64(log_id) % {parts:UInt32} = {part:UInt32}
    )
)
GROUP BY evaluator
