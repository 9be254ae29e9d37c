-- What was used and what it cost, in buckets that do not overlap (docs/decisions/money.md), by which price, and what of it
-- is estimated. Maps, because a provider's new kind of token must not need a new column.
ALTER TABLE {database}.logs {on_cluster}
    ADD COLUMN IF NOT EXISTS usage_details Map(LowCardinality(String), UInt32) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS cost_details Map(LowCardinality(String), Decimal(38, 12)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS price_id LowCardinality(String),
    ADD COLUMN IF NOT EXISTS price_version LowCardinality(String),
    ADD COLUMN IF NOT EXISTS service_tier LowCardinality(String),
    ADD COLUMN IF NOT EXISTS estimated Array(LowCardinality(String));
