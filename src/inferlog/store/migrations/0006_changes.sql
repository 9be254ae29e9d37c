-- What a change (PATCH) may say of a log beside its note, its feedback and its metadata: a pinned log outlives the retention.
ALTER TABLE {database}.logs {on_cluster}
    ADD COLUMN IF NOT EXISTS is_pinned Bool,
    ADD COLUMN IF NOT EXISTS blurred Bool;
-- The logs that a deletion takes, until it has: docs/decisions/change.md. A job's rows are one partition, dropped at once.
CREATE TABLE IF NOT EXISTS {database}.deletions {on_cluster}
(
    job_id     String,
    id         UUID,
    timestamp  DateTime64(6, 'UTC'),
    size_bytes UInt32
)
ENGINE = {engine}
PARTITION BY job_id
ORDER BY (timestamp, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
