-- New values of logs that are priced anew, until the update that reads them is done: docs/decisions/reprice.md. A job's
-- rows are one partition, which is dropped at once.
CREATE TABLE IF NOT EXISTS {database}.repricings {on_cluster}
(
    job_id                       String,
    id                           UUID,
    revision                     UInt64,
    cost                         Nullable(Decimal(38, 12)),
    cost_source                  LowCardinality(String),
    cost_details                 Map(LowCardinality(String), Decimal(38, 12)),
    price_id                     LowCardinality(String),
    price_version                LowCardinality(String),
    estimated                    Array(LowCardinality(String)),
    flags                        Array(LowCardinality(String)),
    given                        Array(LowCardinality(String)),
    usage_details                Map(LowCardinality(String), UInt32),
    prompt_tokens                UInt32,
    completion_tokens            UInt32,
    total_request_tokens         UInt32,
    prompt_cache_hit_tokens      UInt32,
    prompt_cache_creation_tokens UInt32,
    reasoning_tokens             UInt32,
    service_tier                 LowCardinality(String)
)
ENGINE = {engine}
PARTITION BY job_id
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
