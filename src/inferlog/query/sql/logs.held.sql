-- Which of these logs are stored, when they are of, and how long their metadata is.
SELECT id, toUnixTimestamp64Micro(max(timestamp)) AS at_us, max(length(metadata)) AS metadata_bytes
FROM {database}.logs
WHERE project_id = {project_id:UUID} AND id IN {ids:Array(UUID)}
GROUP BY id
