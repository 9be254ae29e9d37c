-- Take the deleted logs of a month off the disk.
ALTER TABLE {database}.logs {on_cluster} APPLY DELETED MASK IN PARTITION {month}
