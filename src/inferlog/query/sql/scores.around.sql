-- Scores that logs of the selected time may have: a part of other statements. A log's time may be later than the one that
-- its id carries, if it is a span that took long, and hardly earlier; of some ids it is not known.
(
    logged_at = toDateTime(0, 'UTC')
    OR logged_at >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') - INTERVAL 31 DAY
    AND logged_at <= fromUnixTimestamp64Micro({to_us:Int64}, 'UTC') + INTERVAL 1 DAY
)
