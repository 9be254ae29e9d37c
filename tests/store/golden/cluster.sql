CREATE DATABASE IF NOT EXISTS `logs` ON CLUSTER `main_cluster`;

CREATE TABLE IF NOT EXISTS `logs`.migrations ON CLUSTER `main_cluster` (name String, applied_at DateTime DEFAULT now())
ENGINE = ReplicatedMergeTree ORDER BY name;

-- One wide row a call. docs/decisions/table.md says why this order, these codecs and these settings.
CREATE TABLE IF NOT EXISTS `logs`.logs ON CLUSTER `main_cluster`
(
    project_id                   UUID,
    environment                  LowCardinality(String),
    id                           UUID,
    timestamp                    DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    start_time                   DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    received_at                  DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    api_key_prefix               LowCardinality(String),

    log_type                     LowCardinality(String),
    log_method                   LowCardinality(String),
    model                        LowCardinality(String),
    provider_id                  LowCardinality(String),
    deployment_name              LowCardinality(String),
    stream                       Bool,

    status                       LowCardinality(String),
    status_code                  UInt16,
    error_message                String CODEC(ZSTD(3)),
    error_code                   String CODEC(ZSTD(1)),
    warnings                     String CODEC(ZSTD(3)),

    latency                      Float64 CODEC(ZSTD(1)),
    time_to_first_token          Float64 CODEC(ZSTD(1)),
    tokens_per_second            Float64 CODEC(ZSTD(1)),

    prompt_tokens                UInt32 CODEC(T64, ZSTD(1)),
    completion_tokens            UInt32 CODEC(T64, ZSTD(1)),
    total_request_tokens         UInt32 CODEC(T64, ZSTD(1)),
    prompt_cache_hit_tokens      UInt32 CODEC(T64, ZSTD(1)),
    prompt_cache_creation_tokens UInt32 CODEC(T64, ZSTD(1)),
    reasoning_tokens             UInt32 CODEC(T64, ZSTD(1)),
    cost                         Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    cost_source                  LowCardinality(String),
    prompt_unit_price            Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    completion_unit_price        Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),

    customer_identifier          String CODEC(ZSTD(1)),
    customer_name                String CODEC(ZSTD(1)),
    customer_email               String CODEC(ZSTD(1)),
    custom_identifier            String CODEC(ZSTD(1)),
    group_identifier             String CODEC(ZSTD(1)),
    thread_identifier            String CODEC(ZSTD(1)),
    session_identifier           String CODEC(ZSTD(1)),
    trace_group_identifier       String CODEC(ZSTD(1)),
    evaluation_identifier        String CODEC(ZSTD(1)),
    trace_unique_id              String CODEC(ZSTD(1)),
    trace_name                   String CODEC(ZSTD(1)),
    span_unique_id               String CODEC(ZSTD(1)),
    span_parent_id               String CODEC(ZSTD(1)),
    span_name                    String CODEC(ZSTD(1)),
    span_workflow_name           String CODEC(ZSTD(1)),
    span_path                    String CODEC(ZSTD(1)),
    prompt_id                    String CODEC(ZSTD(1)),
    prompt_name                  String CODEC(ZSTD(1)),
    note                         String CODEC(ZSTD(3)),
    category                     String CODEC(ZSTD(1)),
    positive_feedback            Nullable(Bool),

    input                        String CODEC(ZSTD(3)),
    output                       String CODEC(ZSTD(3)),
    prompt_messages              String CODEC(ZSTD(3)),
    completion_message           String CODEC(ZSTD(3)),
    completion_messages          String CODEC(ZSTD(3)),
    tools                        String CODEC(ZSTD(3)),
    tool_calls                   String CODEC(ZSTD(3)),
    tool_choice                  String CODEC(ZSTD(3)),
    response_format              String CODEC(ZSTD(3)),
    variables                    String CODEC(ZSTD(3)),
    usage                        String CODEC(ZSTD(3)),
    full_request                 String CODEC(ZSTD(3)),
    full_response                String CODEC(ZSTD(3)),
    metadata                     String CODEC(ZSTD(3)),
    extra                        String CODEC(ZSTD(3)),
    flags                        Array(LowCardinality(String)),
    size_bytes                   UInt32 CODEC(T64, ZSTD(1)),

    INDEX id_bloom id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedMergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp, id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 15,
    merge_max_block_size_bytes = 67108864;

INSERT INTO `logs`.migrations (name) VALUES ('0001_logs');

-- A span may come in pieces: `given` names the columns that its pieces filled themselves and that are otherwise worked
-- out (times, counts, cost), so that they can be worked out again; `revision` grows with each piece that is merged in.
ALTER TABLE `logs`.logs ON CLUSTER `main_cluster`
    ADD COLUMN IF NOT EXISTS given Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS revision UInt64 CODEC(ZSTD(1));

