-- What a change (PATCH) may say of a log beside its note, its feedback and its metadata: a pinned log outlives the retention.
ALTER TABLE {database}.logs {on_cluster}
    ADD COLUMN IF NOT EXISTS is_pinned Bool,
    ADD COLUMN IF NOT EXISTS blurred Bool;
