-- Drop a month of which nothing stays.
ALTER TABLE {database}.logs {on_cluster} DROP PARTITION {month}
