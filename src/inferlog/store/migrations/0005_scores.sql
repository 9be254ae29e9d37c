-- What evaluators say of logs: one score an evaluator and log, the one with the latest revision. docs/decisions/scores.md
-- says why they have a table of their own. `logged_at` is the time that the log's id carries, 1970 if it carries none.
CREATE TABLE IF NOT EXISTS {database}.scores {on_cluster}
(
    project_id     UUID,
    evaluator      LowCardinality(String),
    log_id         UUID,
    id             UUID,
    logged_at      DateTime('UTC') CODEC(ZSTD(1)),
    environment    LowCardinality(String),
    evaluator_slug LowCardinality(String),
    evaluator_name LowCardinality(String),
    created_at     DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    number         Nullable(Float64) CODEC(ZSTD(1)),
    flag           Nullable(Bool) CODEC(ZSTD(1)),
    text           String CODEC(ZSTD(1)),
    categories     Array(LowCardinality(String)),
    said           String CODEC(ZSTD(3)),
    revision       UInt64 CODEC(ZSTD(1)),
    is_deleted     UInt8 CODEC(ZSTD(1)),

    INDEX id_bloom id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {replacing_engine}(revision, is_deleted)
PARTITION BY toYYYYMM(logged_at)
ORDER BY (project_id, evaluator, log_id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 15;
