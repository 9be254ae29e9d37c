-- When the newest log came (seconds since 1970 UTC); 0 if there is none.
SELECT toFloat64(max(received_at)) AS seconds FROM {database}.logs
