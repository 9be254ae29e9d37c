-- What went in and out of a trace's spans, up to the last one for which there is room.
SELECT id, log_type, input, output, prompt_messages, completion_message, metadata,
    if(JSONHas(extra, 'span_links'), JSONExtractRaw(extra, 'span_links'), '') AS variables
FROM {database}.logs
WHERE {selection}
  AND (toUnixTimestamp64Micro(timestamp), id) <= ({last_us:Int64}, {last_id:UUID})
