-- Which scores a caller means: a part of other statements.
project_id = {project_id:UUID}
  AND (environment = {environment:String} OR {environment:String} = '')
  AND (evaluator = {evaluator:String} OR {evaluator:String} = '')
  AND (empty({log_ids:Array(UUID)}) OR log_id IN {log_ids:Array(UUID)})
