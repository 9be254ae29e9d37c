-- What was used and what it cost, in buckets that do not overlap (docs/decisions/money.md), by which price, and what of it
-- is estimated. A new kind of token is a MODIFY COLUMN of these two.
ALTER TABLE {database}.logs {on_cluster}
    ADD COLUMN IF NOT EXISTS usage_details Tuple(input UInt32, cache_read UInt32, cache_write_5m UInt32, cache_write_1h UInt32, audio_input UInt32, audio_cache_read UInt32, image_input UInt32, output UInt32, reasoning UInt32, audio_output UInt32, image_output UInt32) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS cost_details Tuple(input Decimal(38, 12), cache_read Decimal(38, 12), cache_write_5m Decimal(38, 12), cache_write_1h Decimal(38, 12), audio_input Decimal(38, 12), audio_cache_read Decimal(38, 12), image_input Decimal(38, 12), output Decimal(38, 12), reasoning Decimal(38, 12), audio_output Decimal(38, 12), image_output Decimal(38, 12)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS price_id LowCardinality(String),
    ADD COLUMN IF NOT EXISTS price_version LowCardinality(String),
    ADD COLUMN IF NOT EXISTS service_tier LowCardinality(String),
    ADD COLUMN IF NOT EXISTS estimated Array(LowCardinality(String));