INSERT INTO `logs`.migrations (name) VALUES ('0002_pieces');

-- What was used and what it cost, in buckets that do not overlap (docs/decisions/money.md), by which price, and what of it
-- is estimated. A new kind of token is a MODIFY COLUMN of these two.
ALTER TABLE `logs`.logs ON CLUSTER `main_cluster`
    ADD COLUMN IF NOT EXISTS usage_details Tuple(input UInt32, cache_read UInt32, cache_write_5m UInt32, cache_write_1h UInt32, audio_input UInt32, audio_cache_read UInt32, image_input UInt32, output UInt32, reasoning UInt32, audio_output UInt32, image_output UInt32) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS cost_details Tuple(input Decimal(38, 12), cache_read Decimal(38, 12), cache_write_5m Decimal(38, 12), cache_write_1h Decimal(38, 12), audio_input Decimal(38, 12), audio_cache_read Decimal(38, 12), image_input Decimal(38, 12), output Decimal(38, 12), reasoning Decimal(38, 12), audio_output Decimal(38, 12), image_output Decimal(38, 12)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS price_id LowCardinality(String),
    ADD COLUMN IF NOT EXISTS price_version LowCardinality(String),
    ADD COLUMN IF NOT EXISTS service_tier LowCardinality(String),
    ADD COLUMN IF NOT EXISTS estimated Array(LowCardinality(String));

INSERT INTO `logs`.migrations (name) VALUES ('0003_money');

-- New values of logs that are priced anew, until the update that reads them is done: docs/decisions/reprice.md. A job's
-- rows are one partition, which is dropped at once.
CREATE TABLE IF NOT EXISTS `logs`.repricings ON CLUSTER `main_cluster`
(
    job_id                       String,
    id                           UUID,
    revision                     UInt64,
    cost                         Nullable(Decimal(38, 12)),
    cost_source                  LowCardinality(String),
    cost_details                 Tuple(input Decimal(38, 12), cache_read Decimal(38, 12), cache_write_5m Decimal(38, 12), cache_write_1h Decimal(38, 12), audio_input Decimal(38, 12), audio_cache_read Decimal(38, 12), image_input Decimal(38, 12), output Decimal(38, 12), reasoning Decimal(38, 12), audio_output Decimal(38, 12), image_output Decimal(38, 12)),
    price_id                     LowCardinality(String),
    price_version                LowCardinality(String),
    estimated                    Array(LowCardinality(String)),
    flags                        Array(LowCardinality(String)),
    given                        Array(LowCardinality(String)),
    usage_details                Tuple(input UInt32, cache_read UInt32, cache_write_5m UInt32, cache_write_1h UInt32, audio_input UInt32, audio_cache_read UInt32, image_input UInt32, output UInt32, reasoning UInt32, audio_output UInt32, image_output UInt32),
    prompt_tokens                UInt32,
    completion_tokens            UInt32,
    total_request_tokens         UInt32,
    prompt_cache_hit_tokens      UInt32,
    prompt_cache_creation_tokens UInt32,
    reasoning_tokens             UInt32,
    service_tier                 LowCardinality(String)
)
ENGINE = ReplicatedMergeTree
PARTITION BY job_id
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO `logs`.migrations (name) VALUES ('0004_repricings');

-- What evaluators say of logs: one score an evaluator and log, the one with the latest revision. docs/decisions/scores.md
-- says why they have a table of their own. `logged_at` is the time that the log's id carries, 1970 if it carries none.
CREATE TABLE IF NOT EXISTS `logs`.scores ON CLUSTER `main_cluster`
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
ENGINE = ReplicatedReplacingMergeTree(revision, is_deleted)
PARTITION BY toYYYYMM(logged_at)
ORDER BY (project_id, evaluator, log_id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 15;

INSERT INTO `logs`.migrations (name) VALUES ('0005_scores');

-- What a change (PATCH) may say of a log beside its note, its feedback and its metadata: a pinned log outlives the retention.
ALTER TABLE `logs`.logs ON CLUSTER `main_cluster`
    ADD COLUMN IF NOT EXISTS is_pinned Bool,
    ADD COLUMN IF NOT EXISTS blurred Bool;

-- The logs that a deletion takes, until it has: docs/decisions/change.md. A job's rows are one partition, dropped at once.
CREATE TABLE IF NOT EXISTS `logs`.deletions ON CLUSTER `main_cluster`
(
    job_id     String,
    id         UUID,
    timestamp  DateTime64(6, 'UTC'),
    size_bytes UInt32
)
ENGINE = ReplicatedMergeTree
PARTITION BY job_id
ORDER BY (timestamp, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO `logs`.migrations (name) VALUES ('0006_changes');

