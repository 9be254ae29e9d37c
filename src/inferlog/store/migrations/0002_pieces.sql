-- A span may come in pieces: `given` names the columns that its pieces filled themselves and that are otherwise worked
-- out (times, counts, cost), so that they can be worked out again; `revision` grows with each piece that is merged in.
ALTER TABLE {database}.logs {on_cluster}
    ADD COLUMN IF NOT EXISTS given Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS revision UInt64 CODEC(ZSTD(1));
