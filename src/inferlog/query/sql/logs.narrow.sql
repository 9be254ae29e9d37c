-- The logs of a page for whose bodies it has no room.
SELECT * EXCEPT (
    input, output, prompt_messages, completion_message, completion_messages, tools, tool_calls, tool_choice,
    response_format, variables, usage, full_request, full_response, metadata, extra
) FROM {database}.logs
WHERE project_id = {project_id:UUID}
  AND timestamp >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
  AND id IN {ids:Array(UUID)}
