-- Wait until every replica has the list, which each of them reads when it deletes.
SYSTEM SYNC REPLICA {on_cluster} {database}.deletions
