-- New values of logs that are priced anew, until the update that reads them is done: docs/decisions/reprice.md. A job's
-- rows are one partition, which is dropped at once.
CREATE TABLE IF NOT EXISTS {database}.repricings {on_cluster}
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
ENGINE = {engine}
PARTITION BY job_id
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
