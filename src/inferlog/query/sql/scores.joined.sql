-- What one evaluator says of each log, beside its row: a part of other statements.
LEFT ANY JOIN (
    SELECT log_id AS {alias}_log_id, number AS {alias}_number, toNullable(text) AS {alias}_text
    FROM {database}.scores FINAL
    WHERE project_id = {project_id:UUID} AND {around} AND evaluator = {evaluator}
) AS {alias} ON id = {alias}_log_id
